"""The events and the streams of the bank's books, declared once and looked up by everything above.

A new event is a class in `events`, a row of `EVENTS`, and, where it changes a state, a line in the fold of
its stream. Whatever lists, names, counts, posts or imports events reads the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from auditdesk.domain import account, customer
from auditdesk.domain import events as e
from auditdesk.domain.account import ACCOUNT_STATE_SCHEMA, Account
from auditdesk.domain.customer import CUSTOMER_STATE_SCHEMA, Customer
from auditdesk.domain.personal import Mask, Personal
from auditdesk.domain.streams import prefix_of

State = Account | Customer
Fold = Callable[[str, Any, e.Event, Personal | Mask | None, int], State]
LedgerAccount = Literal["customer accounts", "cash", "clearing", "interest expense", "fee income"]
Chip = Literal["deposits", "withdrawals", "transfers", "interest", "other"]


class StreamKind(NamedTuple):
    """A kind of stream, by the word before its slash.

    `fold(number, state, event, personal, booked_at_us)` makes the state after an event, of which snapshots
    are kept under `schema`; None where a stream is a list of facts and has no state.
    """

    name: str
    state: type[State] | None = None
    fold: Fold | None = None
    schema: int = 0


def _fold_account(
    number: str, state: Any, event: e.Event, _personal: Personal | Mask | None, booked_at_us: int
) -> Account:
    return account.apply(number, state, event, booked_at_us)


ACCOUNT: Final = StreamKind("account", Account, _fold_account, ACCOUNT_STATE_SCHEMA)
CUSTOMER: Final = StreamKind("customer", Customer, customer.apply, CUSTOMER_STATE_SCHEMA)
OPERATOR: Final = StreamKind("operator")
BANK: Final = StreamKind("bank")
STREAMS: Final[Mapping[str, StreamKind]] = {kind.name: kind for kind in (ACCOUNT, CUSTOMER, OPERATOR, BANK)}
_UNKNOWN: Final = StreamKind("")


def stream_kind(stream: str) -> StreamKind:
    """The kind of a stream; one without a state for a name that no kind bears."""
    return STREAMS.get(prefix_of(stream), _UNKNOWN)


def kind_of(state: State) -> StreamKind:
    """The kind of the stream that a state was folded of."""
    return ACCOUNT if isinstance(state, Account) else CUSTOMER


class EventKind(NamedTuple):
    """What is said of an event type.

    `streams` are the kinds of stream that it may stand in, `words` what people read, `chip` the filter of an
    account's register, `counterpart` the account of the general ledger that it is posted against (None: no
    money moves), `import_kind` the word for it in an imported transactions.csv.
    """

    event: type[e.Event]
    streams: tuple[StreamKind, ...]
    words: str
    chip: Chip | None = None
    counterpart: LedgerAccount | None = None
    import_kind: str = ""


EVENTS: Final[Mapping[str, EventKind]] = {
    kind.event.TAG: kind
    for kind in (
        EventKind(e.CustomerRegistered, (CUSTOMER,), "Registered"),
        EventKind(e.CustomerRenamed, (CUSTOMER,), "Name changed"),
        EventKind(e.AddressChanged, (CUSTOMER,), "Address changed"),
        EventKind(e.ContactDetailsChanged, (CUSTOMER,), "Contact details changed"),
        EventKind(e.LegalHoldPlaced, (CUSTOMER,), "Legal hold placed"),
        EventKind(e.LegalHoldReleased, (CUSTOMER,), "Legal hold released"),
        EventKind(e.ErasureRequested, (CUSTOMER,), "Erasure requested"),
        EventKind(e.CustomerForgotten, (CUSTOMER,), "Forgotten"),
        EventKind(e.AccountOpened, (ACCOUNT,), "Account opened", "other"),
        EventKind(e.MoneyDeposited, (ACCOUNT,), "Deposit", "deposits", "cash", "deposit"),
        EventKind(e.MoneyWithdrawn, (ACCOUNT,), "Withdrawal", "withdrawals", "cash", "withdrawal"),
        EventKind(e.TransferSent, (ACCOUNT,), "Transfer sent", "transfers", "clearing", "transfer_out"),
        EventKind(
            e.TransferReceived, (ACCOUNT,), "Transfer received", "transfers", "clearing", "transfer_in"
        ),
        EventKind(e.InterestCredited, (ACCOUNT,), "Interest", "interest", "interest expense", "interest"),
        EventKind(e.FeeCharged, (ACCOUNT,), "Fee", "interest", "fee income", "fee"),
        EventKind(e.OverdraftLimitSet, (ACCOUNT,), "Overdraft limit set", "other"),
        EventKind(e.AccountFrozen, (ACCOUNT,), "Frozen", "other"),
        EventKind(e.AccountUnfrozen, (ACCOUNT,), "Unfrozen", "other"),
        EventKind(e.AccountClosed, (ACCOUNT,), "Account closed", "other"),
        EventKind(e.OperatorAdded, (OPERATOR,), "Operator added"),
        EventKind(e.OperatorRemoved, (OPERATOR,), "Operator removed"),
        EventKind(e.RolesChanged, (OPERATOR,), "Roles changed"),
        EventKind(e.GrantsChanged, (OPERATOR,), "Grants changed"),
        EventKind(e.PassphraseChanged, (OPERATOR,), "Passphrase changed"),
        EventKind(e.SigningKeyRotated, (OPERATOR,), "Signing key replaced"),
        EventKind(e.CommandRefused, (OPERATOR,), "Command refused"),
        EventKind(e.ReportExported, (OPERATOR,), "Report exported"),
        EventKind(e.HistoryImported, (BANK,), "History imported"),
    )
}
CHIPS: Final[Mapping[Chip, str]] = {
    "deposits": "Deposits",
    "withdrawals": "Withdrawals",
    "transfers": "Transfers",
    "interest": "Interest, fees",
    "other": "Other",
}
IMPORTED: Final[Mapping[str, type[e.MoneyEvent]]] = {
    kind.import_kind: kind.event
    for kind in EVENTS.values()
    if kind.import_kind and issubclass(kind.event, e.MoneyEvent)
}


def tags(kinds: Iterable[EventKind]) -> tuple[str, ...]:
    """The tags of these kinds of event."""
    return tuple(kind.event.TAG for kind in kinds)


def of_stream(stream: StreamKind) -> tuple[EventKind, ...]:
    """The events that may stand in a stream of this kind."""
    return tuple(kind for kind in EVENTS.values() if stream in kind.streams)


MONEY_TAGS: Final = tags(kind for kind in EVENTS.values() if kind.counterpart)
