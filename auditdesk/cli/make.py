"""Sub-commands that make and fill a workspace: init, import."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from auditdesk.bootstrap import create_workspace
from auditdesk.cli.terminal import TerminalProgress, opened_session, read_passphrase, say
from auditdesk.services.importing.summary import ImportSummary


def run(arguments: Namespace) -> int:
    """Carry the command out; returns the exit code."""
    return _init(arguments) if arguments.command == "init" else _import(arguments)


def _init(arguments: Namespace) -> int:
    path = Path(arguments.workspace).expanduser()
    passphrase = read_passphrase(f"A passphrase for {arguments.operator}: ", twice=True)
    create_workspace(path, bank=arguments.bank, operator=arguments.operator, passphrase=passphrase).close()
    say(
        f"Made {path}. Whoever loses the passphrase, or vault.db, loses all personal data: keep copies apart."
    )
    return 0


def _import(arguments: Namespace) -> int:
    rejects = Path(arguments.rejects).expanduser() if arguments.rejects else None
    with opened_session(arguments, "needed") as session:
        summary = session.importer.run(
            Path(arguments.folder).expanduser(), rejects=rejects, progress=TerminalProgress()
        )
    _tell(summary, arguments.rejects)
    return 0


def _tell(summary: ImportSummary, rejects: str) -> None:
    for name, file in summary.files.items():
        say(
            f"{name}: {file.read} rows read = {file.booked} booked + {file.rejected} rejected "
            f"+ {file.already_there} already there"
        )
        if file.unknown_columns:
            say(f"{name}: left out the unknown columns {', '.join(file.unknown_columns)}")
    for reject in summary.reasons:
        say(f"rejected: {reject.file} line {reject.line}: {reject.reason}")
    if summary.rows_rejected:
        where = f"they are in {rejects}" if rejects else "--rejects FILE keeps them"
        say(f"{summary.rows_rejected} rows were rejected; {where}.")
