"""The ledger: one file that keeps the log, its snapshots and projections, and answers for any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Self

import uuid_utils
from sqlalchemy import Connection, insert, select

from auditdesk.domain.errors import LedgerDamaged, LedgerReadOnly
from auditdesk.domain.instants import to_iso
from auditdesk.ledger import rebuild as rebuilding
from auditdesk.ledger import schema
from auditdesk.ledger.accounts import Accounts
from auditdesk.ledger.backends.base import Backend, PageCheck
from auditdesk.ledger.batch import Appended, Batch, StreamAppend
from auditdesk.ledger.customers import Customers, Reveal
from auditdesk.ledger.database import Database
from auditdesk.ledger.envelope import Sealer
from auditdesk.ledger.log import EventLog, read_head
from auditdesk.ledger.rows import fetch
from auditdesk.ledger.snapshots import Snapshots
from auditdesk.ledger.tree import CheckpointRow, LogTree

__all__ = ["Appended", "Batch", "CheckpointRow", "Ledger", "StreamAppend"]

READ_ONLY_WARNING: Final = "The ledger's folder can't be written, so the ledger is read-only."
OLDER_WARNING: Final = "The ledger has the older format {}, so it is read-only."


class Ledger:
    """One bank's book. May be used from several threads: each piece of work has a connection of its own.

    Read it through its parts: `log`, `accounts`, `customers`, `tree`, `snapshots`. Write to it by `append`,
    or by a `Batch` from `writing` or `deciding`.

    `warnings` are what the person should know, in whole sentences; `damage` are those of them that say why
    what is read here is not to be believed.
    """

    def __init__(
        self, database: Database, clock: Callable[[], int], *, read_only: bool, warnings: tuple[str, ...] = ()
    ) -> None:
        self._database = database
        self._clock = clock
        self.backend = database.backend
        self.log = EventLog(database)
        self.accounts = Accounts(database)
        self.customers = Customers(database)
        self.tree = LogTree(database)
        self.snapshots = Snapshots(database)
        self.damage: tuple[str, ...] = ()
        meta = self._read_meta()
        self.ledger_id = meta["ledger_id"]
        self.bank = meta["bank"]
        is_older = self.format < self.backend.formats[-1].number
        self.can_be_brought_up = is_older and not read_only
        self.read_only = read_only or is_older
        self.warnings = (*warnings, OLDER_WARNING.format(self.format)) if is_older else warnings

    @classmethod
    def create(
        cls, backend: Backend, *, bank: str, clock: Callable[[], int], ledger_id: str | None = None
    ) -> Self:
        """Make a new, empty ledger of the newest format where there is nothing yet.

        Raises `Refused` (`ledger_exists`), or a `Fault`.
        """
        database = Database(backend, backend.create())
        with database.writing() as connection:
            backend.lay(connection, backend.formats[-1])
            meta = {
                "ledger_id": ledger_id or str(uuid_utils.uuid7()),
                "bank": bank,
                "created_at": to_iso(clock()),
            }
            rows = [{"name": name, "value": value} for name, value in meta.items()]
            connection.execute(insert(schema.meta), rows)
        backend.settle(database.engine)
        return cls(database, clock, read_only=False)

    @classmethod
    def open(cls, backend: Backend, *, clock: Callable[[], int], read_only: bool = False) -> Self:
        """Open a ledger; nothing is created, and a file that isn't a ledger is left untouched.

        Where the folder can't be written, or its format is an older one, the ledger is opened for looking
        only, and `warnings` says so (`migrations.open_ledger` brings an older one up first).
        Raises `LedgerMissing`, `NotALedger`, `NewerLedger`, `LedgerDamaged`, `LedgerLocked`.
        """
        opened = backend.open(read_only=read_only)
        warnings = (READ_ONLY_WARNING,) if opened.read_only and not read_only else ()
        try:
            return cls(Database(backend, opened.engine), clock, read_only=opened.read_only, warnings=warnings)
        except BaseException:
            opened.engine.dispose()
            raise

    def view(self) -> AbstractContextManager[Connection]:
        """Let every read of this thread inside see one and the same state of the database."""
        return self._database.view()

    def schema_differences(self) -> list[str]:
        """Differences of the schema from that of the ledger's own format, one sentence each."""
        known = {known.number: known for known in self.backend.formats}
        if self.format not in known:
            return [f"The format number {self.format} is unknown."]
        with self.view() as connection:
            return self.backend.schema_differences(connection, known[self.format])

    def check_pages(self) -> PageCheck:
        """Begin to look at every page and index of the file."""
        return self.backend.check_pages(self._database.engine)

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

        Raises `LedgerReadOnly` where it is read-only.
        """
        with self._write() as connection:
            batch = Batch(connection, self._clock())
            yield batch
            batch.flush()

    @contextmanager
    def deciding(self) -> Iterator[Batch]:
        """Open a transaction like `writing`, for a decision on more streams than are appended to.

        What this thread reads meanwhile is read in the same transaction: nobody writes between the two.
        """
        with self._write() as connection, self._database.reading_through(connection):
            batch = Batch(connection, self._clock())
            yield batch
            batch.flush()

    def distrust(self, reason: str) -> None:
        """Make the ledger read-only from now on, because it is known to be damaged."""
        self.read_only = True
        if reason not in self.damage:
            self.damage = (*self.damage, reason)
            self.warnings = (*self.warnings, reason)

    def rebuild_projections(self) -> None:
        """Rebuild the projections from the log. Raises `LedgerDamaged`, `UnknownEvent`; then all stays."""
        with self._database.writing() as connection, self._database.reading_through(connection):
            rebuilding.rebuild_projections(connection, self.log.read())

    def rebuild_snapshots(self, *, reveal: Reveal | None = None, sealer: Sealer | None = None) -> None:
        """Rebuild the snapshots from the log; customers' too where `reveal` and `sealer` are given.

        Raises as `rebuild_projections`.
        """
        with self._database.writing() as connection, self._database.reading_through(connection):
            rebuilding.rebuild_snapshots(connection, self.log.read(), reveal, sealer)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        if self.read_only:
            raise LedgerReadOnly("This ledger is read-only.", " ".join(self.warnings))
        with self._database.writing() as connection:
            yield connection

    def _read_meta(self) -> dict[str, str]:
        with self.view() as connection:
            self.format = self.backend.format_of(connection)
            meta = dict(fetch(connection, select(schema.meta)))
            read_head(connection)
        if not {"ledger_id", "bank"} <= meta.keys():
            raise LedgerDamaged(f"The ledger at {self.backend.location} doesn't say whose it is.")
        return meta
