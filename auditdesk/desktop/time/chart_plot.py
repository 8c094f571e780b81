"""The plot inside the balance chart. Importing this imports pyqtgraph, so it waits for the first chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QLocale, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPixmap, QPolygonF, QTransform, QWheelEvent
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from auditdesk.desktop.look.tokens import Palette
from auditdesk.desktop.time.chart_data import Points, date_ticks

_TICK_PX = 90
_RIGHT_PX = 12


class PlaceAxis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph has no types
    """The x axis: days from a first day, or event numbers where there is none."""

    first_day: date | None = None

    def tickValues(self, low: float, high: float, size: float) -> Any:
        """Place the ticks at whole years, months or days; or at whole events."""
        if self.first_day is None:
            levels = super().tickValues(low, high, size)
            return [(step, places) for step, places in levels if step >= 1]
        ticks = date_ticks(self.first_day, low, high, max(int(size / _TICK_PX), 2))
        return [(1.0, [place for place, _label in ticks])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """ISO dates as coarse as the step; grouped integers for events."""
        _ = scale, spacing
        if self.first_day is None:
            return [QLocale().toString(int(value)) for value in values]
        low, high = self.range
        ticks = dict(date_ticks(self.first_day, low, high, max(int(self.width() / _TICK_PX), 2)))
        return [ticks.get(value, "") for value in values]


class MoneyAxis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph has no types
    """The y axis in major units, with decimals only where the step needs the currency's."""

    decimals: int = 2

    def tickValues(self, low: float, high: float, size: float) -> Any:
        """Never finer than the currency's smallest unit, and one level of lines."""
        levels = super().tickValues(low, high, size)
        return [level for level in levels if level[0] >= 10**-self.decimals][:1]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Grouped as the locale does."""
        _ = scale
        decimals = 0 if spacing >= 1 else self.decimals
        return [QLocale().toString(float(value), "f", decimals) for value in values]


class StepLine(pg.GraphicsObject):  # type: ignore[misc] # pyqtgraph has no types
    """A polyline in two colours, parted at `parted_at`: what has been, and what is yet to come.

    Both are painted once into pixmaps of the plot's size; a step of the cursor only moves the
    border between the two, as stroking thousands of lines takes far longer than a frame.
    """

    def __init__(self) -> None:
        super().__init__()
        self._line = QPolygonF()
        self._bounds = QRectF()
        self._parted_at = 0.0
        self._past = self._future = QPen()
        self._painted: tuple[tuple[object, ...], QPixmap, QPixmap] | None = None

    def set_points(self, points: Points) -> None:
        """Draw another line."""
        self.prepareGeometryChange()
        self._line = QPolygonF([QPointF(x, y) for x, y in zip(*points, strict=True)])
        self._bounds = self._line.boundingRect()
        self._painted = None
        self.informViewBoundsChanged()
        self.update()

    def set_colours(self, past: str, future: str) -> None:
        """Apply the theme."""
        self._past, self._future = QPen(QColor(past)), QPen(QColor(future))
        self._painted = None
        self.update()

    def part_at(self, x: float) -> None:
        """Move the border between what has been and what is to come."""
        self._parted_at = x
        self.update()

    def boundingRect(self) -> QRectF:
        """The line's extent in data."""
        return self._bounds

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        """The earlier part up to the border, the later part from there on."""
        to_pixels = painter.worldTransform()
        area = to_pixels.mapRect(self.viewRect()).adjusted(-1, -1, 1, 1).toAlignedRect()
        past, future = self._pixmaps(to_pixels, area, painter.device().devicePixelRatioF())
        border = round(to_pixels.map(QPointF(self._parted_at, 0)).x())
        earlier, later = QRect(area), QRect(area)
        earlier.setRight(min(max(border, area.left()), area.right()))
        later.setLeft(earlier.right() + 1)
        painter.save()
        painter.setWorldTransform(QTransform())
        for side, pixmap in ((earlier, past), (later, future)):
            painter.setClipRect(side)
            painter.drawPixmap(area.topLeft(), pixmap)
        painter.restore()

    def _pixmaps(self, to_pixels: QTransform, area: QRect, ratio: float) -> tuple[QPixmap, QPixmap]:
        key = (to_pixels, area, ratio)
        if self._painted is None or self._painted[0] != key:
            line = to_pixels.map(self._line).translated(-area.left(), -area.top())
            self._painted = (
                key,
                _stroked(line, self._past, area.size(), ratio),
                _stroked(line, self._future, area.size(), ratio),
            )
        return self._painted[1], self._painted[2]


