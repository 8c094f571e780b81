"""The command line: `auditdesk [WORKSPACE]` opens the window, sub-commands serve scripts and auditors.

Exit codes: 0 done, 1 refused or found wrong, 2 misused. What each command needs is imported only when it
runs; Qt never is, unless a window is to be opened.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, cast

from auditdesk.cli.parser import COMMANDS, make_parser, parse
from auditdesk.cli.window import open_window

EXIT_DONE: Final = 0
EXIT_REFUSED: Final = 1
EXIT_MISUSED: Final = 2
MODULES: Final = {
    "demo": "auditdesk.cli.demo",
    "init": "auditdesk.cli.make",
    "import": "auditdesk.cli.make",
    "show": "auditdesk.cli.show",
    "export": "auditdesk.cli.export",
    "post": "auditdesk.cli.post",
    "forget": "auditdesk.cli.forget",
    "verify": "auditdesk.cli.verify",
    "checkpoint": "auditdesk.cli.verify",
    "evidence": "auditdesk.cli.evidence",
    "check-evidence": "auditdesk.cli.evidence",
    "check-certificate": "auditdesk.cli.evidence",
    "backup": "auditdesk.cli.backup",
    "restore": "auditdesk.cli.backup",
    "operators": "auditdesk.cli.operators",
    "passphrase": "auditdesk.cli.operators",
    "keys": "auditdesk.cli.operators",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code. `argv` is without the program's name."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = _parse(words)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT_MISUSED
    try:
        with _stoppable():
            code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        return EXIT_REFUSED
    except KeyboardInterrupt:
        _say("Interrupted; nothing half done was left.")
        return EXIT_REFUSED
    return code


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let a request to end do what Ctrl+C does: unwind, so that nothing half done is left."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _parse(words: list[str]) -> argparse.Namespace:
    """A first word that is neither a command nor an option is a workspace to open in the window."""
    if words and (words[0] in COMMANDS or words[0].startswith("-")):
        return parse(words)
    if len(words) > 1:
        make_parser().error(f"{words[0]!r} is no command; the commands are {', '.join(COMMANDS)}")
    return argparse.Namespace(command="", workspace=words[0] if words else "")


def _run(arguments: argparse.Namespace) -> int:
    if not arguments.command:
        return open_window(arguments.workspace)
    errors = importlib.import_module("auditdesk.domain.errors")
    frame = importlib.import_module("auditdesk.cli.terminal")
    try:
        return cast("int", importlib.import_module(MODULES[arguments.command]).run(arguments))
    except frame.Misused as misused:
        _say(str(misused))
        return EXIT_MISUSED
    except errors.AuditdeskError as error:
        _say(str(error))
        return EXIT_REFUSED
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence: a bug is told, never its data
        _say_bug(error)
        return EXIT_REFUSED


def _say(sentence: str) -> None:
    with suppress(BrokenPipeError):
        sys.stderr.write(f"auditdesk: {sentence}\n")


def _say_bug(error: Exception) -> None:
    """Where it happened, but not the error's own text, which may quote what it was working on."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    _say(f"This is a bug in auditdesk ({type(error).__name__}). The books are as they were before.\n{frames}")


def _silence_stdout() -> None:
    """Whoever read our output has gone; let the interpreter's last flush go nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
