"""The timeline: one position, whichever way it is moved."""

from __future__ import annotations

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from auditdesk.desktop.time.timeline import TimelineModel
from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import DAY_US, day_of, end_of_day, parse_instant
from auditdesk.domain.moments import NOW, AtInstant, AtVersion, TimeAxis

pytestmark = pytest.mark.usefixtures("qapp")

START_US = parse_instant("2025-12-01T09:00:00Z")
NOW_US = parse_instant("2026-03-01T12:00:00Z")


def a_timeline(booked: list[int], *, recorded: list[int] | None = None) -> TimelineModel:
    written = recorded or booked

    def resolve(instant_us: int, clock: TimeAxis) -> int:
        return bisect_right(booked if clock == "booked" else written, instant_us)

    def instants(version: int) -> tuple[int, int]:
        return booked[version - 1], written[version - 1]

    timeline = TimelineModel(resolve, instants, now_us=lambda: NOW_US)
    timeline.load(len(booked))
    return timeline


def ten_days() -> TimelineModel:
    """Ten days with two events each: versions 1 and 2 on the first day."""
    return a_timeline([START_US + day * DAY_US + half for day in range(10) for half in (0, 3_600_000_000)])


def test_a_loaded_account_is_shown_at_its_present() -> None:
    timeline = ten_days()
    assert (timeline.version, timeline.count, timeline.is_past, timeline.moment) == (20, 20, False, NOW)


def test_before_the_first_event_is_not_offered() -> None:
    timeline = ten_days()
    timeline.go_to(-5)
    assert timeline.version == 1
    timeline.go_to(99)
    assert timeline.version == 20


def test_an_earlier_event_is_the_past_and_the_last_one_the_present() -> None:
    timeline = ten_days()
    turns: list[bool] = []
    timeline.past_changed.connect(turns.append)
    timeline.go_to(7)
    assert timeline.moment == AtVersion(7)
    timeline.go_to(8)
    timeline.last()
    assert turns == [True, False]


def test_a_step_settles_at_once_and_a_drag_when_it_rests(qtbot: QtBot) -> None:
    timeline = ten_days()
    settled: list[int] = []
    timeline.settled.connect(settled.append)
    timeline.step(-1)
    assert settled == [19]
    for version in (15, 12, 9):
        timeline.go_to(version, moving=True)
    assert settled == [19]
    with qtbot.waitSignal(timeline.settled) as rest:
        pass
    assert rest.args == [9]
    assert settled == [19, 9]


def test_letting_the_handle_go_settles_at_once(qtbot: QtBot) -> None:
    timeline = ten_days()
    timeline.go_to(5, moving=True)
    with qtbot.waitSignal(timeline.settled, timeout=10):
        timeline.settle()


def test_by_date_the_slider_counts_days_and_means_their_end() -> None:
    timeline = ten_days()
    timeline.set_travel_by("date")
    assert (timeline.minimum, timeline.maximum, timeline.value) == (0, 9, 9)
    timeline.go_to_value(3)
    assert timeline.version == 8
    third = parse_instant("2025-12-04", date_means_end=True)
    assert timeline.moment == AtInstant(third, "booked")
    timeline.step(-1)
    assert (timeline.value, timeline.version) == (2, 6)


def test_a_day_without_events_can_be_visited_and_shows_the_state_before() -> None:
    timeline = a_timeline([START_US, START_US + 5 * DAY_US])
    timeline.set_travel_by("date")
    moved: list[int] = []
    timeline.moved.connect(moved.append)
    timeline.go_to_value(2)
    timeline.go_to_value(3)
    assert (timeline.value, timeline.version, moved) == (3, 1, [1, 1])


def test_a_row_chosen_by_date_is_that_very_event_on_its_day() -> None:
    timeline = ten_days()
    timeline.set_travel_by("date")
    timeline.go_to(7)
    assert (timeline.value, timeline.version, timeline.moment) == (3, 7, AtVersion(7))


def test_the_last_day_is_the_present() -> None:
    timeline = ten_days()
    timeline.set_travel_by("date")
    timeline.go_to_value(2)
    timeline.go_to_value(9)
    assert not timeline.is_past


def test_a_date_after_the_last_event_but_before_today_is_the_past() -> None:
    timeline = ten_days()
    timeline.go_to_moment(AtInstant(parse_instant("2026-01-15", date_means_end=True)))
    assert (timeline.version, timeline.is_past) == (20, True)
    timeline.step(1)
    assert not timeline.is_past


def test_a_date_to_come_is_the_present() -> None:
    timeline = ten_days()
    timeline.go_to(3)
    timeline.go_to_moment(AtInstant(NOW_US + DAY_US))
    assert not timeline.is_past


def test_a_date_before_the_first_event_is_refused_and_nothing_moves() -> None:
    timeline = ten_days()
    with pytest.raises(Refused, match="2025-12-01"):
        timeline.go_to_moment(AtInstant(START_US - 1))
    with pytest.raises(Refused, match="1 to 20"):
        timeline.go_to_moment(AtVersion(21))
    assert timeline.version == 20


def test_another_clock_looks_the_same_instant_up_anew() -> None:
    timeline = a_timeline([START_US, START_US + DAY_US], recorded=[START_US, START_US + 9 * DAY_US])
    wanted_us = end_of_day(day_of(START_US + DAY_US))
    timeline.go_to_moment(AtInstant(wanted_us))
    assert timeline.version == 2
    timeline.set_clock("recorded")
    assert (timeline.version, timeline.moment) == (1, AtInstant(wanted_us, "recorded"))


def test_new_events_are_followed_from_the_present_only() -> None:
    timeline = ten_days()
    timeline.go_to(4)
    timeline.extend(20)
    assert timeline.version == 4
    timeline.last()
    assert not timeline.is_past


def test_every_way_to_a_version_agrees_with_the_slider() -> None:
    timeline = ten_days()

    @given(st.lists(st.integers(-3, 25), max_size=8))
    def walk(values: list[int]) -> None:
        for value in values:
            timeline.go_to_value(value)
            assert timeline.minimum <= timeline.value <= timeline.maximum
            assert 1 <= timeline.version <= timeline.count

    walk()
    timeline.set_travel_by("date")
    walk()
