from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

Post = Callable[..., Any]


@pytest.fixture
def paid(post: Post, account: str) -> str:
    post("deposit", account, "12.34", "--memo", "rent for May")
    return account


def key_in(text: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith("key: ")]
    return line.removeprefix("key: ")


def test_evidence_is_written_and_checked(run: Run, workspace: Path, paid: str, tmp_path: Path) -> None:
    out = tmp_path / "evidence.zip"
    made = run("evidence", workspace, paid, "#2", "--out", out, "--opening")
    assert (made.code, made.err) == (0, "")
    assert "with its personal data" in made.out
    checked = run("check-evidence", out, "--key", key_in(made.out))
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.startswith("PROVEN")
    assert "rent for May" in checked.out
    assert "NOTE" not in checked.out
    assert "NOTE" in run("check-evidence", out).out
    out.write_bytes(out.read_bytes()[:-1])
    refused = run("check-evidence", out)
    assert refused.code == 1
    assert refused.out.startswith("REFUSED (zip_altered): ")


def test_what_is_no_event_is_said(run: Run, workspace: Path, paid: str, tmp_path: Path) -> None:
    assert run("evidence", workspace, paid, "last", "--out", tmp_path / "e.zip").code == 2
    unknown = run("evidence", workspace, paid, "#7", "--out", tmp_path / "e.zip")
    assert unknown.code == 1
    assert "There is no event 7" in unknown.err
    assert list(tmp_path.glob("*.zip")) == []


def test_forgetting_leaves_a_certificate_that_can_be_checked(
    run: Run, workspace: Path, post: Post, paid: str, tmp_path: Path
) -> None:
    post("close", paid, "--pay-out")
    file = tmp_path / "erasure.json"
    done = run("forget", workspace, "C-00001", "--reason", "letter 12", "--yes", "--certificate", file)
    assert (done.code, done.err) == (0, "")
    assert f"certificate: {file}" in done.out
    checked = run("check-certificate", file)
    assert checked.code == 0
    assert checked.out.startswith("PROVEN: customer C-00001 of Riverside was forgotten.")
    assert "reason: letter 12" in checked.out
    key = run("keys", workspace).out.split()[0]
    assert run("check-certificate", file, "--key", key) == checked._replace(
        out=checked.out.partition("NOTE")[0]
    )
    file.write_bytes(file.read_bytes().replace(b"letter 12", b"letter 13"))
    refused = run("check-certificate", file)
    assert refused.code == 1
    assert refused.out.startswith("REFUSED (bad_signature): ")
    assert run("check-certificate", tmp_path / "nowhere.json").code == 1
    register = run("export", workspace, "erasures", "--out", tmp_path / "erasures.csv")
    assert (register.code, register.err) == (0, "")


def test_what_keys_printed_is_kept_in_a_file_and_checks_what_any_of_them_signed(
    run: Run, workspace: Path, post: Post, paid: str, tmp_path: Path
) -> None:
    post("close", paid, "--pay-out")
    evidence, certificate, keys = (tmp_path / name for name in ("e.zip", "erasure.json", "keys.txt"))
    assert run("evidence", workspace, paid, "#2", "--out", evidence).code == 0
    forgotten = run(
        "forget", workspace, "C-00001", "--reason", "letter 12", "--yes", "--certificate", certificate
    )
    assert forgotten.code == 0
    assert run("keys", workspace, "--rotate").code == 0
    keys.write_text(run("keys", workspace).out, encoding="utf-8")
    assert run("check-evidence", evidence, "--key", keys).out.startswith("PROVEN")
    assert run("check-certificate", certificate, "--key", keys).out.startswith("PROVEN")
    keys.write_text(run("keys", workspace).out.splitlines()[-1], encoding="utf-8")
    assert run("check-evidence", evidence, "--key", keys).code == 1
    assert run("check-certificate", certificate, "--key", keys).code == 1
    keys.write_text("\n", encoding="utf-8")
    for words in (("check-evidence", evidence), ("check-certificate", certificate)):
        refused = run(*words, "--key", keys)
        assert (refused.code, refused.out) == (1, "REFUSED (key_form): There is no key in it.\n")
