"""Sub-commands backup and restore."""

from __future__ import annotations

from pathlib import Path

import click

from auditdesk.cli.grammar import FOLDER, argument, file, on_workspace, subcommand, switch
from auditdesk.cli.terminal import opened_session
from auditdesk.cli.words import TerminalProgress, say
from auditdesk.services.upkeep.restore import restore


@subcommand("backup")
@on_workspace
@argument("folder", "FOLDER", "The folder to make.", kind=FOLDER)
@click.option(
    "--keep-vault",
    metavar="DAYS",
    type=int,
    default=30,
    help="When the vault's copy expires; 30 if left out.",
)
def backup(workspace: Path, folder: Path, keep_vault: int) -> int:
    """Make a backup and say what it holds."""
    with opened_session(workspace, "wanted") as session:
        made = session.backup.run(folder, keep_vault_days=keep_vault, progress=TerminalProgress())
    say(f"{made.folder}: {made.events} events, verified")
    if made.vault_folder is None or made.vault_expires_on is None:
        say("There was no vault to copy.")
    else:
        say(f"vault: {made.vault_folder}; keep it apart, and destroy it by {made.vault_expires_on}")
    return 0


@subcommand("restore")
@argument("folder", "FOLDER", "The backup.", kind=FOLDER)
@argument("workspace", "WORKSPACE", "The folder to make.", kind=FOLDER)
@file("--certificate", "An erasure since the backup, to be applied again; may be repeated.", multiple=True)
@switch("--expired-vault", "Use a vault's copy that has expired.")
def restore_(folder: Path, workspace: Path, certificate: tuple[Path, ...], *, expired_vault: bool) -> int:
    """Make a workspace from a backup, and say what it holds and who was erased again."""
    made = restore(
        folder,
        workspace,
        certificates=list(certificate),
        expired_vault=expired_vault,
        progress=TerminalProgress(),
    )
    say(f"{made.path}: {made.events} events, verified")
    for customer in made.erased_again:
        say(f"erased again: {customer}")
    if not made.vault_present:
        say("The backup holds no vault: personal data reads as redacted, nothing can be written.")
    return 0
