from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.commands.account import CloseAccount
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Cancelled, Fault, LedgerDamaged, Refused
from auditdesk.domain.instants import DAY_US, day_of
from auditdesk.domain.personal import PersonalDetails
from auditdesk.services.access.context import NoProgress
from auditdesk.services.upkeep.backup import BackupResult
from auditdesk.services.upkeep.restore import read_manifest, restore
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from tests.helpers import ManualClock, files_holding


@pytest.fixture
def made(session: Session, account: str, tmp_path: Path) -> BackupResult:
    session.issue(Deposit(account, 10000))
    return session.backup.run(tmp_path / "kept" / "backup")


@pytest.fixture
def restored(made: BackupResult, tmp_path: Path, clock: ManualClock) -> Iterator[Session]:
    path = restore(made.folder, tmp_path / "restored.auditdesk", clock=clock).path
    with closing(open_workspace(path, clock=clock)) as workspace:
        session = workspace.sign_in("ana", "correct horse")
        yield session
        session.close()


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def forget(session: Session, customer: str, account: str) -> None:
    session.issue(CloseAccount(account, pay_out=True))
    session.forgetting.forget(customer, "letter 12")


def test_a_restored_workspace_is_as_the_backup_was(restored: Session, account: str, jane: str) -> None:
    view = restored.history.account_at(account)
    assert view.state.balance_minor == 100_00
    assert view.owner is not None
    assert view.owner.name == "Jane Döe"
    assert restored.verification.run().clean
    restored.issue(Deposit(account, 100))
    assert restored.history.account_at(account).state.balance_minor == 101_00


def test_a_backup_says_what_it_is_and_when_its_vault_expires(
    made: BackupResult, bank: Workspace, clock: ManualClock
) -> None:
    manifest = read_manifest(made.folder)
    assert (manifest.ledger_id, manifest.bank, manifest.made_by) == (bank.ledger_id, bank.bank, "ana")
    assert manifest.events == made.events
    assert made.vault_expires_on == day_of(clock() + 30 * DAY_US)
    assert made.vault_folder == made.folder / f"vault-until-{made.vault_expires_on}"
    assert sorted(path.relative_to(made.folder).parts[-1] for path in made.folder.rglob("*")) == [
        "backup.json",
        "ledger.db",
        "vault-until-2025-02-05",
        "vault.db",
    ]
    assert (made.folder / "vault-until-2025-02-05" / "vault.db").stat().st_mode & 0o077 == 0


def test_writers_go_on_while_a_backup_is_made(session: Session, account: str, tmp_path: Path) -> None:
    stop = threading.Event()
    written = []

    def write() -> None:
        while not stop.is_set():
            written.append(session.issue(Deposit(account, 100)).position)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [session.backup.run(tmp_path / f"backup-{number}").events for number in range(3)]
    finally:
        stop.set()
        writer.join()
    assert made == sorted(made)
    assert written[-1] >= made[-1]


def test_who_was_forgotten_before_the_backup_has_no_key_in_it(
    session: Session, account: str, jane: str, tmp_path: Path, clock: ManualClock
) -> None:
    forget(session, jane, account)
    made = session.backup.run(tmp_path / "backup")
    path = restore(made.folder, tmp_path / "again.auditdesk", clock=clock).path
    assert files_holding(path, b"Long Street", "Jane Döe".encode()) == []


def test_an_older_vault_is_shredded_before_the_workspace_is_there(
    session: Session, made: BackupResult, account: str, jane: str, tmp_path: Path, clock: ManualClock
) -> None:
    """A backup put together by hand: today's ledger, in which she is forgotten, with last week's vault."""
    forget(session, jane, account)
    newer = session.backup.run(tmp_path / "newer")
    assert made.vault_folder is not None
    assert newer.vault_folder is not None
    shutil.copyfile(made.vault_folder / "vault.db", newer.vault_folder / "vault.db")
    manifest = newer.folder / "backup.json"
    old, new = read_manifest(made.folder).vault_sha256, read_manifest(newer.folder).vault_sha256
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(new, old), encoding="utf-8")
    result = restore(newer.folder, tmp_path / "again.auditdesk", clock=clock)
    assert result.erased_again == (jane,)
    with (
        closing(open_workspace(result.path, clock=clock)) as workspace,
        closing(workspace.sign_in("ana", "correct horse")) as again,
    ):
        assert str(again.history.customer_at(jane).state.personal).startswith("erased")


