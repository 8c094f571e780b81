"""The Merkle tree of the log: what the ledger proves about itself, and the checkpoints kept in it.

Inner nodes are kept at levels 8, 16 and 24, the leaves in their events. An append costs the tree nothing
until it completes a node: then the 256 hashes below it are read and hashed, which is one leaf read and one
hash an event. Everything between is hashed again when a proof asks.

A proof is only as good as the checkpoint it is held against: whoever can write the file can write the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, tuple_

from auditdesk.domain.errors import LedgerDamaged
from auditdesk.ledger import schema
from auditdesk.ledger.backends.dialects import insert_many
from auditdesk.ledger.database import Database
from auditdesk.ledger.log import read_head
from auditdesk.ledger.rows import PAGE_ROWS, fetch, require_columns
from auditdesk.ledger.statements import Prepared
from auditdesk.proof.merkle import (
    FAN_OUT,
    FAN_OUT_BITS,
    KEPT_LEVELS,
    Frontier,
    Node,
    ReadNodes,
    Tree,
    complete_node,
)

_events = schema.events.c
_nodes = schema.tree_nodes.c
_checkpoints = schema.checkpoints.c

_LEAVES = Prepared(
    select(_events.leaf_hash)
    .where(_events.position > bindparam("first"), _events.position <= bindparam("end"))
    .order_by(_events.position)
)
_NODES = Prepared(
    select(_nodes.hash)
    .where(
        _nodes.level == bindparam("level"),
        _nodes["index"] >= bindparam("first"),
        _nodes["index"] < bindparam("end"),
    )
    .order_by(_nodes["index"])
)


class CheckpointRow(NamedTuple):
    """A checkpoint as it is kept: events under the root, the root (32 bytes), the signed note."""

    size: int
    root: bytes
    note: str


require_columns(CheckpointRow, schema.checkpoints)


class LogTree:
    """Roots, proofs and checkpoints. Sizes count events from the first; every call sees one state."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def root(self, size: int | None = None) -> bytes:
        """The Merkle root over the first `size` events, by default all. Raises `ProofError`."""
        with self._database.view() as connection:
            end = read_head(connection).position if size is None else size
            return Tree(end, node_reader(connection)).root()

    def frontier(self, size: int) -> Frontier:
        """The right edge of the tree of the first `size` events. Raises `ProofError`."""
        with self._database.view() as connection:
            return Frontier.load(size, node_reader(connection))

    def inclusion_proof(self, position: int, size: int) -> list[bytes]:
        """That the event at `position` is among the first `size`. Raises `ProofError`."""
        with self._database.view() as connection:
            return Tree(size, node_reader(connection)).inclusion_proof(position - 1)

    def consistency_proof(self, old_size: int, size: int) -> list[bytes]:
        """That the first `size` events begin with the first `old_size`. Raises `ProofError`."""
        with self._database.view() as connection:
            return Tree(size, node_reader(connection)).consistency_proof(old_size)

    def nodes(self) -> Iterator[Node]:
        """The inner nodes that are kept, by level and index."""
        at = (-1, -1)
        query = select(schema.tree_nodes).order_by(_nodes.level, _nodes["index"]).limit(PAGE_ROWS)
        while True:
            with self._database.view() as connection:
                rows = fetch(connection, query.where(tuple_(_nodes.level, _nodes["index"]) > tuple_(*at)))
            for level, index, value in rows:
                yield Node(level, index, value)
            if len(rows) < PAGE_ROWS:
                return
            at = rows[-1][:2]

    def checkpoints(self) -> list[CheckpointRow]:
        """The checkpoints that are kept, the smallest first. Raises `LedgerDamaged`."""
        query = select(schema.checkpoints).order_by(_checkpoints.size)
        with self._database.view() as connection:
            return [_checkpoint(row) for row in fetch(connection, query)]

    def newest_checkpoint(self) -> CheckpointRow | None:
        """The checkpoint over the most events. Raises `LedgerDamaged`."""
        query = select(schema.checkpoints).order_by(_checkpoints.size.desc()).limit(1)
        with self._database.view() as connection:
            rows = fetch(connection, query)
        return _checkpoint(rows[0]) if rows else None

    def keep_checkpoint(self, checkpoint: CheckpointRow) -> None:
        """Keep a signed checkpoint; where there is one of its size, that one stays."""
        with self._database.writing() as connection:
            if not fetch(connection, select(_checkpoints.size).where(_checkpoints.size == checkpoint.size)):
                insert_many(connection, schema.checkpoints, [tuple(checkpoint)])


def node_reader(connection: Connection) -> ReadNodes:
    """Reads runs of kept nodes; fewer than asked for where some are missing, or hold what is no hash."""

    def read(level: int, first: int, count: int) -> list[bytes]:
        end = first + count
        if level == 0:
            rows = _LEAVES.all(connection, first=first, end=end)
        else:
            rows = _NODES.all(connection, level=level, first=first, end=end)
        # a damaged page yields NULL even from a column that can't hold it
        return [row[0] for row in rows if type(row[0]) is bytes]

    return read


def grow(connection: Connection, old_size: int, size: int) -> None:
    """Keep the nodes that the events of positions `old_size` + 1 to `size`, just inserted, have completed."""
    read = node_reader(connection)
    for below in KEPT_LEVELS[:-1]:
        level = below + FAN_OUT_BITS
        first, end = old_size >> level, size >> level
        if first == end:
            return
        rows = [
            (level, index, complete_node(read(below, index << FAN_OUT_BITS, FAN_OUT)))
            for index in range(first, end)
        ]
        insert_many(connection, schema.tree_nodes, rows)


def _checkpoint(row: tuple[Any, ...]) -> CheckpointRow:
    """A row of the table; a damaged page yields anything, NULL too where the column can't hold it."""
    size, root, note = row
    if type(size) is not int or type(root) is not bytes or type(note) is not str:
        raise LedgerDamaged("A checkpoint in the ledger is damaged.", "Verify the ledger.")
    return CheckpointRow(size, root, note)
