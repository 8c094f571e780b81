"""Instants as integer microseconds UTC, read from and written as ISO 8601."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from auditdesk.domain.errors import Refused

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
DAY_US: Final = 86_400_000_000


def from_datetime(moment: datetime) -> int:
    """Microseconds UTC of an aware datetime; a naive one is taken as UTC. Exact, no floats."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // MICROSECOND


def to_datetime(instant_us: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return EPOCH + timedelta(microseconds=instant_us)


def to_iso(instant_us: int) -> str:
    """`2025-12-24T23:59:59.999999Z`; the fraction is left out when it is zero."""
    return to_datetime(instant_us).isoformat().replace("+00:00", "Z")


def day_of(instant_us: int) -> date:
    """The UTC calendar day of an instant."""
    return to_datetime(instant_us).date()


def start_of_day(day: date) -> int:
    """The first instant of a UTC day."""
    return from_datetime(datetime.combine(day, time.min, UTC))


def end_of_day(day: date) -> int:
    """The last microsecond of a UTC day."""
    return start_of_day(day) + DAY_US - 1


def parse_instant(text: str, *, date_means_end: bool = False) -> int:
    """Read an ISO 8601 date or instant; without a zone it is UTC.

    A date is its first instant, or its last with `date_means_end`. Raises `Refused` (`instant_malformed`).
    """
    text = text.strip()
    try:
        if not text.isascii():
            raise ValueError(text)
        day = _as_date(text)
        if day is not None:
            return end_of_day(day) if date_means_end else start_of_day(day)
        instant_us = from_datetime(datetime.fromisoformat(text))
        to_datetime(instant_us)  # a zone can carry it out of the years that there are
    except (ValueError, OverflowError) as error:
        raise Refused(
            "instant_malformed",
            f"{text[:40]!r} is not a date or an instant.",
            "Write 2025-12-24 or 2025-12-24T18:30:00Z.",
            field="at",
        ) from error
    return instant_us


def parse_date(text: str) -> str:
    """Read an ISO 8601 date and return it in the form 2025-12-24. Raises `Refused` (`date_malformed`)."""
    day = _as_date(text) if text.isascii() else None
    if day is None:
        # what was typed is not repeated: refusals are recorded in the clear
        raise Refused("date_malformed", "That is not a date.", "Write 2025-12-24.", field="date")
    return day.isoformat()


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
