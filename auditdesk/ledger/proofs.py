"""What the ledger proves about itself: roots, proofs, and the checkpoints that are kept in it.

A proof is only as good as the checkpoint it is held against: whoever can write the file can write the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import select, tuple_

from auditdesk.domain.errors import LedgerDamaged
from auditdesk.ledger import batch as appending
from auditdesk.ledger import schema
from auditdesk.ledger.backends.integrity import PageCheck
from auditdesk.ledger.log import Reading
from auditdesk.ledger.rows import fetch
from auditdesk.ledger.tree import node_reader
from auditdesk.proof.merkle import Frontier, Node, Tree

PAGE_ROWS: Final = 5_000
_nodes = schema.tree_nodes.c
_checkpoints = schema.checkpoints.c


class CheckpointRow(NamedTuple):
    """A checkpoint as it is kept: events under the root, the root (32 bytes), the signed note."""

    size: int
    root: bytes
    note: str


class Proving(Reading):
    """The proving half of the ledger. Sizes count events from the first; every call sees one state."""

    def root(self, size: int | None = None) -> bytes:
        """The Merkle root over the first `size` events, by default all. Raises `ProofError`."""
        with self.view() as connection:
            end = appending.read_head(connection).position if size is None else size
            return Tree(end, node_reader(connection)).root()

    def frontier(self, size: int) -> Frontier:
        """The right edge of the tree of the first `size` events. Raises `ProofError`."""
        with self.view() as connection:
            return Frontier.load(size, node_reader(connection))

    def inclusion_proof(self, position: int, size: int) -> list[bytes]:
        """That the event at `position` is among the first `size`. Raises `ProofError`."""
        with self.view() as connection:
            return Tree(size, node_reader(connection)).inclusion_proof(position - 1)

    def consistency_proof(self, old_size: int, size: int) -> list[bytes]:
        """That the first `size` events begin with the first `old_size`. Raises `ProofError`."""
        with self.view() as connection:
            return Tree(size, node_reader(connection)).consistency_proof(old_size)

    def tree_nodes(self) -> Iterator[Node]:
        """The inner nodes that are kept, by level and index."""
        at = (-1, -1)
        query = select(schema.tree_nodes).order_by(_nodes.level, _nodes["index"]).limit(PAGE_ROWS)
        while True:
            with self.view() as connection:
                rows = fetch(connection, query.where(tuple_(_nodes.level, _nodes["index"]) > tuple_(*at)))
            for level, index, value in rows:
                yield Node(level, index, value)
            if len(rows) < PAGE_ROWS:
                return
            at = rows[-1][:2]

    def check_pages(self) -> PageCheck:
        """Begin to look at every page and index of the file."""
        return PageCheck(self._engine)

    def checkpoints(self) -> list[CheckpointRow]:
        """The checkpoints that are kept, the smallest first."""
        query = select(schema.checkpoints).order_by(_checkpoints.size)
        with self.view() as connection:
            return [_checkpoint(row) for row in fetch(connection, query)]

    def newest_checkpoint(self) -> CheckpointRow | None:
        """The checkpoint over the most events."""
        query = select(schema.checkpoints).order_by(_checkpoints.size.desc()).limit(1)
        with self.view() as connection:
            rows = fetch(connection, query)
        return _checkpoint(rows[0]) if rows else None


def _checkpoint(row: tuple[Any, ...]) -> CheckpointRow:
    """A row of the table; a damaged page yields anything, NULL too where the column can't hold it."""
    size, root, note = row
    if type(size) is not int or type(root) is not bytes or type(note) is not str:
        raise LedgerDamaged("A checkpoint in the ledger is damaged.", "Verify the ledger.")
    return CheckpointRow(size, root, note)
