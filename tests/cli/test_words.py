"""What is typed after an option is a value, whatever it begins with; what is said on misuse can be typed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize("memo", ["-1+1", "-cmd|' /C calc'!A0", "=1+1", "@SUM(A1)", "--", "--ours"])
def test_a_memo_may_begin_with_anything(
    post: Callable[..., Any], run: Run, workspace: Path, account: str, tmp_path: Path, memo: str
) -> None:
    post("deposit", account, "5.00", "--memo", memo, "--command-id", "-7-")
    out = tmp_path / "out.csv"
    assert run("export", workspace, "statement", "--out", out, "--reveal", "--raw").code == 0
    assert memo in out.read_text(encoding="utf-8")


def test_an_option_without_its_value_is_misuse(run: Run, workspace: Path, account: str) -> None:
    outcome = run("post", workspace, "deposit", account, "5.00", "--memo")
    assert (outcome.code, outcome.out) == (2, "")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("post", "x", "freeze", "10-00001"), "Try: auditdesk post WORKSPACE freeze --help\n"),
        (("export", "x", "events"), "Try: auditdesk export --help\n"),
        (("--frobnicate",), "Try: auditdesk --help\n"),
    ],
)
def test_the_hint_on_misuse_is_one_line_that_can_be_typed(
    run: Run, words: tuple[str, ...], hint: str
) -> None:
    assert run(*words).err.endswith(f"\n{hint}")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_a_command_that_is_told_to_stop_leaves_no_draft_behind(tmp_path: Path) -> None:
    path = tmp_path / "bank.auditdesk"
    process = subprocess.Popen(
        [sys.executable, "-m", "auditdesk", "demo", str(path), "--no-window"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    while process.poll() is None and not list(tmp_path.iterdir()):
        pass
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate()
    assert process.returncode == 1
    assert b"no partial work was left" in err
    assert list(tmp_path.iterdir()) == []


def test_a_word_that_is_neither_command_nor_workspace_is_said_to_be_so(run: Run, tmp_path: Path) -> None:
    outcome = run("frobnicate")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == (
        "auditdesk: frobnicate is neither a workspace nor a command.\nTry: auditdesk --help\n"
    )
    assert f"{tmp_path} is neither a workspace nor a command." in run(tmp_path).err


NO_TEXT = os.fsdecode(b"caf\xe9")  # what a shell hands over of a word that isn't UTF-8


@pytest.mark.parametrize(
    "words",
    [
        ("show", "{workspace}", NO_TEXT),
        ("show", "{workspace}", "10-00001", "--as", NO_TEXT),
        ("post", "{workspace}", "deposit", "10-00001", "1.00", "--command-id", NO_TEXT),
        ("export", "{workspace}", "balances", "--account", NO_TEXT, "--out", "{workspace}/../b.csv"),
    ],
)
def test_a_word_that_is_no_text_is_misuse_and_no_bug(
    run: Run, workspace: Path, account: str, words: tuple[str, ...]
) -> None:
    outcome = run(*(word.format(workspace=workspace) for word in words))
    assert (outcome.code, outcome.out) == (2, "")
    assert (
        outcome.err
        == "auditdesk: A word of the command line is no text: it holds bytes that are not UTF-8.\n"
    )


def test_a_file_whose_name_is_no_text_takes_a_report(
    run: Run, workspace: Path, account: str, tmp_path: Path
) -> None:
    out = tmp_path / NO_TEXT
    assert run("export", workspace, "balances", "--out", out).code == 0
    manifest = json.loads((tmp_path / f"{NO_TEXT}.manifest.json").read_bytes())
    assert manifest["file"] == NO_TEXT


def test_the_home_of_nobody_is_a_misuse_and_no_bug(run: Run) -> None:
    outcome = run("verify", "~nosuchuserhere/bank")
    assert (outcome.code, outcome.out) == (2, "")
    assert "doesn't know" in outcome.err
    assert "bug" not in outcome.err
