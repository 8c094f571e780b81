"""Days, opening hours and prices of the demo bank."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple

from auditdesk.demo import steps as s
from auditdesk.domain.instants import DAY_US, day_of, start_of_day

SATURDAY: Final = 5
TILL_OPENS: Final = 9
TILL_CLOSES: Final = 17
CLERKS: Final = ("ana", "ana", "ben", "ben", "chiara")
TILLS: Final = (*CLERKS, "till-1", "till-1")  # money may also be handled by the machine in the hall
# minor units to the euro, roughly; whole hundreds of yen have no cents
UNITS: Final = {"EUR": 100, "USD": 110, "CZK": 2_500, "JPY": 160}


class Period(NamedTuple):
    """From one instant to another, microseconds UTC, the end excluded."""

    start_us: int
    end_us: int

    def holds(self, instant_us: int) -> bool:
        """True if the instant (µs UTC) lies in the span; its end does not."""
        return self.start_us <= instant_us < self.end_us


def months(span: Period) -> Iterator[date]:
    """The first of each month that the span touches."""
    month = day_of(span.start_us).replace(day=1)
    while start_of_day(month) < span.end_us:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def happens(chance: Random, percent: int) -> bool:
    """Draw a random yes or no; True in `percent` of a hundred cases."""
    return chance.randrange(100) < percent


def price(chance: Random, currency: str, low: int, high: int) -> int:
    """An amount in minor units that is worth between so many euros."""
    return max(chance.randint(low * 100, high * 100) * UNITS[currency] // 100, 1)


def round_price(chance: Random, currency: str, low: int, high: int) -> int:
    """Draw a price in minor units like `price`, and keep two significant digits, as people agree on."""
    amount_minor = price(chance, currency, low, high)
    dropped = max(len(str(amount_minor)) - 2, 0)
    return int(str(amount_minor)[:2]) * int("1" + "0" * dropped)


def till_step(chance: Random, day_us: int, act: s.Act) -> s.Step:
    """On that day or, at the weekend, the Monday after, within opening hours, by a clerk or machine."""
    weekday = day_of(day_us).weekday()
    if weekday >= SATURDAY:
        day_us += (7 - weekday) * DAY_US
    second = chance.randrange(TILL_OPENS * 3_600, TILL_CLOSES * 3_600)
    booked_at_us = day_us + second * s.SECOND_US + chance.randrange(s.SECOND_US)
    staff = TILLS if s.is_entry(act) else CLERKS
    return s.at_the_till(booked_at_us, chance.randint(4, 1_200), chance.choice(staff), act)


def night_step(chance: Random, day: date, act: s.Act) -> s.Step:
    """At the close of that day, recorded by the run of the next morning."""
    return s.in_the_night(start_of_day(day), chance.randrange(3 * 3_600), act)


def midnight(instant_us: int) -> int:
    """The beginning of the day of an instant."""
    return start_of_day(day_of(instant_us))
