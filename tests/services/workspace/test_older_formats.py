"""A newer program opens an older workspace: it is brought up, says so, and is not taken for altered."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from auditdesk import bootstrap
from auditdesk.bootstrap import open_workspace
from auditdesk.domain.commands.money import Deposit
from auditdesk.ledger.backends.sqlite import SqliteBackend
from auditdesk.services.upkeep import backup as backups
from auditdesk.services.upkeep import restore as restoring
from auditdesk.services.upkeep.restore import restore
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from auditdesk.storage.sqlite_file import DRIVER
from tests.helpers import ManualClock
from tests.ledger.later_formats import UP_TO_2


@pytest.fixture
def filled(session: Session, account: str, bank: Workspace) -> Path:
    """The folder of a workspace with one account and a checkpoint, nobody in it."""
    session.issue(Deposit(account, 10_000))
    session.sign_off()
    session.close()
    bank.close()
    return bank.path


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program whose ledger has an index more."""
    for module in (bootstrap, backups, restoring):
        monkeypatch.setattr(module, "SqliteBackend", lambda path: SqliteBackend(path, UP_TO_2))


@pytest.fixture
def older(filled: Path, newer: None) -> Path:
    """The folder of a workspace that an older program has left."""
    return filled


def test_an_older_workspace_is_brought_up_and_is_no_alarm(older: Path, clock: ManualClock) -> None:
    with closing(open_workspace(older, clock=clock)) as workspace:
        assert not workspace.read_only
        (said,) = (said for said in workspace.warnings if "format" in said)
        assert said.startswith("The ledger was brought from format 1 to 2.")
        assert not [said for said in workspace.warnings if "ALARM" in said]
        with closing(workspace.sign_in("ana", "correct horse")) as session:
            session.issue(Deposit("10-00001", 5))
            assert session.verification.run().findings == ()
    with closing(open_workspace(older, clock=clock)) as workspace:
        assert [said for said in workspace.warnings if "format" in said] == []


def test_an_index_planted_in_an_older_workspace_is_an_alarm_and_is_not_brought_up(
    older: Path, clock: ManualClock
) -> None:
    with closing(DRIVER.connect(str(older / "ledger.db"))) as raw:
        raw.execute("CREATE TRIGGER spy AFTER INSERT ON events BEGIN SELECT 1; END")
    with closing(open_workspace(older, clock=clock)) as workspace:
        assert workspace.read_only
        assert any("The trigger spy does not belong there" in said for said in workspace.warnings)
    assert not (older / "ledger.db.format-1").exists()


def test_a_backup_of_an_older_format_is_restored_and_brought_up(
    session: Session,
    account: str,
    tmp_path: Path,
    clock: ManualClock,
    request: pytest.FixtureRequest,
) -> None:
    session.issue(Deposit(account, 10_000))
    backup = tmp_path / "backup"
    session.backup.run(backup)
    request.getfixturevalue("newer")
    restore(backup, tmp_path / "again.auditdesk", clock=clock)
    with closing(open_workspace(tmp_path / "again.auditdesk", clock=clock)) as workspace:
        assert not workspace.read_only
        assert [said for said in workspace.warnings if "ALARM" in said] == []
        with closing(workspace.sign_in("ana", "correct horse")) as again:
            assert again.verification.run().findings == ()
