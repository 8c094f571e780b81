"""The look of the whole window: Fusion, a palette and one style sheet made from the tokens."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from auditdesk.desktop.look.assets import read_asset, read_text
from auditdesk.desktop.look.icons import pixmap
from auditdesk.desktop.look.tokens import PALETTES, Palette, Theme

FONT_FILES: Final = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")
FONT_POINTS: Final = 9
SIGN_PX: Final = 12


def apply_theme(app: QApplication, theme: Theme) -> Palette:
    """Dress the application; may be called again at run time."""
    look = PALETTES[theme]
    app.setStyle("Fusion")
    app.setPalette(_palette(look))
    app.setFont(base_font())
    app.setStyleSheet(_style_sheet(look))
    return look


@cache
def base_font() -> QFont:
    """The bundled font, with figures of one width so that columns align."""
    for name in FONT_FILES:
        QFontDatabase.addApplicationFontFromData(QByteArray(read_asset("fonts", name)))
    font = QFont("Inter", FONT_POINTS)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _palette(look: Palette) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: look.window,
        QPalette.ColorRole.WindowText: look.text,
        QPalette.ColorRole.Base: look.surface,
        QPalette.ColorRole.AlternateBase: look.sunken,
        QPalette.ColorRole.ToolTipBase: look.surface,
        QPalette.ColorRole.ToolTipText: look.text,
        QPalette.ColorRole.Text: look.text,
        QPalette.ColorRole.Button: look.surface,
        QPalette.ColorRole.ButtonText: look.text,
        QPalette.ColorRole.BrightText: look.danger,
        QPalette.ColorRole.Accent: look.accent,
        QPalette.ColorRole.Highlight: look.accent_soft,
        QPalette.ColorRole.HighlightedText: look.text,
        QPalette.ColorRole.PlaceholderText: look.text_faint,
        QPalette.ColorRole.Link: look.accent,
        QPalette.ColorRole.Mid: look.border,
        QPalette.ColorRole.Dark: look.border_strong,
    }
    palette = QPalette()
    for role, color in roles.items():
        palette.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(look.text_faint))
    return palette


def _style_sheet(look: Palette) -> str:
    sheet = read_text("style", "window.qss")
    values = {name: getattr(look, name) for name in Palette.__dataclass_fields__}
    values["chevron"] = _drawn(look, "down", look.text_muted)
    values["tick"] = _drawn(look, "check", look.on_accent)
    for name in sorted(values, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", values[name])
    return sheet


@cache
def _drawn(look: Palette, name: str, color: str) -> str:
    """An icon as a file, since a style sheet takes pictures from files only."""
    path = _folder() / f"{name}-{look.theme}.png"
    pixmap(name, color, SIGN_PX, scale=2).save(str(path))
    return path.as_posix()


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="auditdesk-theme-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
