"""Parse the text of a moment: a date, a time or an event, without any widget."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import end_of_day, to_datetime
from auditdesk.domain.moments import AtInstant, Moment, TimeAxis, parse_moment

HOW_TO_WRITE: Final = "Write 2025-12-24, 2025-12, 2025-Q4, 2025-12-24 18:30, #312 or now."

_PERIOD = re.compile(r"(?P<year>[0-9]{4})(?:-(?:[Qq](?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.ASCII)
_LAST_MONTH = 12


def parse_when(text: str, *, today: date, clock: TimeAxis = "booked") -> Moment:
    """Read a moment: ISO date or instant (UTC), `2025`, `2025-12`, `2025-Q4`, `#312`, `now`, `today`.

    A day, month, quarter or year means its end. Raises `Refused` (`moment_malformed`).
    """
    text = text.strip()
    if text.lower() == "today":
        return AtInstant(end_of_day(today), clock)
    period = _PERIOD.fullmatch(text)
    try:
        if period is not None:
            return AtInstant(end_of_day(_last_day(period)), clock)
        return parse_moment(text.lower() if text.lower() == "now" else text, clock)
    except (Refused, ValueError) as error:
        shown = f"“{text[:40]}” is not a moment." if text else "No moment is given."
        raise Refused("moment_malformed", shown, HOW_TO_WRITE, field="at") from error


def written_instant(instant_us: int) -> str:
    """An instant as `parse_when` reads it, to the second: `2025-12-24 18:30:00`."""
    return f"{to_datetime(instant_us):%Y-%m-%d %H:%M:%S}"


def later_by_days(day: date, days: int) -> date:
    """The day so many days later (earlier if negative), within what the calendar has."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def later_by_months(day: date, months: int) -> date:
    """Add months to a day; gives the last day of a month that is too short."""
    index = day.year * 12 + day.month - 1 + months
    year, month = min(max(index // 12, date.min.year), date.max.year), index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _last_day(period: re.Match[str]) -> date:
    year = int(period["year"])
    month = int(period["month"] or 0) or 3 * int(period["quarter"] or 0) or _LAST_MONTH
    return date(year, month, monthrange(year, month)[1])
