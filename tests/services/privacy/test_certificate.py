"""Certificates of erasure: what they say, and that nothing of them can be altered unnoticed."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.commands.account import CloseAccount
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import ProofError, Refused, VaultLocked
from auditdesk.domain.instants import DAY_US
from auditdesk.domain.moments import AtInstant
from auditdesk.proof.signed_note import VerifierKey, parse_vkey
from auditdesk.services.privacy.certificate import Certificates, check_certificate, keys_of, to_bytes
from auditdesk.services.privacy.forgetting import Erasure
from auditdesk.services.upkeep.restore import restore
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from tests.helpers import ManualClock


@pytest.fixture
def erasure(session: Session, jane: str, account: str) -> Erasure:
    session.issue(Deposit(account, 5000))
    session.issue(CloseAccount(account, pay_out=True))
    return session.forgetting.forget(jane, "letter 2025/17")


@pytest.fixture
def raw(session: Session, erasure: Erasure) -> bytes:
    return to_bytes(session.certificates.make(erasure.customer))


def code_of(raw: bytes, *keys: str) -> str:
    with pytest.raises(ProofError) as refused:
        check_certificate(raw, [parse_vkey(key) for key in keys])
    return refused.value.code


def altered(raw: bytes, **changes: Any) -> bytes:
    document = json.loads(raw)
    document["certificate"] |= changes
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def test_a_certificate_says_who_was_forgotten_why_by_whom_and_what_it_covered(
    session: Session, raw: bytes, erasure: Erasure, account: str
) -> None:
    assert session.context.vault is not None
    found = check_certificate(raw, keys_of(session.context.vault))
    assert (found.customer, found.reason) == (erasure.customer, "letter 2025/17")
    assert (found.requested_by, found.done_by, found.bank) == ("ana", "ana", "Riverside Savings")
    assert (found.accounts, found.sealed_events) == ((account,), erasure.sealed_events)
    assert found.key_fingerprint == erasure.key_id
    assert found.size_after == session.context.ledger.log.head().position
    assert found.size_before == found.size_after - 2
    assert found.root_after == session.context.ledger.tree.root(found.size_after).hex()
    assert found.requested_at < found.forgotten_at < found.issued_at
    assert b"Jane" not in raw


def test_without_a_named_key_its_own_is_taken(raw: bytes) -> None:
    assert check_certificate(raw).customer == "C-00001"


@pytest.mark.parametrize(
    "changes",
    [
        {"customer": "C-00002"},
        {"reason": "another"},
        {"key_fingerprint": "00" * 16},
        {"size_after": 99},
        {"root_before": "00" * 32},
        {"consistency": []},
        {"issued_at": "2030-01-01T00:00:00Z"},
    ],
)
def test_every_altered_member_breaks_the_signature(raw: bytes, changes: dict[str, Any]) -> None:
    assert code_of(altered(raw, **changes)) == "bad_signature"


def test_each_other_way_to_fail_has_its_code(raw: bytes, session: Session) -> None:
    key = json.loads(raw)["key"]
    assert code_of(altered(raw, kind="another")) == "certificate_kind"
    assert code_of(altered(raw, ledger_id="another")) == "wrong_origin"
    assert code_of(altered(raw, remark="more")) == "certificate_form"
    assert code_of(raw + b" ") == "certificate_form"
    assert code_of(b"\xff") == "certificate_form"
    assert code_of(raw.replace(b'"consistency": [', b'"consistency": [\n"zz",')) == "certificate_form"
    assert session.context.keyring is not None
    session.context.keyring.rotate_signing_key()
    newer = json.loads(to_bytes(session.certificates.make("C-00001")))["key"]
    assert code_of(raw, newer) == "unknown_signer"
    assert check_certificate(raw, [parse_vkey(key), parse_vkey(newer)]).customer == "C-00001"


def test_only_the_forgotten_get_one_and_only_from_who_may_sign(
    session: Session, bank: Workspace, jane: str
) -> None:
    with pytest.raises(Refused) as refused:
        session.certificates.make(jane)
    assert refused.value.code == "not_forgotten"
    with pytest.raises(VaultLocked):
        Certificates(bank.sign_in_redacted().context).make(jane)


def test_a_certificate_is_written_as_json(session: Session, erasure: Erasure, tmp_path: Path) -> None:
    session.certificates.save(erasure.customer, tmp_path / "certificate.json")
    written = (tmp_path / "certificate.json").read_bytes()
    assert check_certificate(written).customer == erasure.customer


def test_an_erasure_since_the_backup_is_applied_again_from_its_certificate(
    session: Session, jane: str, account: str, tmp_path: Path, clock: ManualClock
) -> None:
    backup = session.backup.run(tmp_path / "backup").folder
    session.issue(CloseAccount(account))
    session.forgetting.forget(jane, "letter 12")
    file = tmp_path / "certificate.json"
    session.certificates.save(jane, file)
    result = restore(backup, tmp_path / "again", certificates=[file], clock=clock)
    assert result.erased_again == (jane,)
    with (
        closing(open_workspace(result.path, clock=clock)) as workspace,
        closing(workspace.sign_in("ana", "correct horse")) as again,
    ):
        assert str(again.history.customer_at(jane).state.personal).startswith("erased")
        assert again.history.account_at(account).state.status == "open"
    file.write_bytes(file.read_bytes().replace(b"letter 12", b"letter 13"))
    with pytest.raises(ProofError):
        restore(backup, tmp_path / "no", certificates=[file], clock=clock)
    assert not (tmp_path / "no").exists()


def test_the_register_of_erasures_lists_them_without_names(
    session: Session, erasure: Erasure, account: str, tmp_path: Path, clock: ManualClock
) -> None:
    before = AtInstant(clock() - DAY_US, "recorded")
    result = session.reports.export("erasures", tmp_path / "erasures.csv")
    with (tmp_path / "erasures.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["customer"], row["state"], row["reason"]) == ("C-00001", "forgotten", "letter 2025/17")
    assert (row["requested_by"], row["done_by"], row["accounts"]) == ("ana", "ana", account)
    assert row["key_fingerprint"] == erasure.key_id
    assert int(row["forgotten_position"]) == int(row["requested_position"]) + 1
    manifest = json.loads(result.manifest_path.read_text(encoding="utf-8"))
    assert manifest["erasures"] == {"requested": 1, "forgotten": 1}
    assert session.reports.export("erasures", tmp_path / "none.csv", as_of=before).rows == 0
    with pytest.raises(Refused) as refused:
        session.reports.export("erasures", tmp_path / "one.csv", account=account)
    assert refused.value.code == "account_without_meaning"


def test_the_key_that_the_bank_publishes_is_accepted_and_another_ledgers_is_not(
    session: Session, raw: bytes
) -> None:
    published = session.operators.public_keys[-1].vkey
    assert check_certificate(raw, [parse_vkey(published)]).customer == "C-00001"
    key = parse_vkey(published)
    elsewhere = VerifierKey.of("auditdesk.invalid/elsewhere", key.public_key)
    assert code_of(raw, elsewhere.vkey()) == "unknown_signer"
    stranger = VerifierKey.of(key.name, bytes(32))
    assert code_of(raw, stranger.vkey()) == "unknown_signer"
