"""The ledger: one file that keeps the log, its snapshots and projections, and answers for any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, Self

import uuid_utils
from sqlalchemy import Connection, Engine, insert, select

from auditdesk.domain.errors import LedgerDamaged, LedgerReadOnly, Refused
from auditdesk.domain.instants import to_iso
from auditdesk.ledger import rebuild as rebuilding
from auditdesk.ledger import schema
from auditdesk.ledger.accounts import Accounts
from auditdesk.ledger.backends import sqlite as engines
from auditdesk.ledger.backends.dialects import install_law
from auditdesk.ledger.backends.integrity import PageCheck
from auditdesk.ledger.backends.shape import shape_differences
from auditdesk.ledger.batch import Appended, Batch, StreamAppend
from auditdesk.ledger.customers import Customers, Reveal
from auditdesk.ledger.database import Database
from auditdesk.ledger.envelope import Sealer
from auditdesk.ledger.log import EventLog, read_head
from auditdesk.ledger.rows import fetch
from auditdesk.ledger.snapshots import Snapshots
from auditdesk.ledger.tree import CheckpointRow, LogTree

__all__ = ["Appended", "Batch", "CheckpointRow", "Ledger", "StreamAppend"]

READ_ONLY_WARNING: Final = "The ledger's folder can't be written, so it can only be looked at."


class Ledger:
    """One bank's book. May be used from several threads: each piece of work has a connection of its own.

    Read it through its parts: `log`, `accounts`, `customers`, `tree`, `snapshots`. Write to it by `append`,
    or by a `Batch` from `writing` or `deciding`.

    `warnings` are what the person should know, in whole sentences; `damage` are those of them that say why
    what is read here is not to be believed.
    """

    def __init__(
        self,
        path: Path,
        engine: Engine,
        clock: Callable[[], int],
        *,
        read_only: bool,
        warnings: tuple[str, ...],
    ) -> None:
        self._database = database = Database(engine)
        self.log = EventLog(database)
        self.accounts = Accounts(database)
        self.customers = Customers(database)
        self.tree = LogTree(database)
        self.snapshots = Snapshots(database)
        self.path = path
        self.read_only = read_only
        self.warnings = warnings
        self.damage: tuple[str, ...] = ()
        self._clock = clock
        meta = self._meta()
        self.ledger_id = meta["ledger_id"]
        self.bank = meta["bank"]

    @classmethod
    def create(cls, path: Path, *, bank: str, clock: Callable[[], int], ledger_id: str | None = None) -> Self:
        """Make a new, empty ledger at a path where there is nothing yet. Raises `Refused`, or a `Fault`."""
        if path.exists():
            raise Refused("ledger_exists", f"There is a file at {path} already.")
        engine = engines.make_engine(path, create=True)
        with engines.writing(engine) as connection:
            connection.exec_driver_sql(f"PRAGMA application_id = {engines.APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {engines.SCHEMA_VERSION}")
            schema.metadata.create_all(connection)
            install_law(connection)
            meta = {
                "ledger_id": ledger_id or str(uuid_utils.uuid7()),
                "bank": bank,
                "created_at": to_iso(clock()),
            }
            rows = [{"name": name, "value": value} for name, value in meta.items()]
            connection.execute(insert(schema.meta), rows)
        engines.settle(engine)
        return cls(path, engine, clock, read_only=False, warnings=())

    @classmethod
    def open(cls, path: Path, *, clock: Callable[[], int], read_only: bool = False) -> Self:
        """Open a ledger; nothing is created, and a file that is none is left untouched.

        Where the folder can't be written the ledger is opened for looking only, and `warnings` says so.
        Raises `LedgerMissing`, `NotALedger`, `NewerLedger`, `LedgerDamaged`, `LedgerLocked`.
        """
        engines.read_header(path, "ledger", engines.APPLICATION_ID, engines.SCHEMA_VERSION)
        writable = engines.is_writable(path) and not read_only
        engine = engines.make_engine(path, read_only=not writable)
        warnings = () if writable or read_only else (READ_ONLY_WARNING,)
        try:
            return cls(path, engine, clock, read_only=not writable, warnings=warnings)
        except BaseException:
            engine.dispose()
            raise

    def view(self) -> AbstractContextManager[Connection]:
        """Let every read of this thread inside see one and the same state of the database."""
        return self._database.view()

    def schema_differences(self) -> list[str]:
        """How tables, indexes and triggers differ from those of a ledger made today, one sentence each."""
        with self.view() as connection:
            return shape_differences(connection)

    def check_pages(self) -> PageCheck:
        """Begin to look at every page and index of the file."""
        return PageCheck(self._database.engine)

    def close(self) -> None:
        """Close every connection."""
        self._database.engine.dispose()

    def now_us(self) -> int:
        """The clock, never behind what the log has recorded."""
        return max(self._clock(), self.log.head().recorded_at_us)

    def append(
        self,
        appends: Sequence[StreamAppend],
        *,
        operator: str,
        command_id: str,
        correlation_id: str = "",
        sealer: Sealer | None = None,
    ) -> Appended:
        """Append in one transaction; durable when it returns. See `Batch.append` for what it raises."""
        with self.writing() as batch:
            return batch.append(
                appends,
                operator=operator,
                command_id=command_id,
                correlation_id=correlation_id,
                sealer=sealer,
            )

    @contextmanager
    def writing(self) -> Iterator[Batch]:
        """One write transaction for many appends: kept as a whole, or not at all on any exception.

        Raises `LedgerReadOnly` where it can only be looked at.
        """
        with self._write() as connection:
            batch = Batch(connection, self._clock())
            yield batch
            batch.flush()

    @contextmanager
    def deciding(self) -> Iterator[Batch]:
        """As `writing`, for a decision on more than the streams that are appended to.

        What this thread reads meanwhile is read in the same transaction: nobody writes between the two.
        """
        with self._write() as connection, self._database.reading_through(connection):
            batch = Batch(connection, self._clock())
            yield batch
            batch.flush()

    def distrust(self, reason: str) -> None:
        """From now on the ledger can only be looked at, as something in it is not what it was."""
        self.read_only = True
        if reason not in self.damage:
            self.damage = (*self.damage, reason)
            self.warnings = (*self.warnings, reason)

    def rebuild_projections(self) -> None:
        """Make the projections anew from the log. Raises `LedgerDamaged`, `UnknownEvent`; then all stays."""
        with self._database.writing() as connection, self._database.reading_through(connection):
            rebuilding.rebuild_projections(connection, self.log.read())

    def rebuild_snapshots(self, *, reveal: Reveal | None = None, sealer: Sealer | None = None) -> None:
        """Take the snapshots anew from the log; customers' too where `reveal` and `sealer` are given.

        Raises as `rebuild_projections`.
        """
        with self._database.writing() as connection, self._database.reading_through(connection):
            rebuilding.rebuild_snapshots(connection, self.log.read(), reveal, sealer)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        if self.read_only:
            raise LedgerReadOnly("This ledger can only be looked at.", " ".join(self.warnings))
        with self._database.writing() as connection:
            yield connection

    def _meta(self) -> dict[str, str]:
        with self._database.view() as connection:
            engines.check_version(connection, self.path)
            meta = dict(fetch(connection, select(schema.meta)))
            read_head(connection)
        if not {"ledger_id", "bank"} <= meta.keys():
            raise LedgerDamaged(f"The ledger at {self.path} doesn't say whose it is.")
        return meta
