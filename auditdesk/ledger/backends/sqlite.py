"""Opening a SQLite file as SQLAlchemy has it, with settings that lose nothing.

The driver is `pysqlite3` where it is there, as it brings a SQLite without the WAL-reset bug (3.7.0 to
3.51.2); an older library is run with a rollback journal instead. Nothing is created by opening.
"""

from __future__ import annotations

import importlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from auditdesk.domain.errors import (
    AuditdeskError,
    Conflict,
    DiskFull,
    Fault,
    LedgerDamaged,
    LedgerLocked,
    LedgerMissing,
    LedgerReadOnly,
    NewerLedger,
    NotALedger,
)

APPLICATION_ID: Final = 0x61645F6C  # "ad_l"
SCHEMA_VERSION: Final = 1
WAL_IS_SAFE_SINCE: Final = (3, 51, 3)
BUSY_TIMEOUT_MS: Final = 10_000
CACHE_KIB: Final = 64 * 1024
HEADER_BYTES: Final = 100


def choose_driver() -> ModuleType:
    """`pysqlite3` where it is installed and newer than the interpreter's own library, else `sqlite3`."""
    try:
        candidate = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3
    return candidate if candidate.sqlite_version_info > sqlite3.sqlite_version_info else sqlite3


DRIVER: Final = choose_driver()


class FileHeader(NamedTuple):
    """What a SQLite file says of itself in its first hundred bytes (fileformat2, §1.3)."""

    application_id: int
    user_version: int


def read_header(path: Path, what: str, application_id: int, newest: int) -> FileHeader:
    """What the file says of itself, before it is opened as a ledger: a foreign file is left untouched.

    It is read through SQLite, without locks: to open and close the file by other means would drop the locks
    that this process holds on it already (How To Corrupt An SQLite Database File, §2.2).
    Raises `LedgerMissing`, `NotALedger`, `NewerLedger`, `LedgerReadOnly`.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise LedgerMissing(f"There is no {what} at {path}.") from error
    except OSError as error:
        raise LedgerReadOnly(f"The {what} at {path} can't be read: {error.strerror}.") from error
    header = _header_of(path, what) if size >= HEADER_BYTES else None
    if header is None:
        kind = "is empty" if not size else "is no database"
        raise NotALedger(f"{path} {kind}, so it is no auditdesk {what}.", "It was left untouched.")
    if header.application_id != application_id:
        raise NotALedger(f"{path} belongs to another program.", "It was left untouched.")
    if header.user_version > newest:
        raise _newer(path, header.user_version, newest)
    return header


def _header_of(path: Path, what: str) -> FileHeader | None:
    """The header's two numbers; None where the file is no database."""
    connection: Any = None
    try:
        connection = DRIVER.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        found = [
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        ]
    except DRIVER.OperationalError as error:
        raise LedgerReadOnly(f"The {what} at {path} can't be read: {error}.") from error
    except DRIVER.DatabaseError:
        return None
    finally:
        if connection is not None:
            connection.close()
    return FileHeader(*found)


def check_version(connection: Connection, path: Path) -> None:
    """Raise `NewerLedger` where only the write-ahead log says that a newer auditdesk has been here."""
    found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if found > SCHEMA_VERSION:
        raise _newer(path, found, SCHEMA_VERSION)


def _newer(path: Path, found: int, known: int) -> NewerLedger:
    return NewerLedger(
        f"{path} was written by a newer auditdesk (format {found}, known up to {known}).",
        "It was left untouched; open it with that version.",
    )


