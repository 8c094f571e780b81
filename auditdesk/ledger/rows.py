"""Rows of the ledger's tables as frozen values, and statements run without per-row overhead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple, cast

from msgspec import Struct
from sqlalchemy import Connection, Table
from sqlalchemy.sql import Executable

from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.events import MoneyEvent
from auditdesk.ledger import schema
from auditdesk.ledger.envelope import Envelope

FETCH_ROWS: Final = 2_000
PAGE_ROWS: Final = 5_000  # rows that one transaction reads while the whole log, or a whole table, goes by


class Head(NamedTuple):
    """The log's last position and the instant it was recorded at (microseconds UTC); zeros when empty."""

    position: int
    recorded_at_us: int


class AccountRow(Struct, frozen=True):
    """A row of the projection `accounts`, in the order of its columns."""

    number: str
    customer: str
    reference: str
    currency: str
    opened_at_us: int
    closed_at_us: int | None
    status: str
    debits_blocked: bool
    credits_blocked: bool
    balance_minor: int
    overdraft_limit_minor: int
    version: int
    last_booked_at_us: int


class CustomerRow(Struct, frozen=True):
    """A row of the projection `customers`, in the order of its columns."""

    number: str
    reference: str
    version: int
    registered_at_us: int
    last_booked_at_us: int
    erasure_requested_at_us: int | None
    forgotten_at_us: int | None


class EntryRow(NamedTuple):
    """A row of the projection `entries`, in the order of its columns; `amount_minor` is signed."""

    account: str
    version: int
    position: int
    booked_at_us: int
    value_date: str
    amount_minor: int
    balance_minor: int


class SnapshotRow(NamedTuple):
    """A row of `snapshots`, in the order of its columns."""

    stream: str
    version: int
    booked_at_us: int
    recorded_at_us: int
    position: int
    state_schema: int
    state: bytes
    subject: str | None
    sealed: bytes | None


class BalanceBucket(NamedTuple):
    """A stretch of an account's entries: where it begins and ends, and what the balance did in it."""

    first_version: int
    last_version: int
    min_minor: int
    max_minor: int
    last_minor: int
    entries: int
    first_booked_at_us: int
    last_booked_at_us: int


def require_columns(row: type, table: Table) -> None:
    """Raise AssertionError unless a row's fields are a table's columns, in their order.

    Rows are read and written by position, which is half of what it would cost by name: nothing else would
    notice a column between two others. A field's name may add a unit (`_us`, `_minor`).
    """
    fields = getattr(row, "__struct_fields__", None) or row._fields  # type: ignore[attr-defined]
    columns = [column.name for column in table.columns]
    if [name.removesuffix("_us").removesuffix("_minor") for name in fields] != columns:
        raise AssertionError(f"{row.__name__} has not the columns of {table.name}: {fields} != {columns}")


require_columns(Envelope, schema.events)
require_columns(AccountRow, schema.accounts)
require_columns(CustomerRow, schema.customers)
require_columns(EntryRow, schema.entries)
require_columns(SnapshotRow, schema.snapshots)
_FLAGS: Final = [AccountRow.__struct_fields__.index(name) for name in ("debits_blocked", "credits_blocked")]


def fetch(connection: Connection, statement: Executable) -> list[tuple[Any, ...]]:
    """All rows as the driver gives them."""
    return cast("list[tuple[Any, ...]]", connection.execute(statement).cursor.fetchall())


def stream(connection: Connection, statement: Executable) -> Iterator[Sequence[Any]]:
    """Rows as the driver gives them, `FETCH_ROWS` at a time, in bounded memory."""
    cursor = connection.execute(statement).cursor
    while rows := cursor.fetchmany(FETCH_ROWS):
        yield from rows


def as_envelope(row: Sequence[Any]) -> Envelope:
    """The envelope of a row of `events`, whose columns are in the envelope's order."""
    return Envelope(*row)


def as_account_row(row: Sequence[Any]) -> AccountRow:
    """The row with its flags as booleans."""
    values = list(row)
    for flag in _FLAGS:
        values[flag] = bool(values[flag])
    return AccountRow(*values)


def account_values(state: Account | AccountRow) -> dict[str, object]:
    """What the projection keeps of an account, by column."""
    return {
        "number": state.number,
        "customer": state.customer,
        "reference": state.reference,
        "currency": state.currency,
        "opened_at": state.opened_at_us,
        "closed_at": state.closed_at_us,
        "status": state.status,
        "debits_blocked": state.debits_blocked,
        "credits_blocked": state.credits_blocked,
        "balance": state.balance_minor,
        "overdraft_limit": state.overdraft_limit_minor,
        "version": state.version,
        "last_booked_at": state.last_booked_at_us,
    }


def customer_values(state: Customer | CustomerRow) -> dict[str, object]:
    """What the projection keeps of a customer, by column: nothing personal."""
    return {
        "number": state.number,
        "reference": state.reference,
        "version": state.version,
        "registered_at": state.registered_at_us,
        "last_booked_at": state.last_booked_at_us,
        "erasure_requested_at": state.erasure_requested_at_us,
        "forgotten_at": state.forgotten_at_us,
    }


def entry_row(envelope: Envelope, event: MoneyEvent, state: Account) -> EntryRow:
    """The entry that a money event leaves; `state` is the account's after it."""
    return EntryRow(
        state.number,
        envelope.version,
        envelope.position,
        envelope.booked_at_us,
        event.value_date,
        event.signed_minor,
        state.balance_minor,
    )
