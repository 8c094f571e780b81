"""The trust in a ledger (verified, unverified, damaged), stated beside every report."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from auditdesk.domain.errors import ProofError
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.reports.cells import instant

UNVERIFIED: Final = "UNVERIFIED"


class LedgerTrust(NamedTuple):
    """The trust in a ledger: `damaged`, and the statement for its reports."""

    damaged: bool
    document: dict[str, Any]


def standing_of(context: OperatorContext, size: int) -> LedgerTrust:
    """The standing of the log's first `size` events.

    The document has `state` (`UNVERIFIED`, `not verified yet` or `nothing found`), `why`, the Merkle root,
    the size of the newest checkpoint, and up to which event and when it was verified last.
    """
    ledger = context.ledger
    damage = " ".join(ledger.damage)
    root = ""
    try:
        root = ledger.tree.root(size).hex()
    except ProofError as error:
        damage = damage or str(error)
    newest = ledger.tree.newest_checkpoint()
    last = context.vault.last_verification() if context.vault else None
    state = UNVERIFIED if damage else "nothing found" if last else "not verified yet"
    return LedgerTrust(
        bool(damage),
        {
            "state": state,
            "why": damage,
            "events": size,
            "merkle_root": root,
            "checkpoint": newest.size if newest else None,
            "verified_to": last.size if last else None,
            "verified_at": instant(last.verified_at_us) if last else None,
        },
    )
