"""The Merkle tree of the log as it is kept: inner nodes at levels 8, 16 and 24, the leaves in their events.

An append costs the tree nothing until it completes a node: then the 256 hashes below it are read and
hashed, which is one leaf read and one hash an event. Everything between is hashed again when a proof asks.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from auditdesk.ledger import schema
from auditdesk.ledger.backends.dialects import insert_many
from auditdesk.ledger.statements import Prepared
from auditdesk.proof.merkle import FAN_OUT, FAN_OUT_BITS, KEPT_LEVELS, ReadNodes, complete_node

_events = schema.events.c
_nodes = schema.tree_nodes.c

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
