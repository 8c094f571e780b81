"""The vault's file: a SQLite database that leaves nothing behind of what is deleted from it.

Measured on raw disk images: only a rollback journal that persists and is zeroed in place, together
with secure_delete, left no deleted key on the disk; truncated or removed journals leave their blocks.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from auditdesk.domain.errors import (
    DiskFull,
    Fault,
    LedgerDamaged,
    LedgerLocked,
    LedgerReadOnly,
    NewerLedger,
    NotALedger,
    VaultMismatch,
    VaultMissing,
)
from auditdesk.vault.schema import APPLICATION_ID, SCHEMA_VERSION, TABLES

try:
    from pysqlite3 import dbapi2 as _bundled
except ImportError:
    _driver: Any = sqlite3
else:
    _driver = _bundled

Connection = sqlite3.Connection

BUSY_TIMEOUT_S: Final = 5.0
ZEROS_AT_ONCE: Final = 1 << 20
PRAGMAS: Final = (  # name, what is set, what must be read back
    ("journal_mode", "PERSIST", "persist"),
    ("journal_size_limit", "-1", -1),
    ("secure_delete", "ON", 1),
    ("synchronous", "EXTRA", 3),
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("temp_store", "MEMORY", 2),
)
FAULTS: Final[dict[str, tuple[type[Fault], str, str]]] = {
    "SQLITE_BUSY": (LedgerLocked, "Another program holds the vault.", "Try again in a moment."),
    "SQLITE_LOCKED": (LedgerLocked, "Another program holds the vault.", "Try again in a moment."),
    "SQLITE_FULL": (DiskFull, "There is no room left to write the vault.", "Make room and try again."),
    "SQLITE_IOERR": (
        DiskFull,
        "The disk did not take, or did not give, the vault's data.",
        "Check the disk and try again.",
    ),
    "SQLITE_READONLY": (LedgerReadOnly, "The vault can't be written.", "Check the folder's permissions."),
    "SQLITE_CANTOPEN": (LedgerReadOnly, "The vault can't be opened.", "Check the folder's permissions."),
    "SQLITE_PERM": (LedgerReadOnly, "The vault can't be opened.", "Check the folder's permissions."),
    "SQLITE_NOTADB": (NotALedger, "The file is not a vault of auditdesk.", "It was left untouched."),
}


class Identity(NamedTuple):
    """Which vault this is, and of which ledger."""

    vault_id: bytes
    ledger_id: str


class VaultFile:
    """An open vault file, shared by everything in this process that uses it; one thread at a time.

    `epoch` counts the changes of keys that this process knows of: whoever caches keys compares it.
    """

    def __init__(
        self, path: Path, connection: Connection, identity: Identity, clock: Callable[[], int]
    ) -> None:
        self.path = path
        self.vault_id, self.ledger_id = identity
        self.clock = clock
        self.lock = threading.RLock()
        self.epoch = 0
        self._connection = connection
        self._data_version = self._read_data_version()

    @classmethod
    def create(cls, path: Path, identity: Identity, clock: Callable[[], int]) -> VaultFile:
        """Make the file with its tables, readable by its owner alone. Raises `NotALedger` where one is."""
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError as error:
            raise NotALedger(f"There is a file at {path} already.", "It was left untouched.") from error
        except OSError as error:
            raise LedgerReadOnly(f"The vault can't be made at {path}: {error.strerror}.") from error
        try:
            connection = _connect(path)
            with translated():
                _lay_tables(connection, identity, clock())
            _sync_folder(path.parent)
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
        _check_kind(path)
        connection = _connect(path)
        try:
            with translated():
                row = connection.execute("SELECT vault_id, ledger_id FROM vault").fetchone()
            if row is None:
                raise LedgerDamaged("The vault doesn't say to which ledger it belongs.")
            if row[1] != ledger_id:
                raise VaultMismatch(
                    "The vault belongs to another ledger.",
                    "Put the vault back that was made with this ledger.",
                )
            return cls(path, connection, Identity(*row), clock)
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look at the file. Raises `Fault`s."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: everything in it happens, or nothing. Raises `Fault`s."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def notice_changes(self) -> int:
        """Look whether another process changed the file; returns the epoch after that."""
        with self.lock, translated():
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
            connection.execute("UPDATE vault SET scrub_pending = 0 WHERE scrub_pending <> 0")

    def scrub_if_pending(self) -> None:
        """Do what a crash, or a full disk, kept a shred from finishing."""
        with self.reading() as connection:
            (pending,) = connection.execute("SELECT scrub_pending FROM vault").fetchone()
        if pending:
            self.scrub()

    def problem(self) -> str:
        """The first thing that is wrong with pages or indexes, in SQLite's words; else empty."""
        with self.reading() as connection:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        return "" if found == "ok" else str(found)

    def copy_to(self, target: Path) -> None:
        """Copy the file as it is now, readable by its owner alone. Raises `Fault`s."""
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError as error:
            raise LedgerReadOnly(f"The vault can't be copied to {target}: {error.strerror}.") from error
        with self.lock, translated(), closing(_connect(target)) as copy:
            self._connection.backup(copy)
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        _journal_of(target).unlink(missing_ok=True)
        if found != "ok":
            raise LedgerDamaged(f"The vault's copy is damaged: {found}.", "Check the disk, and the vault.")

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        with self.lock:
            self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with self.lock, translated():
            self._connection.execute(begin)
            try:
                with self._explained():
                    yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(_driver.Error):  # SQLite may have rolled back by itself
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say that the file is damaged where that is why a row could not be made sense of.

        A damaged page yields what the schema doesn't allow. What fails in a file that is well is a mistake
        of ours, and stays what it is.
        """
        try:
            yield
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
            (found,) = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
            if found == "ok":
                raise
            raise LedgerDamaged(
                f"The vault's file is damaged: {found}.", "Restore the vault from a backup."
            ) from error

    def _read_data_version(self) -> int:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into `Fault`s that say what happened in words."""
    try:
        yield
    except _driver.Error as error:
        name = str(getattr(error, "sqlite_errorname", None) or error)
        for prefix, (fault, message, remedy) in FAULTS.items():
            if name.startswith(prefix):
                raise fault(message, remedy) from error
        raise LedgerDamaged(
            f"The vault can't be read or written ({name}).", "Restore the vault from a backup."
        ) from error
    except UnicodeDecodeError as error:  # the driver could not even read what SQLite had to say
        raise LedgerDamaged(
            "The vault holds text that is none.", "Restore the vault from a backup."
        ) from error


