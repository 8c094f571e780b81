"""Opening the window from the command line; Qt is imported only once it is opened."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Final, cast

import click

from auditdesk.cli import grammar
from auditdesk.cli.grammar import argument, subcommand
from auditdesk.cli.terminal import Misused
from auditdesk.cli.words import warn
from auditdesk.desktop.shell import app
from auditdesk.services.workspace.workspace import LEDGER_FILE

NO_WINDOW: Final = app.NO_WINDOW


@subcommand("open", epilog="Without a workspace the window shows those that were opened last.")
@argument(
    "workspace",
    "[WORKSPACE]",
    "The folder that holds ledger.db and vault.db.",
    required=False,
    kind=click.Path(file_okay=False),
)
@click.pass_context
def open_(context: click.Context, workspace: str | None) -> int:
    """Open the window; exit code 1 where there is no workspace, 2 where there is no screen."""
    if grammar.OPERATOR in context.meta:
        raise Misused("--as is for commands; the window asks who you are.")
    return open_window(workspace or "")


def _nearest(word: str) -> str:
    program = cast("click.Group", click.get_current_context().find_root().command)
    near = get_close_matches(word, program.commands, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def open_window(workspace: str, *, demo: bool = False) -> int:
    """Open the window on a workspace, or on the list of recent ones where it is empty.

    `demo` makes the demo bank there first. `NO_WINDOW` where there is no screen, or a library is missing.
    """
    path = Path(workspace).expanduser() if workspace else None
    if path is not None and not demo and not (path / LEDGER_FILE).exists():
        warn(f"{workspace} is neither a workspace nor a command.{_nearest(workspace)}\nTry: auditdesk --help")
        return 1
    return app.show(path, demo=demo)
