"""Playing a history: the timeline walks by itself.

Pacing: the player ticks four times a second at single speed. A history of up to 600 events advances
one event a tick; a longer one advances so many that single speed takes two and a half minutes from
end to end (50,000 events: 84 a tick) and fivefold speed half a minute. "Live" keeps the original
spacing: the whole span is scaled to a minute, events closer than a frame are taken together, and
no idle gap lasts more than 0.8 s.
"""

from __future__ import annotations

from math import ceil
from typing import Any, Final, Literal, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from auditdesk.desktop.time.timeline import TimelineModel

Speed = Literal["1", "2", "5", "live"]
SPEEDS: Final[tuple[Speed, ...]] = ("1", "2", "5", "live")

TICKS_PER_SECOND: Final = 4
TICKS_OF_A_LONG_PLAY: Final = 600
LIVE_SPAN_MS: Final = 60_000
FRAME_MS: Final = 40
LONGEST_IDLE_MS: Final = 800


class Ticker(Protocol):
    """The part of `QTimer` that the player uses; tests tick by hand."""

    @property
    def timeout(self) -> Any:
        """The signal of a tick."""

    def start(self, msec: int, /) -> None:
        """Tick every `msec` milliseconds from now."""

    def stop(self) -> None:
        """Tick no more."""


class Player(QObject):
    """Plays a timeline. At the end it stops; played from the end it starts over."""

    playing_changed = Signal(bool)

    def __init__(
        self, timeline: TimelineModel, ticker: Ticker | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._ticker: Ticker = ticker or QTimer(self)
        self._ticker.timeout.connect(self.tick)
        self._speed: Speed = "1"
        self._playing = False

    @property
    def playing(self) -> bool:
        """True while the timeline plays."""
        return self._playing

    @property
    def speed(self) -> Speed:
        """The chosen speed."""
        return self._speed

    def set_speed(self, speed: Speed) -> None:
        """Choose a speed; it holds from the next tick on."""
        self._speed = speed
        if self._playing:
            self._ticker.start(self._interval_ms())

    @Slot()
    def play(self) -> None:
        """Begin to walk, from the first event if we stand at the last."""
        if self._playing or self._timeline.count <= 1:
            return
        if not self._timeline.is_past:
            self._timeline.first()
        self._playing = True
        self._ticker.start(self._interval_ms())
        self.playing_changed.emit(True)

    @Slot()
    def pause(self) -> None:
        """Stand still where we are."""
        if self._playing:
            self._playing = False
            self._ticker.stop()
            self._timeline.settle()
            self.playing_changed.emit(False)

    @Slot()
    def toggle(self) -> None:
        """Play or pause."""
        if self._playing:
            self.pause()
        else:
            self.play()

    @Slot()
    def tick(self) -> None:
        """Advance once; stop at the end."""
        if not self._playing:
            return
        if self._speed == "live":
            self._advance_live()
        else:
            self._timeline.step(stride(self._timeline.maximum - self._timeline.minimum), moving=True)
        if not self._timeline.is_past:
            self.pause()

    def _advance_live(self) -> None:
        timeline = self._timeline
        here_us = timeline.event_us(timeline.version)
        frame_us = int(FRAME_MS * self._live_us_per_ms())
        last_in_frame = timeline.version
        while last_in_frame < timeline.count and timeline.event_us(last_in_frame + 1) <= here_us + frame_us:
            last_in_frame += 1
        timeline.go_to(max(last_in_frame, timeline.version + 1), moving=True)
        self._ticker.start(self._interval_ms())

    def _interval_ms(self) -> int:
        if self._speed != "live":
            return 1_000 // (TICKS_PER_SECOND * int(self._speed))
        timeline = self._timeline
        gap_us = timeline.event_us(timeline.version + 1) - timeline.event_us(timeline.version)
        return int(min(max(gap_us / self._live_us_per_ms(), FRAME_MS), LONGEST_IDLE_MS))

    def _live_us_per_ms(self) -> float:
        span_us = self._timeline.event_us(self._timeline.count) - self._timeline.event_us(1)
        return max(span_us / LIVE_SPAN_MS, 1.0)


def stride(length: int) -> int:
    """The number of events, or days, that one tick advances in a history of `length`."""
    return max(1, ceil(length / TICKS_OF_A_LONG_PLAY))
