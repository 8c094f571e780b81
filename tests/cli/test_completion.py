"""What a shell is answered that asks what could be typed next, and what a mistyped word is answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def ask_shell(shell: str, instruction: str, *words: str) -> str:
    """What the program says to the shell; the last word is the one being typed."""
    answered = subprocess.run(
        [sys.executable, "-m", "auditdesk"],
        env={
            **os.environ,
            "_AUDITDESK_COMPLETE": f"{shell}_{instruction}",
            "COMP_WORDS": " ".join(("auditdesk", *words)),
            "COMP_CWORD": str(len(words)),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert answered.stderr == ""
    return answered.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_asks_the_program(shell: str) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash tells its version while its script is made")
    script = ask_shell(shell, "source")
    assert f"_AUDITDESK_COMPLETE={shell}_complete" in script


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("ver",), ["plain,verify"]),
        (("check-",), ["plain,check-evidence", "plain,check-certificate"]),
        (("verify", "bank", "--in"), ["plain,--incremental"]),
        (("post", "bank", "place"), ["plain,place-hold"]),
        (("post", "bank", "freeze", "10-1", "--blocks", "d"), ["plain,debits"]),
        (("operators", "bank", "g"), ["plain,grant"]),
        (("export", "bank", "era"), ["plain,erasures"]),
        (("show", "ba"), ["dir,ba"]),
        (("forget", "bank", "C-1", "--certificate", "er"), ["file,er"]),
    ],
)
def test_what_could_be_typed_next_is_offered(words: tuple[str, ...], offered: list[str]) -> None:
    assert ask_shell("bash", "complete", *words).splitlines() == offered


def test_a_first_word_may_be_the_folder_of_a_workspace() -> None:
    assert ask_shell("bash", "complete", "riv").splitlines() == ["dir,riv"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_with_the_line_that_the_reference_gives(tmp_path: Path) -> None:
    """In a real bash, whose `auditdesk` is the program under test."""
    (tmp_path / "auditdesk").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m auditdesk "$@"\n')
    (tmp_path / "auditdesk").chmod(0o755)
    script = (
        'eval "$(_AUDITDESK_COMPLETE=bash_source auditdesk)"\n'
        "COMP_WORDS=(auditdesk ver); COMP_CWORD=1\n"
        "_auditdesk_completion auditdesk\n"
        'echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script],  # noqa: S607 - the user's own bash
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["verify"]


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (("shwo",), "Did you mean show?"),
        (("verfy", "x", "--json"), "Did you mean 'verify'?"),
        (("post", "x", "depsit", "10-1", "5"), "Did you mean 'deposit'?"),
        (("operators", "x", "rmove", "ben"), "Did you mean 'remove'?"),
        (("verify", "x", "--incremntal"), "Did you mean '--incremental'?"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest(run: Run, words: tuple[str, ...], nearest: str) -> None:
    outcome = run(*words)
    assert (outcome.code, outcome.out) == (1 if len(words) == 1 else 2, "")
    assert nearest in outcome.err


@pytest.mark.parametrize("place", ["before", "after"])
def test_who_signs_in_may_be_said_on_both_sides_of_the_workspace(
    run: Run, workspace: Path, account: str, place: str
) -> None:
    who = ("--as", "nobody")
    head = ("post", *who, workspace) if place == "before" else ("post", workspace, *who)
    refused = run(*head, "deposit", account, "1")
    assert (refused.code, refused.out) == (1, "")
    assert run(*head, "deposit", account, "1", "--as", "ana").code == 0


def test_the_extents_of_a_verification_exclude_each_other(run: Run, workspace: Path) -> None:
    outcome = run("verify", workspace, "--full", "--incremental")
    assert (outcome.code, outcome.out) == (2, "")
    assert "exclude each other" in outcome.err
