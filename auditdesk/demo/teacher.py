"""The plan of the demo's first account: a teacher's, with all that a visitor should see on one page.

Ten years with a marriage, three moves, a lost card, and a flat that was bought.
"""

from __future__ import annotations

from random import Random
from typing import Final

from auditdesk.demo import steps as s
from auditdesk.demo.days import Period, till_step
from auditdesk.demo.lives import FREEZES, Holder
from auditdesk.domain.instants import DAY_US
from auditdesk.domain.personal import Address, Contact, PersonalDetails, PersonName

COUNTRY: Final = "Deutschland"
FOUNDER: Final = PersonalDetails(
    name="Mareike Lührs",
    birth_date="1988-02-29",
    address=Address("Lindenweg 12", "Kiel", "Schleswig-Holstein", "24103", COUNTRY),
    contact=Contact("mareike.luehrs@example.org", "+49 40 555 0171"),
)
PAY_MINOR: Final = 285_000
# what changed in the customer's life, and after how many hundredths of the ten years
NEWS: Final[tuple[tuple[int, Address | PersonName | Contact], ...]] = (
    (18, Address("Große Bergstraße 160\nSeitenflügel links", "Hamburg", "", "22767", COUNTRY)),
    (37, PersonName("Mareike Brüggemann-Lührs")),
    (41, Address("Mühlenstieg 9", "Hamburg", "", "22767", COUNTRY)),
    (66, Contact("m.brueggemann@example.org", "+49 40 555 0188")),
    (84, Address("Kastanienallee 77", "Leipzig", "Sachsen", "04109", COUNTRY)),
)
PURCHASES: Final = (
    (29, 1_480_000, "Autohaus Förde", "Car, second hand"),
    (44, 590_000, "Standesamt und Saal", "Wedding"),
    (83, 11_500_000, "Notariat Ahlers", "Flat, own share"),
)


def founder(chance: Random, key: int, person: int, span: Period) -> tuple[Holder, list[s.Step]]:
    """Plan the bank's first customer from the morning of `span.start_us`, apart from everyday life."""
    opened_us = span.start_us + 9 * s.HOUR_US
    acts: tuple[s.Act, ...] = (
        s.register(person, FOUNDER),
        s.open_account(key, person, "EUR", 50_000),
        s.deposit(key, 120_000, memo="First deposit"),
    )
    steps = [
        s.at_the_till(opened_us + minute * s.MINUTE_US, 12, "ana", act) for minute, act in enumerate(acts)
    ]
    steps += [_later(chance, span, share, s.changed(person, news)) for share, news in NEWS]
    blocks, reason, remedy = FREEZES[0]
    steps += [
        _later(chance, span, 52, s.freeze(key, blocks, reason)),
        _later(chance, span, 53, s.unfreeze(key, blocks, remedy)),
        _later(chance, span, 72, s.overdraft(key, 200_000)),
    ]
    steps += [
        _later(chance, span, share, s.withdraw(key, amount_minor, shop, memo))
        for share, amount_minor, shop, memo in PURCHASES
    ]
    life = Period(opened_us + s.HOUR_US, span.end_us)
    return Holder(person, COUNTRY, FOUNDER.name, key, None, life, PAY_MINOR), steps


def _later(chance: Random, span: Period, share: int, act: s.Act) -> s.Step:
    days = (span.end_us - span.start_us) // DAY_US
    return till_step(chance, span.start_us + days * share // 100 * DAY_US, act)
