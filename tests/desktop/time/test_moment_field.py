"""Writing when: the parser, and the field around it."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.time.moment_field import MomentField
from auditdesk.desktop.time.moment_text import later_by_days, later_by_months, parse_when
from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import end_of_day, parse_instant
from auditdesk.domain.moments import NOW, AtInstant, AtVersion, Moment, Now

pytestmark = pytest.mark.usefixtures("qapp")

TODAY = date(2026, 3, 14)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-12-24", date(2025, 12, 24)),
        ("2025-12", date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2025-Q4", date(2025, 12, 31)),
        ("2025-q1", date(2025, 3, 31)),
        ("2025", date(2025, 12, 31)),
        (" today ", TODAY),
    ],
)
def test_a_day_or_period_means_its_end(text: str, day: date) -> None:
    assert parse_when(text, today=TODAY) == AtInstant(end_of_day(day), "booked")


def test_an_instant_an_event_and_now_are_read_as_written() -> None:
    assert parse_when("2025-12-24 18:30", today=TODAY, clock="recorded") == AtInstant(
        parse_instant("2025-12-24T18:30:00Z"), "recorded"
    )
    assert parse_when("#312", today=TODAY) == AtVersion(312)
    assert parse_when("Now", today=TODAY) == NOW


@pytest.mark.parametrize("text", ["", "yesterday", "2025-13", "2025-Q5", "#x", "0000", "24.12.2025"])
def test_what_is_no_moment_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(Refused, match="Write 2025-12-24") as refusal:
        parse_when(text, today=TODAY)
    assert refusal.value.code == "moment_malformed"


@given(st.text(max_size=20))
def test_no_text_crashes_the_parser(text: str) -> None:
    with contextlib.suppress(Refused):
        assert isinstance(parse_when(text, today=TODAY), AtInstant | AtVersion | Now)


@given(st.dates(), st.integers(-30_000, 30_000))
def test_stepping_stays_within_the_calendar(day: date, count: int) -> None:
    assert date.min <= later_by_days(day, count) <= date.max
    assert later_by_months(day, count).day <= day.day


def a_field(qtbot: QtBot) -> tuple[MomentField, list[Moment], list[str]]:
    field = MomentField(now_us=lambda: parse_instant("2026-03-14T10:00:00Z"))
    qtbot.addWidget(field)
    requested: list[Moment] = []
    failed: list[str] = []
    field.travel_requested.connect(requested.append)
    field.failed.connect(failed.append)
    field.show_moment("2025-12-24 08:55:12", date(2025, 12, 24), "booked")
    field.show()
    field.setFocus()
    return field, requested, failed


def test_enter_travels_to_what_was_written(qtbot: QtBot) -> None:
    field, requested, _failed = a_field(qtbot)
    field.selectAll()
    QTest.keyClicks(field, "2024-Q2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert requested == [AtInstant(end_of_day(date(2024, 6, 30)))]


def test_a_bad_moment_says_so_and_keeps_the_text(qtbot: QtBot) -> None:
    field, requested, failed = a_field(qtbot)
    field.selectAll()
    QTest.keyClicks(field, "chrismas")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (requested, field.text()) == ([], "chrismas")
    assert "chrismas" in failed[-1]
    QTest.keyClicks(field, "!")
    assert failed[-1] == ""


@pytest.mark.parametrize(
    ("key", "day"),
    [
        (Qt.Key.Key_Plus, date(2025, 12, 25)),
        (Qt.Key.Key_Minus, date(2025, 12, 23)),
        (Qt.Key.Key_PageUp, date(2026, 1, 24)),
        (Qt.Key.Key_PageDown, date(2025, 11, 24)),
        (Qt.Key.Key_T, date(2026, 3, 14)),
    ],
)
def test_keys_step_from_the_day_shown(qtbot: QtBot, key: Qt.Key, day: date) -> None:
    field, requested, _failed = a_field(qtbot)
    QTest.keyClick(field, key)
    assert requested == [AtInstant(end_of_day(day))]


def test_a_dash_in_a_date_being_written_is_a_dash(qtbot: QtBot) -> None:
    field, requested, _failed = a_field(qtbot)
    field.selectAll()
    QTest.keyClicks(field, "2025-11-30")
    assert (field.text(), requested) == ("2025-11-30", [])


def test_escape_brings_the_shown_moment_back(qtbot: QtBot) -> None:
    field, _requested, _failed = a_field(qtbot)
    field.selectAll()
    QTest.keyClicks(field, "20")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "2025-12-24 08:55:12"


def test_what_is_being_written_survives_a_move_of_the_timeline(qtbot: QtBot) -> None:
    field, _requested, _failed = a_field(qtbot)
    qtbot.waitUntil(field.hasFocus)
    field.selectAll()
    QTest.keyClicks(field, "2024")
    field.show_moment("2025-12-25 10:00:00", date(2025, 12, 25), "booked")
    assert field.text() == "2024"
