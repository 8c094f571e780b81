"""Quick checks when a workspace opens, enough to refuse to add to a past that was changed."""

from __future__ import annotations

from auditdesk.domain.errors import AuditdeskError
from auditdesk.domain.instants import day_of
from auditdesk.ledger.ledger import Ledger
from auditdesk.proof.checkpoint import parse_text
from auditdesk.proof.signed_note import parse_note
from auditdesk.services.evidence.checkpoints import check_continues
from auditdesk.services.evidence.signing import believed_checkpoint
from auditdesk.vault.vault import Vault


def examine(ledger: Ledger, vault: Vault | None) -> None:
    """Distrust the ledger, with the reason, unless triggers, checkpoints and the last verification are well.

    The checkpoint in the vault is believed by its signature; without a vault the ledger's own must do.
    """
    for check in (_examine_outer, _examine_inner, _examine_shape, _examine_last_verification):
        try:
            check(ledger, vault)
        except AuditdeskError as error:
            ledger.distrust(str(error))


def _examine_outer(ledger: Ledger, vault: Vault | None) -> None:
    kept = vault.newest_checkpoint() if vault else None
    if vault is not None and kept is not None:
        check_continues(ledger, believed_checkpoint(vault, kept.note.encode()), "checkpoint")


def _examine_inner(ledger: Ledger, vault: Vault | None) -> None:
    kept = ledger.tree.newest_checkpoint()
    if kept is None:
        return
    raw = kept.note.encode()
    believed = parse_text(parse_note(raw).text) if vault is None else believed_checkpoint(vault, raw)
    check_continues(ledger, believed, "checkpoint")


def _examine_shape(ledger: Ledger, vault: Vault | None) -> None:  # noqa: ARG001 - one of several checks
    differences = ledger.schema_differences()
    if differences:
        ledger.distrust(
            "ALARM: the schema that keeps the log append-only was changed from outside. "
            f"{' '.join(differences[:3])} Restore the last backup, or verify to see what else was done."
        )


def _examine_last_verification(ledger: Ledger, vault: Vault | None) -> None:
    last = vault.last_verification() if vault else None
    if last is not None and last.damage:
        day = day_of(last.verified_at_us).isoformat()
        found = f"The last verification ({day}) found damage: {last.damage}"
        ledger.distrust(f"{found} Verify again, or restore the last backup.")
