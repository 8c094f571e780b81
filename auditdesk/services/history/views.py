"""Views of the past: states, rows of a register, one event explained."""

from __future__ import annotations

from typing import NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.personal import Mask, Personal, Remark, Remittance
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.rows import BalanceBucket
from auditdesk.services.access.revealing import Revealer

__all__ = [
    "AccountView",
    "BalanceBucket",
    "CustomerView",
    "EventView",
    "OtherLeg",
    "OwnerMark",
    "RegisterRow",
    "StepView",
    "event_view",
    "other_account",
    "register_row",
    "remittance_texts",
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
    """A customer at a moment, with the numbers of all their accounts."""

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
    """The change one event made to an account; `before` is None at the opening."""

    before: Account | None
    after: Account
    event: EventView
    folded_events: int


class OtherLeg(NamedTuple):
    """The other side of a transfer: the account, and the version of its event."""

    account: str
    version: int


class OwnerMark(NamedTuple):
    """An event of an account's owner; `version` is the account's at that instant (0: before it)."""

    tag: str
    booked_at_us: int
    recorded_at_us: int
    version: int


class RegisterRow(NamedTuple):
    """One event of an account, flattened to be shown. `amount_minor` is signed, None where no money moved.

    Money is in minor units, instants are microseconds UTC. `counterparty` and `memo` are texts or masks; for
    a freeze, a release or a closing, `memo` is the reason.
    """

    version: int
    position: int
    tag: str
    booked_at_us: int
    recorded_at_us: int
    operator: str
    command_id: str
    amount_minor: int | None = None
    balance_minor: int = 0
    stated_balance_minor: int | None = None
    value_date: str = ""
    reference: str = ""
    counterparty: str | Mask = ""
    memo: str | Mask = ""
    other_account: str = ""
    imported: bool = False


def event_view(envelope: Envelope, revealer: Revealer) -> EventView:
    """Decode and reveal one event."""
    return EventView(envelope, envelope.event(), revealer.personal(envelope))


def register_row(view: EventView, state: Account) -> RegisterRow:
    """The register's line of an event that led to `state`."""
    envelope, event, personal = view
    counterparty, memo = remittance_texts(personal)
    row = RegisterRow(
        version=envelope.version,
        position=envelope.position,
        tag=envelope.type,
        booked_at_us=envelope.booked_at_us,
        recorded_at_us=envelope.recorded_at_us,
        operator=envelope.operator,
        command_id=envelope.command_id,
        balance_minor=state.balance_minor,
        counterparty=counterparty,
        memo=memo,
        imported=isinstance(event, e.AccountOpened | e.MoneyEvent) and event.imported,
    )
    if not isinstance(event, e.MoneyEvent):
        return row
    return row._replace(
        amount_minor=event.signed_minor,
        stated_balance_minor=event.stated_balance_minor,
        value_date=event.value_date,
        reference=event.reference,
        other_account=other_account(event),
    )


def other_account(event: e.MoneyEvent) -> str:
    """The number of our other account in a transfer; empty where there is none."""
    return event.other_account if isinstance(event, e.TransferSent | e.TransferReceived) else ""


def remittance_texts(personal: Personal | Mask | None) -> tuple[str | Mask, str | Mask]:
    """The counterparty and the memo, or the mask for both; a remark is a memo."""
    match personal:
        case Mask():
            return personal, personal
        case Remittance(counterparty=counterparty, memo=memo):
            return counterparty, memo
        case Remark(text=text):
            return "", text
        case _:
            return "", ""
