"""Open, guard and explain a SQLite file.

The driver is `pysqlite3` where it is installed and newer than the interpreter's own library, as it brings a
SQLite without the WAL-reset bug (3.7.0 to 3.51.2); an affected library is run with a rollback journal.
One process uses one driver for every file: two SQLite libraries end each other's locks
(How To Corrupt An SQLite Database File, §2.2.1).
"""

from __future__ import annotations

import errno
import importlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

from auditdesk.domain.errors import (
    AuditdeskError,
    Conflict,
    DiskFull,
    Fault,
    LedgerDamaged,
    LedgerLocked,
    LedgerReadOnly,
    NewerLedger,
    NotALedger,
)

WAL_IS_SAFE_SINCE: Final = (3, 51, 3)
HEADER_BYTES: Final = 100
UNABLE_TO_SYNC: Final = (errno.EINVAL, errno.ENOTSUP)  # file systems that have no synced folders
SOUND: Final = "ok"  # what `integrity_check` says of a file without a fault
GUARDS: Final[Mapping[str, object]] = {"foreign_keys": 1, "trusted_schema": 0, "cell_size_check": 1}
_SCHEMA: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"

Execute = Callable[[str], Any]
Schema = dict[tuple[str, str], tuple[Any, Any]]
"""What a database is made of: (type, name) to (table, SQL text as it was given)."""


def choose_driver() -> ModuleType:
    """`pysqlite3` where it is installed and newer than the interpreter's own library, else `sqlite3`."""
    try:
        candidate = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3
    return candidate if candidate.sqlite_version_info > sqlite3.sqlite_version_info else sqlite3


DRIVER: Final = choose_driver()


class FileKind(NamedTuple):
    """A kind of file: its name in sentences, the number in its header, the newest format known here."""

    name: str
    application_id: int
    newest_format: int
    missing: type[Fault]
    if_missing: str = ""


class FileHeader(NamedTuple):
    """The header of a SQLite file, its first hundred bytes (SQLite's fileformat2, §1.3)."""

    application_id: int
    format: int


# --- opening ------------------------------------------------------------------------------


def connect(path: Path, *, mode: str = "rw", immutable: bool = False, timeout_ms: int = 0) -> Any:
    """A connection without transactions of the driver's own; nothing is created unless `mode` is `rwc`.

    `timeout_ms` is how long a lock of somebody else's is waited for.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}{'&immutable=1' if immutable else ''}"
    return DRIVER.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=timeout_ms / 1_000
    )


def durable_journal() -> Mapping[str, object]:
    """The journal that loses nothing of what was committed, with the SQLite at hand."""
    if DRIVER.sqlite_version_info >= WAL_IS_SAFE_SINCE:
        return {"journal_mode": "wal", "synchronous": 2}  # FULL
    return {"journal_mode": "delete", "synchronous": 3}  # EXTRA


def set_pragmas(raw: Any, wanted: Mapping[str, object], kind: FileKind) -> None:
    """Set what must hold, and read it back: SQLite ignores a pragma inside a transaction without a word.

    Raises `LedgerDamaged` for one that isn't taken.
    """
    if raw.in_transaction:
        raise AssertionError("pragmas are set outside transactions")
    for name, value in wanted.items():
        raw.execute(f"PRAGMA {name} = {value}").fetchall()
    for name, value in wanted.items():
        found = raw.execute(f"PRAGMA {name}").fetchone()[0]
        if found != value:
            raise LedgerDamaged(
                f"SQLite did not accept {name} = {value} for the {kind.name}; it says {found}."
            )


def is_writable(path: Path) -> bool:
    """True if this process may write the file and make its journal beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def make_private(path: Path, kind: FileKind) -> None:
    """Make an empty file that its owner alone can read. Raises `NotALedger` where there is one already."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError as error:
        raise NotALedger(f"{path} already exists.", "It was left untouched.") from error
    except OSError as error:
        raise LedgerReadOnly(f"The {kind.name} can't be made at {path}: {error.strerror}.") from error


def sync_folder(folder: Path) -> None:
    """Make durable which files a folder holds. Windows has no handle on a folder to sync."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in UNABLE_TO_SYNC:
            raise
    finally:
        os.close(handle)


# --- looking at a file before it is opened ------------------------------------------------


def read_header(path: Path, kind: FileKind) -> FileHeader:
    """Read a file's header before it is opened as ours: a foreign file is left untouched.

    It is read through SQLite, without locks: to open and close the file by other means would drop the locks
    that this process holds on it already (How To Corrupt An SQLite Database File, §2.2).
    Raises `kind.missing`, `NotALedger`, `NewerLedger`, `LedgerReadOnly`, `DiskFull`.
    """
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise kind.missing(f"There is no {kind.name} at {path}.", kind.if_missing) from error
    except OSError as error:
        raise LedgerReadOnly(f"The {kind.name} at {path} can't be read: {error.strerror}.") from error
    header = None
    if stat.S_ISREG(found.st_mode) and found.st_size >= HEADER_BYTES:
        header = _header_of(path, kind)
    if header is None:
        raise NotALedger(f"{path} is not an auditdesk {kind.name}.", "It was left untouched.")
    if header.application_id != kind.application_id:
        raise NotALedger(f"{path} belongs to another program.", "It was left untouched.")
    check_format(header.format, path, kind)
    return header


