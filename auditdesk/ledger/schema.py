"""The ledger's tables. SQLAlchemy Core, neutral of dialect; what only one dialect has is in `dialects`."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata: Final = MetaData()
Whole: Final = BigInteger().with_variant(Integer(), "sqlite")


def _only_where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, as each dialect is told of it."""
    return {f"{dialect}_where": text(condition) for dialect in ("sqlite", "postgresql")}


meta: Final = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)

events: Final = Table(
    "events",
    metadata,
    Column("position", Whole, primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("version", Whole, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema", Whole, nullable=False),
    Column("booked_at", Whole, nullable=False),
    Column("recorded_at", Whole, nullable=False),
    Column("operator", Text, nullable=False),
    Column("command_id", Text, nullable=False),
    Column("ordinal", Whole, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("subject", Text),
    Column("payload", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
    Column("commitment", LargeBinary),
    Column("leaf_hash", LargeBinary, nullable=False),
    UniqueConstraint("stream", "version", name="events_stream_version"),
    UniqueConstraint("command_id", "stream", "ordinal", name="events_command"),
    Index("events_type", "type", "position"),
    Index("events_operator", "operator", "position"),
    sqlite_strict=True,
)

snapshots: Final = Table(
    "snapshots",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("version", Whole, primary_key=True),
    Column("booked_at", Whole, nullable=False),
    Column("recorded_at", Whole, nullable=False),
    Column("position", Whole, nullable=False),
    Column("state_schema", Whole, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("subject", Text),
    Column("sealed", LargeBinary),
    sqlite_strict=True,
)

customers: Final = Table(
    "customers",
    metadata,
    Column("number", Text, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("version", Whole, nullable=False),
    Column("registered_at", Whole, nullable=False),
    Column("last_booked_at", Whole, nullable=False),
    Column("erasure_requested_at", Whole),
    Column("forgotten_at", Whole),
    Index("customers_reference", "reference", unique=True, **_only_where("reference <> ''")),
    Index("customers_erasure", "erasure_requested_at", **_only_where("erasure_requested_at IS NOT NULL")),
    sqlite_strict=True,
)

accounts: Final = Table(
    "accounts",
    metadata,
    Column("number", Text, primary_key=True),
    Column("customer", Text, ForeignKey("customers.number"), nullable=False),
    Column("reference", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("opened_at", Whole, nullable=False),
    Column("closed_at", Whole),
    Column("status", Text, nullable=False),
    Column("debits_blocked", Boolean().with_variant(Integer(), "sqlite"), nullable=False),
    Column("credits_blocked", Boolean().with_variant(Integer(), "sqlite"), nullable=False),
    Column("balance", Whole, nullable=False),
    Column("overdraft_limit", Whole, nullable=False),
    Column("version", Whole, nullable=False),
    Column("last_booked_at", Whole, nullable=False),
    Index("accounts_customer", "customer"),
    Index("accounts_reference", "reference", unique=True, **_only_where("reference <> ''")),
    sqlite_strict=True,
)

entries: Final = Table(
    "entries",
    metadata,
    Column("account", Text, primary_key=True),
    Column("version", Whole, primary_key=True),
    Column("position", Whole, nullable=False),
    Column("booked_at", Whole, nullable=False),
    Column("value_date", Text, nullable=False),
    Column("amount", Whole, nullable=False),
    Column("balance", Whole, nullable=False),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

tree_nodes: Final = Table(
    "tree_nodes",
    metadata,
    Column("level", Whole, primary_key=True),
    Column("index", Whole, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    sqlite_strict=True,
)

checkpoints: Final = Table(
    "checkpoints",
    metadata,
    Column("size", Whole, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_strict=True,
)

# Append-only is the database's own law, of the log, its tree and its checkpoints. UPDATE and DELETE abort;
# the guard on INSERT also stops INSERT OR REPLACE, which slips past the other two unless recursive_triggers
# is on, and keeps clocks in order. It speaks before anything of its row is written, so that FAIL leaves no
# more behind than ABORT would.
_KEPT: Final = tuple(
    f"""CREATE TRIGGER {table}_are_never_{done} BEFORE {how} ON {table}
BEGIN SELECT RAISE(ABORT, '{what} are never {done}'); END"""
    for table, what in (("tree_nodes", "tree nodes"), ("checkpoints", "checkpoints"))
    for how, done in (("UPDATE", "updated"), ("DELETE", "deleted"))
)
SQLITE_LAW: Final = (
    *_KEPT,
    """CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never updated'); END""",
    """CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END""",
    """CREATE TRIGGER events_are_appended_in_order BEFORE INSERT ON events
BEGIN
SELECT RAISE(FAIL, 'positions have no gaps')
WHERE NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events);
SELECT RAISE(FAIL, 'versions have no gaps')
WHERE NEW.version IS NOT (SELECT coalesce(max(version), 0) + 1 FROM events WHERE stream = NEW.stream);
SELECT RAISE(FAIL, 'recorded at never decreases')
WHERE NEW.recorded_at < (SELECT recorded_at FROM events WHERE position = NEW.position - 1);
SELECT RAISE(FAIL, 'booked at never decreases within a stream')
WHERE NEW.booked_at <
(SELECT booked_at FROM events WHERE stream = NEW.stream AND version = NEW.version - 1);
END""",
)
