"""A ledger of an older format is brought up beside itself, proved, and put in place whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection

from auditdesk.domain import events as e
from auditdesk.domain.errors import Fault, LedgerDamaged, LedgerLocked, LedgerReadOnly, NewerLedger
from auditdesk.domain.events import NewEvent
from auditdesk.domain.personal import PersonalDetails
from auditdesk.ledger import schema
from auditdesk.ledger.backends import sqlite
from auditdesk.ledger.backends.sqlite import SqliteBackend
from auditdesk.ledger.formats import FORMATS, LedgerFormat
from auditdesk.ledger.ledger import CheckpointRow, Ledger, StreamAppend
from auditdesk.ledger.migrations import bring_up, open_ledger
from auditdesk.storage import sqlite_file
from auditdesk.storage.sqlite_file import DRIVER
from tests.helpers import ManualClock
from tests.ledger.conftest import ReversingSealer
from tests.ledger.later_formats import INDEX_2, UP_TO_2, UP_TO_3, lay_2

JANE = "C-00001"
ACCOUNT = "10-00001"
TRIGGERS = {statement.split()[2]: statement for statement in schema.SQLITE_LAW}

Told = tuple[object, ...]


@pytest.fixture(params=["wal", "delete"])
def journal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The journal of the ledger: a SQLite with the WAL-reset bug is given the other one."""
    if request.param == "delete":
        monkeypatch.setattr(
            sqlite_file, "durable_journal", lambda: {"journal_mode": "delete", "synchronous": 3}
        )
    return str(request.param)


@pytest.fixture
def path(tmp_path: Path, clock: ManualClock, sealer: ReversingSealer) -> Path:
    """A ledger of format 1 with a customer, an account of 301 events, nodes and a checkpoint."""
    file = tmp_path / "ledger.db"
    with closing(Ledger.create(SqliteBackend(file), bank="Older Bank", clock=clock)) as ledger:
        register = NewEvent(e.CustomerRegistered("r1"), PersonalDetails("Jane Doe"))
        money = [NewEvent(e.MoneyDeposited(amount, "2025-01-06")) for amount in range(1, 301)]
        opening = [NewEvent(e.AccountOpened(JANE, "EUR", reference="a1")), *money]
        appends = [
            StreamAppend(f"customer/{JANE}", None, [register], ledger.now_us(), JANE),
            StreamAppend(f"account/{ACCOUNT}", None, opening, ledger.now_us(), JANE),
        ]
        ledger.append(appends, operator="ana", command_id="c1", sealer=sealer)
        ledger.tree.keep_checkpoint(CheckpointRow(302, ledger.tree.root(), "note"))
    return file


def told_by(ledger: Ledger) -> Told:
    return (
        ledger.ledger_id,
        list(ledger.log.read()),
        ledger.tree.root(),
        list(ledger.tree.nodes()),
        ledger.tree.checkpoints(),
        ledger.accounts.load(ACCOUNT),
        ledger.accounts.rows(),
        ledger.customers.rows(),
        list(ledger.accounts.entry_pages()),
        list(ledger.snapshots.all()),
    )


def told_in_format_1(path: Path) -> Told:
    with closing(Ledger.open(SqliteBackend(path), clock=ManualClock())) as ledger:
        assert (ledger.format, ledger.read_only, ledger.schema_differences()) == (1, False, [])
        return told_by(ledger)


def names_beside(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()} - {path.name}


def deposit(ledger: Ledger, command_id: str) -> None:
    loaded = ledger.accounts.load(ACCOUNT)
    assert loaded is not None
    event = NewEvent(e.MoneyDeposited(5, "2025-01-06"))
    append = StreamAppend(f"account/{ACCOUNT}", loaded.state, [event], ledger.now_us(), JANE)
    ledger.append([append], operator="ana", command_id=command_id)


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("formats", [UP_TO_2, UP_TO_3])
def test_an_older_ledger_is_brought_up_and_tells_what_it_told(
    path: Path, clock: ManualClock, formats: tuple[LedgerFormat, ...]
) -> None:
    before = told_in_format_1(path)
    with closing(open_ledger(SqliteBackend(path, formats), clock=clock)) as ledger:
        assert (ledger.format, ledger.read_only) == (formats[-1].number, False)
        assert ledger.schema_differences() == []
        assert told_by(ledger) == before
        assert ledger.damage == ()
        deposit(ledger, "c2")
        assert ledger.log.head().position == 303
        kept = path.with_name("ledger.db.format-1")
        assert ledger.warnings == (
            f"The ledger was brought from format 1 to {formats[-1].number}. As it was, it is kept at {kept}.",
        )
    assert told_in_format_1(kept) == before
    assert names_beside(path) == {kept.name}


