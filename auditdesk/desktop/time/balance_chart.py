"""The balance over an account's life, with the cursor of the timeline; the density strip lies below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from auditdesk.desktop.look.tokens import Palette
from auditdesk.desktop.time.chart_data import ChartBucket, busyness, density, step_line
from auditdesk.desktop.time.density import DensityStrip
from auditdesk.desktop.time.time_slider import SliderMark
from auditdesk.desktop.time.timeline import TimelineModel
from auditdesk.domain.instants import day_of
from auditdesk.domain.money import exponent

if TYPE_CHECKING:
    from auditdesk.desktop.time.chart_plot import BalancePlot

BINS = 150


class BalanceChart(QWidget):
    """A step line that follows the timeline, and moves it when clicked or dragged.

    pyqtgraph is imported with the first series, not with the program. `area_changed` tells how far the plot
    lies from the left and right edges, so that a slider can share its scale.
    """

    area_changed = Signal(int, int)

    def __init__(self, timeline: TimelineModel, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._palette = palette
        self._buckets: tuple[ChartBucket, ...] = ()
        self._marks: tuple[SliderMark, ...] = ()
        self._decimals = 2
        self._plot: BalancePlot | None = None
        self.setObjectName("balanceChart")
        self.setAccessibleName(self.tr("Balance over time"))
        self.setMinimumHeight(150)
        self._strip = DensityStrip(palette)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addWidget(self._strip)
        timeline.moved.connect(self._follow)
        timeline.scale_changed.connect(self._redraw)

    def sizeHint(self) -> QSize:
        """A band, wide and low."""
        return QSize(720, 220)

    def set_series(self, buckets: Sequence[ChartBucket], currency: str) -> None:
        """Show another account's balance, in `currency`."""
        self._buckets = tuple(buckets)
        self._decimals = exponent(currency)
        self._made_plot()
        self._redraw()

    def set_marks(self, marks: Sequence[SliderMark]) -> None:
        """Mark the owner's events; places are on the timeline's scale."""
        self._marks = tuple(marks)
        if self._plot is not None:
            self._plot.set_marks([(mark.place, mark.text) for mark in self._marks])

    def set_caption(self, text: str) -> None:
        """Set the text beside the cursor: the date and the balance there."""
        if self._plot is not None:
            self._plot.caption.setText(text)
        self.setAccessibleDescription(text)

    def apply_theme(self, palette: Palette) -> None:
        """Apply the theme."""
        self._palette = palette
        self._strip.apply_theme(palette)
        if self._plot is not None:
            self._plot.apply_theme(palette)
            self.set_marks(self._marks)

    def _made_plot(self) -> BalancePlot:
        if self._plot is None:
            from auditdesk.desktop.time.chart_plot import BalancePlot  # noqa: PLC0415 - start-up waits for no chart

            self._plot = BalancePlot(self._palette)
            self._plot.setObjectName("balancePlot")
            self._plot.setAccessibleName(self.tr("Balance over time"))
            self._plot.scrubbed.connect(self._scrub)
            self._plot.area_changed.connect(self._place_strip)
            self._layout.insertWidget(0, self._plot, 1)
        return self._plot

    def _place(self, version: int, booked_at_us: int) -> float:
        timeline = self._timeline
        recorded = timeline.travel_by == "date" and timeline.clock == "recorded"
        return timeline.scale_of(version, timeline.event_us(version) if recorded else booked_at_us)

    @Slot()
    def _redraw(self) -> None:
        if self._plot is None:
            return
        timeline, plot = self._timeline, self._plot
        low, high = float(timeline.minimum), float(timeline.maximum)
        by_date = timeline.travel_by == "date"
        plot.places.first_day = day_of(timeline.event_us(1)) if by_date else None
        plot.money.decimals = self._decimals
        shown_low, shown_high = (low, high) if high > low else (low - 1.0, high + 1.0)
        plot.set_line(step_line(self._buckets, self._place, self._decimals, high), shown_low, shown_high)
        if by_date:
            self._strip.set_heights(density(self._buckets, self._place, low, high, BINS))
        else:
            self._strip.set_heights(busyness(self._buckets, low, high, BINS))
        self._strip.setToolTip(self.tr("Events over time") if by_date else self.tr("Events per day"))
        self._follow()

    @Slot()
    def _follow(self) -> None:
        if self._plot is None:
            return
        timeline = self._timeline
        self._plot.show_cursor(timeline.cursor, past=timeline.is_past)
        span = timeline.maximum - timeline.minimum
        self._strip.part_at((timeline.cursor - timeline.minimum) / span if span else 1.0)

    @Slot(float, bool)
    def _scrub(self, x: float, going_on: bool) -> None:  # noqa: FBT001 - a signal's datum
        self._timeline.go_to_value(round(x), moving=going_on)

    @Slot(int, int)
    def _place_strip(self, left: int, right: int) -> None:
        self._strip.set_inset(left, right)
        self.area_changed.emit(left, right)
