"""Line icons from one set, in the colours of the theme."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from auditdesk.desktop.look.assets import read_text

SIZES_PX: Final = (16, 20, 24, 32)
FILES: Final = {
    "accounts": "landmark",
    "customers": "users",
    "log": "list",
    "reports": "chart-column",
    "privacy": "eraser",
    "integrity": "shield-check",
    "user": "user",
    "search": "search",
    "play": "play",
    "pause": "pause",
    "back": "chevron-left",
    "forward": "chevron-right",
    "first": "chevron-first",
    "last": "chevron-last",
    "down": "chevron-down",
    "freeze": "snowflake",
    "lock": "lock",
    "export": "download",
    "import": "upload",
    "calendar": "calendar",
    "history": "history",
    "warning": "triangle-alert",
    "check": "check",
    "close": "x",
    "light": "sun",
    "dark": "moon",
    "key": "key",
    "add": "plus",
    "document": "file-text",
    "info": "info",
    "folder": "folder-open",
    "deposit": "arrow-down-to-line",
    "withdraw": "arrow-up-from-line",
    "transfer": "arrow-left-right",
    "more": "ellipsis",
}


@cache
def icon(name: str, color: str) -> QIcon:
    """The icon of this name, drawn in `color`; faded where it is disabled. Raises KeyError."""
    result = QIcon()
    for size in SIZES_PX:
        for scale in (1, 2):
            result.addPixmap(pixmap(name, color, size, scale=scale))
            faded = pixmap(name, color, size, scale=scale, opacity=0.35)
            result.addPixmap(faded, QIcon.Mode.Disabled)
    return result


@cache
def pixmap(name: str, color: str, size_px: int, *, scale: int = 1, opacity: float = 1.0) -> QPixmap:
    """The icon as a picture of `size_px` device-independent pixels. Raises KeyError."""
    drawing = _drawing(name, color)
    picture = QPixmap(QSize(size_px, size_px) * scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setOpacity(opacity)
    drawing.render(painter, QRectF(0, 0, size_px * scale, size_px * scale))
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture


@cache
def _drawing(name: str, color: str) -> QSvgRenderer:
    svg = read_text("icons", f"{FILES[name]}.svg").replace("currentColor", color)
    return QSvgRenderer(QByteArray(svg.replace('stroke-width="2"', 'stroke-width="1.75"').encode()))
