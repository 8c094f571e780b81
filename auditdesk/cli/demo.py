"""Sub-command demo: a bank with years of history, made once and reopened after."""

from __future__ import annotations

from pathlib import Path

from auditdesk.bootstrap import default_demo_path, make_demo
from auditdesk.cli.grammar import FOLDER, argument, subcommand, switch
from auditdesk.cli.window import NO_WINDOW, open_window
from auditdesk.cli.words import TerminalProgress, say
from auditdesk.demo.bank import OPERATOR, PASSPHRASE


@subcommand("demo")
@argument("workspace", "[WORKSPACE]", "The folder of the demo bank.", required=False, kind=FOLDER)
@switch("--no-window", "Make it without opening the window.")
def demo(workspace: Path | None, *, no_window: bool) -> int:
    """Make the demo bank where there is none yet, and open it, unless only making was asked for.

    The window makes it, and shows how far it is; the terminal does where there can be no window.
    """
    path = workspace or default_demo_path()
    where = f"The demo bank is at {path}; the operator is {OPERATOR}, the passphrase {PASSPHRASE}."
    code = 0
    if not no_window:
        say(where)
        code = open_window(str(path), demo=True)
        if code != NO_WINDOW:
            return code
    make_demo(path, progress=TerminalProgress())
    if no_window:
        say(where)
    return code
