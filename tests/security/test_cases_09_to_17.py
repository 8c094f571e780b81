"""Cases 9 to 17: strange input, two at once, kills, full disks, restored and foreign files."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.commands.money import Deposit, Withdraw
from auditdesk.domain.errors import (
    AuditdeskError,
    Conflict,
    DiskFull,
    LedgerReadOnly,
    NewerLedger,
    NotALedger,
    Refused,
    VaultMissing,
)
from auditdesk.domain.moments import AtVersion
from auditdesk.domain.personal import KEY_LOST, REDACTED, Mask, PersonalDetails
from auditdesk.services.privacy.forgetting import NotForgotten, Step
from auditdesk.services.workspace.session import Session
from auditdesk.storage.sqlite_file import DRIVER
from tests.helpers import files_holding
from tests.security.conftest import (
    ACCOUNT,
    BOB,
    JANE,
    PASSPHRASE,
    signed_in,
    verified,
    warnings,
    warnings_at_sign_in,
)

PROGRAM = """
import sys
from contextlib import closing
from pathlib import Path
from auditdesk.bootstrap import open_workspace
from auditdesk.domain.commands.money import Deposit
with closing(open_workspace(Path(sys.argv[1]))) as workspace:
    session = workspace.sign_in("ana", sys.argv[2])
    for number in range(10_000):
        print(session.issue(Deposit("10-00001", 100)).position, flush=True)
