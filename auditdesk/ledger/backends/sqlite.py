"""A ledger in one SQLite file. Nothing is created by opening."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from auditdesk.domain.errors import LedgerMissing, Refused
from auditdesk.ledger.backends.base import OpenedEngine, Tell
from auditdesk.ledger.backends.integrity import SqlitePageCheck
from auditdesk.ledger.backends.sqlite_upgrade import ExclusiveFile, SqliteUpgrade, discard_drafts
from auditdesk.ledger.formats import FORMATS, LedgerFormat
from auditdesk.storage import sqlite_file as files
from auditdesk.storage.sqlite_file import DRIVER, FileKind, Schema

APPLICATION_ID: Final = 0x61645F6C  # "ad_l"
BUSY_TIMEOUT_MS: Final = 10_000
CACHE_KIB: Final = 64 * 1024
PAGES_AT_ONCE: Final = 4_096


class SqliteBackend:
    """The ledger in the file at `path`; `formats` are those that this program knows."""

    def __init__(self, path: Path, formats: Sequence[LedgerFormat] = FORMATS) -> None:
        self.path = path
        self.formats = formats
        self._kind = FileKind("ledger", APPLICATION_ID, formats[-1].number, LedgerMissing)

    @property
    def location(self) -> str:
        """The file's path."""
        return str(self.path)

    @property
    def address(self) -> str:
        """The file's path, whatever the folder in use."""
        return str(self.path.absolute())

    @property
    def folder(self) -> Path:
        """The folder the file lies in, links resolved."""
        return self.path.resolve().parent

    # --- opening ---------------------------------------------------------------------------

    def create(self) -> Engine:
        """An engine on a file that isn't there yet. Raises `Refused` (`ledger_exists`)."""
        if self.path.exists():
            raise Refused("ledger_exists", f"{self.path} already exists.")
        return self._engine(mode="rwc", settings=files.durable_journal())

    def open(self, *, read_only: bool) -> OpenedEngine:
        """An engine on the file, for looking only where its folder can't be written.

        Raises `LedgerMissing`, `NotALedger`, `NewerLedger`, `LedgerReadOnly`.
        """
        files.read_header(self.path, self._kind)
        writable = files.is_writable(self.path)
        if writable and not read_only:
            return OpenedEngine(self._engine(mode="rw", settings=files.durable_journal()), read_only=False)
        # in a folder that can't be written there is no room for a reader's -shm either
        immutable = not writable and not self.path.with_name(f"{self.path.name}-wal").exists()
        return OpenedEngine(self._engine(mode="ro", immutable=immutable), read_only=True)

    def settle(self, engine: Engine) -> None:
        """Move what is in the write-ahead log into the file, so that its header says what it is."""
        with self.faults(), engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _engine(
        self, *, mode: str, immutable: bool = False, settings: Mapping[str, object] | None = None
    ) -> Engine:
        engine = create_engine(
            "sqlite+pysqlite://",
            module=DRIVER,
            creator=lambda: self._connect(mode=mode, immutable=immutable),
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=8,
        )
        pragmas = {
            **files.GUARDS,
            # without it INSERT OR REPLACE removes the old row and fires no trigger against deletion
            "recursive_triggers": 1,
            "cache_size": -CACHE_KIB,
            **(settings or {}),
        }
        # A pragma holds for one connection, so each of the pool sets its own, before its first transaction.
        event.listen(engine, "connect", lambda raw, _record: files.set_pragmas(raw, pragmas, self._kind))
        event.listen(engine, "begin", _begin)
        return engine

    def _connect(self, *, mode: str, immutable: bool = False) -> Any:
        return files.connect(self.path, mode=mode, immutable=immutable, timeout_ms=BUSY_TIMEOUT_MS)

    # --- formats and the law -----------------------------------------------------------------

    def lay(self, connection: Connection, ledger_format: LedgerFormat) -> None:
        """Lay a format's tables and law in an empty file, and note whose it is and its number."""
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        self.note_format(connection, ledger_format.number)
        ledger_format.lay(connection)

    def note_format(self, connection: Connection, number: int) -> None:
        """Note the number of the file's format in its header."""
        connection.exec_driver_sql(f"PRAGMA user_version = {number}")

    def format_of(self, connection: Connection) -> int:
        """The number of the file's format, the write-ahead log included. Raises `NewerLedger`."""
        found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        files.check_format(found, self.path, self._kind)
        return found

    def schema_differences(self, connection: Connection, ledger_format: LedgerFormat) -> list[str]:
        """Differences of tables, indexes and triggers from those of a format, one sentence each."""
        found = files.read_schema(connection.exec_driver_sql)
        return files.schema_differences(_schema_of(ledger_format), found)

    # --- faults and damage -------------------------------------------------------------------

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn what SQLAlchemy or the driver raises into typed faults, in words."""
        with files.faults(self._kind):
            try:
                yield
            except DBAPIError as error:
                raise files.as_fault(error.orig, self._kind) from error

    def explained(self, connection: Connection) -> AbstractContextManager[None]:
        """Raise `LedgerDamaged` where a row could not be made sense of because the file is damaged."""
        return files.explained(connection.exec_driver_sql, self._kind)

    def check_pages(self, engine: Engine) -> SqlitePageCheck:
        """Begin to check every page and index, on a thread of its own."""
        return SqlitePageCheck(engine, self.faults)

    # --- copies ----------------------------------------------------------------------------

    def copy_to(self, target: Path, tell: Tell) -> Self:
        """Copy the file by SQLite's own backup while others write, and check the copy's pages.

        The file alone is not the ledger: what was committed last lies in the write-ahead log beside it.
        """

        def on_pages(_status: int, remaining: int, total: int) -> None:
            tell(total - remaining, total)

        copy = self._beside(target)
        with (
            self.faults(),
            closing(self._connect(mode="ro")) as reader,
            closing(files.connect(target, mode="rwc")) as writer,
        ):
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # from here on one state is read
            reader.backup(writer, pages=PAGES_AT_ONCE, progress=on_pages)
            reader.execute("ROLLBACK")
        copy.require_whole()
        return copy

    def require_whole(self) -> None:
        """Let SQLite look at every page of a file that nobody else uses. Raises `LedgerDamaged`."""
        with self.faults(), closing(self._connect(mode="rw")) as raw:
            problems = files.integrity_problems(raw.execute)
        if problems:
            raise files.damaged(self._kind, problems[0])

    def upgrade(self) -> SqliteUpgrade[Self]:
        """Hold the file alone, to bring it to another format. Raises `LedgerLocked`, other `Fault`s."""
        with self.faults():
            raw = self._connect(mode="rw")
            try:
                found = raw.execute("PRAGMA user_version").fetchone()[0]
                raw.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
                files.set_pragmas(raw, files.durable_journal(), self._kind)
                raw.execute("BEGIN EXCLUSIVE")
                raw.execute("COMMIT")  # the lock stays until the connection is closed
                held = ExclusiveFile(self.path, raw, self.faults)
                return SqliteUpgrade(held, f"{self.path.name}.format-{found}", self._beside)
            except BaseException:
                raw.close()
                raise

    def discard_drafts(self) -> None:
        """Remove what an upgrade that was broken off has left beside the file."""
        discard_drafts(self.path)

    def _beside(self, path: Path) -> Self:
        return type(self)(path, self.formats)


def _begin(connection: Connection) -> None:
    # A writer takes the lock at once: a transaction that began as a reader fails, however long it waits, if
    # another wrote between its first read and its first write.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@lru_cache(maxsize=8)
def _schema_of(ledger_format: LedgerFormat) -> Schema:
    """The schema of a format, read from an empty ledger of it in memory."""
    engine = create_engine("sqlite+pysqlite://", module=DRIVER)
    with engine.begin() as connection:
        ledger_format.lay(connection)
        found = files.read_schema(connection.exec_driver_sql)
    engine.dispose()
    return found
