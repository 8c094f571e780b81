"""The plan of the account that came over from a legacy system, which lost track of a balance once.

Its stated balances agree with the replay up to one entry, where the old system booked 63.00 and told
36.00: the classic transposed figure, a difference that nine divides. From there on all that it states
is off by 27.00.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Final, NamedTuple

from msgspec.structs import replace

from auditdesk.demo import steps as s
from auditdesk.demo.days import Period, months
from auditdesk.domain import codec
from auditdesk.domain import events as e
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import DAY_US, day_of, start_of_day
from auditdesk.domain.personal import Address, Contact, PersonalDetails, Remittance

SOURCE: Final = "old-mill-credit-union.csv"
OWNER: Final = PersonalDetails(
    name="Dolores Whitaker",
    birth_date="1961-11-05",
    address=Address("48 Old Mill Road", "Portland", "OR", "97205", "United States"),
    contact=Contact("dolores.whitaker@example.org", "+1 503 555 0148"),
)
REFERENCE: Final = "OMCU-004711"
BOOKED_MINOR: Final = 6_300
TOLD_MINOR: Final = 3_600
SHOPS: Final = ("Fir & Fern Market", "Old Mill Pharmacy", "Corner Diner", "Metro Transit", "Gas & Go 12")


class _Line(NamedTuple):
    booked_at_us: int
    event: e.MoneyEvent
    note: Remittance


def adoption(chance: Random, key: int, person: int, span: Period) -> s.Adopt:
    """All that the old system tells of the time from `span.start_us` to its end, when it was switched off."""
    lines = _lines(chance, span)
    opened = e.AccountOpened(customer="", currency="USD", reference=REFERENCE, imported=True)
    history = [
        (span.start_us, NewEvent(e.CustomerRegistered(reference="OMCU-P-0815", imported=True), OWNER)),
        (span.start_us, NewEvent(opened)),
        *((line.booked_at_us, NewEvent(line.event, line.note)) for line in _stated(lines)),
    ]
    told = b"\n".join(codec.encode_event(new_event.event) for _, new_event in history)
    return s.Adopt(key, person, SOURCE, sha256(told).hexdigest(), tuple(history))


def _lines(chance: Random, span: Period) -> list[_Line]:
    lines = []
    for month in months(span):
        pay = (e.MoneyDeposited, 24, 262_500, Remittance("Juniper County Schools", f"Payroll {month:%m/%Y}"))
        rent = (e.MoneyWithdrawn, 1, 98_000, Remittance("Juniper Apartments", f"Rent {month:%m/%Y}"))
        cards = [
            (
                e.MoneyWithdrawn,
                chance.randrange(2, 27),
                chance.randint(400, 19_000),
                Remittance(chance.choice(SHOPS)),
            )
            for _ in range(4)
        ]
        for cls, days, amount_minor, note in (pay, rent, *cards):
            at_us = start_of_day(month + timedelta(days=days)) + chance.randrange(8, 18) * s.HOUR_US
            if span.start_us + DAY_US <= at_us < span.end_us:
                event = cls(amount_minor=amount_minor, value_date=day_of(at_us).isoformat(), imported=True)
                lines.append(_Line(at_us, event, note))
    lines.sort(key=lambda line: line.booked_at_us)
    return lines


def _stated(lines: list[_Line]) -> list[_Line]:
    """The lines numbered and with the balance that the old system told after each."""
    wrong = next(
        index
        for index, line in enumerate(lines)
        if index >= len(lines) * 3 // 5 and isinstance(line.event, e.MoneyWithdrawn)
    )
    balance_minor = 0
    stated = []
    for index, line in enumerate(lines):
        booked = told = line.event
        if index == wrong:
            booked = replace(line.event, amount_minor=BOOKED_MINOR)
            told = replace(line.event, amount_minor=TOLD_MINOR)
        balance_minor += told.signed_minor
        event = replace(
            booked,
            reference=f"{REFERENCE}/{index + 1:04d}",
            stated_balance_minor=balance_minor,
        )
        stated.append(line._replace(event=event))
    return stated
