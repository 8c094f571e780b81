"""Compute the lines of the balance chart and the bars of the density strip, without any widget.

Floats appear here for pixels only: no number on this path is ever shown as money.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from math import ceil
from typing import Final, Protocol

from auditdesk.desktop.time.moment_text import later_by_months

Place = Callable[[int, int], float]
Points = tuple[list[float], list[float]]

_MONTH_STEPS: Final = (1, 3, 6, 12, 24, 60, 120, 240, 600)
_DAY_STEPS: Final = (1, 2, 7, 14)
_DAYS_OF_A_MONTH: Final = 30.4
_MONTHS_OF_A_YEAR: Final = 12
_DAY_US: Final = 86_400_000_000
# A burst within an hour counts as an hour, or it would flatten all the rest.
_LEAST_DAYS: Final = 1 / 24


class ChartBucket(Protocol):
    """Consecutive events of a stream taken together; balances in minor units, instants in µs UTC."""

    @property
    def first_version(self) -> int: ...
    @property
    def last_version(self) -> int: ...
    @property
    def min_minor(self) -> int: ...
    @property
    def max_minor(self) -> int: ...
    @property
    def last_minor(self) -> int: ...
    @property
    def entries(self) -> int: ...
    @property
    def first_booked_at_us(self) -> int: ...
    @property
    def last_booked_at_us(self) -> int: ...


def step_line(buckets: Sequence[ChartBucket], place: Place, decimals: int, end: float) -> Points:
    """The balance as a step line in major units; a bucket of many events shows its whole range.

    `place(version, instant_us)` gives an event's x; the line runs on to `end`.
    """
    scale = 10**decimals
    xs: list[float] = []
    ys: list[float] = []
    before = 0
    for bucket in buckets:
        x = place(bucket.first_version, bucket.first_booked_at_us)
        far = place(bucket.last_version, bucket.last_booked_at_us)
        low_high = (bucket.min_minor, bucket.max_minor) if bucket.entries > 1 else ()
        for balance_minor in (before, *low_high, bucket.last_minor):
            xs.append(x)
            ys.append(balance_minor / scale)
        xs.append(far)
        ys.append(bucket.last_minor / scale)
        before = bucket.last_minor
    if xs:
        xs.append(max(end, xs[-1]))
        ys.append(ys[-1])
    return xs, ys


def density(
    buckets: Sequence[ChartBucket], place: Place, first: float, last: float, bins: int
) -> list[float]:
    """Count the events in each of `bins` equal parts of the scale; a wide bucket is spread over several."""
    counts = [0.0] * bins
    width = (last - first) / bins
    if width <= 0:
        return counts
    for bucket in buckets:
        begin = place(bucket.first_version, bucket.first_booked_at_us)
        end = place(bucket.last_version, bucket.last_booked_at_us)
        low = min(max(int((begin - first) / width), 0), bins - 1)
        high = min(max(int((end - first) / width), low), bins - 1)
        for index in range(low, high + 1):
            counts[index] += bucket.entries / (high - low + 1)
    return counts


def busyness(buckets: Sequence[ChartBucket], first: float, last: float, bins: int) -> list[float]:
    """Events per day along a scale of events, where plain counts would all be equal."""
    counts, days = [0.0] * bins, [0.0] * bins
    width = (last - first) / bins
    followers = [*buckets[1:], None][: len(buckets)]
    for bucket, following in zip(buckets, followers, strict=True) if width > 0 else ():
        end_us = following.first_booked_at_us if following else bucket.last_booked_at_us
        low = min(max(int((bucket.first_version - first) / width), 0), bins - 1)
        high = min(max(int((bucket.last_version - first) / width), low), bins - 1)
        share = 1 / (high - low + 1)
        for index in range(low, high + 1):
            counts[index] += share * bucket.entries
            days[index] += share * (end_us - bucket.first_booked_at_us) / _DAY_US
    return [count / max(day, _LEAST_DAYS) for count, day in zip(counts, days, strict=True)]


def date_ticks(first_day: date, low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Labels of a scale of days (0 = the end of `first_day`) as (place, text), about `most` at most.

    The labels are ISO: `2025`, `2025-12` or `2025-12-24`, as fine as the step needs.
    """
    days = max(high - low, 1.0)
    for step in _DAY_STEPS:
        if days / step <= most:
            return _day_ticks(first_day, low, high, step)
    wanted = days / _DAYS_OF_A_MONTH / most
    months = next((step for step in _MONTH_STEPS if step >= wanted), _MONTH_STEPS[-1])
    return _month_ticks(first_day, low, high, months)


def _day_ticks(first_day: date, low: float, high: float, step: int) -> list[tuple[float, str]]:
    days = range(ceil(low), int(high) + 1, step)
    return [(float(day), (first_day + timedelta(days=day)).isoformat()) for day in days]


def _month_ticks(first_day: date, low: float, high: float, months: int) -> list[tuple[float, str]]:
    index = (first_day.year * 12 + first_day.month - 1) // months * months
    tick = date(index // 12, index % 12 + 1, 1)
    ticks = []
    while (place := (tick - first_day).days - 1.0) <= high:
        if place >= low:
            ticks.append((place, tick.isoformat()[: 4 if months >= _MONTHS_OF_A_YEAR else 7]))
        tick = later_by_months(tick, months)
    return ticks
