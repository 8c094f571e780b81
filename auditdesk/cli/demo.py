"""Sub-command demo: a bank with years of history, made once and reopened after."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from auditdesk.bootstrap import default_demo_path, make_demo
from auditdesk.cli.terminal import TerminalProgress, say
from auditdesk.cli.window import open_window
from auditdesk.demo.bank import OPERATOR, PASSPHRASE


def run(arguments: Namespace) -> int:
    """Make the demo bank where there is none yet, then open it, unless only making was asked for."""
    path = Path(arguments.workspace).expanduser() if arguments.workspace else default_demo_path()
    make_demo(path, progress=TerminalProgress())
    say(f"The demo bank is at {path}; the operator is {OPERATOR}, the passphrase {PASSPHRASE}.")
    return 0 if arguments.no_window else open_window(str(path))
