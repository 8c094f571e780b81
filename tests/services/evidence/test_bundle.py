"""Evidence for one event, as a customer gets it: whole, checkable by itself, refused when touched."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from auditdesk.domain import events as e
from auditdesk.domain.commands.account import CloseAccount
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Fault, ProofError, Refused, VaultLocked
from auditdesk.services.evidence.bundle import Evidence, EvidenceResult, check
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace

NOTE = ("Employer", "wages")


@pytest.fixture
def paid(session: Session, account: str) -> str:
    session.issue(Deposit(account, 10000, *NOTE))
    return account


@pytest.fixture
def saved(session: Session, paid: str, tmp_path: Path) -> EvidenceResult:
    return Evidence(session.context).save(paid, 2, tmp_path / "evidence.zip", with_opening=False)


def exports(session: Session) -> list[e.ReportExported]:
    events = [envelope.event() for envelope in session.context.ledger.log.read(types=(e.ReportExported.TAG,))]
    return [event for event in events if isinstance(event, e.ReportExported)]


def test_evidence_proves_its_event_and_shows_nothing_personal(
    session: Session, saved: EvidenceResult, paid: str
) -> None:
    proven = check(saved.path, saved.vkey)
    assert proven.event["stream"] == f"account/{paid}"
    assert proven.event["payload"].startswith('{"amount_minor":10000')
    assert (proven.event["position"], proven.size) == (saved.position, saved.log_size)
    assert (proven.personal, proven.key_was_given) == (None, True)
    assert proven.description.startswith("PROVEN")
    assert b"Employer" not in saved.path.read_bytes()
    assert exports(session) == []


def test_the_opening_is_in_it_when_asked_for_and_that_is_recorded(
    session: Session, paid: str, tmp_path: Path
) -> None:
    made = Evidence(session.context).save(paid, 2, tmp_path / "opened.zip", with_opening=True)
    assert made.opened
    assert check(made.path).personal == '{"counterparty":"Employer","memo":"wages"}'
    (recorded,) = exports(session)
    assert (recorded.report, recorded.rows, recorded.account) == ("evidence", 1, paid)
    assert recorded.sha256 == sha256(made.path.read_bytes()).hexdigest()


def test_it_is_small_without_the_program(saved: EvidenceResult) -> None:
    assert saved.evidence_bytes <= 4_096
    with zipfile.ZipFile(saved.path) as bundle:
        rest = sum(info.file_size for info in bundle.infolist() if info.filename != "check_evidence.py")
    assert rest == saved.evidence_bytes


def test_a_folder_holds_the_same_and_checks_itself_without_auditdesk(
    session: Session, paid: str, tmp_path: Path
) -> None:
    made = Evidence(session.context).save(paid, 1, tmp_path / "evidence", with_opening=False)
    program = tmp_path / "evidence" / "check_evidence.py"
    command = [sys.executable, "-I", "-S", str(program), "--key", made.vkey]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "AccountOpened" in done.stdout


def test_a_customers_event_is_named_by_its_stream(session: Session, jane: str, tmp_path: Path) -> None:
    made = Evidence(session.context).save(f"customer/{jane}", 1, tmp_path / "c.zip", with_opening=False)
    assert check(made.path).event["type"] == "CustomerRegistered"


def test_what_is_already_covered_by_a_checkpoint_needs_no_new_one(
    session: Session, saved: EvidenceResult, paid: str, tmp_path: Path
) -> None:
    session.issue(Deposit(paid, 100))
    older = Evidence(session.context).save(paid, 1, tmp_path / "older.zip", with_opening=False)
    newer = Evidence(session.context).save(paid, 3, tmp_path / "newer.zip", with_opening=False)
    assert older.log_size == saved.log_size < newer.log_size
    assert check(older.path, saved.vkey).size == saved.log_size


def test_evidence_given_before_a_new_signing_key_still_proves(
    session: Session, saved: EvidenceResult, paid: str, tmp_path: Path
) -> None:
    assert session.context.keyring is not None
    session.context.keyring.rotate_signing_key()
    session.issue(Deposit(paid, 100))
    after = Evidence(session.context).save(paid, 3, tmp_path / "after.zip", with_opening=False)
    again = Evidence(session.context).save(paid, 2, tmp_path / "again.zip", with_opening=False)
    assert after.vkey != saved.vkey
    assert again.vkey == after.vkey
    assert check(saved.path, saved.vkey).event["version"] == 2
    with pytest.raises(ProofError) as refused:
        check(saved.path, after.vkey)
    assert refused.value.code == "wrong_key"


@pytest.mark.parametrize("place", [0.05, 0.3, 0.5, 0.7, 0.95])
def test_altered_in_a_byte_it_is_refused(saved: EvidenceResult, place: float) -> None:
    raw = bytearray(saved.path.read_bytes())
    raw[int(len(raw) * place)] ^= 1
    saved.path.write_bytes(raw)
    with pytest.raises(ProofError):
        check(saved.path, saved.vkey)


def test_no_evidence_is_given_for_a_row_that_was_altered(session: Session, paid: str, tmp_path: Path) -> None:
    with session.context.ledger._database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER events_are_never_updated")
        connection.exec_driver_sql("UPDATE events SET operator = 'eva' WHERE position = 4")
    with pytest.raises(ProofError) as refused:
        Evidence(session.context).save(paid, 2, tmp_path / "evidence.zip", with_opening=False)
    assert refused.value.code == "event_altered"
    assert list(tmp_path.glob("*evidence*")) == []


def test_nobody_opens_what_is_erased(session: Session, paid: str, jane: str, tmp_path: Path) -> None:
    session.issue(CloseAccount(paid, pay_out=True))
    session.forgetting.forget(jane, "letter 12")
    with pytest.raises(Refused, match="erased 2025-01-06") as refused:
        Evidence(session.context).save(paid, 2, tmp_path / "evidence.zip", with_opening=True)
    assert refused.value.code == "opening_refused"
    made = Evidence(session.context).save(paid, 2, tmp_path / "evidence.zip", with_opening=False)
    assert check(made.path).personal is None


def test_without_the_keys_nothing_is_opened(
    bank: Workspace, session: Session, saved: EvidenceResult, paid: str, tmp_path: Path
) -> None:
    with pytest.raises(VaultLocked):
        bank.sign_in_redacted().evidence.save(paid, 2, tmp_path / "v.zip", with_opening=False)
    session.operators.add("eva", "staple", roles=("auditor",), may_reveal=False)
    evidence = bank.sign_in("eva", "staple").evidence
    with pytest.raises(VaultLocked):
        evidence.save(paid, 2, tmp_path / "v.zip", with_opening=True)
    made = evidence.save(paid, 2, tmp_path / "v.zip", with_opening=False)
    assert check(made.path, saved.vkey).event["version"] == 2


@pytest.mark.parametrize(
    ("target", "version", "name", "opening", "code"),
    [
        ("10-99999", 1, "e.zip", False, "account_unknown"),
        ("10-00001", 9, "e.zip", False, "version_unknown"),
        ("10-00001", 0, "e.zip", False, "version_unknown"),
        ("10-00001", 1, "e.zip", True, "nothing_to_open"),
        ("10-00001", 2, "riverside.auditdesk/e.zip", True, "out_in_workspace"),
        ("10-00001", 2, "riverside.auditdesk/ledger.db", False, "out_is_ledger"),
    ],
)
def test_each_reason_not_to_write_evidence_has_its_word(
    session: Session,
    paid: str,
    tmp_path: Path,
    target: str,
    version: int,
    name: str,
    opening: bool,  # noqa: FBT001 - a parameter of the table above
    code: str,
) -> None:
    with pytest.raises(Refused) as refused:
        Evidence(session.context).save(target, version, tmp_path / name, with_opening=opening)
    assert refused.value.code == code


def test_a_key_may_lie_in_a_file(saved: EvidenceResult, tmp_path: Path) -> None:
    published = tmp_path / "published.vkey"
    published.write_text(f"{saved.vkey}\n", encoding="utf-8")
    assert check(saved.path, str(published)).key_was_given
    with pytest.raises(Fault):
        check(saved.path, str(tmp_path / "nowhere"))
