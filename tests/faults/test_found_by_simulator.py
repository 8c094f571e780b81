"""What the simulator found, each as the least that shows it."""

from __future__ import annotations

import re
import resource
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import DiskFull, LedgerDamaged, Refused, Tampered
from auditdesk.domain.personal import PersonalDetails
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from auditdesk.storage.sqlite_file import DRIVER
from tests.helpers import CHEAP_KDF

STRICT = re.compile(r",?\s*STRICT\s*$")
CUSTOMER, ACCOUNT = "C-00001", "10-00001"


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    path = tmp_path / "bank"
    workspace = create_workspace(path, bank="b", operator="ana", passphrase="x", kdf=CHEAP_KDF)
    with closing(workspace), closing(workspace.sign_in("ana", "x")) as session:
        session.issue(RegisterCustomer.of(PersonalDetails("Jane Döe")))
        session.issue(OpenAccount(CUSTOMER, "EUR"))
        session.issue(Deposit(ACCOUNT, 100))
        session.sign_off()
    return path


@contextmanager
def opened(path: Path) -> Iterator[tuple[Workspace, Session]]:
    with closing(open_workspace(path)) as workspace, closing(workspace.sign_in("ana", "x")) as session:
        yield workspace, session


def kinds(path: Path) -> set[str]:
    with opened(path) as (_, session):
        return {finding.kind for finding in session.verification.run().findings}


def lawless(file: Path, statement: str) -> None:
    """Change the file as a damaged page does: triggers, STRICT and NOT NULL are asked by nobody."""
    with closing(DRIVER.connect(str(file))) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        laws = connection.execute(
            "SELECT rowid, type, sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).fetchall()
        for rowid, kind, sql in laws:
            if kind == "table":
                lax = STRICT.sub("", sql.replace("NOT NULL", ""))
                connection.execute("UPDATE sqlite_master SET sql = ? WHERE rowid = ?", (lax, rowid))
        connection.execute("DELETE FROM sqlite_master WHERE type = 'trigger'")
        connection.commit()
    with closing(DRIVER.connect(str(file))) as connection:
        connection.execute(statement)
        connection.commit()
    with closing(DRIVER.connect(str(file))) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        for rowid, kind, sql in laws:
            if kind == "table":
                connection.execute("UPDATE sqlite_master SET sql = ? WHERE rowid = ?", (sql, rowid))
            elif kind == "trigger":
                connection.execute(
                    "INSERT INTO sqlite_master (rowid, type, name, tbl_name, rootpage, sql)"
                    " VALUES (?, 'trigger', ?, ?, 0, ?)",
                    (rowid, sql.split()[2], sql.partition(" ON ")[2].split()[0], sql),
                )
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE events SET leaf_hash = NULL WHERE position = 3", "leaf_mismatch"),
        ("UPDATE checkpoints SET note = NULL", "unreadable"),
        ("UPDATE accounts SET reference = NULL", "unreadable"),
        ("UPDATE events SET version = '' WHERE position = 4", "version_gap"),
    ],
)
def test_a_row_that_breaks_the_schemas_law_is_damage_and_no_crash(
    bank: Path, statement: str, kind: str
) -> None:
    lawless(bank / "ledger.db", statement)
    found = kinds(bank)
    assert "pages_damaged" in found
    assert found & {kind, "account_differs", "event_unreadable"}
    with opened(bank) as (workspace, session):
        assert workspace.read_only
        looks: list[Callable[[], object]] = [
            session.directory.accounts,
            lambda: session.history.account_at(ACCOUNT),
            lambda: session.history.account_register(ACCOUNT, 1, 2),
        ]
        for view in looks:
            try:
                view()
            except LedgerDamaged as error:
                assert "damaged" in str(error) or "Verify" in str(error)


def test_a_mistake_of_ours_on_a_sound_ledger_is_not_called_damage(bank: Path) -> None:
    with opened(bank) as (_, session), pytest.raises(ZeroDivisionError), session.context.ledger.view():
        _ = 1 // 0


def test_a_sealed_value_of_an_impossible_version_is_tampering(bank: Path) -> None:
    with opened(bank) as (_, session):
        keyring = session.context.check_keyring()
        with pytest.raises(Tampered):
            keyring.open(CUSTOMER, f"customer/{CUSTOMER}", -1, b"\x01" + bytes(60), kind="event")


def test_a_vault_whose_own_description_is_no_text_is_damage(bank: Path) -> None:
    with closing(DRIVER.connect(str(bank / "vault.db"))) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        broken = b"CREATE TABLE fences (a) \xff".hex()
        statement = f"UPDATE sqlite_master SET sql = CAST(x'{broken}' AS TEXT) WHERE name = 'fences'"
        connection.execute(statement)
        connection.commit()
    with pytest.raises(LedgerDamaged, match="not valid UTF-8"):
        open_workspace(bank)


def test_a_key_that_the_vaults_index_does_not_find_is_named(bank: Path) -> None:
    with closing(DRIVER.connect(str(bank / "vault.db"))) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET rootpage ="
            " (SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_fences_1')"
            " WHERE name = 'sqlite_autoindex_customer_keys_1'"
        )
        connection.commit()
    assert "vault_damaged" in kinds(bank)
    with opened(bank) as (workspace, _):
        assert not workspace.read_only


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE signing_keys SET public_key = NULL", "checkpoint_differs"),
        ("UPDATE customer_keys SET generation = -1", "seal_broken"),
        ("UPDATE customer_keys SET wrapped = NULL", "vault_damaged"),
    ],
)
def test_a_row_of_the_vault_that_breaks_the_law_is_damage_and_no_crash(
    bank: Path, statement: str, kind: str
) -> None:
    lawless(bank / "vault.db", statement)
    assert kind in kinds(bank)


def test_a_disk_that_takes_no_more_of_the_vault_is_a_full_disk(bank: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with opened(bank) as (_, session):
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
        try:
            with pytest.raises(DiskFull, match="Reading the vault from the disk, or writing it, failed"):
                session.issue(RegisterCustomer.of(PersonalDetails("John Roe")))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert session.issue(RegisterCustomer.of(PersonalDetails("John Roe"))).number == "C-00002"


def test_nobody_is_forgotten_for_whom_an_account_is_opened_meanwhile(
    bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(bank) as (_, officer), opened(bank) as (_, clerk):
        number = clerk.issue(RegisterCustomer.of(PersonalDetails("John Roe"))).number
        decide = officer.context.ledger.deciding

        def late() -> object:
            clerk.issue(OpenAccount(number, "EUR"))
            return decide()

        monkeypatch.setattr(officer.context.ledger, "deciding", late)
        with pytest.raises(Refused) as refused:
            officer.forgetting.forget(number, "case 1")
        assert refused.value.code == "open_account"
        assert officer.verification.run().clean
