"""Checkpoints: signed statements of how many events the log has and what their Merkle root is.

Each is kept in the ledger, and the newest outside it, in the vault; an anchor is one in a file of its own,
wherever the bank likes to keep it. A tree that does not continue the last checkpoint is never signed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from auditdesk.domain.errors import ProofError, VaultMissing
from auditdesk.domain.instants import day_of
from auditdesk.domain.roles import CHECKPOINT
from auditdesk.ledger.ledger import CheckpointRow, Ledger
from auditdesk.proof.checkpoint import Checkpoint
from auditdesk.proof.merkle import EMPTY_ROOT, verify_consistency
from auditdesk.proof.signed_note import MAX_NOTE_BYTES
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.permission import check_permission
from auditdesk.services.evidence.signing import believed_checkpoint, signed_checkpoint
from auditdesk.services.files.atomic import file_faults, save_file
from auditdesk.services.files.places import place_of
from auditdesk.vault.vault import Vault

__all__ = ["CheckpointRow", "Checkpoints", "check_continues", "read_note"]

RESTORE: Final = "Restore the last backup, and keep this file: it shows what was done."


class Checkpoints:
    """Signs, keeps and compares checkpoints for one operator."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    def newest(self) -> CheckpointRow | None:
        """The newest that the ledger keeps, as it is kept: not to be believed before it is opened."""
        return self._ledger.tree.newest_checkpoint()

    def make(self) -> CheckpointRow:
        """Sign the log as it is now; where the newest checkpoint already covers all of it, that one.

        Raises `VaultLocked`, `LedgerReadOnly`, and `ProofError` (`log_truncated`, `log_altered`, …) where
        the log does not continue its last checkpoint: then nothing is signed.
        """
        check_permission(self._context, CHECKPOINT)
        self._context.check_writable()
        vault = self._vault()
        kept = vault.newest_checkpoint()
        with self._ledger.view():
            head, inner = self._ledger.log.head(), self._ledger.tree.newest_checkpoint()
            root = self._ledger.tree.root(head.position)
            for raw in (kept.note if kept else "", inner.note if inner else ""):
                if raw:
                    check_continues(self._ledger, believed_checkpoint(vault, raw.encode()), "checkpoint")
        if kept is not None and inner is not None and kept.size == inner.size == head.position:
            return inner
        note = signed_checkpoint(self._context, head.position, root).decode()
        vault.keep_checkpoint(note, head.position)
        made = CheckpointRow(head.position, root, note)
        self._ledger.tree.keep_checkpoint(made)
        return made

    def is_due(self) -> bool:
        """True if events were recorded since the newest checkpoint."""
        newest = self.newest()
        return self._ledger.log.head().position > (newest.size if newest else 0)

    def is_day_closed(self) -> bool:
        """True if the last event is from a day that is over, and no checkpoint covers it yet."""
        head = self._ledger.log.head()
        return day_of(head.recorded_at_us) < day_of(self._context.clock()) and self.is_due()

    def save_anchor(self, out: Path) -> CheckpointRow:
        """Sign the log as it is now and write the checkpoint to a file to be kept elsewhere.

        Raises as `make`, `Refused` (`out_is_ledger`), and the `Fault` of a place that can't be written.
        """
        place = place_of(out)
        made = self.make()
        save_file(place, made.note.encode())
        return made

    def check_anchor(self, file: Path) -> Checkpoint:
        """Compare the log with a checkpoint that was kept elsewhere.

        Raises `ProofError`: as for any signed note, and `log_truncated` or `log_altered`, after which the
        ledger is read-only; the `Fault` of a file that can't be read.
        """
        anchor = self.read_anchor(file)
        try:
            check_continues(self._ledger, anchor, "anchor")
        except ProofError as error:
            self._ledger.distrust(str(error))
            raise
        return anchor

    def read_anchor(self, file: Path) -> Checkpoint:
        """Read a checkpoint that was kept elsewhere, and believe it if a key of the vault signed it.

        Raises `ProofError` as for any signed note, and the `Fault` of a file that can't be read.
        """
        return believed_checkpoint(self._vault(), read_note(file))

    def _vault(self) -> Vault:
        if self._context.vault is None:
            raise VaultMissing("The vault, which knows the signing keys, is missing.", "Put it back.")
        return self._context.vault


def read_note(file: Path) -> bytes:
    """The bytes of a file that holds a signed note. Raises `ProofError` `note_form`, and `Fault`s."""
    file = file.expanduser()
    with file_faults(file), file.open("rb") as opened:
        raw = opened.read(MAX_NOTE_BYTES + 1)
    if len(raw) > MAX_NOTE_BYTES:
        raise ProofError("note_form", f"{file.name} is too large to be a checkpoint.")
    return raw


def check_continues(ledger: Ledger, checkpoint: Checkpoint, what: str) -> None:
    """Raise `ProofError` unless the log begins with exactly the events under a believed checkpoint.

    `log_truncated`: there are fewer; `log_altered`: they are others, or the tree over them is damaged.
    """
    with ledger.view():
        size = ledger.log.head().position
        if size < checkpoint.size:
            raise ProofError(
                "log_truncated",
                f"The log has {size} events, but a {what} over {checkpoint.size} was signed: "
                f"the last {checkpoint.size - size} are missing.",
                "The log was truncated, or the file was copied without its -wal. " + RESTORE,
            )
        try:
            _compare(ledger, checkpoint, size)
        except ProofError as error:
            raise ProofError(
                "log_altered",
                f"The log's first {checkpoint.size} events are not those under the signed {what}.",
                RESTORE,
            ) from error


def _compare(ledger: Ledger, checkpoint: Checkpoint, size: int) -> None:
    if checkpoint.size == 0:
        if checkpoint.root != EMPTY_ROOT:
            raise ProofError("roots_differ", "An empty log has another root.")
        return
    proof = ledger.tree.consistency_proof(checkpoint.size, size)
    verify_consistency(checkpoint.size, size, proof, checkpoint.root, ledger.tree.root(size))
