"""Opening files: what is no ledger is refused and left as it was; what can't be written is looked at."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from auditdesk.domain import events as e
from auditdesk.domain.errors import (
    LedgerLocked,
    LedgerMissing,
    LedgerReadOnly,
    NewerLedger,
    NotALedger,
    Refused,
)
from auditdesk.domain.events import NewEvent
from auditdesk.ledger.backends import sqlite as engines
from auditdesk.ledger.backends.sqlite import SqliteBackend
from auditdesk.ledger.formats import FORMATS
from auditdesk.ledger.ledger import Ledger, StreamAppend
from auditdesk.storage.sqlite_file import DRIVER, WAL_IS_SAFE_SINCE
from tests.helpers import ManualClock

APPENDER = """
import sys, time
from contextlib import closing
from pathlib import Path
from auditdesk.domain import events as e
from auditdesk.domain.events import NewEvent
from auditdesk.ledger.backends.sqlite import SqliteBackend
from auditdesk.ledger.ledger import Ledger, StreamAppend
ledger = Ledger.open(SqliteBackend(Path(sys.argv[1])), clock=lambda: time.time_ns() // 1000)
for number in range(100):
    fact = NewEvent(e.CommandRefused("deposit", "", "frozen", "No."))
    append = StreamAppend("bank", None, [fact], ledger.now_us(), None)
    ledger.append([append], operator=sys.argv[2], command_id=f"{sys.argv[2]}-{number}")
ledger.close()
"""


def append_one(ledger: Ledger, command_id: str) -> None:
    new_event = NewEvent(e.CommandRefused("deposit", "", "frozen", "No."))
    ledger.append(
        [StreamAppend("bank", None, [new_event], ledger.now_us(), None)],
        operator="ana",
        command_id=command_id,
    )


def foreign_database(path: Path) -> None:
    connection = DRIVER.connect(str(path))
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.commit()
    connection.close()


def newer_ledger(path: Path) -> None:
    Ledger.create(SqliteBackend(path), bank="B", clock=ManualClock()).close()
    connection = DRIVER.connect(str(path))
    connection.execute(f"PRAGMA user_version = {FORMATS[-1].number + 1}")
    connection.close()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", NotALedger),
        (b"Dear diary, " * 50, NotALedger),
        (b"SQLite format 3\x00", NotALedger),
        (foreign_database, NotALedger),
        (newer_ledger, NewerLedger),
    ],
)
def test_what_is_no_ledger_of_ours_is_refused_and_left_untouched(
    tmp_path: Path, content: object, fault: type[Exception]
) -> None:
    path = tmp_path / "ledger.db"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(fault):
        Ledger.open(SqliteBackend(path), clock=ManualClock())
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["ledger.db"]


def test_opening_a_missing_ledger_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissing):
        Ledger.open(SqliteBackend(tmp_path / "ledger.db"), clock=ManualClock())
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_is_never_made_over_another(ledger: Ledger, clock: ManualClock) -> None:
    with pytest.raises(Refused):
        Ledger.create(ledger.backend, bank="Other", clock=clock)
    assert ledger.bank == "Conformance Bank"


def test_a_ledger_that_is_only_looked_at_is_not_written(ledger: Ledger, clock: ManualClock) -> None:
    append_one(ledger, "c1")
    ledger.close()
    before = Path(ledger.backend.address).read_bytes()
    viewer = Ledger.open(ledger.backend, clock=clock, read_only=True)
    assert viewer.read_only
    assert viewer.log.head().position == 1
    with pytest.raises(LedgerReadOnly):
        append_one(viewer, "c2")
    viewer.close()
    assert Path(ledger.backend.address).read_bytes() == before


def test_who_only_looks_sees_what_others_write_meanwhile(ledger: Ledger, clock: ManualClock) -> None:
    append_one(ledger, "c1")
    ledger.close()
    viewer = Ledger.open(ledger.backend, clock=clock, read_only=True)
    assert viewer.log.head().position == 1
    writer = Ledger.open(ledger.backend, clock=clock)
    append_one(writer, "c2")
    assert viewer.log.head().position == 2
    writer.close()
    viewer.close()


def test_a_newer_format_that_only_the_write_ahead_log_knows_is_refused(
    ledger: Ledger, clock: ManualClock
) -> None:
    other = DRIVER.connect(ledger.backend.address, isolation_level=None)
    other.execute(f"PRAGMA user_version = {FORMATS[-1].number + 1}")
    with pytest.raises(NewerLedger):
        Ledger.open(ledger.backend, clock=clock)
    other.close()


def test_a_folder_without_the_right_to_write_opens_for_looking(
    ledger: Ledger, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_one(ledger, "c1")
    ledger.close()
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)
    viewer = Ledger.open(ledger.backend, clock=clock)
    assert viewer.read_only
    assert "is read-only" in viewer.warnings[0]
    assert viewer.log.head().position == 1
    viewer.close()
    assert [entry.name for entry in ledger.backend.folder.iterdir()] == ["ledger.db"]


def test_a_ledger_that_another_program_holds_is_reported_as_locked(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    ledger.close()
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 20)
    other = DRIVER.connect(ledger.backend.address, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    mine = Ledger.open(ledger.backend, clock=clock)
    with pytest.raises(LedgerLocked):
        append_one(mine, "c1")
    other.execute("ROLLBACK")
    append_one(mine, "c1")
    assert mine.log.head().position == 1
    other.close()
    mine.close()


def test_two_processes_append_side_by_side_and_lose_nothing(ledger: Ledger) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", APPENDER, ledger.backend.address, name])
        for name in ("ana", "ben")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    log = list(ledger.log.read())
    assert [envelope.position for envelope in log] == list(range(1, 201))
    assert sorted(envelope.command_id for envelope in log) == sorted(
        f"{name}-{number}" for name in ("ana", "ben") for number in range(100)
    )


def test_the_settings_that_lose_nothing_are_in_force(ledger: Ledger) -> None:
    with ledger.view() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                "synchronous",
                "foreign_keys",
                "recursive_triggers",
                "trusted_schema",
                "application_id",
            )
        }
    wal = DRIVER.sqlite_version_info >= WAL_IS_SAFE_SINCE
    assert found == {
        "synchronous": 2 if wal else 3,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "application_id": engines.APPLICATION_ID,
    }


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux tells who holds which lock")
def test_opening_a_ledger_again_drops_none_of_the_locks_of_this_process(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with (
        closing(Ledger.create(SqliteBackend(path), bank="b", clock=ManualClock())) as first,
        first.view() as connection,
    ):
        connection.exec_driver_sql("SELECT count(*) FROM events").fetchall()
        held = locks_on(path)
        with closing(Ledger.open(SqliteBackend(path), clock=ManualClock())):
            pass
        assert locks_on(path) == held != []


def locks_on(path: Path) -> list[str]:
    """The POSIX locks that this process holds on a file, as the kernel tells."""
    stat = path.stat()
    inode = f":{stat.st_ino}"
    lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    words = [line.split() for line in lines]
    return sorted(
        " ".join(line[2:]) for line in words if line[4] == str(os.getpid()) and line[5].endswith(inode)
    )
