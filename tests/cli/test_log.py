"""What goes wrong in a command is kept in the log, without what was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditdesk.services.files.log_file import FOLDER_VARIABLE
from auditdesk.services.verification.run import Verification
from tests.cli.conftest import Run
from tests.helpers import files_holding


@pytest.fixture
def log_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "logs"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


def test_a_bug_in_a_service_leaves_its_place_in_the_log_and_no_byte_of_its_message(
    run: Run, workspace: Path, log_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_arguments: object, **_options: object) -> None:
        raise ValueError("Jane Döe")

    monkeypatch.setattr(Verification, "run", stumble)
    assert run("verify", workspace).code == 1
    text = (log_folder / "auditdesk.log").read_text(encoding="utf-8")
    assert " bug (auditdesk " in text
    assert "cli/verify.py:" in text
    assert files_holding(log_folder, b"Jane", "Döe".encode()) == []


def test_a_fault_is_kept_by_its_kind_and_a_refusal_is_not(
    run: Run, workspace: Path, log_folder: Path, tmp_path: Path
) -> None:
    assert run("show", workspace, "10-00099").code == 1
    assert not log_folder.exists()
    assert run("show", tmp_path / "Jane Döe.auditdesk", "10-00001").code == 1
    assert "LedgerMissing" in (log_folder / "auditdesk.log").read_text(encoding="utf-8")
    assert files_holding(log_folder, b"Jane", "Döe".encode()) == []


def test_a_log_that_cannot_be_written_changes_nothing_of_what_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "file" / "logs"))
    outcome = run("verify", tmp_path / "nothing")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("auditdesk: There is no workspace at ")
    assert outcome.err.count("\n") == 1
