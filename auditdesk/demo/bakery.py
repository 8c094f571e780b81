"""The plan of the demo's oldest account: a bakery with ten years of takings, bills and wages."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Final

from auditdesk.demo import steps as s
from auditdesk.demo.days import Period, happens, months, night_step, till_step
from auditdesk.domain.commands.money import Deposit, Withdraw
from auditdesk.domain.instants import DAY_US, start_of_day
from auditdesk.domain.personal import Address, Contact, PersonalDetails

BAKERY: Final = PersonalDetails(
    name="Hafenbäckerei Gödecke & Söhne",
    address=Address("Am Fährhaus 3", "Hamburg", "", "22767", "Deutschland"),
    contact=Contact("kontor@hafenbaeckerei.example", "+49 40 555 0142"),
)
MOVED: Final = Address("Deichtorplatz 11\nHinterhof", "Hamburg", "", "20095", "Deutschland")
CURRENCY: Final = "EUR"
SUPPLIERS: Final = (
    "Mühle Tiedemann",
    "Molkerei Elbmarsch",
    "Stadtwerke Elbufer",
    "Verpackung Lührs",
    "Hefe & Co.",
)
SOURCES: Final = ("Shop takings", "Card terminal settlement", "Market stall", "Café orders")
BILLS_PERCENT: Final = 30


class Bakery:
    """Plans exactly as many events for its account as are asked for, wages paid by it included."""

    def __init__(self, chance: Random, key: int, person: int, span: Period) -> None:
        self._chance = chance
        self._key = key
        self._person = person
        self._span = span
        self.steps: list[s.Step] = []

    def open(self) -> None:
        """The account is opened, with a deposit."""
        at_us = self._span.start_us + 10 * s.HOUR_US
        acts: tuple[s.Act, ...] = (
            s.register(self._person, BAKERY),
            s.open_account(self._key, self._person, CURRENCY, 1_500_000),
            s.deposit(self._key, 4_000_000, "Gödecke", "Opening capital"),
        )
        for minute, act in enumerate(acts):
            self.steps.append(s.at_the_till(at_us + minute * s.MINUTE_US, 12, "ana", act))

    def trade(self, events: int, wages: int) -> None:
        """Fill the account's history up to `events`, of which others plan `wages`."""
        regular = self._regular()
        self.steps.append(self._moves_house())
        opening = 2
        room = events - opening - wages
        self.steps += regular[: max(room, 0)]
        days = (self._span.end_us - self._span.start_us) // DAY_US - 2
        daily = max(room - len(regular), 0)
        for index in range(daily):
            day = 1 + index * days // daily
            self.steps.append(self._deal(self._span.start_us + day * DAY_US, index))

    def sale(self, number: int) -> Deposit:
        """Money that comes in over the counter."""
        chance = self._chance
        source = chance.choice(SOURCES)
        return Deposit(s.TO_COME, chance.randint(4_000, 61_000), source, f"Settlement {number:06d}")

    def _deal(self, day_us: int, number: int) -> s.Step:
        chance = self._chance
        sale = self.sale(number)
        act: s.Act = s.OnKey(self._key, sale)
        if happens(chance, BILLS_PERCENT):
            bill = _bill(chance.choice(SUPPLIERS), f"Invoice {chance.randint(10_000, 99_999)}")
            act = s.Trade(self._key, chance.randint(2, 16), bill, sale)
        if happens(chance, 10):
            return till_step(chance, day_us, act)
        return s.in_the_night(day_us, chance.randrange(3 * 3_600), act)

    def _regular(self) -> list[s.Step]:
        """Plan monthly and quarterly payments, a new overdraft limit, and a freeze of two days."""
        chance = self._chance
        steps = []
        for month in months(Period(self._span.start_us + 35 * DAY_US, self._span.end_us - 35 * DAY_US)):
            rent = _bill("Hafen Immobilien", f"Rent {month:%Y-%m}")
            sale = self.sale(month.toordinal())
            steps.append(night_step(chance, month, s.Trade(self._key, 35, rent, sale)))
            if month.month % 3 == 1:
                quarter = month - timedelta(days=1)
                fee = s.fee(self._key, 4_500, f"Business account {quarter:%Y-%m}")
                steps.append(night_step(chance, quarter, fee))
                interest = s.Interest(self._key, 40, f"Interest {quarter:%Y-%m}")
                steps.append(night_step(chance, quarter, interest))
            if month.month == 1 and month.year % 3 == 0:
                day_us = start_of_day(month) + 12 * DAY_US
                limit_minor = chance.randint(8, 40) * 100_000
                steps.append(till_step(chance, day_us, s.overdraft(self._key, limit_minor)))
        middle_us = self._span.start_us + (self._span.end_us - self._span.start_us) // (2 * DAY_US) * DAY_US
        freeze = s.freeze(self._key, "debits", "Signature card under review")
        steps.append(till_step(chance, middle_us, freeze))
        steps.append(
            till_step(chance, middle_us + 4 * DAY_US, s.unfreeze(self._key, "debits", "Papers in order"))
        )
        return steps

    def _moves_house(self) -> s.Step:
        day_us = self._span.start_us + (self._span.end_us - self._span.start_us) // (3 * DAY_US) * DAY_US
        return till_step(self._chance, day_us, s.changed(self._person, MOVED))


def _bill(supplier: str, memo: str) -> Withdraw:
    """A bill whose amount is a share of what is available on the day."""
    return Withdraw(s.TO_COME, 0, supplier, memo)
