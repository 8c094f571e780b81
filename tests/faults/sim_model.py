"""What the bank must be: plain numbers, kept beside the ledger and never read from it."""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from auditdesk.domain import events as e
from auditdesk.ledger.envelope import Envelope
from tests.faults.sim_orders import NEEDLE, Order
from tests.faults.sim_rules import (
    ON_ACCOUNT,
    AccountState,
    Change,
    PersonState,
    Refusal,
    change_person,
    move,
)

OPERATOR_STREAM: Final = "operator/ana"
REFUSED: Final = e.CommandRefused.TAG


class Kept(NamedTuple):
    """An event as the model saw it acknowledged."""

    stream: str
    version: int
    tag: str
    command_id: str
    amount_minor: int
    booked_at_us: int
    recorded_at_us: int


class Account:
    """An account with all its past: `past[version - 1]`."""

    def __init__(self, owner: str, currency: str) -> None:
        self.owner = owner
        self.currency = currency
        self.past: list[AccountState] = []

    @property
    def now(self) -> AccountState:
        return self.past[-1]


class Customer:
    """A customer with all his past; being forgotten adds two events and no state."""

    def __init__(self) -> None:
        self.past: list[PersonState] = []
        self.forgotten = False

    @property
    def now(self) -> PersonState:
        return self.past[-1]


class Repeat(Struct, frozen=True):
    """The positions that an order left the first time, which must be all that comes of it again."""

    positions: tuple[int, ...]


Expected = tuple[Change, ...] | Refusal | Repeat


class Model:
    """The log as it was acknowledged, and what follows from it."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.customers: dict[str, Customer] = {}
        self.log: list[Kept] = []
        self._heads: dict[str, Kept] = {}
        self.done: dict[str, tuple[Order, tuple[int, ...]]] = {}
        self.paid_in: dict[str, int] = {}  # by currency, what came from outside less what went there

    @property
    def recorded_at_us(self) -> int:
        """The instant of the last event."""
        return self.log[-1].recorded_at_us if self.log else 0

    def open_accounts(self, owner: str = "") -> list[str]:
        """The accounts that are open, of one owner or of all."""
        return [
            number
            for number, account in self.accounts.items()
            if not account.now.closed and owner in ("", account.owner)
        ]

    def streams(self) -> dict[str, list[Kept]]:
        """The log by stream."""
        found: dict[str, list[Kept]] = {}
        for kept in self.log:
            found.setdefault(kept.stream, []).append(kept)
        return found

    # --- what must come of an order ----------------------------------------------------------

    def expect(self, order: Order) -> Expected:
        """What must come of the order now."""
        known = self.done.get(order.command_id)
        if known is not None:
            return Repeat(known[1]) if known[0] == order else Refusal("command_id_taken")
        if order.kind == "register":
            number = f"C-{len(self.customers) + 1:05}"
            person = PersonState(order.text, f"{NEEDLE} Street 1")
            return (Change(f"customer/{number}", e.CustomerRegistered.TAG, person),)
        if order.kind in ("rename", "address", "open", "forget"):
            return self._on_customer(order)
        return self._on_account(order)

    def _on_customer(self, order: Order) -> Expected:
        customer = self.customers[order.target]
        if order.kind == "forget":
            if customer.forgotten:
                return Repeat(self.done[f"forget:{order.target}"][1])
            if self.open_accounts(order.target):
                return Refusal("open_account")
            tags = (e.ErasureRequested.TAG, e.CustomerForgotten.TAG)
            return tuple(Change(f"customer/{order.target}", tag) for tag in tags)
        if customer.forgotten:
            return Refusal("customer_erased")
        if order.kind == "open":
            number = f"10-{len(self.accounts) + 1:05}"
            return (Change(f"account/{number}", e.AccountOpened.TAG, AccountState(0, order.amount_minor)),)
        return change_person(order, customer.now)

    def _on_account(self, order: Order) -> Expected:
        account = self.accounts[order.target]
        if order.kind != "transfer":
            return ON_ACCOUNT[order.kind](order, account.now)
        if order.target == order.other:
            return Refusal("same_account")
        receiver = self.accounts[order.other]
        if account.currency != receiver.currency:
            return Refusal("currency_differs")
        sent = move(order, account.now, e.TransferSent)
        received = move(replace(order, target=order.other), receiver.now, e.TransferReceived)
        if isinstance(sent, Refusal):
            return sent
        return received if isinstance(received, Refusal) else (*sent, *received)

    # --- what did ----------------------------------------------------------------------------

    def book(self, order: Order, changes: tuple[Change, ...], envelopes: tuple[Envelope, ...]) -> None:
        """Take what an order left in the log, which must be what it had to leave, in one piece at the end."""
        assert [(env.stream, env.type) for env in envelopes] == [(ch.stream, ch.tag) for ch in changes]
        for change, envelope in zip(changes, envelopes, strict=True):
            self.note(envelope, change.amount_minor)
            self._move(order, change)
        positions = tuple(envelope.position for envelope in envelopes)
        self.done[_id_of(order)] = (order, positions)
        if order.kind == "forget":
            self.customers[order.target].forgotten = True

    def note(self, envelope: Envelope, amount_minor: int = 0) -> None:
        """Take one event, which must be the next of the log and of its stream, and of no earlier time."""
        before = self._heads.get(envelope.stream)
        assert envelope.position == len(self.log) + 1, f"{envelope.position} after {len(self.log)} events"
        assert envelope.version == (before.version if before else 0) + 1
        assert envelope.recorded_at_us >= self.recorded_at_us
        assert before is None or envelope.booked_at_us >= before.booked_at_us
        event = envelope.event()
        if isinstance(event, e.MoneyEvent):
            assert event.amount_minor == amount_minor
        kept = Kept(
            envelope.stream,
            envelope.version,
            envelope.type,
            envelope.command_id,
            amount_minor,
            envelope.booked_at_us,
            envelope.recorded_at_us,
        )
        self.log.append(kept)
        self._heads[kept.stream] = kept

    def _move(self, order: Order, change: Change) -> None:
        _, number = change.stream.split("/")
        if isinstance(change.state, PersonState):
            self.customers.setdefault(number, Customer()).past.append(change.state)
        elif isinstance(change.state, AccountState):
            if number not in self.accounts:
                self.accounts[number] = Account(order.target, order.text)
            account = self.accounts[number]
            account.past.append(change.state)
            sign = {"MoneyDeposited": 1, "MoneyWithdrawn": -1, "FeeCharged": -1}.get(change.tag, 0)
            paid_in = self.paid_in.get(account.currency, 0) + sign * change.amount_minor
            self.paid_in[account.currency] = paid_in


def _id_of(order: Order) -> str:
    """The id that an order is known by: a forget is known by its customer."""
    return f"forget:{order.target}" if order.kind == "forget" else order.command_id