def test_a_vault_that_has_expired_is_refused_unless_one_insists(
    made: BackupResult, tmp_path: Path, clock: ManualClock
) -> None:
    clock.sleep_days(31)
    with pytest.raises(Refused) as refused:
        restore(made.folder, tmp_path / "late", clock=clock)
    assert code_of(refused) == "vault_expired"
    assert not (tmp_path / "late").exists()
    assert restore(made.folder, tmp_path / "late", expired_vault=True, clock=clock).vault_present


def test_without_its_vault_a_backup_can_be_looked_at(
    made: BackupResult, tmp_path: Path, clock: ManualClock, account: str
) -> None:
    assert made.vault_folder is not None
    shutil.rmtree(made.vault_folder)
    result = restore(made.folder, tmp_path / "redacted", clock=clock)
    assert not result.vault_present
    with closing(open_workspace(result.path, clock=clock)) as workspace:
        session = workspace.sign_in_redacted()
        assert session.history.account_at(account).state.balance_minor == 100_00


@pytest.mark.parametrize("name", ["ledger.db", "vault-until-2025-02-05/vault.db"])
def test_a_backup_with_a_byte_changed_is_refused(
    made: BackupResult, tmp_path: Path, clock: ManualClock, name: str
) -> None:
    file = made.folder / name
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    with pytest.raises(Refused) as refused:
        restore(made.folder, tmp_path / "again", clock=clock)
    assert code_of(refused) == "backup_altered"
    assert list(tmp_path.glob("*again*")) == []


def test_a_vault_of_another_day_is_refused(made: BackupResult, tmp_path: Path, clock: ManualClock) -> None:
    assert made.vault_folder is not None
    made.vault_folder.rename(made.folder / "vault-until-2999-01-01")
    with pytest.raises(Refused) as refused:
        restore(made.folder, tmp_path / "again", clock=clock)
    assert code_of(refused) == "backup_altered"


def test_a_vault_that_lacks_customers_of_the_ledger_is_refused(
    session: Session, made: BackupResult, tmp_path: Path, clock: ManualClock
) -> None:
    session.issue(RegisterCustomer.of(PersonalDetails(name="Sam Older")))
    newer = session.backup.run(tmp_path / "newer")
    assert made.vault_folder is not None
    assert newer.vault_folder is not None
    shutil.copyfile(made.vault_folder / "vault.db", newer.vault_folder / "vault.db")
    manifest = newer.folder / "backup.json"
    old, new = read_manifest(made.folder).vault_sha256, read_manifest(newer.folder).vault_sha256
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(new, old), encoding="utf-8")
    with pytest.raises(Fault, match="lacks the keys of 1 customers"):
        restore(newer.folder, tmp_path / "again", clock=clock)


def test_nothing_is_overwritten(
    made: BackupResult, session: Session, tmp_path: Path, clock: ManualClock
) -> None:
    with pytest.raises(Refused) as refused:
        session.backup.run(made.folder)
    assert code_of(refused) == "folder_exists"
    with pytest.raises(Refused) as refused:
        restore(made.folder, made.folder, clock=clock)
    assert code_of(refused) == "folder_exists"
    with pytest.raises(Refused) as refused:
        restore(tmp_path, tmp_path / "again")
    assert code_of(refused) == "backup_unknown"


def test_a_backup_does_not_lie_in_the_workspace(session: Session, bank: Workspace) -> None:
    with pytest.raises(Refused) as refused:
        session.backup.run(bank.path / "backup")
    assert code_of(refused) == "folder_in_workspace"
    with pytest.raises(Refused) as refused:
        session.backup.run(bank.path.parent / "backup", keep_vault_days=0)
    assert code_of(refused) == "expiry_range"


def test_a_ledger_that_does_not_verify_is_not_backed_up(
    session: Session, account: str, tmp_path: Path
) -> None:
    session.issue(Deposit(account, 10000))
    with session.context.ledger._database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE accounts SET balance = balance + 1")
    with pytest.raises(LedgerDamaged, match="does not verify"):
        session.backup.run(tmp_path / "backup")
    assert list(tmp_path.glob("*backup*")) == []


def test_a_cancelled_backup_leaves_nothing(session: Session, account: str, tmp_path: Path) -> None:
    class Impatient(NoProgress):
        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        session.backup.run(tmp_path / "backup", progress=Impatient())
    assert list(tmp_path.glob("*backup*")) == []