def test_a_ledger_of_the_newest_format_is_opened_as_it_is(path: Path, clock: ManualClock) -> None:
    open_ledger(SqliteBackend(path, UP_TO_2), clock=clock).close()
    with closing(open_ledger(SqliteBackend(path, UP_TO_2), clock=clock)) as ledger:
        assert (ledger.format, ledger.read_only, ledger.warnings) == (2, False, ())
    assert names_beside(path) == {"ledger.db.format-1"}


def test_what_was_kept_of_an_earlier_upgrade_is_never_overwritten(path: Path, clock: ManualClock) -> None:
    path.with_name("ledger.db.format-1").write_bytes(b"precious")
    open_ledger(SqliteBackend(path, UP_TO_2), clock=clock).close()
    assert path.with_name("ledger.db.format-1").read_bytes() == b"precious"
    assert names_beside(path) == {"ledger.db.format-1", "ledger.db.format-1-2"}


def test_an_older_ledger_is_looked_at_in_its_own_format(path: Path, clock: ManualClock) -> None:
    before, raw = told_in_format_1(path), path.read_bytes()
    with closing(Ledger.open(SqliteBackend(path, UP_TO_2), clock=clock, read_only=True)) as ledger:
        assert (ledger.format, ledger.read_only, ledger.schema_differences()) == (1, True, [])
        assert ledger.warnings == ("The ledger has the older format 1, so it is read-only.",)
        assert told_by(ledger) == before
        with pytest.raises(LedgerReadOnly):
            deposit(ledger, "c2")
    assert path.read_bytes() == raw


def test_in_a_folder_that_cannot_be_written_an_older_ledger_stays_as_it_is(
    path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, raw = told_in_format_1(path), path.read_bytes()
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)
    with closing(open_ledger(SqliteBackend(path, UP_TO_2), clock=clock)) as ledger:
        assert (ledger.format, ledger.read_only) == (1, True)
        assert told_by(ledger) == before
    assert path.read_bytes() == raw
    assert names_beside(path) == set()


def test_a_newer_ledger_than_the_program_is_refused_untouched(path: Path, clock: ManualClock) -> None:
    open_ledger(SqliteBackend(path, UP_TO_2), clock=clock).close()
    raw = path.read_bytes()
    with pytest.raises(NewerLedger):
        open_ledger(SqliteBackend(path), clock=clock)
    assert path.read_bytes() == raw


def test_an_index_that_its_own_format_does_not_have_is_not_one_of_ours(
    path: Path, clock: ManualClock
) -> None:
    with closing(DRIVER.connect(str(path))) as raw:
        raw.execute(INDEX_2)
    with closing(Ledger.open(SqliteBackend(path, UP_TO_2), clock=clock)) as ledger:
        assert ledger.schema_differences() == ["The index events_correlation does not belong there."]


def test_a_format_number_that_was_never_written_is_said_to_be_none(path: Path, clock: ManualClock) -> None:
    with closing(DRIVER.connect(str(path))) as raw:
        raw.execute("PRAGMA user_version = 0")
    with closing(open_ledger(SqliteBackend(path), clock=clock)) as ledger:
        assert (ledger.format, ledger.read_only) == (0, True)
        assert ledger.schema_differences() == ["The format number 0 is unknown."]


@pytest.mark.usefixtures("journal")
def test_a_ledger_that_another_program_has_open_is_not_brought_up(
    path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, journal: str
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 20)
    backend = SqliteBackend(path, UP_TO_2)
    with closing(Ledger.open(SqliteBackend(path), clock=clock)) as other, other.writing():
        with pytest.raises(LedgerLocked):
            bring_up(backend, clock=clock)
        with closing(open_ledger(backend, clock=clock)) as ledger:
            assert (ledger.format, ledger.read_only) == (1, True)
            assert "could not be brought from format 1 to 2: Another program holds" in ledger.warnings[-1]
    assert names_beside(path) - {"ledger.db-wal", "ledger.db-shm"} == set()
    with closing(open_ledger(backend, clock=clock)) as ledger:
        assert ledger.format == 2


# --- an upgrade that would change what the ledger tells --------------------------------------


def against(trigger: str, *statements: str) -> Callable[[Connection], None]:
    """A step that lifts a law, breaks it, and puts the law back as it was."""

    def step(connection: Connection) -> None:
        connection.exec_driver_sql(INDEX_2)
        if trigger:
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.exec_driver_sql(statement)
        if trigger:
            connection.exec_driver_sql(TRIGGERS[trigger])

    return step


