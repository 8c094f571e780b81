"""The Merkle tree and the checkpoints against the leaves of one pass over the log.

An event whose row no longer fits its leaf is named by that; here the recorded leaves are chained again, so
that leaves, nodes and checkpoints which were rewritten together still fail against the next one outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from auditdesk.domain.errors import AuditdeskError, ProofError
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import CheckpointRow, Ledger
from auditdesk.proof.checkpoint import Checkpoint
from auditdesk.proof.merkle import EMPTY_FRONTIER, EMPTY_ROOT, Frontier, Node
from auditdesk.services.evidence.signing import believed_checkpoint
from auditdesk.services.verification.findings import Finding, Kind, Tell
from auditdesk.vault.vault import Vault

LEAVES_AT_ONCE: Final = 4_096


class Claim(NamedTuple):
    """A root that is claimed for the first `size` events, and who claims it, in words."""

    size: int
    root: bytes
    what: str
    kind: Kind


class OutsideClaims(NamedTuple):
    """Roots claimed outside the ledger; `trouble` says why there may be fewer than were kept."""

    claims: tuple[Claim, ...]
    trouble: str


def outer_claims(vault: Vault | None, anchors: Sequence[Checkpoint]) -> OutsideClaims:
    """The claims of the vault's newest checkpoint and of the given anchors."""
    claims = [
        Claim(anchor.size, anchor.root, f"the anchor over {anchor.size} events", "anchor_differs")
        for anchor in anchors
    ]
    try:
        kept = vault.newest_checkpoint() if vault else None
        if vault is not None and kept is not None:
            outer = believed_checkpoint(vault, kept.note.encode())
            what = f"the vault's checkpoint over {outer.size} events"
            claims.append(Claim(outer.size, outer.root, what, "checkpoint_differs"))
    except AuditdeskError as error:
        return OutsideClaims(
            tuple(claims), f"The vault's newest checkpoint can't be verified: {error.message}"
        )
    return OutsideClaims(tuple(claims), "")


def claims_of(ledger: Ledger, vault: Vault | None, outer: OutsideClaims, report: Tell) -> list[Claim]:
    """All claims: those from outside, and those of the checkpoints in the ledger."""
    claims = list(outer.claims)
    if outer.trouble:
        _found(report, "checkpoint_differs", outer.trouble)
    try:
        for row in ledger.tree.checkpoints():
            if vault is None or _is_believed(vault, row, report):
                what = f"the ledger's checkpoint over {row.size} events"
                claims.append(Claim(row.size, row.root, what, "checkpoint_differs"))
    except AuditdeskError as error:
        _found(report, "unreadable", f"The checkpoints can't be read: {error.message}")
    return claims


class TreeCheck:
    """Rebuilds the tree from the leaves of the log, and compares nodes and claimed roots as they pass."""

    def __init__(
        self, ledger: Ledger, claims: Sequence[Claim], report: Tell, frontier: Frontier = EMPTY_FRONTIER
    ) -> None:
        self._ledger = ledger
        self._report = report
        self._frontier = frontier
        self._base = frontier.size
        self.claims = len(claims)
        self._claims = sorted(claim for claim in claims if claim.size >= frontier.size)
        self._waiting: list[bytes] = []
        self._nodes: list[Node] = []
        self._whole = True
        self._agreed = frontier.size
        self._differs = False
        self._next = frontier.size + 1
        self._stop = 0
        self._settle()

    @property
    def root(self) -> bytes:
        """The root over what has passed."""
        return self._frontier.extended(self._waiting).frontier.root()

    def see(self, envelope: Envelope) -> None:
        """Take the next leaf. A gap, or what is no hash, ends the check: it is named where it is found."""
        if envelope.position != self._next or type(envelope.leaf_hash) is not bytes:
            self._whole = False
            self._next = -1
            return
        self._next += 1
        self._waiting.append(envelope.leaf_hash)
        if len(self._waiting) == LEAVES_AT_ONCE or envelope.position == self._stop:
            self._settle()

    def compare(self) -> None:
        """Compare the nodes that are kept, and the claims about more events than there are."""
        self._settle()
        size = self._frontier.size
        if not self._whole:
            return
        for claim in self._claims:
            if claim.size > size:
                missing = claim.size - size
                _found(
                    self._report,
                    "log_truncated",
                    f"The log ends at {size}, but {claim.what} is signed: the last {missing} are missing.",
                )
        try:
            self._compare_nodes()
        except AuditdeskError as error:
            _found(self._report, "unreadable", f"The tree can't be read: {error.message}")

    def _settle(self) -> None:
        growth = self._frontier.extended(self._waiting)
        self._waiting.clear()
        self._frontier = growth.frontier
        self._nodes += growth.nodes
        while self._claims and self._claims[0].size <= self._frontier.size:
            self._judge(self._claims.pop(0))
        self._stop = self._claims[0].size if self._claims else 0

    def _judge(self, claim: Claim) -> None:
        """The first claim that fails bounds where the past was altered; those after it fail with it."""
        root = self._frontier.root() if claim.size else EMPTY_ROOT
        if root == claim.root:
            self._agreed = claim.size
        elif not self._differs:
            self._differs = True
            first = self._agreed + 1
            sentence = f"Events {first} to {claim.size} do not match {claim.what}."
            self._report(Finding(claim.kind, "", claim.size, sentence))

    def _compare_nodes(self) -> None:
        found = {
            (node.level, node.index): node.hash
            for node in self._ledger.tree.nodes()
            if (node.index + 1) << node.level > self._base
        }
        for node in self._nodes:
            kept = found.pop((node.level, node.index), None)
            if kept != node.hash:
                first, last = (node.index << node.level) + 1, (node.index + 1) << node.level
                how = "is missing" if kept is None else "is not over these events"
                sentence = f"The tree's node over the events {first} to {last} {how}."
                self._report(Finding("tree_differs", "", first, sentence))
        for level, index in sorted(found):
            sentence = f"The tree has a node {index} of level {level} that is over no events."
            _found(self._report, "tree_differs", sentence)


def _is_believed(vault: Vault, row: CheckpointRow, report: Tell) -> bool:
    try:
        believed = believed_checkpoint(vault, row.note.encode())
    except ProofError as error:
        sentence = f"The ledger's checkpoint over {row.size} events can't be verified: {error.message}"
    else:
        if (believed.size, believed.root) == (row.size, row.root):
            return True
        sentence = f"The ledger's checkpoint over {row.size} events does not say what was signed."
    report(Finding("checkpoint_differs", "", row.size, sentence))
    return False


def _found(report: Tell, kind: Kind, sentence: str) -> None:
    report(Finding(kind, "", 0, sentence))