def check_format(found: int, path: Path, kind: FileKind) -> None:
    """Raise `NewerLedger` for a format that a newer auditdesk has written."""
    if found > kind.newest_format:
        raise NewerLedger(
            f"{path} was written by a newer auditdesk (format {found}, known up to {kind.newest_format}).",
            "It was left untouched; open it with that version.",
        )


def _header_of(path: Path, kind: FileKind) -> FileHeader | None:
    """The header's two numbers; None where the file is no database."""
    try:
        with closing(connect(path, mode="ro", immutable=True)) as raw:
            names = ("application_id", "user_version")
            return FileHeader(*(raw.execute(f"PRAGMA {name}").fetchone()[0] for name in names))
    except DRIVER.OperationalError as error:
        raise as_fault(error, kind) from error
    except DRIVER.DatabaseError:
        return None


# --- what a file is made of, and whether it is whole ---------------------------------------


def read_schema(execute: Execute) -> Schema:
    """Tables, indexes and triggers as the file describes them; in a damaged file of any type."""
    return {(str(row[0]), str(row[1])): (row[2], row[3]) for row in execute(_SCHEMA).fetchall()}


def schema_differences(wanted: Schema, found: Schema) -> list[str]:
    """Differences of a file's schema from that of its format, one sentence each; compared word by word."""
    return [
        f"The {kind} {name} is missing."
        if (kind, name) not in found
        else f"The {kind} {name} does not belong there."
        if (kind, name) not in wanted
        else f"The {kind} {name} was changed."
        for kind, name in sorted(wanted.keys() | found.keys())
        if wanted.get((kind, name)) != found.get((kind, name))
    ]


def integrity_problems(execute: Execute, limit: int = 1) -> list[str]:
    """Problems of pages and indexes, in SQLite's words; empty if there are none."""
    return [str(row[0]) for row in execute(f"PRAGMA integrity_check({limit})").fetchall() if row[0] != SOUND]


@contextmanager
def explained(execute: Execute, kind: FileKind) -> Iterator[None]:
    """Say that the file is damaged where that is why a row could not be made sense of.

    A damaged page yields rows that break the schema's own law: text where a number must be, or NULL. What
    fails in a file whose pages are sound is a mistake of ours, and stays what it is.
    """
    try:
        yield
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        problems = integrity_problems(execute)
        if not problems:
            raise
        raise damaged(kind, problems[0]) from error


def damaged(kind: FileKind, problem: str) -> LedgerDamaged:
    """The fault for a file whose pages or indexes are damaged; `problem` is in SQLite's words."""
    return LedgerDamaged(f"The {kind.name}'s file is damaged: {problem}.", _restore(kind))


# --- the driver's errors ------------------------------------------------------------------


class _Cause(NamedTuple):
    fault: type[Fault]
    sentence: str
    remedy: str


_HELD: Final = _Cause(LedgerLocked, "Another program holds the {}.", "Try again when it has finished.")
_CLOSED: Final = _Cause(
    LedgerReadOnly,
    "The {}'s file, or the journal beside it, can't be opened.",
    "Check the rights on the folder, or copy both to where you may write.",
)
_CAUSES: Final[Mapping[str, _Cause]] = {  # by SQLite's result code: https://sqlite.org/rescode.html
    "SQLITE_BUSY": _HELD,
    "SQLITE_LOCKED": _HELD,
    "SQLITE_FULL": _Cause(
        DiskFull, "The disk is full; nothing was written to the {}.", "Free some disk space and try again."
    ),
    "SQLITE_IOERR": _Cause(
        DiskFull, "Reading the {} from the disk, or writing it, failed.", "Check the disk and try again."
    ),
    "SQLITE_READONLY": _Cause(LedgerReadOnly, "The {} can't be written.", "Check the rights on the folder."),
    "SQLITE_CANTOPEN": _CLOSED,
    "SQLITE_PERM": _CLOSED,
    "SQLITE_NOTADB": _Cause(NotALedger, "The file is not an auditdesk {}.", "It was left untouched."),
}
# what drivers tell in words alone: pysqlite3 has no extended codes, and to read text is not SQLite's work
_NOT_TEXT: Final = "Could not decode to UTF-8"
_WRITTEN_FIRST: Final = "UNIQUE constraint failed"


@contextmanager
def faults(kind: FileKind) -> Iterator[None]:
    """Turn what the driver raises into `Fault`s that say in words what happened."""
    try:
        yield
    except AuditdeskError:
        raise
    except DRIVER.Error as error:
        raise as_fault(error, kind) from error
    except UnicodeDecodeError as error:  # the driver could not even read what SQLite had to say
        raise as_fault(error, kind) from error


def as_fault(error: BaseException | None, kind: FileKind) -> Fault:
    """The fault that an error of the driver stands for."""
    if isinstance(error, UnicodeDecodeError) or _NOT_TEXT in str(error):
        return LedgerDamaged(f"The {kind.name} contains text that is not valid UTF-8.", _restore(kind))
    name = str(getattr(error, "sqlite_errorname", ""))
    for prefix, (fault, sentence, remedy) in _CAUSES.items():
        if name.startswith(prefix):
            return fault(sentence.format(kind.name), remedy)
    if _WRITTEN_FIRST in str(error):
        return Conflict(
            "Someone else wrote the same first; nothing was changed.", "Review the change, then try again."
        )
    return LedgerDamaged(f"The {kind.name} can't be read or written: {error}.", _restore(kind))


def _restore(kind: FileKind) -> str:
    return f"Restore the {kind.name} from the last backup."