CHANGES = {
    "the state of account/10-00001 at version 2": against(
        "events_are_never_updated",
        """UPDATE events SET payload = CAST('{"amount_minor":9,"value_date":"2025-01-06"}' AS BLOB)
        WHERE stream = 'account/10-00001' AND version = 2""",
    ),
    "event 7": against("events_are_never_updated", "UPDATE events SET operator = 'eva' WHERE position = 7"),
    "the number of events": against("events_are_never_deleted", "DELETE FROM events WHERE position = 302"),
    "the tree's root": against("tree_nodes_are_never_updated", "UPDATE tree_nodes SET hash = zeroblob(32)"),
    "the checkpoints": against("checkpoints_are_never_updated", "UPDATE checkpoints SET note = 'another'"),
    "the accounts": against("", "UPDATE accounts SET balance = balance + 1"),
    "the customers": against("", "UPDATE customers SET reference = 'r2'"),
    "the entries": against("", "DELETE FROM entries WHERE version = 50"),
    "the snapshots": against("", "UPDATE snapshots SET state = CAST('{}' AS BLOB) WHERE version = 100"),
    "the schema .The index events_correlation is missing..": lambda _connection: None,
    "the schema .The trigger spy does not belong there..": against(
        "", "CREATE TRIGGER spy AFTER INSERT ON events BEGIN SELECT 1; END"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_upgrade_that_would_change_something_is_refused_and_the_original_stays(
    path: Path, clock: ManualClock, change: str
) -> None:
    before, raw = told_in_format_1(path), path.read_bytes()
    backend = SqliteBackend(path, (*FORMATS, LedgerFormat(2, lay_2, CHANGES[change])))
    with pytest.raises(LedgerDamaged, match=f"The upgrade would change {change}"):
        bring_up(backend, clock=clock)
    assert path.read_bytes() == raw
    assert names_beside(path) == set()
    with closing(open_ledger(backend, clock=clock)) as ledger:
        assert (ledger.format, ledger.read_only) == (1, True)
        assert "The upgrade would change" in ledger.warnings[-1]
        assert told_by(ledger) == before
    assert told_in_format_1(path) == before


def test_a_step_that_fails_leaves_the_original(path: Path, clock: ManualClock) -> None:
    before, raw = told_in_format_1(path), path.read_bytes()
    fails = LedgerFormat(2, lay_2, against("", "CREATE INDEX wrong ON nowhere (at_all)"))
    with closing(open_ledger(SqliteBackend(path, (*FORMATS, fails)), clock=clock)) as ledger:
        assert (ledger.format, ledger.read_only) == (1, True)
        assert "no such table" in ledger.warnings[-1]
        assert told_by(ledger) == before
    assert path.read_bytes() == raw
    assert names_beside(path) == set()


# --- a crash on the way -----------------------------------------------------------------------


def killed(path: Path, moment: str, journal: str) -> None:
    child = [sys.executable, "-m", "tests.ledger.dying_upgrade", str(path), moment, journal]
    done = subprocess.run(child, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by a signal")
@pytest.mark.parametrize(
    "moment", ["in the step", "before it is proved", "when it is proved", "while it is put in place"]
)
def test_after_a_kill_on_the_way_the_original_is_there_and_the_next_opening_brings_it_up(
    path: Path, clock: ManualClock, moment: str, journal: str
) -> None:
    before = told_in_format_1(path)
    killed(path, moment, journal)
    assert told_in_format_1(path) == before
    with closing(open_ledger(SqliteBackend(path, UP_TO_2), clock=clock)) as ledger:
        assert (ledger.format, ledger.read_only, ledger.schema_differences()) == (2, False, [])
        assert told_by(ledger) == before
    kept = {name for name in names_beside(path) if name.startswith("ledger.db.format-1")}
    assert names_beside(path) == kept
    assert {told_in_format_1(path.with_name(name)) == before for name in kept} == {True}


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by a signal")
def test_after_a_kill_when_it_was_in_place_it_stays_in_place(
    path: Path, clock: ManualClock, journal: str
) -> None:
    before = told_in_format_1(path)
    killed(path, "when it is in place", journal)
    with closing(open_ledger(SqliteBackend(path, UP_TO_2), clock=clock)) as ledger:
        assert (ledger.format, ledger.schema_differences(), ledger.warnings) == (2, [], ())
        assert told_by(ledger) == before
    # while a file is held alone SQLite empties its rollback journal instead of removing it
    assert names_beside(path) - {"ledger.db-journal"} == {"ledger.db.format-1"}
    assert told_in_format_1(path.with_name("ledger.db.format-1")) == before


def test_an_upgrade_for_which_the_disk_has_no_room_leaves_no_draft(
    path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {file.name for file in path.parent.iterdir()}
    touch, copies = Path.touch, []

    def full_at_the_second(copy: Path, mode: int = 0o666) -> None:
        copies.append(copy)
        if len(copies) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        touch(copy, mode)

    monkeypatch.setattr(Path, "touch", full_at_the_second)
    with suppress(Fault, OSError), closing(open_ledger(SqliteBackend(path, UP_TO_2), clock=clock)):
        pass  # to be looked at in its own format is all that is left
    assert len(copies) == 2
    assert {file.name for file in path.parent.iterdir()} <= before
