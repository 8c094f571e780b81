"""The projections and other lists that are read from the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import local
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, and_, distinct, func, or_, select

from auditdesk.domain.streams import account_stream
from auditdesk.ledger import schema
from auditdesk.ledger import statements as prepared
from auditdesk.ledger.backends.sqlite import explained, faults, reading
from auditdesk.ledger.rows import (
    AccountRow,
    Bucket,
    CustomerRow,
    EntryRow,
    SnapshotRow,
    as_account_row,
    fetch,
    first,
    stream,
)

PAGE_ROWS: Final = 10_000

_events = schema.events.c
_accounts = schema.accounts.c
_customers = schema.customers.c
_entries = schema.entries.c
_snapshots = schema.snapshots.c


class Listing:
    """Reads lists; every call sees one state of the file."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._looking = local()

    @contextmanager
    def view(self) -> Iterator[Connection]:
        """Let every read inside see one and the same state of the file, on this thread's one connection."""
        current: Connection | None = getattr(self._looking, "connection", None)
        if current is not None:
            with faults():
                yield current
            return
        with reading(self._engine) as connection, self._look_through(connection), explained(connection):
            yield connection

    @contextmanager
    def _look_through(self, connection: Connection) -> Iterator[None]:
        """Let this thread's reads go through a connection, and see what its transaction has done."""
        self._looking.connection = connection
        try:
            yield
        finally:
            self._looking.connection = None

    # --- accounts and customers ---------------------------------------------------------

    def find_account(self, number_or_reference: str) -> AccountRow | None:
        """The account with this number, else with this reference."""
        with self.view() as connection:
            row = prepared.ACCOUNT_BY_NUMBER.first(
                connection, text=number_or_reference
            ) or prepared.ACCOUNT_BY_REFERENCE.first(connection, text=number_or_reference)
        return as_account_row(row) if row else None

    def find_customer(self, number_or_reference: str) -> CustomerRow | None:
        """The customer with this number, else with this reference."""
        with self.view() as connection:
            row = prepared.CUSTOMER_BY_NUMBER.first(
                connection, text=number_or_reference
            ) or prepared.CUSTOMER_BY_REFERENCE.first(connection, text=number_or_reference)
        return CustomerRow(*row) if row else None

    def account_rows(self) -> list[AccountRow]:
        """All accounts, by number."""
        with self.view() as connection:
            query = select(schema.accounts).order_by(func.length(_accounts.number), _accounts.number)
            return [as_account_row(row) for row in stream(connection, query)]

    def customer_rows(self) -> list[CustomerRow]:
        """All customers, by number."""
        with self.view() as connection:
            query = select(schema.customers).order_by(func.length(_customers.number), _customers.number)
            return [CustomerRow(*row) for row in stream(connection, query)]

    def accounts_of(self, customer: str) -> list[AccountRow]:
        """A customer's accounts, closed ones too."""
        with self.view() as connection:
            query = select(schema.accounts).where(_accounts.customer == customer).order_by(_accounts.number)
            return [as_account_row(row) for row in stream(connection, query)]

    def erasures(self) -> list[CustomerRow]:
        """The customers who have been forgotten, or are being."""
        with self.view() as connection:
            query = select(schema.customers).where(_customers.erasure_requested_at.is_not(None))
            return [CustomerRow(*row) for row in stream(connection, query)]

    def next_account_serial(self) -> int:
        """The serial number that the next account gets; accounts are never deleted."""
        return self._count(select(func.count()).select_from(schema.accounts)) + 1

    def next_customer_serial(self) -> int:
        """The serial number that the next customer gets; customers are never deleted."""
        return self._count(select(func.count()).select_from(schema.customers)) + 1

    # --- types of events -----------------------------------------------------------------

    def type_counts(self, stream_name: str) -> dict[str, int]:
        """How many events of each type a stream has."""
        query = select(_events.type, func.count()).where(_events.stream == stream_name).group_by(_events.type)
        with self.view() as connection:
            return dict(fetch(connection, query))

    def versions_of_types(self, stream_name: str, tags: Sequence[str]) -> list[int]:
        """The versions of a stream's events of these types, ascending."""
        query = (
            select(_events.version)
            .where(_events.stream == stream_name, _events.type.in_(tags))
            .order_by(_events.version)
        )
        with self.view() as connection:
            return [row[0] for row in fetch(connection, query)]

    # --- entries -------------------------------------------------------------------------

    def entries(self, account: str, *, after_version: int = 0, limit: int = PAGE_ROWS) -> list[EntryRow]:
        """An account's entries after a version, at most `limit`."""
        query = (
            select(schema.entries)
            .where(_entries.account == account, _entries.version > after_version)
            .order_by(_entries.version)
            .limit(limit)
        )
        with self.view() as connection:
            return [EntryRow(*row) for row in fetch(connection, query)]

    def balance_series(self, account: str, *, buckets: int = 1_200) -> list[Bucket]:
        """An account's balance in at most `buckets` stretches of equally many events."""
        with self.view() as connection:
            length = first(
                connection, select(func.max(_events.version)).where(_events.stream == account_stream(account))
            )
            if length is None or length[0] is None:
                return []
            width = max(1, -(-length[0] // buckets))
            return _buckets(connection, account, width)

    # --- everything, for verification ------------------------------------------------------

    def stream_names(self) -> list[str]:
        """The names of all streams."""
        with self.view() as connection:
            return [row[0] for row in fetch(connection, select(distinct(_events.stream)))]

    def all_entries(self) -> Iterator[EntryRow]:
        """Every entry by account and version, in bounded memory."""
        for page in self.entry_pages():
            for row in page:
                yield EntryRow(*row)

    def entry_pages(self) -> Iterator[list[tuple[Any, ...]]]:
        """The same, as the driver gives them, in pages."""
        at = ("", 0)
        while True:
            query = (
                select(schema.entries)
                .where(
                    or_(_entries.account > at[0], and_(_entries.account == at[0], _entries.version > at[1]))
                )
                .order_by(_entries.account, _entries.version)
                .limit(PAGE_ROWS)
            )
            with self.view() as connection:
                rows = fetch(connection, query)
            yield rows
            if len(rows) < PAGE_ROWS:
                return
            at = (rows[-1][0], rows[-1][1])

    def all_snapshots(self) -> Iterator[SnapshotRow]:
        """Every snapshot by stream and version, in bounded memory."""
        at = ("", 0)
        while True:
            query = (
                select(schema.snapshots)
                .where(
                    or_(
                        _snapshots.stream > at[0],
                        and_(_snapshots.stream == at[0], _snapshots.version > at[1]),
                    )
                )
                .order_by(_snapshots.stream, _snapshots.version)
                .limit(PAGE_ROWS)
            )
            with self.view() as connection:
                rows = fetch(connection, query)
            for row in rows:
                yield SnapshotRow(*row)
            if len(rows) < PAGE_ROWS:
                return
            at = (rows[-1][0], rows[-1][1])

    def _count(self, query: Select[Any]) -> int:
        with self.view() as connection:
            return int(fetch(connection, query)[0][0])


def _buckets(connection: Connection, account: str, width: int) -> list[Bucket]:
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
    return [Bucket(*row) for row in fetch(connection, query)]
