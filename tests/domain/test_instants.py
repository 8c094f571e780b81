"""Instants: microseconds UTC, exact in both directions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import (
    DAY_US,
    day_of,
    end_of_day,
    from_datetime,
    parse_date,
    parse_instant,
    start_of_day,
    to_datetime,
    to_iso,
)

FIRST = from_datetime(datetime.min.replace(tzinfo=UTC))
LAST = from_datetime(datetime.max.replace(tzinfo=UTC))
INSTANTS = st.integers(FIRST, LAST)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(INSTANTS)
def test_an_instant_survives_being_written_and_read(instant_us: int) -> None:
    assert parse_instant(to_iso(instant_us)) == instant_us
    assert from_datetime(to_datetime(instant_us)) == instant_us


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)), ZONES)  # noqa: DTZ001 - hypothesis wants naive bounds
def test_the_zone_written_does_not_change_the_instant(moment: datetime, zone: timezone) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert parse_instant(aware.astimezone(zone).isoformat()) == from_datetime(aware)
    assert from_datetime(moment) == from_datetime(aware)


@given(st.dates())
def test_a_date_spans_its_day_to_the_microsecond(day: date) -> None:
    first, last = start_of_day(day), end_of_day(day)
    assert last - first == DAY_US - 1
    assert day_of(first) == day_of(last) == day
    assert parse_instant(day.isoformat()) == first
    assert parse_instant(day.isoformat(), date_means_end=True) == last


@pytest.mark.parametrize("text", ["2025-12-24", "20251224", "2025-W52-3", "2025W523"])
def test_a_date_means_its_end_however_it_is_spelt(text: str) -> None:
    assert to_iso(parse_instant(text, date_means_end=True)) == "2025-12-24T23:59:59.999999Z"
    assert parse_date(text) == "2025-12-24"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-12-24T18:30:00Z", "2025-12-24T18:30:00Z"),
        ("2025-12-24T18:30", "2025-12-24T18:30:00Z"),
        ("2025-12-24 18:30:00+02:00", "2025-12-24T16:30:00Z"),
        ("  2025-12-24T18:30:00.5  ", "2025-12-24T18:30:00.500000Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
    ],
)
def test_an_instant_without_a_zone_is_utc(text: str, iso: str) -> None:
    assert to_iso(parse_instant(text)) == iso


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2025-02-29",
        "2025-13-01",
        "24.12.2025",
        "٢٠٢٥-١٢-٢٤",
        "2025-12-24T25:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_instant(text)
    assert refused.value.code == "instant_malformed"


@given(st.text())
def test_whatever_is_read_as_an_instant_can_be_written(text: str) -> None:
    try:
        instant_us = parse_instant(text)
    except Refused:
        return
    assert parse_instant(to_iso(instant_us)) == instant_us


@pytest.mark.parametrize("text", ["", "2025-02-29", "2025-12-24T10:00", "٢٠٢٥-١٢-٢٤", "Jane Doe"])
def test_what_is_no_date_is_refused_without_repeating_what_was_typed(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_date(text)
    assert refused.value.code == "date_malformed"
    assert not text or text not in str(refused.value)
