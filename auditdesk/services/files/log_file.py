"""The log of what went wrong: bugs, and faults of the environment, in a small file that rotates.

Nothing personal gets in, by what is left out: no message of any error, since it may quote what somebody typed
or a path that is named after a person; no local value; no frame of code that isn't ours. What is left says
where in the program it happened, and why as far as the operating system or the database gave a number.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final

from platformdirs import user_log_dir

from auditdesk import __file__ as _package_file
from auditdesk import __version__
from auditdesk.domain.errors import (
    AuditdeskError,
    Conflict,
    Fault,
    SubjectErased,
    VaultLocked,
    WrongPassphrase,
)

FILE_NAME: Final = "auditdesk.log"
FOLDER_VARIABLE: Final = "AUDITDESK_LOG_FOLDER"
MAX_BYTES: Final = 256 * 1024
OLDER_FILES: Final = 3
# faults that belong to a day's work and say nothing about the machine
ORDINARY: Final = (Conflict, SubjectErased, VaultLocked, WrongPassphrase)
_PACKAGE: Final = Path(_package_file).resolve().parent


def default_log_folder() -> Path:
    """The platform's folder for logs of programs, or the one that `AUDITDESK_LOG_FOLDER` names."""
    named = os.environ.get(FOLDER_VARIABLE, "")
    return Path(named).expanduser() if named else Path(user_log_dir("auditdesk", appauthor=False))


class LogFile:
    """The log in one folder, made when there is something to write; may be used from several threads.

    A log that can't be written never stops the work: the entry is lost.
    """

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES, older_files: int = OLDER_FILES) -> None:
        self.path = folder / FILE_NAME
        self._handler = _SilentHandler(
            self.path, maxBytes=max_bytes, backupCount=older_files, encoding="utf-8", delay=True
        )

    def record(self, error: BaseException) -> None:
        """Write down a bug or a fault of the environment; what a rule refused, and a cancel, are neither."""
        if isinstance(error, AuditdeskError) and not _is_kept(error):
            return
        kind = "fault" if isinstance(error, Fault) else "bug"
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        program = f"auditdesk {__version__}, Python {platform.python_version()}, {sys.platform}"
        text = "\n".join((f"{now} {kind} ({program})", *_lines(error)))
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._handler.handle(logging.makeLogRecord({"msg": text}))
        self._handler.close()  # opened again by the next entry: another process may rotate it meanwhile


def places(error: BaseException) -> list[str]:
    """The stack of an error within our own code, outermost first: `file:line function`."""
    return [
        f"{Path(frame.filename).resolve().relative_to(_PACKAGE).as_posix()}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).resolve().is_relative_to(_PACKAGE)
    ]


def _is_kept(error: AuditdeskError) -> bool:
    return isinstance(error, Fault) and not isinstance(error, ORDINARY)


class _SilentHandler(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Say nothing: a full disk is not to print a trace at each entry."""


def _lines(error: BaseException) -> Iterator[str]:
    for each in _with_causes(error):
        yield f"  {_name(each)}"
        yield from (f"    {place}" for place in places(each))


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in seen:
        seen.append(at)
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


def _name(error: Any) -> str:
    """The type, and the number or code that the system, the database or a rule gave it: never a message."""
    if isinstance(error, OSError):
        detail = "" if error.errno is None else f" errno {error.errno}"
    else:
        detail = f" {error.sqlite_errorname}" if hasattr(error, "sqlite_errorname") else ""
    if isinstance(error, AuditdeskError):
        detail = f" {error.code}" if hasattr(error, "code") else ""
    return f"{type(error).__name__}{detail}"
