"""The steps of which the demo bank's history is planned, each at the instant its clerk records it."""

from __future__ import annotations

from typing import Final, NamedTuple

from auditdesk.domain.commands.account import CloseAccount, Freeze, OpenAccount, SetOverdraft, Unfreeze
from auditdesk.domain.commands.customer import (
    ChangeAddress,
    ChangeContact,
    OnCustomer,
    RegisterCustomer,
    RenameCustomer,
)
from auditdesk.domain.commands.money import ChargeFee, Deposit, MoneyCommand, Transfer, Withdraw
from auditdesk.domain.commands.on_account import OnAccount
from auditdesk.domain.events import Blocks, NewEvent
from auditdesk.domain.personal import Address, Contact, PersonalDetails, PersonName

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
NIGHT_RUN: Final = "system"
TO_COME: Final = ""  # a number that is given when the plan is carried out


class DemoClock:
    """A clock that the making of the demo moves; it never goes by itself."""

    def __init__(self, start_us: int) -> None:
        self.now_us = start_us

    def __call__(self) -> int:
        """Microseconds UTC."""
        return self.now_us


class Register(NamedTuple):
    """A person or business becomes the plan's customer `person`."""

    person: int
    command: RegisterCustomer


class Open(NamedTuple):
    """The plan's account `key` is opened for the plan's customer `person`."""

    key: int
    person: int
    command: OpenAccount


class OnPerson(NamedTuple):
    """A command on the plan's customer `person`; whose number that is comes out when it is carried out."""

    person: int
    command: OnCustomer


class OnKey(NamedTuple):
    """A command on the plan's account `key`; which number that is comes out when it is carried out."""

    key: int
    command: OnAccount


class Interest(NamedTuple):
    """A quarter's interest on the balance of the day, at a yearly rate in basis points."""

    key: int
    rate_bp: int
    memo: str


class Trade(NamedTuple):
    """A bill of a business: a share of what is available, and a sale instead where nothing can be paid."""

    key: int
    share_per_mille: int
    bill: Withdraw
    sale: Deposit


class Move(NamedTuple):
    """A transfer between two of the plan's accounts."""

    sender: int
    receiver: int
    command: Transfer


class Adopt(NamedTuple):
    """A customer and an account come over from another system's file, with their history as it is told there.

    `history` is what was booked when (microseconds UTC), in order, the registration first.
    """

    key: int
    person: int
    source: str
    sha256: str
    history: tuple[tuple[int, NewEvent], ...]


class Forget(NamedTuple):
    """The customer is forgotten."""

    person: int
    reason: str


AccountAct = OnKey | Interest | Trade
Act = AccountAct | Register | OnPerson | Open | Move | Adopt | Forget


def is_entry(act: Act) -> bool:
    """True if the act is an entry that a customer asks for at the till."""
    return isinstance(act, OnKey) and isinstance(act.command, MoneyCommand)


def deposit(key: int, amount_minor: int, counterparty: str = "", memo: str = "") -> OnKey:
    """Money is paid in to the plan's account `key`."""
    return OnKey(key, Deposit(TO_COME, amount_minor, counterparty, memo))


def withdraw(key: int, amount_minor: int, counterparty: str = "", memo: str = "") -> OnKey:
    """Money is paid out of the plan's account `key`."""
    return OnKey(key, Withdraw(TO_COME, amount_minor, counterparty, memo))


def fee(key: int, amount_minor: int, memo: str) -> OnKey:
    """A fee is charged to the plan's account `key`."""
    return OnKey(key, ChargeFee(TO_COME, amount_minor, memo=memo))


def overdraft(key: int, limit_minor: int) -> OnKey:
    """Another overdraft is agreed."""
    return OnKey(key, SetOverdraft(TO_COME, limit_minor))


def freeze(key: int, blocks: Blocks, reason: str) -> OnKey:
    """Blocks are laid."""
    return OnKey(key, Freeze(TO_COME, blocks=blocks, reason=reason))


def unfreeze(key: int, blocks: Blocks, reason: str) -> OnKey:
    """Blocks are lifted."""
    return OnKey(key, Unfreeze(TO_COME, blocks, reason))


def close(key: int, reason: str) -> OnKey:
    """The account is closed and the rest paid out."""
    return OnKey(key, CloseAccount(TO_COME, pay_out=True, reason=reason))


def move(sender: int, receiver: int, amount_minor: int, memo: str) -> Move:
    """Money is transferred between two of the plan's accounts."""
    return Move(sender, receiver, Transfer(TO_COME, TO_COME, amount_minor, memo=memo))


def register(person: int, details: PersonalDetails) -> Register:
    """A person becomes a customer."""
    return Register(person, RegisterCustomer.of(details))


def open_account(key: int, person: int, currency: str, overdraft_limit_minor: int = 0) -> Open:
    """An account is opened."""
    return Open(key, person, OpenAccount(TO_COME, currency, overdraft_limit_minor))


def changed(person: int, news: PersonName | Address | Contact) -> OnPerson:
    """The customer has another name, lives elsewhere, or is reached otherwise."""
    match news:
        case PersonName(name=name):
            return OnPerson(person, RenameCustomer(TO_COME, name))
        case Address():
            return OnPerson(person, ChangeAddress.of(TO_COME, news))
        case Contact():
            return OnPerson(person, ChangeContact.of(TO_COME, news))


class Step(NamedTuple):
    """One act; `booked_at_us` is brought forward to the account's last event where it lies before that."""

    recorded_at_us: int
    booked_at_us: int
    operator: str
    act: Act


def at_the_till(booked_at_us: int, delay_s: int, operator: str, act: Act) -> Step:
    """Make a step of a clerk at the till, recorded `delay_s` seconds after it is booked."""
    return Step(booked_at_us + delay_s * SECOND_US, booked_at_us, operator, act)


def in_the_night(day_us: int, second: int, act: Act) -> Step:
    """Make a step of the night run: booked at 20:00 of the day `day_us`, recorded at 4:00 on the next."""
    return Step(
        day_us + 28 * HOUR_US + second * SECOND_US,
        day_us + 20 * HOUR_US + second * SECOND_US,
        NIGHT_RUN,
        act,
    )
