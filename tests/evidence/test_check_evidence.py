"""The program that is handed out with evidence: what it proves, and a reason of its own for each refusal."""

from __future__ import annotations

import ast
import importlib
import random
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditdesk.ledger.envelope import leaf_hash
from auditdesk.proof.signed_note import VerifierKey, sign_note
from auditdesk.proof.tlog_proof import TlogProof, format_proof, parse_proof
from resources import check_evidence
from resources.check_evidence import NAMES, SENTENCES, Refusal, check, main, pack, read_bundle
from tests.evidence.bundles import (
    DATA,
    ENVELOPE,
    KEY,
    OTHER_KEY,
    OTHER_PRIVATE,
    PRIVATE,
    SALT,
    SIZE,
    bundle,
    canonical_line,
    document,
    proof_for,
    write_folder,
)

PROGRAM = Path(check_evidence.__file__)
PROOF = proof_for(leaf_hash(ENVELOPE))
Files = dict[str, bytes]


def code_of(outcome: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        outcome()
    assert caught.value.sentence.endswith(".")
    return caught.value.code


def with_event(**changes: Any) -> Files:
    return bundle() | {"event.json": canonical_line(document(ENVELOPE) | changes)}


def with_proof(**changes: Any) -> Files:
    return bundle() | {"proof.tlog-proof": format_proof(msgspec.structs.replace(PROOF, **changes))}


def with_note(text: str, key: VerifierKey = KEY) -> Files:
    private = PRIVATE if key == KEY else OTHER_PRIVATE
    return with_proof(checkpoint=sign_note(text, key, private.sign))


def with_opening(value: object) -> Files:
    return bundle() | {"opening.json": canonical_line(value)}


def replaced(name: str, old: bytes, new: bytes) -> Files:
    files = bundle()
    assert old in files[name]
    return files | {name: files[name].replace(old, new, 1)}


def test_a_whole_bundle_is_proven_with_its_opening() -> None:
    proven = check(bundle(), [OTHER_KEY.vkey(), KEY.vkey()])
    assert proven.event["position"] == ENVELOPE.position
    assert proven.personal == DATA
    assert proven.checkpoint[:2] == (KEY.name, SIZE)
    assert proven.key_was_given


def test_the_leaf_of_an_event_is_hashed_as_it_was_when_the_first_evidence_was_given() -> None:
    assert leaf_hash(ENVELOPE).hex() == "79d95a414630fdf31cab70aa1eeb8dec3622cfea110b7570af2bc414bf36ef0c"


def test_evidence_that_was_given_before_still_proves_its_event() -> None:
    proven = check(read_bundle(Path(__file__).parent / "vectors" / "bundle-1"), [KEY.vkey()])
    assert proven.event == document(ENVELOPE)
    assert proven.personal == DATA


def test_an_event_without_personal_data_is_proven_too() -> None:
    bare = msgspec.structs.replace(ENVELOPE, sealed=None, commitment=None, subject=None)
    files = {
        name: raw
        for name, raw in bundle(bare).items()
        if name in ("event.json", "proof.tlog-proof", "key.vkey")
    }
    proven = check(files)
    assert proven.personal is None
    assert not proven.key_was_given


def test_the_evidence_itself_is_smaller_than_4_kilobytes() -> None:
    hashes = (bytes(32),) * 20
    deep = format_proof(TlogProof(999_999, hashes, PROOF.checkpoint.replace(b"\n11\n", b"\n1000000\n")))
    names = ("README.txt", "event.json", "key.vkey")
    assert sum(len(bundle()[name]) for name in names) + len(deep) <= 4096


REFUSALS: list[tuple[str, Callable[[], Files]]] = [
    ("file_missing", lambda: {name: raw for name, raw in bundle().items() if name != "proof.tlog-proof"}),
    ("readme_altered", lambda: replaced("README.txt", b"one event", b"no event")),
    ("program_altered", lambda: replaced("check_evidence.py", b"raise Refusal", b"print")),
    ("key_form", lambda: replaced("key.vkey", b"\n", b"\n\n")),
    ("key_type", lambda: replaced("key.vkey", b"+A", b"+B")),
    ("key_id_mismatch", lambda: replaced("key.vkey", b"demo", b"dome")),
    ("wrong_key", lambda: bundle() | {"key.vkey": f"{OTHER_KEY.vkey()}\n".encode()}),
    ("json_form", lambda: replaced("event.json", b":", b": ")),
    ("json_form", lambda: replaced("event.json", b"}\n", b"}")),
    ("json_form", lambda: bundle() | {"event.json": b"[" * 100_000}),
    ("json_form", lambda: bundle() | {"event.json": b'"text"\n'}),
    ("json_form", lambda: bundle() | {"event.json": b"\xff\n"}),
    ("json_form", lambda: bundle() | {"event.json": b'{"a":"\\ud800"}\n'}),
    ("json_form", lambda: bundle() | {"event.json": b'{"a":' + b"9" * 5000 + b"}\n"}),
    ("json_form", lambda: with_event(payload="{")),
    ("json_duplicate", lambda: replaced("event.json", b'{"booked', b'{"version":9,"booked')),
    ("json_duplicate", lambda: with_event(payload='{"amount_minor":1,"amount_minor":2}')),
    ("json_duplicate", lambda: replaced("opening.json", b'{"data":', b'{"data":"","data":')),
    ("json_number", lambda: replaced("event.json", b'"schema":1', b'"schema":NaN')),
    ("json_number", lambda: replaced("event.json", b'"schema":1', b'"schema":1.0')),
    ("json_number", lambda: with_event(payload='{"amount_minor":Infinity}')),
    ("event_members", lambda: with_event(position="6")),
    ("event_members", lambda: with_event(position=True)),
    ("event_members", lambda: with_event(remark="")),
    ("event_members", lambda: bundle() | {"event.json": b"{}\n"}),
    ("event_altered", lambda: with_event(operator="eva")),
    ("event_altered", lambda: with_event(payload='{"amount_minor":12551,"value_date":"2025-01-06"}')),
    ("event_altered", lambda: with_event(sealed=b64encode(bytes(80)).decode())),
    ("event_altered", lambda: with_event(sealed="*")),
    ("event_altered", lambda: with_event(commitment=None)),
    ("event_altered", lambda: with_event(leaf_hash="00" * 32)),
    ("proof_form", lambda: replaced("proof.tlog-proof", b"@v1", b"@v2")),
    ("proof_extra", lambda: with_proof(extra=b"more")),
    ("proof_index", lambda: replaced("proof.tlog-proof", b"index 5", b"index five")),
    ("proof_hash", lambda: replaced("proof.tlog-proof", b"index 5\n", b"index 5\nAAAA\n")),
    ("index_mismatch", lambda: with_proof(index=6)),
    ("note_encoding", lambda: replaced("proof.tlog-proof", b"\n11\n", b"\n1\t1\n")),
    ("note_encoding", lambda: replaced("proof.tlog-proof", b"\n11\n", b"\n1\xff1\n")),
    ("note_form", lambda: bundle() | {"proof.tlog-proof": bundle()["proof.tlog-proof"][:-1]}),
    ("note_signature_form", lambda: replaced("proof.tlog-proof", "— ".encode(), b"- ")),
    ("unknown_signer", lambda: with_note(f"{KEY.name}\n{SIZE}\n", OTHER_KEY)),
    ("bad_signature", lambda: replaced("proof.tlog-proof", b"\n11\n", b"\n12\n")),
    ("checkpoint_form", lambda: with_note(f"{KEY.name}\n{SIZE}\n")),
    ("checkpoint_size", lambda: with_note(f"{KEY.name}\nmany\nAAAA\n")),
    ("checkpoint_root", lambda: with_note(f"{KEY.name}\n{SIZE}\nAAAA\n")),
    ("wrong_origin", lambda: with_note(f"another\n{SIZE}\n{b64encode(bytes(32)).decode()}\n")),
    ("index_beyond_size", lambda: with_note(f"{KEY.name}\n5\n{b64encode(bytes(32)).decode()}\n")),
    ("empty_proof", lambda: with_proof(hashes=())),
    ("extra_hash", lambda: with_proof(hashes=(*PROOF.hashes, bytes(32)))),
    ("missing_hash", lambda: with_proof(hashes=PROOF.hashes[:-1])),
    ("root_mismatch", lambda: with_proof(hashes=(bytes(32), *PROOF.hashes[1:]))),
    ("opening_form", lambda: with_opening({"data": DATA})),
    ("opening_form", lambda: with_opening({"data": DATA, "salt": SALT.hex().upper()})),
    ("opening_form", lambda: with_opening({"data": DATA, "salt": SALT.hex()[:-2]})),
    ("opening_unsealed", lambda: bundle(msgspec.structs.replace(ENVELOPE, commitment=None))),
    ("opening_mismatch", lambda: with_opening({"data": DATA.replace("May", "June"), "salt": SALT.hex()})),
    ("opening_mismatch", lambda: with_opening({"data": DATA, "salt": "00" + SALT.hex()[2:]})),
]


@pytest.mark.parametrize(("code", "make"), REFUSALS)
def test_each_way_to_fail_has_its_own_reason(code: str, make: Callable[[], Files]) -> None:
    assert code_of(lambda: check(make(), [KEY.vkey()])) == code


def test_every_reason_has_a_case_and_a_sentence_of_its_own() -> None:
    of_files = {"file_unreadable", "file_too_large", "zip_altered"}
    assert {code for code, _ in REFUSALS} | of_files == set(SENTENCES)
    assert len(set(SENTENCES.values())) == len(SENTENCES)


@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_with_any_byte_altered_is_refused(name: str) -> None:
    files = bundle()
    dice = random.Random(name)
    places = range(len(files[name]))
    for place in places if len(places) < 200 else dice.sample(places, 200):
        altered = bytearray(files[name])
        altered[place] ^= 1 << dice.randrange(8)
        said = code_of(lambda: check(files | {name: bytes(altered)}, [KEY.vkey()]))  # noqa: B023 - called at once
        assert said in SENTENCES


def test_a_zip_with_any_byte_altered_is_refused(tmp_path: Path) -> None:
    raw, path = pack(bundle()), tmp_path / "evidence.zip"
    dice = random.Random(1)
    for place in (*dice.sample(range(len(raw)), 300), *range(len(raw) - 400, len(raw))):
        altered = bytearray(raw)
        altered[place] ^= 1 << dice.randrange(8)
        path.write_bytes(altered)
        assert code_of(lambda: read_bundle(path)) == "zip_altered"


def test_a_zip_is_read_as_it_was_packed_and_cut_short_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    path.write_bytes(pack(bundle()))
    assert read_bundle(path) == bundle()
    for damaged in (b"", path.read_bytes()[:-1], path.read_bytes() + b"\0"):
        path.write_bytes(damaged)
        assert code_of(lambda: read_bundle(path)) == "zip_altered"


def test_a_file_too_large_or_not_readable_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "evidence", bundle())
    (folder / "event.json").write_bytes(b" " * 1_000_001)
    assert code_of(lambda: read_bundle(folder)) == "file_too_large"
    assert code_of(lambda: read_bundle(tmp_path / "nowhere.zip")) == "file_unreadable"


