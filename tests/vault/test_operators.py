"""Operators: passphrases, grants, and keys that change hands when somebody goes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import pytest

from auditdesk.domain.errors import LedgerReadOnly, Refused, Tampered, VaultLocked, WrongPassphrase
from auditdesk.vault.vault import Keyring, Vault
from tests.helpers import ManualClock
from tests.vault.conftest import LEDGER_ID, PASSPHRASE

WRITTEN_IN: Final = (
    "INSERT INTO operators SELECT 'eve', roles, may_reveal, may_sign, public_key, wrapped_private,"
    " kdf_salt, kdf_memory_kib, kdf_iterations, kdf_lanes, kdf_purpose, added_at_us, roster_mac,"
    " NULL, NULL, 0, 0 FROM operators WHERE name = 'ana'"
)


@pytest.fixture
def blob(ana: Keyring) -> bytes:
    return ana.seal("C-00001", "bank", 1, b"Jane", kind="event").blob


def opened(keyring: Keyring, blob: bytes) -> bytes:
    return keyring.open("C-00001", "bank", 1, blob, kind="event")


def generation(vault: Vault) -> int:
    with vault._file.reading() as connection:
        return int(connection.execute("SELECT generation FROM vault").fetchone()[0])


def alter(vault: Vault, statement: str) -> None:
    with vault._file.writing() as connection:
        connection.execute(statement)


def test_the_first_operator_may_do_everything(vault: Vault, ana: Keyring) -> None:
    assert [row.name for row in vault.operators()] == ["ana"]
    assert ana.roles == ("administrator", "clerk")
    assert (ana.operator, ana.may_reveal, ana.may_sign) == ("ana", True, True)


@pytest.mark.parametrize(("operator", "passphrase"), [("ana", "wrong"), ("ana", ""), ("bob", PASSPHRASE)])
def test_a_wrong_name_and_a_wrong_passphrase_get_the_same_answer(
    vault: Vault, operator: str, passphrase: str
) -> None:
    with pytest.raises(WrongPassphrase, match="name and passphrase do not match"):
        vault.sign_in(operator, passphrase)


def test_wrong_passphrases_in_a_row_cost_more_and_more_time(vault: Vault, clock: ManualClock) -> None:
    waits = []
    for _ in range(10):
        with pytest.raises(WrongPassphrase) as wrong:
            vault.sign_in("ana", "guess")
        words = wrong.value.remedy.split()
        waits.append(int(words[1]) if words[0] == "Wait" else 0)
        clock.instant_us += waits[-1] * 1_000_000
    assert waits == [0, 0, 0, 0, 5, 10, 20, 40, 80, 160]


def test_until_the_wait_is_over_not_even_the_right_passphrase_is_tried(
    vault: Vault, clock: ManualClock
) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassphrase):
            vault.sign_in("ana", "guess")
    with pytest.raises(WrongPassphrase, match="Wait 5 s"):
        vault.sign_in("ana", PASSPHRASE)
    clock.instant_us += 5_000_000
    vault.sign_in("ana", PASSPHRASE)
    with pytest.raises(WrongPassphrase, match="Try again"):
        vault.sign_in("ana", "guess")


def test_the_wait_outlives_the_program(vault: Vault, another: Vault) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassphrase):
            vault.sign_in("ana", "guess")
    with pytest.raises(WrongPassphrase, match="Wait"):
        another.sign_in("ana", PASSPHRASE)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE operators SET kdf_memory_kib = 4294967296",
        "UPDATE operators SET kdf_memory_kib = 8",
        "UPDATE operators SET kdf_iterations = 1000000",
        "UPDATE operators SET kdf_lanes = 4000",
    ],
)
def test_a_derivation_whose_cost_was_edited_is_refused(vault: Vault, edit: str) -> None:
    alter(vault, "UPDATE operators SET kdf_purpose = 'production'")
    alter(vault, edit)
    with pytest.raises(Tampered, match="key derivation was altered"):
        vault.sign_in("ana", PASSPHRASE)


def test_a_cheaper_derivation_written_in_opens_nothing(vault: Vault) -> None:
    alter(vault, "UPDATE operators SET kdf_memory_kib = 8")
    with pytest.raises(WrongPassphrase):
        vault.sign_in("ana", PASSPHRASE)


def test_an_operator_with_the_grant_sees_what_the_others_sealed(
    vault: Vault, ana: Keyring, blob: bytes
) -> None:
    ana.add_operator("bob", "battery staple", roles=["auditor"], may_reveal=True)
    bob = vault.sign_in("bob", "battery staple")
    assert opened(bob, blob) == b"Jane"
    assert not bob.may_sign
    with pytest.raises(VaultLocked, match="may not sign"):
        bob.sign(b"message")


def test_an_operator_without_the_grant_signs_in_and_opens_nothing(
    vault: Vault, ana: Keyring, blob: bytes
) -> None:
    ana.add_operator("bob", "battery staple", roles=["auditor"], may_reveal=False)
    bob = vault.sign_in("bob", "battery staple")
    assert not bob.may_reveal
    for attempt in (lambda: opened(bob, blob), lambda: bob.create_keys(["C-00009"]), bob.rotate_vault_key):
        with pytest.raises(VaultLocked):
            attempt()
    with pytest.raises(VaultLocked):
        bob.add_operator("eve", "x", roles=[], may_reveal=True)
    vault.shred("C-00001", keyring=bob)
    assert vault.fenced() == {"C-00001"}


def test_a_grant_given_and_taken_counts_at_once(vault: Vault, ana: Keyring, blob: bytes) -> None:
    ana.add_operator("bob", "battery staple", roles=["auditor"], may_reveal=False)
    bob = vault.sign_in("bob", "battery staple")
    ana.set_grants("bob", roles=["auditor", "privacy officer"], may_reveal=True, may_sign=True)
    assert opened(bob, blob) == b"Jane"
    assert bob.roles == ("auditor", "privacy officer")
    before, key_id = generation(vault), bob.sign(b"m").key_id
    ana.set_grants("bob", may_reveal=False, may_sign=False)
    assert generation(vault) == before + 1
    assert ana.sign(b"m").key_id != key_id
    with pytest.raises(VaultLocked):
        opened(bob, blob)
    with pytest.raises(VaultLocked):
        bob.sign(b"m")


def test_a_removed_operator_is_locked_out_and_the_keys_he_knew_are_replaced(
    vault: Vault, ana: Keyring, blob: bytes
) -> None:
    ana.add_operator("bob", "battery staple", roles=["auditor"], may_reveal=True)
    bob, before = vault.sign_in("bob", "battery staple"), generation(vault)
    ana.remove_operator("bob")
    assert generation(vault) == before + 1
    assert opened(ana, blob) == b"Jane"
    with pytest.raises(VaultLocked):
        opened(bob, blob)
    with pytest.raises(WrongPassphrase):
        vault.sign_in("bob", "battery staple")


def test_the_last_who_may_see_or_sign_cant_go(ana: Keyring, blob: bytes) -> None:
    ana.add_operator("bob", "battery staple", roles=["auditor"], may_reveal=True)
    with pytest.raises(Refused) as last_signer:
        ana.remove_operator("ana")
    with pytest.raises(Refused) as signs_no_more:
        ana.set_grants("ana", may_sign=False)
    ana.set_grants("bob", may_reveal=False)
    with pytest.raises(Refused) as sees_no_more:
        ana.set_grants("ana", may_reveal=False)
    assert {caught.value.code for caught in (last_signer, signs_no_more, sees_no_more)} == {"last_operator"}
    assert opened(ana, blob) == b"Jane"


def test_names_are_taken_once_and_must_be_there(ana: Keyring) -> None:
    with pytest.raises(Refused, match="already") as taken:
        ana.add_operator("ana", "x", roles=[], may_reveal=True)
    with pytest.raises(Refused) as unknown:
        ana.remove_operator("zoe")
    with pytest.raises(Refused) as empty:
        ana.add_operator("zoe", "", roles=[], may_reveal=True)
    assert [caught.value.code for caught in (taken, unknown, empty)] == [
        "operator_exists",
        "operator_unknown",
        "text_missing",
    ]


def test_a_changed_passphrase_opens_and_the_old_one_doesnt(vault: Vault, ana: Keyring, blob: bytes) -> None:
    signed = ana.sign(b"m").key_id
    ana.change_passphrase(PASSPHRASE, "new words")
    assert opened(ana, blob) == b"Jane"
    assert opened(vault.sign_in("ana", "new words"), blob) == b"Jane"
    assert ana.sign(b"m").key_id == signed
    with pytest.raises(WrongPassphrase):
        vault.sign_in("ana", PASSPHRASE)


def test_a_passphrase_changes_only_for_who_knows_the_old_one(vault: Vault, ana: Keyring) -> None:
    with pytest.raises(WrongPassphrase):
        ana.change_passphrase("guess", "new words")
    with pytest.raises(Refused):
        ana.change_passphrase(PASSPHRASE, "")
    vault.sign_in("ana", PASSPHRASE)


def test_without_the_grant_a_passphrase_can_be_changed_too(vault: Vault, ana: Keyring) -> None:
    ana.add_operator("bob", "battery staple", roles=["auditor"], may_reveal=False, may_sign=True)
    vault.sign_in("bob", "battery staple").change_passphrase("battery staple", "other words")
    bob = vault.sign_in("bob", "other words")
    assert bob.sign(b"m").key_id == ana.sign(b"m").key_id
    ana.rotate_vault_key()


def test_an_old_copy_and_the_old_passphrase_open_nothing_of_the_new_vault(
    path: Path, tmp_path: Path, vault: Vault, ana: Keyring, clock: ManualClock
) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    ana.change_passphrase(PASSPHRASE, "new words")
    old = Vault.open(copy, ledger_id=LEDGER_ID, clock=clock)
    thief = old.sign_in("ana", PASSPHRASE)
    with vault._file.reading() as connection:
        row = connection.execute("SELECT sealed_vault_key, sealed_signing_key FROM operators").fetchone()
    with old._file.writing() as connection:
        connection.execute("UPDATE vault SET generation = generation + 1, signing_generation = 2")
        connection.execute("UPDATE operators SET sealed_vault_key = ?, sealed_signing_key = ?", row)
    old._file.note_change()
    with pytest.raises(Tampered):
        thief.refresh()
    old.close()


def test_another_sign_in_of_the_same_operator_ends_with_the_passphrase(
    vault: Vault, ana: Keyring, blob: bytes
) -> None:
    elsewhere = vault.sign_in("ana", PASSPHRASE)
    ana.change_passphrase(PASSPHRASE, "new words")
    with pytest.raises(VaultLocked, match="Sign in again"):
        opened(elsewhere, blob)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE operators SET may_reveal = 1 WHERE name = 'bob'",
        "UPDATE operators SET may_sign = 1 WHERE name = 'bob'",
        "UPDATE operators SET roles = '[\"administrator\"]' WHERE name = 'bob'",
        "UPDATE operators SET public_key = zeroblob(32) WHERE name = 'bob'",
        WRITTEN_IN,
    ],
)
def test_nobody_writes_himself_among_those_who_are_given_keys(
    vault: Vault, ana: Keyring, blob: bytes, edit: str
) -> None:
    ana.add_operator("bob", "battery staple", roles=["auditor"], may_reveal=False)
    alter(vault, edit)
    with pytest.raises(Tampered, match="altered from outside"):
        ana.rotate_vault_key()
    ana.remove_operator("eve" if edit is WRITTEN_IN else "bob")
    assert opened(ana, blob) == b"Jane"


def test_an_operator_whose_own_row_was_altered_is_not_let_in(vault: Vault) -> None:
    alter(vault, "UPDATE operators SET roles = '[\"privacy officer\"]'")
    with pytest.raises(Tampered, match="operator ana"):
        vault.sign_in("ana", PASSPHRASE)


def test_in_a_folder_that_cant_be_written_one_signs_in_all_the_same(vault: Vault, ana: Keyring) -> None:
    vault.shred("C-00001")
    vault._file._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(WrongPassphrase):
        vault.sign_in("ana", "guess")
    assert vault.sign_in("ana", PASSPHRASE).may_reveal
    with pytest.raises(LedgerReadOnly):
        ana.create_keys(["C-00009"])
