"""Sub-commands that make and fill a workspace: init, import."""

from __future__ import annotations

from pathlib import Path

from auditdesk.bootstrap import create_workspace
from auditdesk.cli.grammar import FOLDER, argument, file, on_workspace, subcommand, text
from auditdesk.cli.terminal import opened_session, read_passphrase
from auditdesk.cli.words import TerminalProgress, printable, say
from auditdesk.services.importing.summary import ImportSummary


@subcommand("init")
@argument("workspace", "WORKSPACE", "The folder to make.", kind=FOLDER)
@text("--bank", "NAME", "The bank's name.", required=True)
@text("--operator", "NAME", "The first operator's name.", required=True)
def init(workspace: Path, bank: str, operator: str) -> int:
    """Make the workspace."""
    passphrase = read_passphrase(f"A passphrase for {operator}: ", twice=True)
    create_workspace(workspace, bank=bank, operator=operator, passphrase=passphrase).close()
    say(f"Made {workspace}. Without the passphrase or vault.db all personal data is lost: keep copies apart.")
    return 0


@subcommand("import", epilog="Everything is imported, or nothing; the same files again add nothing.")
@on_workspace
@argument("folder", "FOLDER", "The folder that holds the files.", kind=FOLDER)
@file("--rejects", "The file to write rejected rows to.")
def import_(workspace: Path, folder: Path, rejects: Path | None) -> int:
    """Import the files and say what became of each row."""
    with opened_session(workspace, "needed") as session:
        summary = session.importer.run(folder, rejects=rejects, progress=TerminalProgress())
    _tell(summary, rejects)
    return 0


def _tell(summary: ImportSummary, rejects: Path | None) -> None:
    for name, read in summary.files.items():
        say(
            f"{name}: {read.read} rows read = {read.booked} booked + {read.rejected} rejected "
            f"+ {read.already_there} already there"
        )
        if read.unknown_columns:
            say(f"{name}: left out the unknown columns {', '.join(map(printable, read.unknown_columns))}")
    for reject in summary.reasons:
        say(f"rejected: {reject.file} line {reject.line}: {printable(reject.reason)}")
    if summary.rows_rejected:
        where = f"they are in {rejects}" if rejects else "--rejects FILE keeps them"
        say(f"{summary.rows_rejected} rows were rejected; {where}.")