def test_an_earlier_release_of_the_program_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = b"print('earlier')\n"
    digest = sha256(earlier).hexdigest()
    monkeypatch.setattr(check_evidence, "EARLIER_SHA256", (digest,))
    assert check(bundle() | {"check_evidence.py": earlier}).key.vkey == KEY.vkey()


def run(*arguments: str | Path, program: Path = PROGRAM) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_copy_in_the_bundle_proves_it_without_auditdesk_installed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "evidence", bundle())
    done = run("--key", KEY.vkey(), program=folder / "check_evidence.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("PROVEN")
    for shown in (
        "MoneyDeposited, number 6",
        "account/10-00001, version 3",
        "2025-01-06T09:00:00",
        "11 events",
    ):
        assert shown in done.stdout
    assert "does not prove" in done.stdout
    assert "NOTE" not in done.stdout
    assert {path.name for path in folder.iterdir()} == set(NAMES)


def test_the_command_refuses_with_1_and_a_sentence(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "evidence", with_event(operator="eva"))
    done = run(folder, "--key", KEY.vkey())
    assert done.returncode == 1
    assert done.stdout == f"REFUSED (event_altered): {SENTENCES['event_altered']}\n"


@pytest.mark.parametrize("arguments", [["--key", "nonsense"], ["--unknown"], ["nowhere"]])
def test_the_command_called_wrongly_exits_with_2(tmp_path: Path, arguments: list[str]) -> None:
    write_folder(tmp_path / "evidence", bundle())
    done = run(*arguments, program=tmp_path / "evidence" / "check_evidence.py")
    assert done.returncode == 2
    assert "error" in done.stderr


def test_a_key_may_lie_in_a_file_and_none_is_remarked_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(tmp_path / "evidence", bundle())
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    trusted = tmp_path / "trusted.vkey"
    trusted.write_text(f"{KEY.vkey()}\n", encoding="utf-8")
    assert main([str(folder), "--key", str(trusted)]) == 0
    assert "not checked: notes.txt" in capsys.readouterr().out
    assert main([str(folder)]) == 0
    assert "you named no key" in capsys.readouterr().out


def test_control_characters_in_what_was_recorded_cannot_reach_the_terminal() -> None:
    sly = msgspec.structs.replace(ENVELOPE, operator="ana\x1b[2J\u202e")
    report = check_evidence.describe(check(bundle(sly), [KEY.vkey()]))
    assert r"ana\u001b[2J\u202e" in report
    assert "\x1b" not in report


def test_an_instant_beyond_the_calendar_is_shown_as_a_number() -> None:
    late = msgspec.structs.replace(ENVELOPE, booked_at_us=1 << 62)
    assert f"{1 << 62} microseconds" in check_evidence.describe(check(bundle(late)))


def test_the_program_is_python_3_8_and_needs_the_standard_library_only() -> None:
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_the_program_is_packaged_with_auditdesk() -> None:
    packaged = importlib.import_module("auditdesk.resources.check_evidence")
    assert Path(str(packaged.__file__)).read_bytes() == PROGRAM.read_bytes()


def test_the_proof_in_a_bundle_is_the_one_the_domain_reads() -> None:
    assert parse_proof(bundle()["proof.tlog-proof"]) == PROOF
