"""Sub-command forget: a preview, the typed number, the outcome."""

from __future__ import annotations

from pathlib import Path

from auditdesk.cli.grammar import argument, file, on_workspace, subcommand, switch, text
from auditdesk.cli.terminal import confirmed, opened_session
from auditdesk.cli.words import printable, say, warn
from auditdesk.services.files.places import place_of
from auditdesk.services.privacy.forgetting import Erasure, ErasurePreview, Forgetting, NotForgotten, Step


@subcommand("forget")
@on_workspace
@argument("customer", "CUSTOMER", "The customer's number or reference.")
@text("--reason", "TEXT", "Kept for good; must not name the person.", required=True)
@switch("--yes", "Don't ask for the customer's number again.")
@file("--certificate", "Where a signed certificate goes.")
def forget(workspace: Path, customer: str, reason: str, certificate: Path | None, *, yes: bool) -> int:
    """Forget the customer, once confirmed; exit code 1 where it was not confirmed."""
    with opened_session(workspace, "needed") as session:
        place = place_of(certificate) if certificate else None
        preview = session.forgetting.preview(customer)
        number = preview.customer.number
        if preview.refusal is None and preview.customer.forgotten_at_us is None:
            _tell(preview)
            if not yes and not confirmed("This can't be undone.", number, "customer's number"):
                warn("That is not the customer's number; nobody was forgotten.")
                return 1
        erasure = _forgotten(session.forgetting, number, reason)
        _tell_outcome(erasure)
        if place is not None:
            session.certificates.save(number, place)
            say(f"certificate: {certificate}")
    return 0


def _forgotten(forgetting: Forgetting, number: str, reason: str) -> Erasure:
    """The erasure. Raises `NotForgotten` for an interrupt too, once it was asked for in the log."""
    done: list[Step] = []
    try:
        return forgetting.forget(number, reason, on_step=done.append)
    except KeyboardInterrupt as interrupt:
        if not done or "recorded" in done:
            raise
        raise NotForgotten.half_way(number, "it was interrupted.") from interrupt


def _tell(preview: ErasurePreview) -> None:
    accounts = ", ".join(account.number for account in preview.accounts) or "none"
    say(f"Forgetting {preview.customer.number} destroys the key to:")
    say(f"  {preview.sealed_events} events and {preview.snapshots} snapshots; accounts: {accounts}")
    for export in preview.exports:
        say(f"  not reached: a report ({export.report}, {export.rows} rows) that was exported in the clear")
    for kept in preview.kept:
        say(f"  kept: {printable(kept)}")


def _tell_outcome(erasure: Erasure) -> None:
    already = "had been forgotten already: " if erasure.already else ""
    say(
        f"{erasure.customer} {already}erased {erasure.erased_on.isoformat()}, key {erasure.key_id} is gone, "
        f"{erasure.sealed_events} events on {len(erasure.accounts) or 'no'} accounts can't be read again."
    )
