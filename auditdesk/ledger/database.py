"""The ledger's transactions: every read sees one state of the database, every write is kept whole or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local

from sqlalchemy import Connection, Engine

from auditdesk.ledger.backends.base import Backend


class Database:
    """Connections to one ledger, shared by the parts of a `Ledger`; each thread reads on its own."""

    def __init__(self, backend: Backend, engine: Engine) -> None:
        self.backend = backend
        self.engine = engine
        self._reading = local()

    @contextmanager
    def view(self) -> Iterator[Connection]:
        """Let every read inside see one and the same state, on this thread's one connection.

        Within another view, or a transaction of `reading_through`, it is that one's. Raises `Fault`s.
        It ends by rolling back: there is nothing to commit, and SQLite refuses a commit after meeting damage.
        """
        current: Connection | None = getattr(self._reading, "connection", None)
        if current is not None:
            with self.backend.faults():
                yield current
            return
        with self.backend.faults(), self.engine.connect() as connection:
            transaction = connection.begin()
            try:
                with self.reading_through(connection), self.backend.explained(connection):
                    yield connection
            finally:
                transaction.rollback()

    @contextmanager
    def reading_through(self, connection: Connection) -> Iterator[None]:
        """Let this thread's reads go through a connection, and see what its transaction has done."""
        self._reading.connection = connection
        try:
            yield
        finally:
            self._reading.connection = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The only writer's transaction: committed as a whole, or rolled back on any exception."""
        with self.backend.faults(), self.engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            with connection.begin():
                yield connection
