"""The vault's file: a SQLite database that leaves nothing behind of what is deleted from it.

Measured on raw disk images: only a rollback journal that persists and is zeroed in place, together
with secure_delete, left no deleted key on the disk; truncated or removed journals leave their blocks.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, cast

from auditdesk.domain.errors import (
    Fault,
    LedgerDamaged,
    LedgerReadOnly,
    Tampered,
    VaultMismatch,
    VaultMissing,
)
from auditdesk.storage import sqlite_file as files
from auditdesk.storage.sqlite_file import DRIVER, FileKind, Schema
from auditdesk.vault.schema import APPLICATION_ID, FORMATS, NEWEST_FORMAT

Connection = sqlite3.Connection

VAULT: Final = FileKind(
    "vault", APPLICATION_ID, NEWEST_FORMAT, VaultMissing, "Put it back beside the ledger."
)
READ: Final = "BEGIN"
BUSY_TIMEOUT_MS: Final = 5_000
ZEROS_AT_ONCE: Final = 1 << 20
PRAGMAS: Final[Mapping[str, object]] = {
    **files.GUARDS,
    "journal_mode": "persist",
    # no limit: a journal that is cut gives its blocks, old keys in them, back to the file system
    "journal_size_limit": -1,
    "secure_delete": 1,
    "synchronous": 3,  # EXTRA
    # a temporary file would be one more place on the disk that nothing scrubs
    "temp_store": 2,  # MEMORY
}


class VaultIdentity(NamedTuple):
    """The ids of a vault and of its ledger."""

    vault_id: bytes
    ledger_id: str


class VaultFile:
    """An open vault file, shared by everything in this process that uses it; one thread at a time.

    `epoch` counts the changes of keys that this process knows of: whoever caches keys compares it.
    """

    def __init__(
        self, path: Path, connection: Connection, identity: VaultIdentity, clock: Callable[[], int]
    ) -> None:
        self.path = path
        self.vault_id, self.ledger_id = identity
        self.clock = clock
        self.lock = threading.RLock()
        self.epoch = 0
        self._connection = connection
        self._data_version = self._read_data_version()
        self._schema_seen: int | None = None

    @classmethod
    def create(cls, path: Path, identity: VaultIdentity, clock: Callable[[], int]) -> VaultFile:
        """Make the file with its tables, readable by its owner alone. Raises `NotALedger` where one is."""
        # First, as SQLite would create the file with whatever rights the umask leaves.
        files.make_private(path, VAULT)
        try:
            connection = _connect(path)
            with files.faults(VAULT):
                _lay_tables(connection, identity, clock())
            files.sync_folder(path.parent)
            return cls(path, connection, identity, clock)
        except BaseException:
            path.unlink(missing_ok=True)
            _journal_of(path).unlink(missing_ok=True)
            raise

    @classmethod
    def open(cls, path: Path, ledger_id: str, clock: Callable[[], int]) -> VaultFile:
        """Open the file; nothing is created, and a file that isn't ours is left untouched.

        Raises `VaultMissing`, `NotALedger`, `NewerLedger`, `VaultMismatch`, `LedgerLocked`, `LedgerDamaged`.
        """
        files.read_header(path, VAULT)
        connection = _connect(path)
        try:
            with files.faults(VAULT):
                row = connection.execute("SELECT vault_id, ledger_id FROM vault").fetchone()
            if row is None:
                raise LedgerDamaged("The vault doesn't say to which ledger it belongs.")
            if row[1] != ledger_id:
                raise VaultMismatch(
                    "The vault belongs to another ledger.",
                    "Put the vault back that was made with this ledger.",
                )
            return cls(path, connection, VaultIdentity(*row), clock)
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look at the file. Raises `Fault`s."""
        with self._transaction(READ) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: everything in it happens, or nothing. Raises `Fault`s."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def notice_changes(self) -> int:
        """Look whether another process changed the file; returns the epoch after that."""
        with self.lock, files.faults(VAULT):
            # It moves with commits of other connections alone; `note_change` counts our own.
            data_version = self._read_data_version()
            if data_version != self._data_version:
                self._data_version = data_version
                self.epoch += 1
            return self.epoch

    def note_change(self) -> None:
        """Say that this process changed keys."""
        with self.lock:
            self.epoch += 1

    def scrub(self) -> None:
        """Zero the whole journal in place and sync it, then note that it is done.

        The exclusive lock is taken before anything is written in the transaction, so that no journal
        is in use, in this or any other process, while its bytes are overwritten.
        """
        with self._transaction("BEGIN EXCLUSIVE") as connection:
            _zero_in_place(_journal_of(self.path))
            # After the zeroing: a crash between the two leaves the scrub pending, to be done again.
            connection.execute("UPDATE vault SET scrub_pending = 0 WHERE scrub_pending <> 0")

    def scrub_if_pending(self) -> None:
        """Do what a crash, or a full disk, kept a shred from finishing."""
        with self.reading() as connection:
            (pending,) = connection.execute("SELECT scrub_pending FROM vault").fetchone()
        if pending:
            self.scrub()

    def check_schema(self) -> None:
        """Compare the file's tables with those of its own format: a foreign trigger could copy a key away.

        Done once for every state of the schema. Raises `Tampered`.
        """
        with self.lock, files.faults(VAULT):
            (state,) = self._connection.execute("PRAGMA schema_version").fetchone()
            if state == self._schema_seen:
                return
            (number,) = self._connection.execute("PRAGMA user_version").fetchone()
            found = files.read_schema(self._connection.execute)
            differences = files.schema_differences(_schema_of(number), found)
            if differences:
                raise Tampered(
                    f"The vault was changed from outside. {differences[0]}",
                    "Restore the vault from a backup.",
                )
            self._schema_seen = state

    def problem(self) -> str:
        """The first thing that is wrong with pages or indexes, in SQLite's words; else empty."""
        with self.reading() as connection:
            return next(iter(files.integrity_problems(connection.execute)), "")

    def copy_to(self, target: Path) -> None:
        """Copy the file as it is now, readable by its owner alone. Raises `Fault`s."""
        files.make_private(target, VAULT)
        with self.lock, files.faults(VAULT), closing(_connect(target)) as copy:
            self._connection.backup(copy)
            problems = files.integrity_problems(copy.execute)
        _journal_of(target).unlink(missing_ok=True)
        if problems:
            raise files.damaged(VAULT, problems[0])

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        with self.lock:
            self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with self.lock, files.faults(VAULT):
            self._connection.execute(begin)
            try:
                if begin != READ:
                    # With the write lock held, so that no trigger can be added behind the check.
                    self.check_schema()
                with files.explained(self._connection.execute, VAULT):
                    yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(DRIVER.Error):  # SQLite may have rolled back by itself
                    self._connection.execute("ROLLBACK")
                raise

    def _read_data_version(self) -> int:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)


