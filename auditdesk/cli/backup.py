"""Sub-commands backup and restore."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from auditdesk.cli.terminal import TerminalProgress, opened_session, say
from auditdesk.services.upkeep.restore import restore


def run(arguments: Namespace) -> int:
    """Make a backup, or a workspace from one, and say what it holds."""
    return _back_up(arguments) if arguments.command == "backup" else _restore(arguments)


def _back_up(arguments: Namespace) -> int:
    with opened_session(arguments, "if_at_hand") as session:
        made = session.backup.run(
            Path(arguments.folder), keep_vault_days=arguments.keep_vault, progress=TerminalProgress()
        )
    say(f"{made.folder}: {made.events} events, verified")
    if made.vault_folder is None or made.vault_expires_on is None:
        say("There was no vault to copy.")
    else:
        say(f"vault: {made.vault_folder}; keep it apart, and destroy it by {made.vault_expires_on}")
    return 0


def _restore(arguments: Namespace) -> int:
    made = restore(
        Path(arguments.folder),
        Path(arguments.workspace),
        certificates=[Path(file) for file in arguments.certificate],
        expired_vault=arguments.expired_vault,
        progress=TerminalProgress(),
    )
    say(f"{made.path}: {made.events} events, verified")
    for customer in made.erased_again:
        say(f"erased again: {customer}")
    if not made.vault_present:
        say("The backup holds no vault: personal data reads as redacted, nothing can be written.")
    return 0
