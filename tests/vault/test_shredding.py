"""A customer's key from its making to its end, and what is left of it afterwards: nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from auditdesk.domain.errors import Fault, KeyLost, LedgerReadOnly, SubjectErased, Tampered, VaultLocked
from auditdesk.vault import ciphers
from auditdesk.vault import customer_keys as keys
from auditdesk.vault import file as vault_file
from auditdesk.vault.vault import Keyring, Vault
from tests.helpers import ManualClock, files_holding
from tests.vault.conftest import LEDGER_ID, PASSPHRASE

STREAM = "customer/C-00001"


def sealed(keyring: Keyring, subject: str = "C-00001") -> bytes:
    return keyring.seal(subject, STREAM, 1, b"Jane", kind="event").blob


def opened(keyring: Keyring, blob: bytes, subject: str = "C-00001") -> bytes:
    return keyring.open(subject, STREAM, 1, blob, kind="event")


def wrapped_keys(vault: Vault) -> dict[str, bytes]:
    with vault._file.reading() as connection:
        return dict(connection.execute("SELECT subject, wrapped FROM customer_keys").fetchall())


def sealed_vault_keys(vault: Vault) -> list[bytes]:
    with vault._file.reading() as connection:
        return [row[0] for row in connection.execute("SELECT sealed_vault_key FROM operators")]


def vault_key(keyring: Keyring) -> bytes:
    keyring.refresh()
    assert keyring._secrets is not None
    return keyring._secrets.need_vault_key()


def pieces(secret: bytes) -> list[bytes]:
    return [secret[at : at + 16] for at in range(0, len(secret) - 15, 16)]


def test_a_sealed_value_opens_after_the_vault_is_opened_again(ana: Keyring, another: Vault) -> None:
    blob = sealed(ana)
    assert opened(another.sign_in("ana", PASSPHRASE), blob) == b"Jane"


def test_the_salt_opens_the_commitment_without_the_key(ana: Keyring) -> None:
    made = ana.seal("C-00001", STREAM, 1, b"Jane", kind="snapshot")
    salt, data = ana.open_with_salt("C-00001", STREAM, 1, made.blob, kind="snapshot")
    assert data == b"Jane"
    assert len(salt) == 32


def test_another_customers_key_opens_nothing(ana: Keyring) -> None:
    with pytest.raises(Tampered):
        opened(ana, sealed(ana, "C-00002"), "C-00001")


def test_a_key_that_was_never_made_is_lost_not_erased(ana: Keyring) -> None:
    with pytest.raises(KeyLost, match="C-77777"):
        opened(ana, sealed(ana), "C-77777")


def test_making_keys_again_keeps_those_that_are_there(vault: Vault, ana: Keyring) -> None:
    blob = sealed(ana)
    ana.create_keys(["C-00001", "C-00004", "C-00004"])
    assert opened(ana, blob) == b"Jane"
    assert vault.key_subjects() == {"C-00001", "C-00002", "C-00003", "C-00004"}


def test_thousands_of_keys_are_made_at_once(vault: Vault, ana: Keyring) -> None:
    many = [f"C-{serial:05d}" for serial in range(1, 3_001)]
    ana.create_keys(many)
    assert vault.key_subjects() == set(many)
    assert opened(ana, sealed(ana, "C-02999"), "C-02999") == b"Jane"


def test_a_shredded_customers_data_is_erased_and_the_others_stay(vault: Vault, ana: Keyring) -> None:
    blobs = {subject: sealed(ana, subject) for subject in ("C-00001", "C-00002")}
    vault.shred("C-00001", keyring=ana)
    with pytest.raises(SubjectErased) as erased:
        opened(ana, blobs["C-00001"])
    assert str(erased.value.erased_on) == "2025-01-06"
    assert opened(ana, blobs["C-00002"], "C-00002") == b"Jane"
    assert vault.fenced() == {"C-00001"}
    assert not vault.holds_key("C-00001")


def test_a_second_shred_changes_nothing_and_names_the_same_key(
    path: Path, vault: Vault, ana: Keyring
) -> None:
    first = vault.shred("C-00001", keyring=ana)
    before = path.read_bytes()
    assert vault.shred("C-00001", keyring=ana) == first
    assert len(bytes.fromhex(first)) == 16
    assert path.read_bytes() == before


def test_no_key_comes_back_for_the_fenced_and_none_is_made_beside(vault: Vault, ana: Keyring) -> None:
    vault.shred("C-00001", keyring=ana)
    with pytest.raises(SubjectErased):
        ana.create_keys(["C-00008", "C-00001"])
    assert not vault.holds_key("C-00008")
    with pytest.raises(SubjectErased):
        sealed(ana)


def test_a_customer_without_a_key_can_be_fenced(vault: Vault, ana: Keyring) -> None:
    assert not vault.shred("C-00044", keyring=ana)
    with pytest.raises(SubjectErased):
        ana.create_keys(["C-00044"])


def test_a_rotated_vault_key_doesnt_open_what_an_old_copy_wrapped(vault: Vault, ana: Keyring) -> None:
    before = wrapped_keys(vault)
    with vault._file.reading() as connection:
        (key_id, generation) = connection.execute(
            "SELECT key_id, generation FROM customer_keys WHERE subject = 'C-00001'"
        ).fetchone()
    bound_to = keys._context(vault._file, "C-00001", key_id, generation)
    old_key = vault_key(ana)
    assert len(ciphers.unwrap(old_key, before["C-00001"], bound_to)) == 32
    vault.shred("C-00001", keyring=ana)
    with pytest.raises(Tampered):
        ciphers.unwrap(vault_key(ana), before["C-00001"], bound_to)
    with pytest.raises(Tampered):
        ciphers.unwrap(old_key, wrapped_keys(vault)["C-00002"], bound_to)


def test_of_twenty_deleted_keys_none_is_found_in_the_files(
    tmp_path: Path, vault: Vault, ana: Keyring
) -> None:
    ana.create_keys([f"C-{serial:05d}" for serial in range(1, 401)])
    gone = [f"C-{serial:05d}" for serial in range(7, 400, 20)]
    needles: list[bytes] = []
    for subject in gone:
        held = wrapped_keys(vault)
        needles += pieces(held[subject]) + pieces(held["C-00400"])  # the latter wrapped by an old vault key
        for blob in sealed_vault_keys(vault):
            needles += pieces(blob)
        vault.shred(subject, keyring=ana)
    assert len(gone) == 20
    assert files_holding(tmp_path, *needles) == []
    assert len(wrapped_keys(vault)) == 380


def test_the_search_would_find_a_key_that_is_there(tmp_path: Path, vault: Vault, ana: Keyring) -> None:
    ana.create_keys(["C-00001"])
    assert files_holding(tmp_path, *pieces(wrapped_keys(vault)["C-00001"])) != []


def test_without_anybody_signed_in_the_rotation_is_owed_and_done_at_the_next_sign_in(
    vault: Vault, ana: Keyring
) -> None:
    blob = sealed(ana, "C-00002")
    before = wrapped_keys(vault)["C-00002"]
    vault.shred("C-00001")
    assert wrapped_keys(vault)["C-00002"] == before
    again = vault.sign_in("ana", PASSPHRASE)
    assert wrapped_keys(vault)["C-00002"] != before
    assert opened(again, blob, "C-00002") == opened(ana, blob, "C-00002") == b"Jane"


def test_an_older_copy_of_the_vault_is_shredded_again(
    path: Path, tmp_path: Path, vault: Vault, ana: Keyring, clock: ManualClock
) -> None:
    blob = sealed(ana)
    yesterday = tmp_path / "yesterday.db"
    shutil.copy(path, yesterday)
    key_id = vault.shred("C-00001", keyring=ana)
    restored = Vault.open(yesterday, ledger_id=LEDGER_ID, clock=clock)
    keyring = restored.sign_in("ana", PASSPHRASE)
    assert opened(keyring, blob) == b"Jane"
    assert restored.shred("C-00001", keyring=keyring) == key_id
    with pytest.raises(SubjectErased):
        opened(keyring, blob)
    restored.close()


def test_a_fence_that_is_taken_out_turns_erased_into_an_alarm(vault: Vault, ana: Keyring) -> None:
    blob = sealed(ana)
    vault.shred("C-00001", keyring=ana)
    with vault._file.writing() as connection:
        connection.execute("DELETE FROM fences")
    with pytest.raises(KeyLost):
        opened(ana, blob)


def test_a_damaged_customers_key_hinders_nobody_elses_erasure(vault: Vault, ana: Keyring) -> None:
    blobs = {subject: sealed(ana, subject) for subject in ("C-00002", "C-00003")}
    with vault._file.writing() as connection:
        connection.execute("UPDATE customer_keys SET wrapped = zeroblob(60) WHERE subject = 'C-00002'")
    vault.shred("C-00001", keyring=ana)
    ana.refresh()
    assert opened(ana, blobs["C-00003"], "C-00003") == b"Jane"
    with pytest.raises(Tampered):
        opened(ana, blobs["C-00002"], "C-00002")


def test_two_wrapped_keys_swapped_in_the_file_are_shown_as_tampering(vault: Vault, ana: Keyring) -> None:
    held = wrapped_keys(vault)
    with vault._file.writing() as connection:
        for subject, other in (("C-00001", "C-00002"), ("C-00002", "C-00001")):
            connection.execute(
                "UPDATE customer_keys SET wrapped = ? WHERE subject = ?", (held[other], subject)
            )
    with pytest.raises(Tampered):
        sealed(ana)


@pytest.mark.parametrize("step", ["fence", "destroy_key", "rotate_vault_key"])
def test_a_fault_in_any_step_leaves_everything_as_it_was(
    vault: Vault, ana: Keyring, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    blob = sealed(ana)
    original: Callable[..., object] = getattr(keys, step)

    def failing(*arguments: object) -> None:
        original(*arguments)
        raise LedgerReadOnly("The disk went away.")

    monkeypatch.setattr(keys, step, failing)
    with pytest.raises(LedgerReadOnly):
        vault.shred("C-00001", keyring=ana)
    monkeypatch.undo()
    assert opened(ana, blob) == b"Jane"
    assert vault.fenced() == frozenset()


def test_a_scrub_that_fails_is_owed_and_done_at_the_next_opening(
    path: Path, vault: Vault, ana: Keyring, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: Path) -> None:
        raise Fault("The disk went away.")

    needle = wrapped_keys(vault)["C-00001"][16:48]
    monkeypatch.setattr(vault_file, "_zero_in_place", failing)
    with pytest.raises(Fault):
        vault.shred("C-00001", keyring=ana)
    monkeypatch.undo()
    assert files_holding(path.parent, needle) != []
    Vault.open(path, ledger_id=LEDGER_ID, clock=clock).close()
    assert files_holding(path.parent, needle) == []
    with pytest.raises(SubjectErased):
        sealed(ana)


def test_a_closed_vault_in_memory_opens_nothing(ana: Keyring) -> None:
    blob = sealed(ana)
    ana.close()
    ana.close()
    for attempt in (
        lambda: opened(ana, blob),
        lambda: sealed(ana),
        lambda: ana.create_keys(["C-00009"]),
        lambda: ana.sign(b"message"),
        ana.rotate_vault_key,
    ):
        with pytest.raises(VaultLocked):
            attempt()
    assert ana.closed
    assert not ana.may_reveal
    assert not ana.may_sign