@cache
def _schema_of(number: int) -> Schema:
    """The schema that a format promises, read from an empty vault of it in memory."""
    with closing(DRIVER.connect(":memory:")) as fresh:
        for table in FORMATS.get(number, ()):
            fresh.execute(table)
        return files.read_schema(fresh.execute)


def _connect(path: Path) -> Connection:
    with files.faults(VAULT):
        connection = cast("Connection", files.connect(path, timeout_ms=BUSY_TIMEOUT_MS))
        try:
            files.set_pragmas(connection, PRAGMAS, VAULT)
        except BaseException:
            connection.close()
            raise
        return connection


def _lay_tables(connection: Connection, identity: VaultIdentity, now_us: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    # These two are written into the header, and so belong to the transaction, unlike other pragmas.
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {NEWEST_FORMAT}")
    for table in FORMATS[NEWEST_FORMAT]:
        connection.execute(table)
    connection.execute(
        "INSERT INTO vault (one, vault_id, ledger_id, created_at_us, generation, signing_generation)"
        " VALUES (1, ?, ?, ?, 0, 0)",
        (*identity, now_us),
    )
    connection.execute("COMMIT")


def _journal_of(path: Path) -> Path:
    return path.with_name(path.name + "-journal")


def _zero_in_place(file: Path) -> None:
    """Overwrite every byte without changing the length, which would free blocks with their content."""
    try:
        handle = os.open(file, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return
    except OSError as error:
        raise LedgerReadOnly(f"The vault's journal can't be cleared: {error.strerror}.") from error
    try:
        left = os.fstat(handle).st_size
        while left:
            left -= os.write(handle, bytes(min(left, ZEROS_AT_ONCE)))
        os.fsync(handle)
    except OSError as error:
        raise Fault(f"The vault's journal can't be cleared: {error.strerror}.") from error
    finally:
        os.close(handle)
