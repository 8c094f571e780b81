"""The plan of private customers' lives at the demo bank: pay, rent, shops, savings, moves and marriages."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple

from auditdesk.demo import steps as s
from auditdesk.demo.days import (
    Period,
    happens,
    midnight,
    months,
    night_step,
    price,
    round_price,
    till_step,
)
from auditdesk.demo.people import People
from auditdesk.domain.commands.customer import PlaceHold, ReleaseHold
from auditdesk.domain.events import Blocks
from auditdesk.domain.instants import DAY_US, start_of_day
from auditdesk.domain.personal import Address, Contact, PersonName

FREEZES: Final[tuple[tuple[Blocks, str, str], ...]] = (
    ("debits", "Card reported lost", "New card issued"),
    ("debits", "Garnishment order, district court, case 17", "Order lifted by the court"),
    ("all", "Suspected account takeover, under review", "Identity confirmed in person"),
    ("credits", "Source of funds being asked for", "Papers received and in order"),
)
CLOSINGS: Final = (
    "Moves abroad",
    "Changes to another bank",
    "No longer needed",
    "Joint account opened instead",
)


class Holder(NamedTuple):
    """A private customer and the accounts they hold; `savings` is None if they have none."""

    person: int
    country: str
    name: str
    current: int
    savings: int | None
    span: Period  # from the opening of the accounts to their closing, or the end of the plan
    pay_minor: int


class Lives:
    """Plans lives within a span; `steps` is what came of it, in no order."""

    def __init__(self, chance: Random, people: People, span: Period) -> None:
        self._chance = chance
        self._people = people
        self._span = span
        self.steps: list[s.Step] = []

    def join(self, person: int, current: int, savings: int | None, *, leaves: bool, employed: bool) -> Holder:
        """A person becomes a customer with accounts, some day in the first four fifths of the plan.

        Who is `employed` by one of the bank's own customers joins early and stays.
        """
        chance = self._chance
        days = (self._span.end_us - self._span.start_us) // DAY_US
        early = leaves or employed or happens(chance, 50)
        day = chance.randrange(1, days // 8 if early else days * 4 // 5)
        end_us = self._span.end_us
        if leaves:
            end_us = midnight(self._span.start_us + chance.randrange(days // 3, days * 9 // 10) * DAY_US)
        country = "Deutschland" if employed else self._people.country()
        details = self._people.person(country)
        currency = self._people.countries[country].currency
        came = till_step(chance, midnight(self._span.start_us) + day * DAY_US, s.register(person, details))
        self.steps.append(came)
        opened_us = came.recorded_at_us + 5 * s.MINUTE_US
        for minutes, key in enumerate(key for key in (current, savings) if key is not None):
            at_us = opened_us + minutes * s.MINUTE_US
            limit_minor = (
                round_price(chance, currency, 300, 900) if happens(chance, 40) and not minutes else 0
            )
            self.steps.append(
                s.at_the_till(at_us, 8, came.operator, s.open_account(key, person, currency, limit_minor))
            )
            first = s.deposit(key, round_price(chance, currency, 900, 4_000), memo="First deposit")
            self.steps.append(s.at_the_till(at_us + s.MINUTE_US // 2, 9, came.operator, first))
        pay_minor = round_price(chance, currency, 1_900, 4_600)
        span = Period(opened_us + 5 * s.MINUTE_US, end_us)
        return Holder(person, country, details.name, current, savings, span, pay_minor)

    def live(
        self, holder: Holder, friend: Holder, *, employer: int | None = None, changes: bool = True
    ) -> None:
        """Plan the holder's months; they send money to their friend now and then.

        With `employer`, their pay comes from that account of the bank; without `changes`, nothing becomes of
        their name, address and contact details.
        """
        for month in months(holder.span):
            self._income(holder, month, employer)
            self._spending(holder, month)
            self._transfers(holder, friend, month)
            if month.month % 3 == 1:
                self._quarter(holder, month)
        if changes:
            self._changes(holder)

    def freeze(self, holder: Holder, which: int, *, lasting: bool) -> None:
        """Freeze the holder's current account, for some weeks or until the end of the plan."""
        blocks, reason, remedy = FREEZES[which % len(FREEZES)]
        weeks = self._chance.randint(2, 9)
        days = (holder.span.end_us - holder.span.start_us) // DAY_US
        day = max(days - 7 * weeks - 7, 1) if lasting else self._chance.randrange(1, max(days - 70, 2))
        day_us = midnight(holder.span.start_us) + day * DAY_US
        self._till(holder.span, day_us, s.freeze(holder.current, blocks, reason))
        if not lasting:
            self._till(holder.span, day_us + 7 * weeks * DAY_US, s.unfreeze(holder.current, blocks, remedy))

    def leave(self, holder: Holder) -> None:
        """Close all the holder's accounts on the last day of their period."""
        reason = self._chance.choice(CLOSINGS)
        for key in (holder.savings, holder.current):
            if key is not None:
                self.steps.append(till_step(self._chance, holder.span.end_us, s.close(key, reason)))

    def be_held(self, holder: Holder) -> None:
        """Place a legal hold on the holder for some days after they left."""
        hold = PlaceHold(s.TO_COME, "Court file 12/34")
        release = ReleaseHold(s.TO_COME, "The court is done")
        for days, command in ((2, hold), (11, release)):
            day_us = holder.span.end_us + days * DAY_US
            self.steps.append(till_step(self._chance, day_us, s.OnPerson(holder.person, command)))

    def be_forgotten(self, holder: Holder, letter: int) -> None:
        """Forget the holder some weeks after they left."""
        day_us = holder.span.end_us + self._chance.randint(14, 60) * DAY_US
        reason = f"Request under GDPR Art. 17, letter {letter}"
        self.steps.append(till_step(self._chance, day_us, s.Forget(holder.person, reason)))

    # --- a month -----------------------------------------------------------------------

    def _income(self, holder: Holder, month: date, employer: int | None) -> None:
        memo = f"Salary {month:%Y-%m}"
        day = month + timedelta(days=24)
        if employer is not None:
            self._night(holder.span, day, s.move(employer, holder.current, holder.pay_minor, memo))
            return
        employers = self._people.countries[holder.country].employers
        payer = employers[holder.person % len(employers)]
        self._night(holder.span, day, s.deposit(holder.current, holder.pay_minor, payer, memo))

    def _spending(self, holder: Holder, month: date) -> None:
        chance, book = self._chance, self._people.countries[holder.country]
        landlord = book.landlords[holder.person % len(book.landlords)]
        rent_minor = holder.pay_minor * (25 + holder.person * 7 % 48) // 100  # some live beyond their means
        rent = s.withdraw(holder.current, rent_minor, landlord, f"Rent {month:%Y-%m}")
        self._night(holder.span, month, rent)
        for _ in range(chance.randint(2, 6)):
            day = month + timedelta(days=chance.randrange(28))
            shop, memo = chance.choice(book.shops), f"Card payment {chance.randint(1000, 9999)}"
            amount_minor = price(chance, book.currency, 4, 160)
            self._night(holder.span, day, s.withdraw(holder.current, amount_minor, shop, memo))
        if happens(chance, 50):
            amount_minor = round_price(chance, book.currency, 50, 500)
            act = s.withdraw(holder.current, amount_minor, memo="Cash")
            self._till(holder.span, start_of_day(month) + chance.randrange(28) * DAY_US, act)

    def _transfers(self, holder: Holder, friend: Holder, month: date) -> None:
        chance, book = self._chance, self._people.countries[holder.country]
        if holder.savings is not None:
            day = month + timedelta(days=25)
            amount_minor = holder.pay_minor // 8
            self._night(holder.span, day, s.move(holder.current, holder.savings, amount_minor, "Savings"))
        if (
            friend.span.end_us >= holder.span.end_us
            and friend.person != holder.person
            and happens(chance, 25)
        ):
            memo = chance.choice(("Concert tickets", "Thanks for the weekend", "Shared dinner", "Birthday"))
            amount_minor = round_price(chance, book.currency, 10, 120)
            act = s.move(holder.current, friend.current, amount_minor, memo)
            span = Period(max(holder.span.start_us, friend.span.start_us), holder.span.end_us)
            self._night(span, month + timedelta(days=chance.randrange(28)), act)

    def _quarter(self, holder: Holder, month: date) -> None:
        chance, book = self._chance, self._people.countries[holder.country]
        before = month - timedelta(days=1)
        quarter = f"{before.year} Q{(before.month + 2) // 3}"
        fee_minor = price(chance, book.currency, 6, 6)
        fee = s.fee(holder.current, fee_minor, f"Account fee {quarter}")
        self._night(holder.span, before, fee)
        if holder.savings is not None:
            self._night(holder.span, before, s.Interest(holder.savings, 150, f"Interest {quarter}"))
        if happens(chance, 3):
            limit_minor = round_price(chance, book.currency, 400, 2_500)
            self._till(holder.span, start_of_day(month), s.overdraft(holder.current, limit_minor))

    def _changes(self, holder: Holder) -> None:
        chance = self._chance
        news: list[PersonName | Address | Contact] = []
        if happens(chance, 12):
            news.append(PersonName(self._people.married(holder.country, holder.name)))
        moves = chance.choices((0, 1, 2, 3), (45, 35, 15, 5))[0]
        news.extend(self._people.address(holder.country) for _ in range(moves))
        if happens(chance, 25):
            news.append(self._people.contact(holder.country, holder.name))
        chance.shuffle(news)
        days = (holder.span.end_us - holder.span.start_us) // DAY_US
        for change in news:
            day_us = midnight(holder.span.start_us) + chance.randrange(1, max(days, 2)) * DAY_US
            self._till(holder.span, day_us, s.changed(holder.person, change))

    def _night(self, span: Period, day: date, act: s.Act) -> None:
        self._plan(span, night_step(self._chance, day, act))

    def _till(self, span: Period, day_us: int, act: s.Act) -> None:
        self._plan(span, till_step(self._chance, day_us, act))

    def _plan(self, span: Period, step: s.Step) -> None:
        if span.holds(step.booked_at_us) and step.recorded_at_us < span.end_us + 6 * s.HOUR_US:
            self.steps.append(step)
