"""What somebody with the file and a database browser does to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from auditdesk.ledger.envelope import leaf_hash
from auditdesk.ledger.rows import as_envelope
from auditdesk.proof.merkle import complete_node
from auditdesk.storage.sqlite_file import DRIVER

Change = Callable[[Any], object]


def attack(path: Path, *changes: Change | str, file: str = "ledger.db") -> None:
    """Make changes, given as statements or callables of the connection, and put the triggers back."""
    connection: Any = DRIVER.connect(str(path / file))
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for change in changes:
        if isinstance(change, str):
            assert connection.execute(change).rowcount != 0
        else:
            change(connection)
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def edit_amount(position: int) -> Change:
    """Let an event's amount be one more."""

    def change(connection: Any) -> None:
        event = "SELECT payload FROM events WHERE position = ?"
        payload = json.loads(connection.execute(event, (position,)).fetchone()[0])
        payload["amount_minor"] += 1
        raw = msgspec.json.encode(payload, order="sorted")
        connection.execute("UPDATE events SET payload = ? WHERE position = ?", (raw, position))

    return change


def rehash_leaf(position: int) -> Change:
    """Let the event's leaf fit its row again."""

    def change(connection: Any) -> None:
        row = connection.execute("SELECT * FROM events WHERE position = ?", (position,)).fetchone()
        leaf = leaf_hash(as_envelope(row))
        connection.execute("UPDATE events SET leaf_hash = ? WHERE position = ?", (leaf, position))

    return change


def rehash_first_node(connection: Any) -> None:
    """Let the tree's first inner node fit its 256 leaves again."""
    leaves = connection.execute("SELECT leaf_hash FROM events ORDER BY position LIMIT 256").fetchall()
    node = complete_node([row[0] for row in leaves])
    connection.execute('UPDATE tree_nodes SET hash = ? WHERE level = 8 AND "index" = 0', (node,))


def everything_again(position: int) -> tuple[Change | str, ...]:
    """An amount edited with all that the ledger's own file says of it."""
    return (
        edit_amount(position),
        rehash_leaf(position),
        rehash_first_node,
        "DELETE FROM checkpoints",
    )