def is_writable(path: Path) -> bool:
    """Whether this process may write the file and make its journal beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def make_engine(path: Path, *, create: bool = False, read_only: bool = False) -> Engine:
    """An engine on one SQLite file. Raises nothing until it is first used."""
    mode = "rwc" if create else "ro" if read_only else "rw"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    if read_only and not is_writable(path) and not path.with_name(path.name + "-wal").exists():
        uri += "&immutable=1"  # in a folder that can't be written there is no room for a reader's -shm either
    engine = create_engine(
        "sqlite+pysqlite://",
        module=DRIVER,
        creator=lambda: DRIVER.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1_000
        ),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=8,
    )
    event.listen(engine, "connect", lambda raw, _record: _set_pragmas(raw, read_only=read_only))
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(raw: Any, *, read_only: bool) -> None:
    """Set what must hold outside any transaction, and read it back: a pragma inside one is ignored."""
    journal, synchronous = ("wal", 2) if DRIVER.sqlite_version_info >= WAL_IS_SAFE_SINCE else ("delete", 3)
    wanted: dict[str, object] = {
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "busy_timeout": BUSY_TIMEOUT_MS,
        "cell_size_check": 1,
        "cache_size": -CACHE_KIB,
    }
    if not read_only:
        wanted |= {"journal_mode": journal, "synchronous": synchronous}
    cursor = raw.cursor()
    for name, value in wanted.items():
        cursor.execute(f"PRAGMA {name} = {value}").fetchall()
    for name, value in wanted.items():
        found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
        if found != value:
            raise LedgerDamaged(f"SQLite did not accept {name} = {value}; it says {found}.")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the file and writes nothing.

    It ends by rolling back: there is nothing to commit, and SQLite refuses a commit after meeting damage.
    """
    with faults(), engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """The only writer's transaction: committed as a whole, or rolled back on any exception."""
    with faults(), engine.connect() as plain:
        connection = plain.execution_options(writing=True)
        with connection.begin():
            yield connection


@contextmanager
def explained(connection: Connection) -> Iterator[None]:
    """Say that the file is damaged where that is why a row could not be made sense of.

    A damaged page yields rows that break the schema's own law: text where a number must be, or NULL. What
    fails in a file whose pages are well is a mistake of ours, and stays what it is.
    """
    try:
        yield
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        problem = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if problem == "ok":
            raise
        raise LedgerDamaged(f"The file is damaged: {problem}.", "Restore the last backup.") from error


def settle(engine: Engine) -> None:
    """Move what is in the write-ahead log into the file, so that the file's header says what it is."""
    with faults(), engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@contextmanager
def faults() -> Iterator[None]:
    """Turn what the driver raises into typed faults, in words."""
    try:
        yield
    except AuditdeskError:
        raise
    except DBAPIError as error:
        raise as_fault(error.orig) from error
    except (sqlite3.Error, DRIVER.Error) as error:
        raise as_fault(error) from error
    except UnicodeDecodeError as error:  # the driver could not even read what SQLite had to say
        raise LedgerDamaged("The database holds text that is none.", "Restore the last backup.") from error


def as_fault(error: BaseException | None) -> Fault:
    """The fault that a driver's error stands for (SQLite's primary result codes)."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    text = str(error)
    for fault, codes, words, sentence, remedy in _FAULTS:
        if code in codes or words in text:
            return fault(sentence, remedy)
    return LedgerDamaged(f"The database refused: {text}.")


_FAULTS: Final[tuple[tuple[type[Fault], tuple[int, ...], str, str, str], ...]] = (
    (
        LedgerLocked,
        (5, 6),
        "is locked",
        "Another program is writing to this file.",
        "Try again when it has finished.",
    ),
    (DiskFull, (13,), "is full", "The disk is full; nothing was written.", "Make room and try again."),
    (LedgerReadOnly, (8,), "readonly", "The file can't be written.", "Check the rights on the folder."),
    (
        LedgerReadOnly,
        (14,),
        "unable to open database",
        "The file, or the -wal beside it, can't be opened.",
        "Check the rights on the folder, or copy both to where you may write.",
    ),
    (NotALedger, (26,), "not a database", "The file is no database.", ""),
    (
        DiskFull,
        (10,),
        "disk I/O",
        "The disk did not take, or did not give, the data.",
        "Check the disk and try again.",
    ),
    (
        Conflict,
        (),
        "UNIQUE constraint failed",
        "Someone else wrote the same first; nothing was changed.",
        "Look again and repeat.",
    ),
)
