"""kill -9 between any two steps of a shred, and several users at once: all or nothing, and no way back."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from auditdesk.domain.errors import SubjectErased, VaultLocked
from auditdesk.vault import keyring as unlocked_module
from auditdesk.vault.vault import Keyring, Vault
from tests.helpers import ManualClock, files_holding
from tests.vault.conftest import LEDGER_ID, PASSPHRASE

DYING = Path(__file__).with_name("dying_shred.py")
IN_TRANSACTION = (
    ("auditdesk.vault.customer_keys:fence", "before"),
    ("auditdesk.vault.customer_keys:fence", "after"),
    ("auditdesk.vault.customer_keys:destroy_key", "after"),
)
AFTER_COMMIT = (
    ("auditdesk.vault.file:VaultFile.note_change", "before"),
    ("auditdesk.vault.file:VaultFile.scrub", "before"),
    ("auditdesk.vault.file:_zero_in_place", "before"),
    ("auditdesk.vault.file:_zero_in_place", "after"),
    ("auditdesk.vault.file:VaultFile.scrub", "after"),
)
ROTATION = (
    ("auditdesk.vault.customer_keys:rotation_pending", "after"),
    ("auditdesk.vault.customer_keys:rotate_vault_key", "before"),
    ("auditdesk.vault.customer_keys:keep_vault_key", "before"),
    ("auditdesk.vault.customer_keys:authenticate_roster", "after"),
    ("auditdesk.vault.customer_keys:rotate_vault_key", "after"),
)


def die(path: Path, step: str, moment: str, who: str) -> None:
    done = subprocess.run(
        [sys.executable, str(DYING), str(path), step, moment, who],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize(
    ("step", "who"),
    [
        *((step, "signed-in") for step in (*IN_TRANSACTION, *ROTATION, *AFTER_COMMIT)),
        *((step, "nobody") for step in (*IN_TRANSACTION, *AFTER_COMMIT)),
    ],
)
def test_a_shred_that_is_killed_has_happened_or_not_and_can_be_finished(
    path: Path, vault: Vault, ana: Keyring, step: tuple[str, str], who: str
) -> None:
    blob = ana.seal("C-00001", "bank", 1, b"Jane", kind="event").blob
    other = ana.seal("C-00002", "bank", 2, b"John", kind="event").blob
    with vault._file.reading() as connection:
        (wrapped,) = connection.execute(
            "SELECT wrapped FROM customer_keys WHERE subject = 'C-00001'"
        ).fetchone()
    vault.close()
    die(path, *step, who)

    reopened = Vault.open(path, ledger_id=LEDGER_ID, clock=ManualClock())
    keyring = reopened.sign_in("ana", PASSPHRASE)
    committed = step in AFTER_COMMIT
    assert reopened.holds_key("C-00001") is not committed
    assert reopened.fenced() == ({"C-00001"} if committed else frozenset())
    if committed:
        assert files_holding(path.parent, wrapped[12:28], wrapped[28:44]) == []
    else:
        assert keyring.open("C-00001", "bank", 1, blob, kind="event") == b"Jane"

    assert len(bytes.fromhex(reopened.shred("C-00001", keyring=keyring))) == 16
    assert files_holding(path.parent, wrapped[12:28], wrapped[28:44]) == []
    with pytest.raises(SubjectErased):
        keyring.open("C-00001", "bank", 1, blob, kind="event")
    assert keyring.open("C-00002", "bank", 2, other, kind="event") == b"John"
    reopened.close()


def test_a_customer_shredded_in_another_process_is_erased_here_too(ana: Keyring, another: Vault) -> None:
    blob = ana.seal("C-00001", "bank", 1, b"Jane", kind="event").blob
    other = ana.seal("C-00002", "bank", 2, b"John", kind="event").blob
    another.shred("C-00001", keyring=another.sign_in("ana", PASSPHRASE))
    ana.refresh()
    with pytest.raises(SubjectErased):
        ana.open("C-00001", "bank", 1, blob, kind="event")
    assert ana.open("C-00002", "bank", 2, other, kind="event") == b"John"


def test_a_cached_key_is_not_used_for_long_without_looking(
    ana: Keyring, another: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.seal("C-00001", "bank", 1, b"Jane", kind="event")
    another.shred("C-00001")
    later_s = time.monotonic() + 2 * unlocked_module.FRESH_FOR_S
    monkeypatch.setattr(unlocked_module, "monotonic", lambda: later_s)
    with pytest.raises(SubjectErased):
        ana.seal("C-00001", "bank", 2, b"Jane", kind="event")


def test_keys_made_and_rotated_by_two_at_once_all_open(vault: Vault, ana: Keyring, another: Vault) -> None:
    theirs = another.sign_in("ana", PASSPHRASE)
    for round_ in range(10):
        ana.create_keys([f"C-1{round_:04d}", f"C-3{round_:04d}"])
        theirs.rotate_vault_key()
        theirs.create_keys([f"C-2{round_:04d}", f"C-3{round_:04d}"])
        ana.rotate_vault_key()
    for subject in sorted(vault.key_subjects()):
        blob = ana.seal(subject, "bank", 1, subject.encode(), kind="event").blob
        assert theirs.open(subject, "bank", 1, blob, kind="event") == subject.encode()


def test_threads_seal_and_open_while_others_are_forgotten(vault: Vault, ana: Keyring) -> None:
    ana.create_keys([f"C-1{serial:04d}" for serial in range(20)])
    failures: list[BaseException] = []

    def work(subject: str) -> None:
        try:
            for version in range(1, 400):
                blob = ana.seal(subject, "bank", version, b"data", kind="event").blob
                assert ana.open(subject, "bank", version, blob, kind="event") == b"data"
        except BaseException as error:  # noqa: BLE001 -- whatever a thread dies of is what the test is about
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"C-0000{serial}",)) for serial in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for serial in range(20):
        vault.shred(f"C-1{serial:04d}", keyring=ana)
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(vault.fenced()) == 20


def test_a_sign_out_while_a_thread_works_ends_its_work_in_words(ana: Keyring) -> None:
    ended = threading.Event()

    def work() -> None:
        try:
            while True:
                ana.seal("C-00001", "bank", 1, b"data", kind="event")
        except VaultLocked:
            ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    ana.close()
    thread.join(timeout=30)
    assert ended.is_set()
