"""What differs between databases: how rows go in, and how append-only is made the database's own law."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

from auditdesk.ledger import schema


@cache
def _insert_text(dialect: Dialect, table: Table) -> tuple[str, bool]:
    compiled = insert(table).compile(dialect=dialect, column_keys=[column.name for column in table.columns])
    return str(compiled), bool(compiled.positional)


def insert_many(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows whose values are in the order of the table's columns, without per-row overhead."""
    statement, positional = _insert_text(connection.dialect, table)
    if positional:
        connection.exec_driver_sql(statement, list(rows))
        return
    names = [column.name for column in table.columns]
    connection.exec_driver_sql(statement, [dict(zip(names, row, strict=True)) for row in rows])


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Insert rows, or replace those of the same primary key."""
    if not rows:
        return
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table)
    key = [column.name for column in table.primary_key]
    rest = {
        column.name: statement.excluded[column.name] for column in table.columns if column.name not in key
    }
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=rest), list(rows))


def install_law(connection: Connection) -> None:
    """Make append-only the database's own law."""
    if connection.dialect.name == "sqlite":
        for statement in schema.SQLITE_LAW:
            connection.exec_driver_sql(statement)
