"""The one place that knows which moment is looked at; slider, chart, register and panel follow it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Final, Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import day_of, end_of_day
from auditdesk.domain.moments import NOW, AtInstant, AtVersion, Moment, Now, TimeAxis

TravelBy = Literal["event", "date"]
Resolve = Callable[[int, TimeAxis], int]
Instants = Callable[[int], tuple[int, int]]

SETTLE_MS: Final = 120


def system_now_us() -> int:
    """The present by the machine's clock, in microseconds UTC."""
    return time.time_ns() // 1_000


class TimelineModel(QObject):
    """A position among the events 1..count of one stream, or among the days that they span.

    `resolve(instant_us, clock)` gives the version at an instant (0: before the first event), and
    `instants(version)` the (booked, recorded) instants of an event, microseconds UTC.

    `moved` carries the version at every move; `settled` carries it once the position rests:
    at once after a step, after `SETTLE_MS` of a drag or of playing. Stale work is dropped by
    comparing with `version` when its result comes in.
    """

    moved = Signal(object)
    settled = Signal(object)
    past_changed = Signal(bool)
    scale_changed = Signal()

    def __init__(
        self,
        resolve: Resolve,
        instants: Instants,
        *,
        now_us: Callable[[], int] = system_now_us,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._resolve = resolve
        self._instants = instants
        self._now_us = now_us
        self._count = 0
        self._version = 0
        self._instant_us: int | None = None
        self._was_past = False
        self._travel_by: TravelBy = "event"
        self._clock: TimeAxis = "booked"
        self._first_day = self._last_day = date(1970, 1, 1)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SETTLE_MS)
        self._rest.timeout.connect(self._settle)

    # --- where we are ------------------------------------------------------------------

    @property
    def count(self) -> int:
        """The number of the stream's events; 0 while nothing is loaded."""
        return self._count

    @property
    def version(self) -> int:
        """The event after which we look, 1..count; 0 while nothing is loaded."""
        return self._version

    @property
    def travel_by(self) -> TravelBy:
        """The unit of the slider's scale: `event` or `date`."""
        return self._travel_by

    @property
    def clock(self) -> TimeAxis:
        """The clock by which dates are meant."""
        return self._clock

    @property
    def instant_us(self) -> int | None:
        """The instant that was asked for, or None where an event (or the present) was."""
        return self._instant_us

    @property
    def shown_us(self) -> int:
        """The instant that stands for the position: the one asked for, else the event's own."""
        return self._instant_us if self._instant_us is not None else self.event_us(self._version)

    @property
    def is_past(self) -> bool:
        """True if the position is in the past, where commands are disabled."""
        return self._version < self._count or self._instant_us is not None

    @property
    def moment(self) -> Moment:
        """The position as the services take it."""
        if not self.is_past:
            return NOW
        if self._instant_us is not None:
            return AtInstant(self._instant_us, self._clock)
        return AtVersion(self._version)

    @property
    def instant(self) -> AtInstant | None:
        """The instant that means this very position; None where more events happened at the same time."""
        instant = AtInstant(self.shown_us, self._clock)
        return instant if self._resolve(self.shown_us, self._clock) == self._version else None

    def event_us(self, version: int) -> int:
        """The instant of an event on the chosen clock, µs UTC; 0 for a version that isn't loaded."""
        if not 1 <= version <= self._count:
            return 0
        booked_at_us, recorded_at_us = self._instants(version)
        return booked_at_us if self._clock == "booked" else recorded_at_us

    # --- the slider's scale ------------------------------------------------------------

    @property
    def minimum(self) -> int:
        """The slider's first value: event 1, or day 0."""
        return 1 if self._travel_by == "event" and self._count else 0

    @property
    def maximum(self) -> int:
        """The slider's last value: the last event, or the day of it."""
        return self._count if self._travel_by == "event" else (self._last_day - self._first_day).days

    @property
    def value(self) -> int:
        """The slider's value: the event, or the index of the day."""
        if self._travel_by == "event":
            return self._version
        return self._day_index(day_of(self.shown_us)) if self._count else 0

    def scale_of(self, version: int, instant_us: int) -> float:
        """The place of an event on the slider's scale, with fractions of a day. For pixels only."""
        if self._travel_by == "event":
            return float(version)
        days = (instant_us - end_of_day(self._first_day)) / 86_400_000_000
        return min(max(days, 0.0), float(self.maximum))

    @property
    def cursor(self) -> float:
        """The position on the slider's scale, as the chart draws it."""
        if self._travel_by == "date" and not self.is_past:
            return float(self.maximum)
        return self.scale_of(self._version, self.shown_us)

    # --- loading -----------------------------------------------------------------------

    def load(self, count: int) -> None:
        """Show another stream, at its present."""
        self._count = count
        self._version = count
        self._instant_us = None
        self._measure_days()
        self.scale_changed.emit()
        self._announce(moving=False)

    def extend(self, count: int) -> None:
        """The stream has grown: stay where we are, or follow if we were at the present."""
        followed = not self.is_past
        self._count = count
        if followed:
            self._version = count
        self._measure_days()
        self.scale_changed.emit()
        self._announce(moving=False)

    def set_travel_by(self, travel_by: TravelBy) -> None:
        """Count events or days; the event shown stays the same."""
        if travel_by != self._travel_by:
            self._travel_by = travel_by
            self.scale_changed.emit()
            self._announce(moving=False)

    def set_clock(self, clock: TimeAxis) -> None:
        """Mean dates on the other clock; an instant that was asked for is looked up again."""
        if clock == self._clock:
            return
        self._clock = clock
        self._measure_days()
        if self._instant_us is not None:
            version = self._resolve(self._instant_us, clock)
            self._version = max(version, 1)
            self._instant_us = self._instant_us if version else None
        self.scale_changed.emit()
        self._announce(moving=False)

    # --- moving ------------------------------------------------------------------------

    def go_to(self, version: int, *, moving: bool = False) -> None:
        """Look after event `version`, clamped to 1..count. The last event is the present."""
        if self._count:
            self._move(min(max(version, 1), self._count), None, moving=moving)

    def go_to_value(self, value: int, *, moving: bool = False) -> None:
        """Look at a value of the slider: an event, or the end of a day. The last day is the present."""
        if self._travel_by == "event":
            self.go_to(value, moving=moving)
        elif value >= self.maximum:
            self.go_to(self._count, moving=moving)
        else:
            day = date.fromordinal(self._first_day.toordinal() + max(value, 0))
            instant_us = end_of_day(day)
            self._move(max(self._resolve(instant_us, self._clock), 1), instant_us, moving=moving)

    def go_to_moment(self, moment: Moment) -> None:
        """Look at a moment someone typed. Raises `Refused` where the stream has none such."""
        match moment:
            case Now():
                self.go_to(self._count)
            case AtVersion(version=version):
                if not 1 <= version <= self._count:
                    raise Refused("version_unknown", f"There are events 1 to {self._count}, no {version}.")
                self.go_to(version)
            case AtInstant(instant_us=instant_us):
                self._go_to_instant(instant_us)

    def step(self, delta: int, *, moving: bool = False) -> None:
        """Go `delta` events, or days, forward or back."""
        if self._travel_by == "event" and self._instant_us is not None and delta > 0:
            self.go_to(self._version + delta, moving=moving)
        else:
            self.go_to_value(self.value + delta, moving=moving)

    def first(self) -> None:
        """Look after the first event."""
        self.go_to(1)

    def last(self) -> None:
        """Return to the present."""
        self.go_to(self._count)

    def _go_to_instant(self, instant_us: int) -> None:
        if instant_us >= self._now_us():
            self.go_to(self._count)
            return
        version = self._resolve(instant_us, self._clock)
        if version < 1:
            first = day_of(self.event_us(1)).isoformat()
            raise Refused("before_first_event", f"Nothing had happened yet; the first event is of {first}.")
        self._move(version, instant_us, moving=False)

    def _move(self, version: int, instant_us: int | None, *, moving: bool) -> None:
        if (version, instant_us) != (self._version, self._instant_us):
            self._version, self._instant_us = version, instant_us
            self._announce(moving=moving)
        elif self._rest.isActive() and not moving:
            self._settle()

    def _announce(self, *, moving: bool) -> None:
        self.moved.emit(self._version)
        if self.is_past != self._was_past:
            self._was_past = self.is_past
            self.past_changed.emit(self._was_past)
        if moving:
            self._rest.start()
        else:
            self._settle()

    @Slot()
    def settle(self) -> None:
        """The handle was let go: what is dear may follow now."""
        if self._rest.isActive():
            self._settle()

    @Slot()
    def _settle(self) -> None:
        self._rest.stop()
        self.settled.emit(self._version)

    def _measure_days(self) -> None:
        if self._count:
            self._first_day = day_of(self.event_us(1))
            self._last_day = max(day_of(self.event_us(self._count)), self._first_day)

    def _day_index(self, day: date) -> int:
        return min(max((day - self._first_day).days, 0), self.maximum)
