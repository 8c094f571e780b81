"""A copy of a ledger that is in use: SQLite's own backup, never a copy of the file.

The file alone is not the ledger: what was committed last lies in the write-ahead log beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from auditdesk.domain.errors import LedgerDamaged
from auditdesk.ledger.backends import sqlite as engines

PAGES_AT_ONCE: Final = 4_096


def copy_ledger(source: Path, target: Path, tell: Callable[[int, int], None]) -> None:
    """Copy a ledger as it is at one instant to a path where there is nothing; writers go on meanwhile.

    `tell` gets the pages copied and all pages; what it raises ends the copy. Raises `Fault`s.
    """

    def on_pages(_status: int, remaining: int, total: int) -> None:
        tell(total - remaining, total)

    with (
        engines.faults(),
        closing(_connect(source, "ro")) as reader,
        closing(_connect(target, "rwc")) as writer,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # from here on one state is read
        reader.backup(writer, pages=PAGES_AT_ONCE, progress=on_pages)
        reader.execute("ROLLBACK")


def check_pages(path: Path) -> None:
    """Let SQLite look at every page of a copy. Raises `LedgerDamaged`."""
    with engines.faults(), closing(_connect(path, "rw")) as connection:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise LedgerDamaged(f"{path.name} is damaged: {found}.", "Verify the ledger, then check the disk.")


def _connect(path: Path, mode: str) -> Any:
    return engines.DRIVER.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=engines.BUSY_TIMEOUT_MS / 1_000,
    )
