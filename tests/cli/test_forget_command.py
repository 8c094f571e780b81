from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditdesk.services.privacy.forgetting import Forgetting
from auditdesk.vault.vault import Vault
from tests.cli.conftest import Run
from tests.helpers import files_holding

Post = Callable[..., Any]


class Terminal(io.StringIO):
    """What somebody types at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def left(post: Post, account: str) -> str:
    """A customer whose only account is closed."""
    post("deposit", account, "5.00", "--memo", "a gift from Aunt Mathilde")
    post("close", account, "--pay-out")
    return "C-00001"


def test_a_forgotten_customer_reads_erased_now_and_before(
    run: Run, workspace: Path, account: str, left: str, tmp_path: Path
) -> None:
    outcome = run("forget", workspace, left, "--reason", "asked in writing", "--yes")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"{left} erased 20" in outcome.out
    assert account in outcome.out
    for at in ("now", "#2"):
        shown = run("show", workspace, account, "--at", at, "--json").json
        assert sorted(shown["customer"]) == ["erased_on", "number", "reference"]
    assert shown["balance"] == "5.00"
    report = tmp_path / "all.csv"
    assert run("export", workspace, "events", "--out", report, "--reveal").code == 0
    assert "Mathilde" not in report.read_text(encoding="utf-8")
    assert files_holding(workspace, b"Mathilde", b"Long Street", "Jane Döe".encode()) == []
    assert run("verify", workspace).code == 0


def test_forgetting_twice_is_the_same_as_once(run: Run, workspace: Path, left: str) -> None:
    run("forget", workspace, left, "--reason", "asked in writing", "--yes")
    again = run("forget", workspace, "K-1", "--reason", "asked again", "--yes")
    assert again.code == 0
    assert "already" in again.out


def test_an_open_account_stands_in_the_way(run: Run, workspace: Path, account: str) -> None:
    outcome = run("forget", workspace, "C-00001", "--reason", "asked in writing", "--yes")
    assert (outcome.code, outcome.out) == (1, "")
    assert account in outcome.err


def test_the_number_must_be_typed(
    run: Run, workspace: Path, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("C-00002\n"))
    outcome = run("forget", workspace, left, "--reason", "asked in writing")
    assert outcome.code == 1
    assert "nobody was forgotten" in outcome.err
    assert run("show", workspace, left, "--json").json["customer"]["name"] == "Jane Döe"
    monkeypatch.setattr(sys, "stdin", Terminal(f"{left}\n"))
    assert run("forget", workspace, left, "--reason", "asked in writing").code == 0
    assert "erased_on" in run("show", workspace, left, "--json").json["customer"]


def test_a_script_has_to_say_yes(
    run: Run, workspace: Path, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    outcome = run("forget", workspace, left, "--reason", "asked in writing")
    assert outcome.code == 2
    assert "--yes" in outcome.err


def _interrupt(*_args: object, **_named: object) -> None:
    raise KeyboardInterrupt


def test_an_interrupt_once_the_erasure_was_asked_for_is_told_as_half_way(
    run: Run, workspace: Path, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("forget", workspace, left, "--reason", "asked in writing", "--yes")
    with monkeypatch.context() as patch:
        patch.setattr(Vault, "shred", _interrupt)
        outcome = run(*words)
    assert outcome.code == 1
    assert " erased " not in outcome.out
    assert f"{left} is NOT forgotten yet: it was interrupted." in outcome.err
    assert "resumes on the next attempt or sign-in" in outcome.err
    assert "no partial work" not in outcome.err
    assert "already" in run(*words).out


def test_an_interrupt_before_the_erasure_was_asked_for_leaves_nothing(
    run: Run, workspace: Path, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Forgetting, "_request", _interrupt)
        outcome = run("forget", workspace, left, "--reason", "asked in writing", "--yes")
    assert (outcome.code, outcome.err) == (1, "auditdesk: Interrupted; no partial work was left.\n")
    assert run("show", workspace, left, "--json").json["customer"]["name"] == "Jane Döe"
