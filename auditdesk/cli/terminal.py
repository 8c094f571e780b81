"""Open a workspace and sign an operator in, by options, environment or terminal, for every sub-command."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import click

from auditdesk.bootstrap import open_workspace
from auditdesk.cli import grammar
from auditdesk.cli.words import ask, printable, warn
from auditdesk.domain.errors import AuditdeskError
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace

PASSPHRASE: Final = "AUDITDESK_PASSPHRASE"  # noqa: S105 - the variable's name, not a passphrase
NEW_PASSPHRASE: Final = "AUDITDESK_NEW_PASSPHRASE"  # noqa: S105 - the variable's name, not a passphrase
OPERATOR: Final = "AUDITDESK_OPERATOR"
Keys = Literal["needed", "wanted", "if_at_hand", "none"]


class Misused(click.ClickException):
    """The command can't be carried out as it was given; says what is missing."""


@contextmanager
def opened_session(path: Path, keys: Keys, *, passphrase: str | None = None) -> Iterator[Session]:
    """Open the workspace and sign in.

    Without a vault, a session that may look only, unless keys are `needed`; `if_at_hand` does not
    insist on a passphrase either, and `none` asks for none. A `passphrase` is one that was read already.
    Raises `Misused` where operator or passphrase aren't given.
    """
    workspace = open_workspace(path)
    try:
        session = _sign_in(workspace, keys, passphrase)
        for warning in dict.fromkeys((*workspace.warnings, *session.notices)):
            warn(warning)
        try:
            yield session
            _sign_off(session)
        finally:
            session.close()
    finally:
        workspace.close()


def _sign_off(session: Session) -> None:
    """A checkpoint at exit; what was done stays done where it can't be signed."""
    try:
        session.sign_off()
    except AuditdeskError as error:
        warn(f"No checkpoint was signed: {error}")


def _sign_in(workspace: Workspace, keys: Keys, passphrase: str | None) -> Session:
    if keys == "none":
        return workspace.sign_in_redacted()
    if not workspace.vault_present and keys != "needed":
        return workspace.sign_in_redacted()
    if keys == "if_at_hand" and PASSPHRASE not in os.environ and not sys.stdin.isatty():
        return workspace.sign_in_redacted()
    operator = choose_operator(
        workspace.operators(), click.get_current_context().meta.get(grammar.OPERATOR, "")
    )
    if passphrase is None:
        passphrase = read_passphrase(f"Passphrase of {operator}: ")
    return workspace.sign_in(operator, passphrase)


def choose_operator(operators: tuple[str, ...], asked: str) -> str:
    """The operator to sign in: named by `--as` or the environment, or the only one. Raises `Misused`."""
    chosen = asked or os.environ.get(OPERATOR, "")
    if chosen:
        return chosen
    if len(operators) == 1:
        return operators[0]
    names = ", ".join(operators) or "nobody"
    raise Misused(f"Say who you are with --as NAME or {OPERATOR}; {names} can sign in.")


def read_passphrase(prompt: str, *, twice: bool = False, variable: str = PASSPHRASE) -> str:
    """The passphrase from the environment, or typed without echo. Raises `Misused` without either."""
    given = os.environ.get(variable)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise Misused(f"There is no terminal to ask for the passphrase; set {variable}.")
    typed = getpass.getpass(printable(prompt))
    if twice and getpass.getpass("The same again: ") != typed:
        raise Misused("The two passphrases differ; nothing was done.")
    return typed


def confirmed(warning: str, word: str, whose: str) -> bool:
    """Ask to type `word` as confirmation; True if it was typed. Raises `Misused` without a terminal."""
    if not sys.stdin.isatty():
        raise Misused(f"There is no terminal to type the {whose} at; confirm with --yes.")
    return ask(f"{warning} Type {word} to go on: ") == word
