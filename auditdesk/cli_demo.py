"""Sub-command demo: a bank with years of history, made once and reopened after."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from auditdesk.cli_frame import TerminalProgress, say
from auditdesk.cli_window import open_window
from auditdesk.services.books import system_clock
from auditdesk.services.demo import default_demo_path, make_demo


def run(arguments: Namespace) -> int:
    """Make the demo bank where there is none yet, then open it, unless only making was asked for."""
    path = Path(arguments.workspace).expanduser() if arguments.workspace else default_demo_path()
    if not path.exists():
        make_demo(path, clock=system_clock, progress=TerminalProgress())
    say(f"The demo bank is at {path}; the operator is ana, the passphrase demo.")
    return 0 if arguments.no_window else open_window(str(path))