class BalancePlot(pg.PlotWidget):  # type: ignore[misc] # pyqtgraph has no types
    """Step line, cursor and marks. `scrubbed` carries the x pressed, and whether the drag goes on."""

    scrubbed = Signal(float, bool)
    area_changed = Signal(int, int)

    def __init__(self, palette: Palette) -> None:
        self.places = PlaceAxis(orientation="bottom")
        self.money = MoneyAxis(orientation="left")
        super().__init__(axisItems={"bottom": self.places, "left": self.money}, background=None)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.plotItem.layout.setContentsMargins(0, 0, _RIGHT_PX, 0)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.line = StepLine()
        self.cursor_line = pg.InfiniteLine(angle=90, movable=False)
        self.caption = pg.TextItem(anchor=(1, 0))
        self._marks: list[QGraphicsItem] = []
        self._palette = palette
        for item in (self.line, self.cursor_line, self.caption):
            self.addItem(item, ignoreBounds=True)
        self.getViewBox().sigResized.connect(self._tell_area)
        self.apply_theme(palette)

    def apply_theme(self, palette: Palette) -> None:
        """Apply the theme."""
        self._palette = palette
        self.setBackground(palette.surface)
        self.line.set_colours(palette.accent, palette.border_strong)
        self.cursor_line.setPen(pg.mkPen(palette.past, width=2))
        self.caption.setColor(palette.past)
        fill = QColor(palette.surface)
        fill.setAlpha(215)
        self.caption.fill = pg.mkBrush(fill)
        for axis in (self.places, self.money):
            axis.setPen(pg.mkPen(palette.border))
            axis.setTextPen(pg.mkPen(palette.text_muted))
            axis.setStyle(tickLength=-4 if axis is self.places else 0)
        self.showGrid(y=True, alpha=0.35)

    def set_line(self, points: Points, low_x: float, high_x: float) -> None:
        """Show another line over a fixed scale."""
        self.line.set_points(points)
        ys = points[1] or [0.0]
        low, high = min(*ys, 0.0), max(*ys, 0.0)
        room = (high - low) * 0.08 or 1.0
        self.setXRange(low_x, high_x, padding=0)
        self.setYRange(low - room * (low < 0), high + room * 2, padding=0)

    def set_marks(self, places: Sequence[tuple[float, str]]) -> None:
        """Thin lines where something happened beside the account."""
        for item in self._marks:
            self.removeItem(item)
        self._marks = []
        for place, text in places:
            mark = pg.InfiniteLine(
                place, pen=pg.mkPen(self._palette.border_strong, style=Qt.PenStyle.DashLine)
            )
            mark.setToolTip(text)
            mark.setZValue(-5)
            self.addItem(mark, ignoreBounds=True)
            self._marks.append(mark)

    def show_cursor(self, x: float, *, past: bool) -> None:
        """Part the line here; the amber cursor stands only in the past."""
        self.line.part_at(x)
        self.cursor_line.setPos(x)
        self.cursor_line.setVisible(past)
        low, high = self.viewRange()[0]
        right = (x - low) > (high - low) / 2
        self.caption.setAnchor((1.02, 0) if right else (-0.02, 0))
        self.caption.setPos(x, self.viewRange()[1][1])
        self.caption.setVisible(past)

    def _tell_area(self, *_: object) -> None:
        area = self.getViewBox().sceneBoundingRect()
        self.area_changed.emit(round(area.left()), round(self.width() - area.right()))

    # --- mouse -------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._scrub(event, going_on=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the cursor along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event, going_on=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Rest here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._scrub(event, going_on=False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel belongs to what stands around the chart."""
        event.ignore()

    def _scrub(self, event: QMouseEvent, *, going_on: bool) -> None:
        place = self.getViewBox().mapSceneToView(self.mapToScene(event.position().toPoint()))
        self.scrubbed.emit(place.x(), going_on)


def _stroked(line: QPolygonF, pen: QPen, size: QSize, ratio: float) -> QPixmap:
    """A step line has no slopes: its level and upright pieces are drawn one by one, in whole pixels."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    points = line.toList()
    painter = QPainter(pixmap)
    painter.setPen(pen)
    painter.drawLines([QLineF(begin, end) for begin, end in pairwise(points)])
    painter.end()
    return pixmap
