"""Playing: ticked by hand, so that no test waits."""

from __future__ import annotations

from bisect import bisect_right

import pytest
from PySide6.QtCore import QObject, Signal

from auditdesk.desktop.time.playback import FRAME_MS, LONGEST_IDLE_MS, TICKS_OF_A_LONG_PLAY, Player, stride
from auditdesk.desktop.time.timeline import TimelineModel
from auditdesk.domain.instants import DAY_US, parse_instant

pytestmark = pytest.mark.usefixtures("qapp")

START_US = parse_instant("2020-01-01T09:00:00Z")


class HandTicker(QObject):
    """Ticks when a test says so; remembers what it was asked for."""

    timeout = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.interval_ms = 0
        self.running = False

    def start(self, msec: int, /) -> None:
        self.interval_ms, self.running = msec, True

    def stop(self) -> None:
        self.running = False


def a_player(booked: list[int]) -> tuple[TimelineModel, Player, HandTicker]:
    timeline = TimelineModel(
        lambda instant_us, _clock: bisect_right(booked, instant_us),
        lambda version: (booked[version - 1], booked[version - 1]),
        now_us=lambda: booked[-1] + DAY_US,
    )
    timeline.load(len(booked))
    ticker = HandTicker()
    return timeline, Player(timeline, ticker), ticker


def days(count: int) -> list[int]:
    return [START_US + day * DAY_US for day in range(count)]


def test_played_from_the_end_it_starts_over_and_stops_at_the_end() -> None:
    timeline, player, ticker = a_player(days(4))
    seen: list[int] = []
    timeline.moved.connect(seen.append)
    player.play()
    while player.playing:
        ticker.timeout.emit()
    assert seen == [1, 2, 3, 4]
    assert not ticker.running


def test_played_from_the_middle_it_goes_on_from_there() -> None:
    timeline, player, ticker = a_player(days(10))
    timeline.go_to(5)
    player.play()
    ticker.timeout.emit()
    assert timeline.version == 6


def test_pausing_settles_where_it_stands() -> None:
    timeline, player, ticker = a_player(days(10))
    player.play()
    ticker.timeout.emit()
    settled: list[int] = []
    timeline.settled.connect(settled.append)
    player.pause()
    ticker.timeout.emit()
    assert (settled, timeline.version, player.playing) == ([2], 2, False)


def test_speeds_shorten_the_tick() -> None:
    _timeline, player, ticker = a_player(days(10))
    player.play()
    assert ticker.interval_ms == 250
    player.set_speed("5")
    assert ticker.interval_ms == 50


def test_a_long_history_is_played_in_a_bounded_number_of_ticks() -> None:
    assert stride(599) == 1
    assert stride(50_000) == 84
    assert 50_000 / stride(50_000) <= TICKS_OF_A_LONG_PLAY


def test_by_date_it_plays_days() -> None:
    timeline, player, ticker = a_player(
        [START_US, START_US + 1, START_US + 2 * DAY_US, START_US + 9 * DAY_US]
    )
    timeline.set_travel_by("date")
    player.play()
    ticker.timeout.emit()
    assert (timeline.value, timeline.version) == (1, 2)


def test_live_squeezes_idle_gaps_and_takes_bursts_together() -> None:
    burst = [START_US + second * 1_000_000 for second in range(50)]
    timeline, player, ticker = a_player([*burst, START_US + 400 * DAY_US, START_US + 401 * DAY_US])
    player.set_speed("live")
    player.play()
    assert ticker.interval_ms == FRAME_MS
    ticker.timeout.emit()
    assert timeline.version == 50
    assert ticker.interval_ms == LONGEST_IDLE_MS
    ticker.timeout.emit()
    ticker.timeout.emit()
    assert (timeline.version, player.playing, ticker.running) == (52, False, False)


def test_a_single_event_has_nothing_to_play() -> None:
    _timeline, player, ticker = a_player(days(1))
    player.toggle()
    assert not player.playing
    assert not ticker.running
