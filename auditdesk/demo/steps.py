"""What the demo bank's history is planned of: steps, each at the instant its clerk records it."""

from __future__ import annotations

from typing import Final, NamedTuple

from auditdesk.domain.commands.account import MoneyKind, Note
from auditdesk.domain.events import Blocks, NewEvent
from auditdesk.domain.personal import Address, Contact, PersonalDetails, PersonName

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
NIGHT_RUN: Final = "system"


class Hold(NamedTuple):
    """A legal hold is placed, or with `held` false released."""

    held: bool
    reason: str


News = PersonName | Address | Contact | Hold


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
    details: PersonalDetails


class Change(NamedTuple):
    """A customer has a new name, address or way of being reached."""

    person: int
    news: News


class Open(NamedTuple):
    """The plan's account `key` is opened."""

    key: int
    person: int
    currency: str
    overdraft_limit_minor: int = 0


class Entry(NamedTuple):
    """Money moves on one account."""

    key: int
    kind: MoneyKind
    amount_minor: int
    note: Note


class Interest(NamedTuple):
    """A quarter's interest on the balance of the day, at a yearly rate in basis points."""

    key: int
    rate_bp: int
    memo: str


class Trade(NamedTuple):
    """A bill of a business: a share of what is available, and a sale instead where nothing can be paid."""

    key: int
    share_per_mille: int
    bill: Note
    sale: Entry


class Move(NamedTuple):
    """A transfer between two of the bank's accounts."""

    sender: int
    receiver: int
    amount_minor: int
    memo: str


class Overdraft(NamedTuple):
    """Another overdraft is agreed."""

    key: int
    limit_minor: int


class Freeze(NamedTuple):
    """Blocks are laid."""

    key: int
    blocks: Blocks
    reason: str


class Unfreeze(NamedTuple):
    """Blocks are lifted."""

    key: int
    blocks: Blocks
    reason: str


class Close(NamedTuple):
    """The account is closed and the rest paid out."""

    key: int
    reason: str


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


AccountAct = Entry | Interest | Trade | Overdraft | Freeze | Unfreeze | Close
Act = AccountAct | Register | Change | Open | Move | Adopt | Forget


class Step(NamedTuple):
    """One act; `booked_at_us` is brought forward to the account's last event where it lies before that."""

    recorded_at_us: int
    booked_at_us: int
    operator: str
    act: Act


def at_the_till(booked_at_us: int, delay_s: int, operator: str, act: Act) -> Step:
    """What a clerk does while the customer waits, recorded some seconds later."""
    return Step(booked_at_us + delay_s * SECOND_US, booked_at_us, operator, act)


def in_the_night(day_us: int, second: int, act: Act) -> Step:
    """What is booked at the close of a day that began at `day_us`, and recorded by the next morning's run."""
    return Step(
        day_us + 28 * HOUR_US + second * SECOND_US,
        day_us + 20 * HOUR_US + second * SECOND_US,
        NIGHT_RUN,
        act,
    )
