"""Cases 1 to 8: what a reviewer does to the log, and to evidence taken from it."""

from __future__ import annotations

import csv
import json
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auditdesk.cli.main import main
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import LedgerReadOnly, ProofError
from auditdesk.domain.personal import TAMPERED
from auditdesk.proof.signed_note import VerifierKey, parse_vkey
from auditdesk.services.evidence.bundle import check
from auditdesk.storage.sqlite_file import DRIVER
from tests.attacks import attack, edit_amount, everything_again
from tests.security.conftest import ACCOUNT, PASSPHRASE, kinds, signed_in, verified, warnings

Files = dict[str, bytes]


def refuses_to_write(bank: Path) -> bool:
    with signed_in(bank) as session, pytest.raises(LedgerReadOnly):
        session.issue(Deposit(ACCOUNT, 100))
    return True


# --- the log ---------------------------------------------------------------------------


def test_case_01_an_edited_amount_is_named_by_its_position_and_exports_are_marked(
    bank: Path,
    amount_at: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    attack(bank, edit_amount(amount_at))
    monkeypatch.setenv("AUDITDESK_PASSPHRASE", PASSPHRASE)
    assert main(["verify", str(bank)]) == 1
    assert f"leaf_mismatch at position {amount_at}" in capsys.readouterr().out
    out = tmp_path / "statement.csv"
    assert main(["export", str(bank), "statement", "--out", str(out)]) == 0
    assert "UNVERIFIED" in capsys.readouterr().err
    with out.open(newline="", encoding="utf-8") as file:
        assert {row["verification"] for row in csv.DictReader(file)} == {"UNVERIFIED"}


def test_case_02_a_past_made_anew_with_all_its_hashes_fails_against_the_checkpoint_outside(
    bank: Path, amount_at: int, tmp_path: Path
) -> None:
    anchor = tmp_path / "anchor.txt"
    with signed_in(bank) as session:
        session.checkpoints.save_anchor(anchor)
    attack(bank, *everything_again(amount_at))
    assert "are not those under the signed checkpoint" in warnings(bank)
    assert refuses_to_write(bank)
    with signed_in(bank) as session, pytest.raises(ProofError) as refused:
        session.checkpoints.check_anchor(anchor)
    assert refused.value.code == "log_altered"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO events SELECT * FROM events WHERE position = 3",
        "UPDATE events SET operator = 'eve' WHERE position = 3",
        "UPDATE OR REPLACE events SET position = 2 WHERE position = 3",
        "DELETE FROM events WHERE position = 3",
        "REPLACE INTO events SELECT * FROM events WHERE position = 3",
        (
            "INSERT INTO events SELECT position + 1, stream, version, event_id || 'x', type, schema, "
            "booked_at, recorded_at, operator, command_id || 'x', ordinal, correlation_id, subject, payload, "
            "sealed, commitment, leaf_hash FROM events WHERE position = 3"
        ),
    ],
)
def test_case_03_the_database_itself_aborts_what_would_change_the_log(bank: Path, statement: str) -> None:
    connection: Any = DRIVER.connect(str(bank / "ledger.db"))
    before = connection.execute("SELECT * FROM events").fetchall()
    with pytest.raises((DRIVER.IntegrityError, DRIVER.OperationalError)):
        connection.execute(statement)
    connection.rollback()
    assert connection.execute("SELECT * FROM events").fetchall() == before
    connection.close()
    assert verified(bank).clean


@pytest.mark.parametrize(
    "trigger", ["events_are_never_updated", "events_are_never_deleted", "events_are_appended_in_order"]
)
def test_case_04_a_dropped_trigger_is_an_alarm_at_the_opening(bank: Path, trigger: str) -> None:
    connection: Any = DRIVER.connect(str(bank / "ledger.db"))
    connection.execute(f"DROP TRIGGER {trigger}")
    connection.close()
    assert "ALARM" in warnings(bank)
    assert f"The trigger {trigger} is missing" in warnings(bank)
    assert "schema_changed" in kinds(verified(bank))


def test_case_05_a_tail_cut_off_is_refused_for_writing_and_said(bank: Path) -> None:
    attack(bank, "DELETE FROM events WHERE position > 280", "DELETE FROM checkpoints")
    assert "The log has 280 events, but a checkpoint over" in warnings(bank)
    assert refuses_to_write(bank)
    assert "log_truncated" in kinds(verified(bank))


