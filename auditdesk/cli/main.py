"""The command line: `auditdesk [WORKSPACE]` opens the window, sub-commands serve scripts and auditors.

Exit codes: 0 done, 1 refused or found wrong, 2 misused. What each command needs is imported only when it
runs; Qt never is, unless a window is to be opened.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, cast

import click

from auditdesk import __version__
from auditdesk.cli.grammar import LazyCommand, Program, as_operator
from auditdesk.cli.words import NO_TEXT, warn
from auditdesk.domain.errors import AuditdeskError
from auditdesk.domain.text import is_text

EXIT_DONE: Final = 0
EXIT_REFUSED: Final = 1
EXIT_MISUSED: Final = 2
COMPLETION: Final = "_AUDITDESK_COMPLETE"


@click.group(
    cls=Program,
    default="open",
    default_if_no_args=True,
    subcommand_metavar="[WORKSPACE] | COMMAND ...",
    context_settings={"max_content_width": 110},
    epilog="Passphrase: a prompt, or AUDITDESK_PASSPHRASE. Operator: --as NAME, or AUDITDESK_OPERATOR. "
    "Exit codes: 0 done, 1 refused or found wrong, 2 misused.",
)
@as_operator
@click.version_option(__version__, message="auditdesk %(version)s", help="Print the version.")
def program() -> None:
    """The books of a small bank as immutable events. Without a command: opens the window."""


for later in (
    LazyCommand("open", "window:open_", "Open the window, on a workspace if one is named."),
    LazyCommand("demo", "demo:demo", "Open a demo bank with years of history, made on the first start."),
    LazyCommand("init", "make:init", "Make a new, empty workspace."),
    LazyCommand("import", "make:import_", "Import customers.csv, accounts.csv and transactions.csv."),
    LazyCommand("show", "show:show", "Show an account or a customer as it was at any moment."),
    LazyCommand("export", "export:export", "Write a report as CSV, with a manifest beside it."),
    LazyCommand("post", "post:post", "Issue one clerk command and print its event as JSON."),
    LazyCommand("forget", "forget:forget", "Destroy a customer's key for good."),
    LazyCommand("verify", "verify:verify", "Verify log, tree, checkpoints and all derived data."),
    LazyCommand("checkpoint", "verify:checkpoint", "Sign the log as it is now and print the checkpoint."),
    LazyCommand(
        "evidence", "evidence:evidence", "Write proof of one event, which anybody can check offline."
    ),
    LazyCommand("check-evidence", "evidence:check_evidence", "Check evidence; needs no workspace."),
    LazyCommand("check-certificate", "evidence:check_certificate_", "Check a certificate of erasure."),
    LazyCommand("backup", "backup:backup", "Copy ledger and vault while they are in use."),
    LazyCommand("restore", "backup:restore_", "Make a workspace from a backup."),
    LazyCommand("operators", "operators:operators", "List the operators, or change them."),
    LazyCommand("passphrase", "operators:passphrase", "Change one's own passphrase."),
    LazyCommand("keys", "operators:keys", "Print the public keys that check the bank's signatures."),
):
    program.add_command(later)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code. `argv` is without the program's name."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal whose encoding lacks a letter must not end a command half way.
            stream.reconfigure(errors="backslashreplace")
    try:
        with _stoppable():
            code = _completed() if COMPLETION in os.environ else _run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        return EXIT_REFUSED
    except KeyboardInterrupt:
        _say("Interrupted; no partial work was left.")
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


def _completed() -> int:
    """Answer the shell, which asks through the environment what could be typed next."""
    from click.shell_completion import shell_complete  # noqa: PLC0415 - no other command needs it

    return shell_complete(program, {}, "auditdesk", COMPLETION, os.environ[COMPLETION])


def _run(words: list[str]) -> int:
    try:
        with program.make_context("auditdesk", words) as context:
            return cast("int", program.invoke(context))
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as misuse:
        _say(f"{misuse.format_message()}\nTry: {_path_of(misuse.ctx)} --help")
        return EXIT_MISUSED
    except click.ClickException as misuse:
        _say(misuse.format_message())
        return EXIT_MISUSED
    except AuditdeskError as error:
        _record(error)
        _say(str(error))
        return EXIT_REFUSED
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence: a bug is told, never its data
        return _stumbled(words, error)


def _stumbled(words: Sequence[str], error: Exception) -> int:
    """Tell of a bug, unless a word is no UTF-8. A file's name need not be, so none is looked at before."""
    if isinstance(error, UnicodeEncodeError) and not all(map(is_text, words)):
        _say(NO_TEXT)
        return EXIT_MISUSED
    _record(error)
    _say_bug(error)
    return EXIT_REFUSED


def _path_of(context: click.Context | None) -> str:
    """The words to type before --help: the sub-command's path, or `auditdesk` where none was named."""
    if context is None or (context.parent is not None and hasattr(context.parent, "arg0")):
        return "auditdesk"
    return context.command_path


def _record(error: Exception) -> None:
    """Keep a bug, or a fault of the environment, in the log of them."""
    from auditdesk.bootstrap import error_log  # noqa: PLC0415 - imports all layers, and few commands fail

    error_log().record(error)


def _say(sentence: str) -> None:
    with suppress(BrokenPipeError):
        warn(sentence)


def _say_bug(error: Exception) -> None:
    """Print a bug's type and traceback, without its message, which may quote personal data."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    _say(f"This is a bug in auditdesk ({type(error).__name__}). The books are as they were before.\n{frames}")


def _silence_stdout() -> None:
    """Redirect standard output to the null device: its reader has gone, and the last flush must not fail."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
