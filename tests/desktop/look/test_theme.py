"""The look: one sheet without holes, figures of one width, switched at run time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFontDatabase, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from auditdesk.desktop.kit.widgets import label
from auditdesk.desktop.look.assets import read_text
from auditdesk.desktop.look.theme import FONT_FILES, apply_theme, base_font
from auditdesk.desktop.look.tokens import DARK, LIGHT, Palette, Theme


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_placeholder_is_left_in_the_style_sheet(qapp: QApplication, theme: Theme) -> None:
    apply_theme(qapp, theme)
    assert "@" not in qapp.styleSheet()


def test_the_style_sheet_names_only_tokens_that_there_are() -> None:
    names = set(re.findall(r"@(\w+)", read_text("style", "window.qss")))
    assert names - set(Palette.__dataclass_fields__) <= {"chevron", "tick"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pictures_of_the_style_sheet_are_files(qapp: QApplication, theme: Theme) -> None:
    apply_theme(qapp, theme)
    pictures = re.findall(r"url\(([^)]+)\)", qapp.styleSheet())
    assert pictures
    assert all(Path(picture).stat().st_size > 0 for picture in pictures)


def test_the_theme_is_switched_at_run_time(qapp: QApplication, qtbot: QtBot) -> None:
    page = QWidget()
    page.setProperty("page", True)
    page.resize(40, 40)
    qtbot.addWidget(page)
    for palette in (LIGHT, DARK, LIGHT):
        assert apply_theme(qapp, palette.theme) is palette
        assert page.grab().toImage().pixelColor(20, 20).name() == palette.window
        assert qapp.palette().color(QPalette.ColorRole.Base).name() == palette.surface


def test_every_bundled_weight_is_one_family(qapp: QApplication) -> None:
    base_font()
    assert "Inter" in QFontDatabase.families()
    assert {"Regular", "Medium", "SemiBold", "Bold"} <= {
        style.replace(" ", "") for style in QFontDatabase.styles("Inter")
    }
    assert len(FONT_FILES) == 4


@pytest.mark.parametrize("kind", ["", "strong", "title", "figure", "section", "muted"])
def test_figures_are_of_one_width_in_every_kind_of_label(qapp: QApplication, qtbot: QtBot, kind: str) -> None:
    apply_theme(qapp, "light")
    shown = label("0", kind=kind)
    qtbot.addWidget(shown)
    shown.ensurePolished()
    metrics = QFontMetricsF(shown.font())
    widths_px = [metrics.horizontalAdvance(digit * 10) for digit in "0123456789"]
    assert max(widths_px) - min(widths_px) < 0.5  # of ten figures; a proportional 1 is narrower by a third


def test_the_licences_of_font_and_icons_are_shipped() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in read_text("fonts", "LICENSE")
    assert "ISC License" in read_text("icons", "LICENSE")
