"""Accounts: their states at any moment, their projection, and their entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from auditdesk.domain import account as account_fold
from auditdesk.domain import codec
from auditdesk.domain.account import Account
from auditdesk.domain.events import AccountOpened
from auditdesk.domain.streams import account_stream
from auditdesk.ledger import schema, snapshots
from auditdesk.ledger import statements as prepared
from auditdesk.ledger.database import Database
from auditdesk.ledger.log import last_version, next_serial
from auditdesk.ledger.rows import (
    PAGE_ROWS,
    AccountRow,
    BalanceBucket,
    EntryRow,
    as_account_row,
    fetch,
    stream,
)
from auditdesk.ledger.snapshots import LoadedState

_accounts = schema.accounts.c
_entries = schema.entries.c


class Accounts:
    """The accounts of a ledger. Every call sees one state of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- states ------------------------------------------------------------------------

    def load(self, number: str, *, version: int | None = None) -> LoadedState[Account] | None:
        """An account after `version` events (None: all), from the nearest snapshot; None before the first."""
        with self._database.view() as connection:
            snapshot = snapshots.nearest_account(connection, account_stream(number), version)
            return _fold(connection, number, snapshot, version)

    def replay(self, number: str, *, version: int | None = None) -> Account | None:
        """An account folded from its first event, without snapshots."""
        with self._database.view() as connection:
            loaded = _fold(connection, number, None, version)
        return loaded.state if loaded else None

    # --- the projection ------------------------------------------------------------------

    def find(self, number_or_reference: str) -> AccountRow | None:
        """The account with this number, else with this reference."""
        with self._database.view() as connection:
            row = prepared.ACCOUNT_BY_NUMBER.first(
                connection, text=number_or_reference
            ) or prepared.ACCOUNT_BY_REFERENCE.first(connection, text=number_or_reference)
        return as_account_row(row) if row else None

    def rows(self) -> list[AccountRow]:
        """All accounts, by number."""
        with self._database.view() as connection:
            query = select(schema.accounts).order_by(func.length(_accounts.number), _accounts.number)
            return [as_account_row(row) for row in stream(connection, query)]

    def of_customer(self, customer: str) -> list[AccountRow]:
        """A customer's accounts, closed ones too."""
        with self._database.view() as connection:
            query = select(schema.accounts).where(_accounts.customer == customer).order_by(_accounts.number)
            return [as_account_row(row) for row in stream(connection, query)]

    def next_serial(self) -> int:
        """The serial number that the next account gets, by the log."""
        with self._database.view() as connection:
            return next_serial(connection, AccountOpened.TAG)

    # --- entries -------------------------------------------------------------------------

    def entries(self, account: str, *, after_version: int = 0) -> list[EntryRow]:
        """A page of an account's entries after a version; the next page begins after its last one."""
        query = (
            select(schema.entries)
            .where(_entries.account == account, _entries.version > after_version)
            .order_by(_entries.version)
            .limit(PAGE_ROWS)
        )
        with self._database.view() as connection:
            return [EntryRow(*row) for row in fetch(connection, query)]

    def entry_pages(self) -> Iterator[list[tuple[Any, ...]]]:
        """Every entry by account and version, as the driver gives them, in pages."""
        at = ("", 0)
        while True:
            after = or_(_entries.account > at[0], and_(_entries.account == at[0], _entries.version > at[1]))
            query = (
                select(schema.entries)
                .where(after)
                .order_by(_entries.account, _entries.version)
                .limit(PAGE_ROWS)
            )
            with self._database.view() as connection:
                rows = fetch(connection, query)
            yield rows
            if len(rows) < PAGE_ROWS:
                return
            at = (rows[-1][0], rows[-1][1])

    def balance_series(self, account: str, *, buckets: int = 1_200) -> list[BalanceBucket]:
        """An account's balance in at most `buckets` stretches of equally many events."""
        with self._database.view() as connection:
            length = last_version(connection, account_stream(account))
            return _buckets(connection, account, -(-length // buckets)) if length else []


def _fold(
    connection: Connection, number: str, snapshot: Account | None, up_to: int | None
) -> LoadedState[Account] | None:
    """Fold what follows a snapshot, row by row as the driver gives them: only what a fold needs of each."""
    after = snapshot.version if snapshot else 0
    end = prepared.NO_END if up_to is None else up_to
    rows = prepared.FOLD.run(connection, stream=account_stream(number), after=after, up_to=end)
    decode = codec.decode_event
    events = (
        (decode(tag, schema_of, payload), at_us)
        for tag, schema_of, payload, at_us in iter(rows.fetchone, None)
    )
    state = account_fold.fold(number, snapshot, events)
    return LoadedState(state, state.version - after, after) if state else None


def _buckets(connection: Connection, account: str, width: int) -> list[BalanceBucket]:
    totals = (
        select(
            func.min(_entries.version).label("first_version"),
            func.max(_entries.version).label("last_version"),
            func.min(_entries.balance).label("lowest"),
            func.max(_entries.balance).label("highest"),
            func.count().label("entries"),
        )
        .where(_entries.account == account)
        .group_by((_entries.version - 1) // width)
        .subquery()
    )
    start, end = schema.entries.alias("start"), schema.entries.alias("end")
    query = (
        select(
            totals.c.first_version,
            totals.c.last_version,
            totals.c.lowest,
            totals.c.highest,
            end.c.balance,
            totals.c.entries,
            start.c.booked_at,
            end.c.booked_at,
        )
        .join(start, and_(start.c.account == account, start.c.version == totals.c.first_version))
        .join(end, and_(end.c.account == account, end.c.version == totals.c.last_version))
        .order_by(totals.c.first_version)
    )
    return [BalanceBucket(*row) for row in fetch(connection, query)]