def _connect(path: Path) -> Connection:
    with translated():
        connection = cast(
            "Connection",
            _driver.connect(
                f"{path.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
            ),
        )
        try:
            _set_pragmas(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _set_pragmas(connection: Connection) -> None:
    for name, value, expected in PRAGMAS:
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
        (actual,) = connection.execute(f"PRAGMA {name}").fetchone()
        if actual != expected:
            raise Fault(f"SQLite refuses the setting {name} = {value} of the vault.")


def _check_kind(path: Path) -> None:
    """Look at the header through a connection that neither writes nor locks nor rolls anything back."""
    if not path.exists():
        raise VaultMissing(f"There is no vault at {path}.", "Put it back beside the ledger.")
    if not path.is_file() or path.stat().st_size == 0:
        raise NotALedger(f"{path.name} is not a vault of auditdesk.", "It was left untouched.")
    with translated():
        connection = _driver.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            (application_id,) = connection.execute("PRAGMA application_id").fetchone()
            (schema_version,) = connection.execute("PRAGMA user_version").fetchone()
        finally:
            connection.close()
    if application_id != APPLICATION_ID:
        raise NotALedger(f"{path.name} is not a vault of auditdesk.", "It was left untouched.")
    if schema_version > SCHEMA_VERSION:
        raise NewerLedger("The vault was written by a newer auditdesk.", "Open it with that one.")


def _lay_tables(connection: Connection, identity: Identity, now_us: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    for table in TABLES:
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


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle on a folder to sync
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
