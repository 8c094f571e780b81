"""What a look at the past returns: views of a state, rows of a register, one event explained."""

from __future__ import annotations

from typing import NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.personal import Mask, Personal, Remark, Remittance
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.rows import Bucket
from auditdesk.services.access.revealing import Revealer

__all__ = [
    "AccountView",
    "Bucket",
    "CustomerView",
    "EventView",
    "OwnerMark",
    "RegisterRow",
    "StepView",
    "event_view",
    "register_row",
]


class AccountView(NamedTuple):
    """An account at a moment. Instants, in microseconds UTC, are those of the state's last event."""

    state: Account
    folded_events: int
    snapshot_version: int
    position: int
    booked_at_us: int
    recorded_at_us: int
    versions: int
    owner: Customer | None


class CustomerView(NamedTuple):
    """A customer at a moment, with the numbers of all of his accounts."""

    state: Customer
    position: int
    booked_at_us: int
    recorded_at_us: int
    versions: int
    accounts: tuple[str, ...]


class EventView(NamedTuple):
    """One event, decoded and revealed as far as may be."""

    envelope: Envelope
    event: e.Event
    personal: Personal | Mask | None


class StepView(NamedTuple):
    """What one event did to an account; `before` is None at the opening."""

    before: Account | None
    after: Account
    event: EventView
    folded_events: int


class OwnerMark(NamedTuple):
    """An event of an account's owner; `version` is the account's at that instant (0: before it)."""

    tag: str
    booked_at_us: int
    recorded_at_us: int
    version: int


class RegisterRow(NamedTuple):
    """One line of an account's register. `amount_minor` is signed, None where no money moved.

    `counterparty` and `memo` are texts or masks; for a freeze, a release or a closing, `memo` is the reason.
    """

    version: int
    position: int
    booked_at_us: int
    recorded_at_us: int
    tag: str
    amount_minor: int | None
    balance_minor: int
    operator: str
    value_date: str
    reference: str
    stated_balance_minor: int | None
    imported: bool
    counterparty: str | Mask
    memo: str | Mask
    other_account: str


def event_view(envelope: Envelope, revealer: Revealer) -> EventView:
    """Decode and reveal one event."""
    return EventView(envelope, envelope.event(), revealer.personal(envelope))


def register_row(
    envelope: Envelope, event: e.Event, state: Account, personal: Personal | Mask | None
) -> RegisterRow:
    """The register's line of an event that led to `state`."""
    money = event if isinstance(event, e.MoneyEvent) else None
    counterparty, memo = _texts(personal)
    return RegisterRow(
        version=envelope.version,
        position=envelope.position,
        booked_at_us=envelope.booked_at_us,
        recorded_at_us=envelope.recorded_at_us,
        tag=envelope.type,
        amount_minor=money.signed_minor if money else None,
        balance_minor=state.balance_minor,
        operator=envelope.operator,
        value_date=money.value_date if money else "",
        reference=money.reference if money else "",
        stated_balance_minor=money.stated_balance_minor if money else None,
        imported=bool(getattr(event, "imported", False)),
        counterparty=counterparty,
        memo=memo,
        other_account=getattr(event, "other_account", ""),
    )


def _texts(personal: Personal | Mask | None) -> tuple[str | Mask, str | Mask]:
    match personal:
        case Mask():
            return personal, personal
        case Remittance(counterparty=counterparty, memo=memo):
            return counterparty, memo
        case Remark(text=text):
            return "", text
        case _:
            return "", ""
