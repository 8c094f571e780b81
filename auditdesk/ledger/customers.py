"""Customers: their states at any moment, and their projection; nothing personal is in the clear here."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from auditdesk.domain import customer as customer_fold
from auditdesk.domain.customer import Customer
from auditdesk.domain.events import CustomerRegistered
from auditdesk.domain.personal import Mask, Personal
from auditdesk.domain.streams import customer_stream
from auditdesk.ledger import schema, snapshots
from auditdesk.ledger import statements as prepared
from auditdesk.ledger.database import Database
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.log import next_serial, read_stream
from auditdesk.ledger.rows import CustomerRow, stream
from auditdesk.ledger.snapshots import LoadedState

Reveal = Callable[[Envelope], Personal | Mask | None]
RevealSnapshot = Callable[[str, str, int, bytes], bytes | Mask]

_customers = schema.customers.c


class Customers:
    """The customers of a ledger. Every call sees one state of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(
        self,
        number: str,
        *,
        version: int | None = None,
        reveal: Reveal,
        reveal_snapshot: RevealSnapshot,
    ) -> LoadedState[Customer] | None:
        """A customer after `version` events (None: all); what is personal goes through the callables."""
        stream_name = customer_stream(number)
        with self._database.view() as connection:
            kept = snapshots.nearest_customer(connection, stream_name, version)
            after = kept.version if kept else 0
            tail = read_stream(connection, stream_name, after, version)
        state = None
        if kept:
            personal = reveal_snapshot(kept.subject, stream_name, after, kept.sealed)
            state = snapshots.decode_customer(kept.state, personal)
        for envelope in tail:
            state = customer_fold.apply(
                number, state, envelope.event(), reveal(envelope), envelope.booked_at_us
            )
        return LoadedState(state, len(tail), after) if state else None

    def find(self, number_or_reference: str) -> CustomerRow | None:
        """The customer with this number, else with this reference."""
        with self._database.view() as connection:
            row = prepared.CUSTOMER_BY_NUMBER.first(
                connection, text=number_or_reference
            ) or prepared.CUSTOMER_BY_REFERENCE.first(connection, text=number_or_reference)
        return CustomerRow(*row) if row else None

    def rows(self) -> list[CustomerRow]:
        """All customers, by number."""
        with self._database.view() as connection:
            query = select(schema.customers).order_by(func.length(_customers.number), _customers.number)
            return [CustomerRow(*row) for row in stream(connection, query)]

    def erasures(self) -> list[CustomerRow]:
        """The customers who have been forgotten, or are being."""
        with self._database.view() as connection:
            query = select(schema.customers).where(_customers.erasure_requested_at.is_not(None))
            return [CustomerRow(*row) for row in stream(connection, query)]

    def next_serial(self) -> int:
        """The serial number that the next customer gets, by the log."""
        with self._database.view() as connection:
            return next_serial(connection, CustomerRegistered.TAG)
