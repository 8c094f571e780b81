"""The slider of the time bar: a groove, its lived part, a handle, and marks of what happened beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QToolTip, QWidget

from auditdesk.desktop.look.tokens import Palette

GROOVE_PX: Final = 6.0
HANDLE_WIDTH_PX: Final = 20.0
HANDLE_HEIGHT_PX: Final = 14.0
MARK_REACH_PX: Final = 5
TEN: Final = 10
WHEEL_NOTCH: Final = 120
_ARROWS: Final[dict[int, int]] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class SliderMark(NamedTuple):
    """Something beside the stream's own events, at a place of the slider's scale."""

    place: float
    text: str


class TimeSlider(QAbstractSlider):
    """Its value is an event or a day, never an instant: the range of Qt's sliders is 32 bits.

    `moving` tells whether a change is part of a movement that goes on (a drag, a held key, a wheel).
    """

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._marks: tuple[SliderMark, ...] = ()
        self._left = self._right = int(HANDLE_WIDTH_PX / 2) + 1
        self._held = False
        self._wheel_rest = 0
        self.setObjectName("timeSlider")
        self.setAccessibleName(self.tr("Time"))
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(30)
        self.setMouseTracking(True)

    # --- looks -------------------------------------------------------------------------

    @property
    def moving(self) -> bool:
        """True while the change is part of a movement that goes on: a drag, a held key."""
        return self._held or self.isSliderDown()

    @property
    def marks(self) -> tuple[SliderMark, ...]:
        """The marks on the scale."""
        return self._marks

    def set_marks(self, marks: Sequence[SliderMark]) -> None:
        """Mark other places."""
        self._marks = tuple(marks)
        self.update()

    def apply_theme(self, palette: Palette) -> None:
        """Apply the theme."""
        self._palette = palette
        self.update()

    @Slot(int, int)
    def set_inset(self, left: int, right: int) -> None:
        """Begin and end so many pixels from the edges: under the chart, on the same scale."""
        half = int(HANDLE_WIDTH_PX / 2) + 1
        self._left, self._right = max(left, half), max(right, half)
        self.update()

    def sizeHint(self) -> QSize:
        """The preferred size: wide, and as high as the handle and its marks."""
        return QSize(400, 30)

    # --- geometry ----------------------------------------------------------------------

    def x_of(self, place: float) -> float:
        """The pixel of a place on the scale."""
        span = self.maximum() - self.minimum()
        share = (place - self.minimum()) / span if span else 1.0
        return self._left + share * max(self.width() - self._left - self._right, 1)

    def value_at(self, x: float) -> int:
        """The value under a pixel."""
        share = (x - self._left) / max(self.width() - self._left - self._right, 1)
        value = self.minimum() + share * (self.maximum() - self.minimum())
        return min(max(round(value), self.minimum()), self.maximum())

    # --- painting ----------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Groove, lived part, marks, handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        begin, end, here = float(self._left), float(self.width() - self._right), self.x_of(self.value())
        painter.setPen(Qt.PenStyle.NoPen)
        self._bar(painter, begin - GROOVE_PX / 2, end + GROOVE_PX / 2, middle, QColor(self._palette.border))
        colour = QColor(self._palette.accent if self.isEnabled() else self._palette.border_strong)
        self._bar(painter, begin - GROOVE_PX / 2, here, middle, colour)
        self._paint_marks(painter, middle)
        self._paint_handle(painter, QPointF(here, middle), colour)

    def _bar(self, painter: QPainter, left: float, right: float, middle: float, colour: QColor) -> None:
        painter.setBrush(colour)
        area = QRectF(left, middle - GROOVE_PX / 2, right - left, GROOVE_PX)
        painter.drawRoundedRect(area, GROOVE_PX / 2, GROOVE_PX / 2)

    def _paint_marks(self, painter: QPainter, middle: float) -> None:
        painter.setPen(QPen(QColor(self._palette.text_muted), 2))
        for mark in self._marks:
            x = self.x_of(mark.place)
            painter.drawLine(QPointF(x, middle - 12), QPointF(x, middle - 6))
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_handle(self, painter: QPainter, centre: QPointF, colour: QColor) -> None:
        if self.hasFocus():
            halo = QColor(colour)
            halo.setAlpha(60)
            painter.setBrush(halo)
            painter.drawRoundedRect(_around(centre, 8.0), HANDLE_HEIGHT_PX / 2 + 4, HANDLE_HEIGHT_PX / 2 + 4)
        painter.setBrush(QColor(self._palette.surface))
        painter.setPen(QPen(colour, 3))
        painter.drawRoundedRect(_around(centre, -3.0), HANDLE_HEIGHT_PX / 2 - 1, HANDLE_HEIGHT_PX / 2 - 1)

    # --- mouse and keys ----------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the place pressed, and hold the handle."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle; without a button, name the mark under the mouse."""
        if self.isSliderDown():
            self.setValue(self.value_at(event.position().x()))
        else:
            named = self.text_at(event.position().x())
            QToolTip.showText(event.globalPosition().toPoint(), named, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the handle go."""
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)

    def text_at(self, x: float) -> str:
        """The texts of the marks near a pixel, one a line."""
        near = [mark.text for mark in self._marks if abs(self.x_of(mark.place) - x) <= MARK_REACH_PX]
        return "\n".join(near[:TEN])

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A notch is a step; with Shift, ten."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        notches, rest = divmod(abs(self._wheel_rest + turned), WHEEL_NOTCH)
        sign = 1 if self._wheel_rest + turned > 0 else -1
        self._wheel_rest = sign * rest
        ten = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._step(sign * notches * (TEN if ten else 1), held=True)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows step, with Shift ten; Home, End, PgUp and PgDn as in every slider."""
        ten = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        direction = _ARROWS.get(event.key(), 0)
        if direction:
            self._step(direction * (TEN if ten else 1), held=event.isAutoRepeat())
        else:
            super().keyPressEvent(event)

    def _step(self, delta: int, *, held: bool) -> None:
        self._held = held
        self.setValue(self.value() + delta)
        self._held = False


def _around(centre: QPointF, margin: float) -> QRectF:
    width, height = HANDLE_WIDTH_PX + margin, HANDLE_HEIGHT_PX + margin
    return QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height)
