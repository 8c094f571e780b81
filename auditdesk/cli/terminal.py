"""What the sub-commands share: opening, signing in, and speaking to a terminal or a script."""

from __future__ import annotations

import getpass
import json
import os
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.errors import AuditdeskError
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace

PASSPHRASE: Final = "AUDITDESK_PASSPHRASE"  # noqa: S105 - the variable's name, not a passphrase
OPERATOR: Final = "AUDITDESK_OPERATOR"
PROGRESS_EVERY_S: Final = 0.1
Keys = Literal["needed", "wanted", "if_at_hand", "none"]


class Misused(Exception):
    """The command can't be carried out as it was given; says what is missing."""


@contextmanager
def opened_session(arguments: Namespace, keys: Keys, *, passphrase: str | None = None) -> Iterator[Session]:
    """Open the workspace and sign in.

    Without a vault, a session that may look only, unless keys are `needed`; `if_at_hand` does not
    insist on a passphrase either, and `none` asks for none. A `passphrase` is one that was read already.
    Raises `Misused` where operator or passphrase aren't given.
    """
    workspace = open_workspace(Path(arguments.workspace).expanduser())
    try:
        session = _sign_in(workspace, arguments, keys, passphrase)
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


def _sign_in(workspace: Workspace, arguments: Namespace, keys: Keys, passphrase: str | None) -> Session:
    if keys == "none":
        return workspace.sign_in_redacted()
    if not workspace.vault_present and keys != "needed":
        return workspace.sign_in_redacted()
    if keys == "if_at_hand" and PASSPHRASE not in os.environ and not sys.stdin.isatty():
        return workspace.sign_in_redacted()
    operator = choose_operator(workspace.operators(), arguments.operator)
    if passphrase is None:
        passphrase = read_passphrase(f"Passphrase of {operator}: ")
    return workspace.sign_in(operator, passphrase)


def choose_operator(operators: tuple[str, ...], asked: str) -> str:
    """Who signs in: whom `--as` or the environment names, or the only one there is."""
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
    typed = getpass.getpass(prompt)
    if twice and getpass.getpass("The same again: ") != typed:
        raise Misused("The two passphrases differ; nothing was done.")
    return typed


def say(text: str = "") -> None:
    """A line on standard output."""
    sys.stdout.write(f"{text}\n")


def say_json(document: Mapping[str, Any]) -> None:
    """One JSON object on standard output."""
    say(json.dumps(document, indent=2, ensure_ascii=False))


def warn(sentence: str) -> None:
    """A line on standard error."""
    sys.stderr.write(f"auditdesk: {sentence}\n")


def printable(text: str) -> str:
    """Text without what would steer a terminal: control and direction characters are shown by code."""
    return "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text)


class TerminalProgress:
    """Tells on standard error how far the work is, where somebody is watching it."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._told_at_s = 0.0

    def report(self, done: int, total: int, label: str = "") -> None:
        """Draw the line anew, a few times a second."""
        if not self._watched or (done < total and time.monotonic() - self._told_at_s < PROGRESS_EVERY_S):
            return
        self._told_at_s = time.monotonic()
        share = f"{100 * done // total:3d} %" if total else f"{done:,}"
        sys.stderr.write(f"\r\x1b[K{label} {share}" if done < total or not total else "\r\x1b[K")
        sys.stderr.flush()

    def check(self) -> None:
        """Never cancel: an interrupt from the keyboard ends the work by itself."""
