"""The vault's file: what isn't one is refused and left as it was, and nothing is made by opening."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from auditdesk.domain.errors import (
    LedgerLocked,
    LedgerReadOnly,
    NewerLedger,
    NotALedger,
    VaultMismatch,
    VaultMissing,
)
from auditdesk.vault.vault import Keyring, Vault
from tests.helpers import CHEAP_KDF, ManualClock
from tests.vault.conftest import LEDGER_ID, PASSPHRASE


def alter(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_missing_vault_is_said_to_be_missing_and_none_is_made(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(VaultMissing):
        Vault.open(tmp_path / "vault.db", ledger_id=LEDGER_ID, clock=clock)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"x", b"a letter, no vault\n" * 500, b"SQLite format 3\0" + b"\xff" * 2000]
)
def test_a_file_that_is_no_vault_is_refused_and_left_untouched(
    path: Path, clock: ManualClock, content: bytes
) -> None:
    path.write_bytes(content)
    with pytest.raises(NotALedger):
        Vault.open(path, ledger_id=LEDGER_ID, clock=clock)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_is_no_vault(path: Path, clock: ManualClock) -> None:
    path.mkdir()
    with pytest.raises(NotALedger):
        Vault.open(path, ledger_id=LEDGER_ID, clock=clock)


def test_another_programs_database_is_refused_and_left_untouched(path: Path, clock: ManualClock) -> None:
    alter(path, "CREATE TABLE vault (vault_id, ledger_id)", "INSERT INTO vault VALUES (x'00', '0197-ledger')")
    before = path.read_bytes()
    with pytest.raises(NotALedger):
        Vault.open(path, ledger_id=LEDGER_ID, clock=clock)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_newer_auditdesks_vault_is_refused_and_left_untouched(
    path: Path, vault: Vault, clock: ManualClock
) -> None:
    vault.close()
    alter(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(NewerLedger):
        Vault.open(path, ledger_id=LEDGER_ID, clock=clock)
    assert path.read_bytes() == before


def test_another_ledgers_vault_is_refused(path: Path, vault: Vault, clock: ManualClock) -> None:
    vault.close()
    with pytest.raises(VaultMismatch):
        Vault.open(path, ledger_id="some other ledger", clock=clock)


def test_a_vault_given_to_another_ledger_by_an_edit_opens_no_sealed_value(
    path: Path, vault: Vault, ana: Keyring, clock: ManualClock
) -> None:
    blob = ana.seal("C-00001", "customer/C-00001", 1, b"Jane", kind="event").blob
    vault.close()
    alter(path, "UPDATE vault SET ledger_id = 'forged'")
    forged = Vault.open(path, ledger_id="forged", clock=clock)
    with pytest.raises(Exception, match="altered or moved"):
        forged.sign_in("ana", PASSPHRASE).open("C-00001", "customer/C-00001", 1, blob, kind="event")
    forged.close()


def test_nothing_is_made_over_a_file_that_is_there(path: Path, clock: ManualClock) -> None:
    path.write_bytes(b"precious")
    with pytest.raises(NotALedger):
        Vault.create(
            path, ledger_id="l", operator="ana", passphrase="x", roles=(), clock=clock, kdf=CHEAP_KDF
        )
    assert path.read_bytes() == b"precious"


def test_a_folder_that_isnt_there_is_said_in_words(path: Path, clock: ManualClock) -> None:
    with pytest.raises(LedgerReadOnly, match="can't be made"):
        Vault.create(
            path / "vault.db",
            ledger_id="l",
            operator="ana",
            passphrase="x",
            roles=(),
            clock=clock,
            kdf=CHEAP_KDF,
        )


def test_only_the_owner_can_read_the_vault_and_its_journal(path: Path, ana: Keyring) -> None:
    ana.create_keys(["C-00009"])
    for file in (path, path.with_name("vault.db-journal")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_vault_that_another_program_holds_is_said_to_be_held(
    vault: Vault, ana: Keyring, another: Vault
) -> None:
    vault._file._connection.execute("PRAGMA busy_timeout = 0")
    with (
        another._file.writing(),
        pytest.raises(LedgerLocked, match="Another program holds the vault"),
    ):
        ana.create_keys(["C-00009"])
    ana.create_keys(["C-00009"])
    assert another.holds_key("C-00009")


def test_the_checkpoint_kept_last_is_the_newest(vault: Vault, another: Vault) -> None:
    assert vault.newest_checkpoint() is None
    vault.keep_checkpoint("auditdesk\n10\nroot\n", 10)
    vault.keep_checkpoint("auditdesk\n20\nroot\n", 20)
    newest = another.newest_checkpoint()
    assert newest is not None
    assert (newest.size, newest.note) == (20, "auditdesk\n20\nroot\n")