def test_case_05_a_ledger_copied_without_its_wal_is_refused_for_writing_and_said(
    bank: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    with signed_in(bank) as session:
        for number in range(20):
            session.issue(Deposit(ACCOUNT, 100 + number))
        session.sign_off()
        assert (bank / "ledger.db-wal").stat().st_size > 0
        shutil.copytree(bank, copy, ignore=shutil.ignore_patterns("ledger.db-*"))
    assert "without its -wal" in warnings(copy)
    assert "the last 20 are missing" in warnings(copy)
    assert refuses_to_write(copy)


def test_case_06_a_flipped_bit_in_a_payload_names_its_event_and_the_ledger_is_only_looked_at(
    bank: Path, amount_at: int
) -> None:
    file = bank / "ledger.db"
    raw = bytearray(file.read_bytes())
    needle = b'{"amount_minor":177,'
    assert raw.count(needle) == 1
    raw[raw.index(needle) + needle.index(b"177")] ^= 1
    file.write_bytes(raw)
    report = verified(bank)
    assert ("leaf_mismatch", amount_at + 77) in {(found.kind, found.position) for found in report.findings}
    assert f"position {amount_at + 77}" in warnings(bank)
    assert refuses_to_write(bank)


def test_case_07_two_ciphertexts_swapped_read_as_tampering_not_as_erased(bank: Path, amount_at: int) -> None:
    def swap(connection: Any) -> None:
        one, other = amount_at, amount_at + 1
        sealed = dict(
            connection.execute(
                "SELECT position, sealed FROM events WHERE position IN (?, ?)", (one, other)
            ).fetchall()
        )
        for at, source in ((one, other), (other, one)):
            connection.execute("UPDATE events SET sealed = ? WHERE position = ?", (sealed[source], at))

    attack(bank, swap)
    with signed_in(bank) as session:
        rows = session.history.account_register(ACCOUNT, 1, 10)
        swapped = [row for row in rows if row.position in (amount_at, amount_at + 1)]
        assert [row.memo for row in swapped] == [TAMPERED, TAMPERED]
        found = session.verification.run().findings
    assert {finding.position for finding in found if finding.kind == "seal_broken"} == {
        amount_at,
        amount_at + 1,
    }


# --- evidence --------------------------------------------------------------------------


def note_lines(files: Files) -> list[str]:
    return files["proof.tlog-proof"].decode().split("\n")


def proof_of(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


def one_byte_of_the_event(files: Files) -> None:
    files["event.json"] = files["event.json"].replace(b'"operator":"ana"', b'"operator":"eve"')


def index_plus_one(files: Files) -> None:
    lines = note_lines(files)
    lines[1] = f"index {int(lines[1].removeprefix('index ')) + 1}"
    files["proof.tlog-proof"] = proof_of(lines)


def extra_hash(files: Files) -> None:
    lines = note_lines(files)
    files["proof.tlog-proof"] = proof_of([*lines[:2], lines[2], *lines[2:]])


def empty_proof(files: Files) -> None:
    lines = note_lines(files)
    files["proof.tlog-proof"] = proof_of([*lines[:2], *lines[lines.index("") :]])


def one_hash_less(files: Files) -> None:
    lines = note_lines(files)
    files["proof.tlog-proof"] = proof_of([*lines[:2], *lines[3:]])


def one_bit_of_a_hash(files: Files) -> None:
    lines = note_lines(files)
    value = bytearray(b64decode(lines[2]))
    value[0] ^= 1
    lines[2] = b64encode(value).decode()
    files["proof.tlog-proof"] = proof_of(lines)


def another_size(files: Files) -> None:
    lines = note_lines(files)
    at = lines.index("") + 2
    lines[at] = str(int(lines[at]) + 1)
    files["proof.tlog-proof"] = proof_of(lines)


def another_key(files: Files) -> None:
    name = parse_vkey(files["key.vkey"].decode().strip()).name
    public_key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    files["key.vkey"] = f"{VerifierKey.of(name, public_key).vkey()}\n".encode()


def two_members_of_one_name(files: Files) -> None:
    files["event.json"] = files["event.json"].replace(b'{"', b'{"operator":"eve","', 1)


@pytest.fixture
def evidence(bank: Path, tmp_path: Path) -> tuple[Path, str]:
    with signed_in(bank) as session:
        made = session.evidence.save(ACCOUNT, 40, tmp_path / "evidence", with_opening=False)
    return made.path, made.vkey


def changed(folder: Path, change: Callable[[Files], None]) -> None:
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    before = dict(files)
    change(files)
    assert files != before
    for name, raw in files.items():
        (folder / name).write_bytes(raw)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (one_byte_of_the_event, "event_altered"),
        (index_plus_one, "index_mismatch"),
        (extra_hash, "extra_hash"),
        (empty_proof, "empty_proof"),
        (one_hash_less, "missing_hash"),
        (one_bit_of_a_hash, "root_mismatch"),
        (another_size, "bad_signature"),
        (another_key, "unknown_signer"),
        (two_members_of_one_name, "json_duplicate"),
    ],
)
def test_case_08_each_way_in_which_evidence_is_false_is_refused_with_a_reason_of_its_own(
    evidence: tuple[Path, str], change: Callable[[Files], None], code: str
) -> None:
    folder, _ = evidence
    assert check(folder).event["version"] == 40
    changed(folder, change)
    with pytest.raises(ProofError) as refused:
        check(folder)
    assert refused.value.code == code


def test_case_08_evidence_of_a_signer_who_is_not_trusted_is_refused(evidence: tuple[Path, str]) -> None:
    folder, vkey = evidence
    assert check(folder, vkey).key_was_given
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(ProofError) as refused:
        check(folder, VerifierKey.of(parse_vkey(vkey).name, stranger).vkey())
    assert refused.value.code == "wrong_key"


@pytest.mark.parametrize("name", ["event.json", "proof.tlog-proof", "key.vkey"])
def test_case_08_evidence_altered_in_any_byte_is_refused(evidence: tuple[Path, str], name: str) -> None:
    folder, vkey = evidence
    whole = (folder / name).read_bytes()
    for at in range(0, len(whole), 5):
        altered = bytearray(whole)
        altered[at] ^= 0x04
        (folder / name).write_bytes(altered)
        with pytest.raises(ProofError):
            check(folder, vkey)
    (folder / name).write_bytes(whole)
    assert json.loads((folder / "event.json").read_bytes())["version"] == check(folder, vkey).event["version"]
