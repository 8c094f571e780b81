"""Brings a ledger up to format 2 and is killed on the way; arguments: the file, the moment, the journal."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from auditdesk.ledger import migrations
from auditdesk.ledger.backends import sqlite_upgrade
from auditdesk.ledger.backends.sqlite import SqliteBackend
from auditdesk.ledger.backends.sqlite_upgrade import SqliteUpgrade
from auditdesk.ledger.formats import LedgerFormat
from auditdesk.storage import sqlite_file
from tests.helpers import ManualClock
from tests.ledger.later_formats import UP_TO_2, bring_up_to_2, lay_2


def die(*_: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def die_in_the_step(connection: Any) -> None:
    bring_up_to_2(connection)
    die()


class DyingReader:
    """A connection that is killed when half of its pages have been copied."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def backup(self, target: Any, *, pages: int) -> None:
        def on_pages(_status: int, remaining: int, total: int) -> None:
            if remaining < total / 2:
                die()

        self._raw.backup(target, pages=min(pages, 8), progress=on_pages)

    def close(self) -> None:
        self._raw.close()


def put_half_in_place(upgrade: SqliteUpgrade[Any]) -> str:
    vars(sqlite_upgrade)["connect"] = lambda path: DyingReader(sqlite_file.connect(path))
    return PUT_IN_PLACE(upgrade)


PUT_IN_PLACE: Final = SqliteUpgrade.put_in_place
INSTEAD: Final[dict[str, tuple[object, str, Callable[..., object]]]] = {
    "before it is proved": (migrations, "prove_same", die),
    "when it is proved": (SqliteUpgrade, "put_in_place", die),
    "while it is put in place": (SqliteUpgrade, "put_in_place", put_half_in_place),
    "when it is in place": (SqliteUpgrade, "discard", die),
}


def main(path: str, moment: str, journal: str) -> None:
    if journal == "delete":
        sqlite_file.durable_journal = lambda: {"journal_mode": "delete", "synchronous": 3}
    formats: Sequence[LedgerFormat] = UP_TO_2
    if moment == "in the step":
        formats = (*UP_TO_2[:1], LedgerFormat(2, lay_2, die_in_the_step))
    else:
        setattr(*INSTEAD[moment])
    migrations.open_ledger(SqliteBackend(Path(path), formats), clock=ManualClock())


if __name__ == "__main__":
    main(*sys.argv[1:])
