"""Operators, passphrases and signing keys, from the command line."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditdesk.proof.signed_note import parse_vkey
from tests.cli.conftest import Outcome, Run

Post = Callable[..., Any]
OLD, NEW = "AUDITDESK_PASSPHRASE", "AUDITDESK_NEW_PASSPHRASE"


@pytest.fixture
def ben(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Ben, a clerk who may see personal data; Ana must be named from here on."""
    monkeypatch.setenv(NEW, "battery staple")
    added = run("operators", workspace, "add", "ben", "--role", "clerk", "--reveal")
    assert (added.code, added.err) == (0, "")
    assert added.out == "ben  clerk  sees personal data\n"
    return "ben"


def names(outcome: Outcome) -> list[str]:
    assert (outcome.code, outcome.err) == (0, "")
    return [line.split()[0] for line in outcome.out.splitlines()]


def as_ben(run: Run, monkeypatch: pytest.MonkeyPatch, *words: object) -> Outcome:
    monkeypatch.setenv(OLD, "battery staple")
    outcome = run(*words, "--as", "ben")
    monkeypatch.setenv(OLD, "correct horse")
    return outcome


def test_operators_are_listed_without_a_passphrase(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(OLD)
    everything = "ana  administrator, auditor, clerk, privacy officer  sees personal data, signs\n"
    for words in ((), ("list",)):
        outcome = run("operators", workspace, *words)
        assert (outcome.code, outcome.out, outcome.err) == (0, everything, "")


def test_who_was_added_works_and_who_was_removed_does_not(
    run: Run, workspace: Path, account: str, ben: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert names(run("operators", workspace)) == ["ana", "ben"]
    deposit = ("post", workspace, "deposit", account, "1.00")
    assert as_ben(run, monkeypatch, *deposit).json["operator"] == "ben"
    removed = run("operators", workspace, "remove", ben, "--yes", "--as", "ana")
    assert (removed.code, removed.err) == (0, "")
    assert "every key that they knew is replaced" in removed.out
    refused = as_ben(run, monkeypatch, *deposit)
    assert (refused.code, refused.out) == (1, "")
    assert "do not match" in refused.err
    assert names(run("operators", workspace)) == ["ana"]


def test_a_clerk_lets_nobody_in_and_is_told_who_may(
    run: Run, workspace: Path, ben: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (
        ("operators", workspace, "add", "eve", "--role", "clerk"),
        ("operators", workspace, "remove", "ana", "--yes"),
        ("operators", workspace, "grant", ben, "--role", "administrator"),
        ("keys", workspace, "--rotate"),
    ):
        refused = as_ben(run, monkeypatch, *words)
        assert (refused.code, refused.out) == (1, "")
        assert "Only an administrator" in refused.err
    assert names(run("operators", workspace)) == ["ana", "ben"]


def test_roles_and_grants_are_changed_as_far_as_they_are_named(run: Run, workspace: Path, ben: str) -> None:
    grant = ("operators", workspace, "grant", ben, "--as", "ana")
    changed = run(*grant, "--role", "auditor", "--role", "privacy-officer", "--sign")
    assert (changed.code, changed.err) == (0, "")
    assert changed.out == "ben  auditor, privacy officer  sees personal data, signs\n"
    assert run(*grant, "--no-reveal", "--no-sign").out == "ben  auditor, privacy officer\n"
    last = run("operators", workspace, "grant", "ana", "--no-reveal", "--as", "ana")
    assert last.code == 1
    assert "No administrator" in last.err


def test_without_the_grant_personal_data_reads_redacted(
    run: Run, workspace: Path, jane: str, ben: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Jane" in as_ben(run, monkeypatch, "show", workspace, jane).out
    assert run("operators", workspace, "grant", ben, "--no-reveal", "--as", "ana").code == 0
    shown = as_ben(run, monkeypatch, "show", workspace, jane)
    assert shown.code == 0
    assert "Jane" not in shown.out
    assert "redacted" in shown.out


@pytest.mark.parametrize(
    "words",
    [
        ("grant", "ben"),
        ("add", "eve"),
        ("add", "eve", "--role", "king"),
        ("remove", "ben"),
        ("promote", "ben"),
    ],
)
def test_what_is_not_said_in_full_is_misuse(
    run: Run, workspace: Path, ben: str, words: tuple[str, ...]
) -> None:
    outcome = run("operators", workspace, *words, "--as", "ana")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("auditdesk: ")
    assert names(run("operators", workspace)) == ["ana", "ben"]


class Terminal(io.StringIO):
    """Standard input at which somebody sits."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code", "left"), [("Ben\n", 1, ["ana", "ben"]), ("ben\n", 0, ["ana"])])
def test_at_a_terminal_the_name_is_typed_before_anybody_is_removed(
    run: Run,
    workspace: Path,
    ben: str,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    code: int,
    left: list[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    outcome = run("operators", workspace, "remove", ben, "--as", "ana")
    assert outcome.code == code
    assert "Type ben to go on" in outcome.out
    assert names(run("operators", workspace)) == left


def test_a_passphrase_is_changed_from_the_environment(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NEW, "third")
    changed = run("passphrase", workspace)
    assert (changed.code, changed.err) == (0, "")
    assert changed.out.startswith("ana signs in with the new passphrase")
    assert run("verify", workspace).code == 1
    monkeypatch.setenv(OLD, "third")
    assert run("verify", workspace).code == 0
    same = run("passphrase", workspace)
    assert (same.code, same.out) == (1, "")
    assert "is the old one" in same.err


@pytest.mark.parametrize(("again", "code"), [("third", 0), ("thrid", 2)])
def test_a_passphrase_that_is_typed_is_typed_twice(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch, again: str, code: int
) -> None:
    monkeypatch.delenv(OLD)
    monkeypatch.delenv(NEW, raising=False)
    monkeypatch.setattr(sys, "stdin", Terminal())
    answers = iter(["correct horse", "third", again])
    prompts: list[str] = []

    def answer(prompt: str) -> str:
        prompts.append(prompt)
        return next(answers)

    monkeypatch.setattr("getpass.getpass", answer)
    assert run("passphrase", workspace).code == code
    assert prompts == ["Your passphrase as it is: ", "The new one: ", "The same again: "]
    monkeypatch.setenv(OLD, "third")
    assert (run("verify", workspace).code == 0) == (code == 0)


def test_without_a_terminal_the_new_passphrase_must_be_in_the_environment(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(NEW, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    outcome = run("passphrase", workspace)
    assert (outcome.code, outcome.out) == (2, "")
    assert NEW in outcome.err


def test_keys_are_printed_for_everybody_and_old_evidence_outlives_them(
    run: Run, workspace: Path, post: Post, account: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post("deposit", account, "12.34")
    out = tmp_path / "evidence.zip"
    assert run("evidence", workspace, account, "#2", "--out", out).code == 0
    (old,) = names(run("keys", workspace))
    assert run("check-evidence", out, "--key", old).code == 0
    rotated = run("keys", workspace, "--rotate")
    retired, used = names(rotated)
    assert retired == old
    assert parse_vkey(used).vkey() == used
    first, second = rotated.out.splitlines()
    assert ", retired " in first
    assert second.endswith(", in use")
    assert run("check-evidence", out, "--key", old).code == 0
    assert run("check-evidence", out, "--key", used).code == 1
    monkeypatch.delenv(OLD)
    assert run("keys", workspace).out == rotated.out


def test_the_log_as_a_report_names_what_was_done(run: Run, workspace: Path, ben: str, tmp_path: Path) -> None:
    assert run("operators", workspace, "remove", ben, "--yes", "--as", "ana").code == 0
    out = tmp_path / "log.csv"
    assert run("export", workspace, "events", "--out", out, "--raw", "--as", "ana").code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = [(row["stream"], row["event"], json.loads(row["details"])) for row in csv.DictReader(file)]
    assert rows[1:] == [
        ("operator/ben", "OperatorAdded", {"operator": "ben", "roles": ["clerk"]}),
        ("operator/ben", "GrantsChanged", {"operator": "ben", "may_reveal": True}),
        ("operator/ben", "OperatorRemoved", {"operator": "ben"}),
    ]
