"""The density strip: where in its life an account was busy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from auditdesk.desktop.look.tokens import Palette

HEIGHT_PX = 26


class DensityStrip(QWidget):
    """A row of small bars on the chart's scale; those after the cursor are fainter."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._heights: tuple[float, ...] = ()
        self._left = self._right = 0
        self._parted_at = 1.0
        self.setObjectName("densityStrip")
        self.setAccessibleName(self.tr("Number of events over time"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The preferred size: wide, and as low as the strip."""
        return QSize(400, HEIGHT_PX)

    def set_heights(self, heights: Sequence[float]) -> None:
        """Draw other bars; the highest fills the strip."""
        highest = max(heights, default=0.0) or 1.0
        self._heights = tuple(height / highest for height in heights)
        self.update()

    def set_inset(self, left: int, right: int) -> None:
        """Begin and end so many pixels from the edges."""
        self._left, self._right = left, right
        self.update()

    def part_at(self, share: float) -> None:
        """The cursor stands at this share (0..1) of the scale."""
        self._parted_at = share
        self.update()

    def apply_theme(self, palette: Palette) -> None:
        """Apply the theme."""
        self._palette = palette
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The bars, from the bottom."""
        if not self._heights:
            return
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        width = (self.width() - self._left - self._right) / len(self._heights)
        past, future = QColor(self._palette.border_strong), QColor(self._palette.border)
        for index, height in enumerate(self._heights):
            if height > 0:
                painter.setBrush(past if (index + 0.5) / len(self._heights) <= self._parted_at else future)
                tall = max(height * (HEIGHT_PX - 2), 2.0)
                bar = QRectF(self._left + index * width, HEIGHT_PX - tall, max(width - 1.0, 1.0), tall)
                painter.drawRect(bar)
