"""A small bank that is used through the command line alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from auditdesk.bootstrap import create_workspace
from auditdesk.cli.main import main
from tests.helpers import CHEAP_KDF


class Outcome(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was printed, as JSON."""
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "riverside.auditdesk"
    create_workspace(
        path, bank="Riverside", operator="ana", passphrase="correct horse", kdf=CHEAP_KDF
    ).close()
    monkeypatch.setenv("AUDITDESK_PASSPHRASE", "correct horse")
    monkeypatch.delenv("AUDITDESK_OPERATOR", raising=False)
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process."""

    def go(*words: object) -> Outcome:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return go


@pytest.fixture
def post(run: Run, workspace: Path) -> Callable[..., Any]:
    """Issues a clerk command that must succeed, and returns what was printed."""

    def go(action: str, *words: object) -> Any:
        outcome = run("post", workspace, action, *words)
        assert (outcome.code, outcome.err) == (0, "")
        return outcome.json

    return go


@pytest.fixture
def jane(post: Callable[..., Any]) -> str:
    answer = post(
        "register-customer",
        "Jane Döe",
        *("--birth-date", "1980-02-29", "--street", "12 Long Street", "--city", "Springfield"),
        *("--email", "jane@example.org", "--phone", "+353 1 555", "--reference", "K-1"),
    )
    return str(answer["customer"])


@pytest.fixture
def account(post: Callable[..., Any], jane: str) -> str:
    answer = post("open-account", jane, "EUR", "--overdraft", "500.00", "--reference", "R-1")
    return str(answer["account"])
