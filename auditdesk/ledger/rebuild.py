"""What is derived from the log, rebuilt from it: projections and snapshots.

Runs in the caller's write transaction and reads the log through the same connection. Nothing here
touches the log; an event that can't be folded stops the work and leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, delete

from auditdesk.domain.account import Account
from auditdesk.domain.catalogue import CUSTOMER, State, stream_kind
from auditdesk.domain.customer import Customer
from auditdesk.domain.events import MoneyEvent
from auditdesk.domain.streams import account_stream, name_in
from auditdesk.ledger import schema, snapshots
from auditdesk.ledger.backends.dialects import insert_many, upsert
from auditdesk.ledger.batch import FLUSH_ROWS
from auditdesk.ledger.customers import Reveal
from auditdesk.ledger.envelope import Envelope, Sealer
from auditdesk.ledger.rows import account_values, customer_values, entry_row


class Folding:
    """The states of all streams while the log goes by."""

    def __init__(self, reveal: Reveal | None = None) -> None:
        self._reveal = reveal
        self.states: dict[str, State] = {}

    def see(self, envelope: Envelope) -> State | None:
        """Fold the next event of the log; None where its stream has no state. Raises `LedgerDamaged`."""
        stream = envelope.stream
        kind = stream_kind(stream)
        if kind.fold is None:
            return None
        personal = self._reveal(envelope) if self._reveal and kind is CUSTOMER else None
        before, event = self.states.get(stream), envelope.event()
        state = kind.fold(name_in(stream), before, event, personal, envelope.booked_at_us)
        self.states[stream] = state
        return state


def rebuild_projections(connection: Connection, log: Iterable[Envelope]) -> None:
    """Empty `accounts`, `customers` and `entries`, and fill them from the whole log."""
    for table in (schema.entries, schema.accounts, schema.customers):
        connection.execute(delete(table))
    folding = Folding()
    entries = _Rows(connection, schema.entries)
    for envelope in log:
        state = folding.see(envelope)
        event = envelope.event() if isinstance(state, Account) else None
        if isinstance(state, Account) and isinstance(event, MoneyEvent):
            entries.add(entry_row(envelope, event, state))
    entries.flush()
    states = folding.states.values()
    customers = [customer_values(state) for state in states if isinstance(state, Customer)]
    accounts = [account_values(state) for state in states if isinstance(state, Account)]
    upsert(connection, schema.customers, customers)
    upsert(connection, schema.accounts, accounts)


def rebuild_snapshots(
    connection: Connection, log: Iterable[Envelope], reveal: Reveal | None, sealer: Sealer | None
) -> None:
    """Throw the snapshots away and rebuild them, under today's state schema, from the whole log.

    A customer's is replaced only where its personal data can be read and sealed now; else it stays.
    """
    kept = schema.snapshots
    connection.execute(delete(kept).where(kept.c.stream.startswith(account_stream(""))))
    folding = Folding(reveal)
    accounts = _Rows(connection, kept)
    for envelope in log:
        state = folding.see(envelope)
        if state is None or state.version % snapshots.SNAPSHOT_INTERVAL_EVENTS:
            continue
        row = snapshots.snapshot_row(state, envelope, sealer)
        if isinstance(state, Account) and row is not None:
            accounts.add(tuple(row))
        elif row is not None:
            upsert(connection, kept, [dict(zip(kept.columns.keys(), row, strict=True))])
    accounts.flush()


class _Rows:
    """Rows on their way into a table, in bounded memory."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._table = table
        self._rows: list[tuple[Any, ...]] = []

    def add(self, row: tuple[Any, ...]) -> None:
        self._rows.append(row)
        if len(self._rows) >= FLUSH_ROWS:
            self.flush()

    def flush(self) -> None:
        insert_many(self._connection, self._table, self._rows)
        self._rows.clear()
