"""Sub-command forget: a preview, the typed number, the outcome."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from auditdesk.cli.terminal import Misused, opened_session, say, warn
from auditdesk.services.files.places import place_of
from auditdesk.services.privacy.forgetting import Erasure, ErasurePreview


def run(arguments: Namespace) -> int:
    """Forget the customer, once confirmed; exit code 1 where it was not confirmed."""
    with opened_session(arguments, "needed") as session:
        certificate = place_of(Path(arguments.certificate)) if arguments.certificate else None
        preview = session.forgetting.preview(arguments.customer)
        number = preview.customer.number
        if preview.refusal is None and preview.customer.forgotten_at_us is None:
            _tell(preview)
            if not arguments.yes and not _confirmed(number):
                warn("That is not the customer's number; nobody was forgotten.")
                return 1
        erasure = session.forgetting.forget(number, arguments.reason)
        _tell_outcome(erasure)
        if certificate is not None:
            session.certificates.save(number, certificate)
            say(f"certificate: {arguments.certificate}")
    return 0


def _confirmed(number: str) -> bool:
    if not sys.stdin.isatty():
        raise Misused("There is no terminal to type the customer's number at; confirm with --yes.")
    sys.stdout.write(f"This can't be undone. Type {number} to go on: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip() == number


def _tell(preview: ErasurePreview) -> None:
    accounts = ", ".join(account.number for account in preview.accounts) or "none"
    say(f"Forgetting {preview.customer.number} destroys the key to:")
    say(f"  {preview.sealed_events} events and {preview.snapshots} snapshots; accounts: {accounts}")
    for export in preview.exports:
        say(f"  not reached: a report ({export.report}, {export.rows} rows) that was exported in the clear")
    for kept in preview.kept:
        say(f"  kept: {kept}")


def _tell_outcome(erasure: Erasure) -> None:
    already = "had been forgotten already: " if erasure.already else ""
    say(
        f"{erasure.customer} {already}erased {erasure.erased_on.isoformat()}, key {erasure.key_id} is gone, "
        f"{erasure.sealed_events} events on {len(erasure.accounts) or 'no'} accounts can't be read again."
    )