"""


def balance(session: Session) -> int:
    return session.history.account_at(ACCOUNT).state.balance_minor


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Zoë\u0301", "Zoë\u0301"),
        ("Zoe\u0308", "Zoë"),  # another normal form of the same name
        ("  Ann Lee ", "Ann Lee"),
    ],
)
def test_case_09_a_name_is_kept_in_one_form(bank: Path, name: str, kept: str) -> None:
    with signed_in(bank) as session:
        customer = session.issue(RegisterCustomer.of(PersonalDetails(name))).number
        personal = session.history.customer_at(customer).state.personal
        assert isinstance(personal, PersonalDetails)
        assert personal.name == kept


@pytest.mark.parametrize("name", ["\ud800", "a\x00b", "", "\u202e\u200b", "x" * 10_000])
def test_case_09_a_name_that_is_none_is_refused_at_the_form(bank: Path, name: str) -> None:
    with signed_in(bank) as session:
        before = session.directory.customers()
        with pytest.raises(Refused) as refused:
            session.issue(RegisterCustomer.of(PersonalDetails(name)))
        assert refused.value.field == "name"
        assert session.directory.customers() == before


@pytest.mark.parametrize(
    "payload", ['{"amount_minor":NaN}', '{"amount_minor":1,"amount_minor":2}', "\\ud800", "{"]
)
def test_case_09_json_that_is_none_is_a_finding_and_no_crash(bank: Path, payload: str) -> None:
    connection: Any = DRIVER.connect(str(bank / "ledger.db"))
    connection.execute("DROP TRIGGER events_are_never_updated")
    connection.execute("UPDATE events SET payload = ? WHERE position = 40", (payload.encode(),))
    connection.commit()
    connection.close()
    report = verified(bank)
    assert ("leaf_mismatch", 40) in {(finding.kind, finding.position) for finding in report.findings}


def test_case_10_the_same_command_twice_is_one_event(bank: Path) -> None:
    with signed_in(bank) as session:
        first = session.issue(Deposit(ACCOUNT, 100), command_id="click")
        again = session.issue(Deposit(ACCOUNT, 100), command_id="click")
        assert (first.replayed, again.replayed) == (False, True)
        assert first.envelopes == again.envelopes
        with pytest.raises(Refused, match="another"):
            session.issue(Deposit(ACCOUNT, 200), command_id="click")


def test_case_10_a_command_sent_from_eight_threads_at_once_is_one_event(bank: Path) -> None:
    with signed_in(bank) as session:
        before = balance(session)

        def send(_: int) -> int:
            return session.issue(Deposit(ACCOUNT, 100), command_id="click").position

        with ThreadPoolExecutor(8) as pool:
            positions = set(pool.map(send, range(8)))
        assert len(positions) == 1
        assert balance(session) == before + 100


def test_case_11_of_two_operators_on_one_version_the_second_sees_a_conflict(bank: Path) -> None:
    with signed_in(bank) as one, signed_in(bank) as other:
        seen = one.history.account_at(ACCOUNT).state.version
        one.issue(Withdraw(ACCOUNT, 100), expected_version=seen)
        with pytest.raises(Conflict, match="changed since"):
            other.issue(Withdraw(ACCOUNT, 200), expected_version=seen)
        assert other.history.account_at(ACCOUNT).state.version == seen + 1


def deposit_forty(session: Session) -> None:
    for _ in range(40):
        session.issue(Deposit(ACCOUNT, 1))


def test_case_12_two_windows_on_one_workspace_work_side_by_side(bank: Path) -> None:
    with signed_in(bank) as one, signed_in(bank) as other:
        before = balance(one)
        with ThreadPoolExecutor(2) as pool:
            list(
                pool.map(
                    lambda session: [session.issue(Deposit(ACCOUNT, 1)) for _ in range(40)], (one, other)
                )
            )
        assert balance(one) == balance(other) == before + 80
        one.sign_off()
        other.sign_off()
    assert verified(bank).clean


def test_case_13_a_killed_clerk_leaves_what_he_was_told_and_nothing_half_done(bank: Path) -> None:
    with signed_in(bank) as session:
        before = balance(session)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(bank), PASSPHRASE], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(25)]
    process.send_signal(signal.SIGKILL)
    told += [int(line) for line in process.stdout if line.endswith("\n")]
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    with signed_in(bank) as session:
        booked = (balance(session) - before) // 100
        assert booked in (len(told), len(told) + 1)
        assert session.verification.run().clean


@pytest.mark.parametrize("step", ["requested", "shredded"])
def test_case_13_a_forget_that_breaks_off_after_any_step_is_resumed(bank: Path, step: str) -> None:
    def stop(done: Step) -> None:
        if done == step:
            raise KeyboardInterrupt

    with signed_in(bank) as session, pytest.raises(KeyboardInterrupt):
        session.forgetting.forget(BOB, "letter 7", on_step=stop)
    assert "erasure" not in warnings(bank)  # nothing is destroyed before somebody has signed in
    assert "Finished the erasure of C-00002" in warnings_at_sign_in(bank)
    with signed_in(bank) as session:
        assert session.history.customer_at(BOB).state.forgotten_at_us is not None
    assert files_holding(bank, b"Bob Stone", b"Quay 1", b"secret gift") == []


def deposits_until_full(session: Session) -> int:
    """How many were acknowledged before there was no room."""
    for booked in range(400):
        try:
            session.issue(Deposit(ACCOUNT, 100))
        except DiskFull:
            return booked
    raise AssertionError("the disk was never full")


def test_case_14_a_full_disk_is_an_error_and_nothing_is_acknowledged(bank: Path) -> None:
    with signed_in(bank) as session:
        before = balance(session)
        engine = session.context.ledger._database.engine
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        limit = f"PRAGMA max_page_count = {pages}"
        with engine.connect() as connection:
            connection.exec_driver_sql(limit)
        booked = deposits_until_full(session)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert balance(session) == before + 100 * booked
        assert session.issue(Deposit(ACCOUNT, 100)).version
        assert session.verification.run().clean


def test_case_14_a_full_disk_during_a_forget_says_not_forgotten_and_the_next_try_ends_it(bank: Path) -> None:
    with signed_in(bank) as session:
        vault = session.context.vault
        assert vault is not None
        with (
            patch.object(vault, "shred", side_effect=DiskFull("There is no room left to write the vault.")),
            pytest.raises(NotForgotten, match="NOT forgotten"),
        ):
            session.forgetting.forget(BOB, "letter 7")
        assert session.history.customer_at(BOB).state.forgotten_at_us is None
        assert session.forgetting.forget(BOB, "letter 7").customer == BOB


def test_case_15_last_months_vault_brings_nobody_back_and_newer_customers_read_key_lost(
    bank: Path, tmp_path: Path
) -> None:
    shutil.copy(bank / "vault.db", tmp_path / "old.db")
    with signed_in(bank) as session:
        session.forgetting.forget(BOB, "letter 7")
        nora = session.issue(RegisterCustomer.of(PersonalDetails("Nora Lake"))).number
    (bank / "vault.db-journal").unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.db", bank / "vault.db")
    with signed_in(bank) as session:
        erased = session.history.customer_at(BOB, AtVersion(1)).state.personal
        assert isinstance(erased, Mask)
        assert erased.kind == "erased"
        assert session.context.vault is not None
        assert not session.context.vault.holds_key(BOB)
        assert session.history.customer_at(nora).state.personal == KEY_LOST
        findings = session.verification.run().findings
    assert [(finding.kind, finding.stream) for finding in findings] == [("key_lost", f"customer/{nora}")]
    assert "KEY LOST" in findings[0].sentence


def test_case_15_an_old_ledger_beside_a_new_vault_is_refused_with_the_reason(
    bank: Path, tmp_path: Path
) -> None:
    shutil.copy(bank / "ledger.db", tmp_path / "old.db")
    with signed_in(bank) as session:
        session.issue(Deposit(ACCOUNT, 100))
        session.sign_off()
    shutil.copy(tmp_path / "old.db", bank / "ledger.db")
    assert "the last 1 are missing" in warnings(bank)
    with signed_in(bank) as session, pytest.raises(LedgerReadOnly, match="missing"):
        session.issue(Deposit(ACCOUNT, 100))


def test_case_16_without_the_vault_everything_is_redacted_and_read_only_and_none_is_made(bank: Path) -> None:
    (bank / "vault.db").unlink()
    with closing(open_workspace(bank)) as workspace:
        assert workspace.read_only
        assert "vault is missing" in " ".join(workspace.warnings)
        with pytest.raises(VaultMissing):
            workspace.sign_in("ana", PASSPHRASE)
        looking = workspace.sign_in_redacted()
        assert looking.history.customer_at(JANE).state.personal == REDACTED
        assert looking.history.account_at(ACCOUNT).state.version > 280
        with pytest.raises(AuditdeskError):
            looking.issue(Deposit(ACCOUNT, 100))
    assert not (bank / "vault.db").exists()


def write_foreign(path: Path) -> None:
    path.unlink()
    connection: Any = DRIVER.connect(str(path))
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.commit()
    connection.close()


def write_newer(path: Path) -> None:
    connection: Any = DRIVER.connect(str(path))
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("file", ["ledger.db", "vault.db"])
@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda path: path.write_bytes(b""), NotALedger),
        (lambda path: path.write_bytes(b"hello " * 100), NotALedger),
        (write_foreign, NotALedger),
        (write_newer, NewerLedger),
    ],
    ids=["empty", "no database", "another program's", "newer"],
)
def test_case_17_a_file_that_is_not_ours_is_refused_and_left_untouched(
    bank: Path, file: str, make: Any, fault: type[AuditdeskError]
) -> None:
    make(bank / file)
    before = {path.name: path.read_bytes() for path in bank.iterdir()}
    with pytest.raises(fault):
        open_workspace(bank)
    after = {path.name: path.read_bytes() for path in bank.iterdir()}
    assert after[file] == before[file]
    assert set(after) - set(before) <= {f"{file}-journal"}
