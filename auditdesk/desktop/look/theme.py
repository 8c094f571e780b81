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
    """Apply the theme to the application; may be called again at run time."""
    palette = PALETTES[theme]
    app.setStyle("Fusion")
    app.setPalette(_palette(palette))
    app.setFont(base_font())
    app.setStyleSheet(_style_sheet(palette))
    return palette


@cache
def base_font() -> QFont:
    """The bundled font, with figures of one width so that columns align."""
    for name in FONT_FILES:
        QFontDatabase.addApplicationFontFromData(QByteArray(read_asset("fonts", name)))
    font = QFont("Inter", FONT_POINTS)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _palette(palette: Palette) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: palette.window,
        QPalette.ColorRole.WindowText: palette.text,
        QPalette.ColorRole.Base: palette.surface,
        QPalette.ColorRole.AlternateBase: palette.sunken,
        QPalette.ColorRole.ToolTipBase: palette.surface,
        QPalette.ColorRole.ToolTipText: palette.text,
        QPalette.ColorRole.Text: palette.text,
        QPalette.ColorRole.Button: palette.surface,
        QPalette.ColorRole.ButtonText: palette.text,
        QPalette.ColorRole.BrightText: palette.danger,
        QPalette.ColorRole.Accent: palette.accent,
        QPalette.ColorRole.Highlight: palette.accent_soft,
        QPalette.ColorRole.HighlightedText: palette.text,
        QPalette.ColorRole.PlaceholderText: palette.text_faint,
        QPalette.ColorRole.Link: palette.accent,
        QPalette.ColorRole.Mid: palette.border,
        QPalette.ColorRole.Dark: palette.border_strong,
    }
    made = QPalette()
    for role, color in roles.items():
        made.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(palette.text_faint))
    return made


def _style_sheet(palette: Palette) -> str:
    sheet = read_text("style", "window.qss")
    values = {name: getattr(palette, name) for name in Palette.__dataclass_fields__}
    values["chevron"] = _drawn(palette, "down", palette.text_muted)
    values["tick"] = _drawn(palette, "check", palette.on_accent)
    for name in sorted(values, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", values[name])
    return sheet


@cache
def _drawn(palette: Palette, name: str, color: str) -> str:
    """An icon as a file, since a style sheet takes pictures from files only."""
    path = _folder() / f"{name}-{palette.theme}.png"
    pixmap(name, color, SIGN_PX, scale=2).save(str(path))
    return path.as_posix()


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="auditdesk-theme-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
