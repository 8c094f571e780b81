"""SQL dialects: fast inserts, and the triggers that make the log append-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import Insert

from auditdesk.ledger import schema

Row = tuple[Any, ...]
LAWS: Final[Mapping[str, Sequence[str]]] = {"sqlite": schema.SQLITE_LAW}


class _Text(NamedTuple):
    """A statement as the driver takes it; its values are given by position, or else by name."""

    sql: str
    positional: bool


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows whose values are in the order of the table's columns, without per-row overhead."""
    _run(connection, table, rows, _insert_text(connection.dialect, table))


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Insert rows, or replace those of the same primary key."""
    names = [column.name for column in table.columns]
    values = [tuple([row[name] for name in names]) for row in rows]
    _run(connection, table, values, _upsert_text(connection.dialect, table))


def install_law(connection: Connection) -> None:
    """Make append-only the database's own law. Raises ValueError where none is known for it."""
    dialect = connection.dialect.name
    if dialect not in LAWS:
        raise ValueError(f"No append-only triggers are defined for {dialect}, so it cannot hold a ledger.")
    for statement in LAWS[dialect]:
        connection.exec_driver_sql(statement)


@lru_cache(maxsize=64)
def _insert_text(dialect: Dialect, table: Table) -> _Text:
    # OR FAIL, as the law does: ABORT would have SQLite keep a journal of every row, two fifths of its cost
    return _compile(dialect, table, insert(table).prefix_with("OR FAIL", dialect="sqlite"))


@lru_cache(maxsize=64)
def _upsert_text(dialect: Dialect, table: Table) -> _Text:
    make = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    statement = make(table)
    key = [column.name for column in table.primary_key]
    rest = {
        column.name: statement.excluded[column.name] for column in table.columns if column.name not in key
    }
    return _compile(dialect, table, statement.on_conflict_do_update(index_elements=key, set_=rest))


def _compile(dialect: Dialect, table: Table, statement: Insert) -> _Text:
    compiled = statement.compile(dialect=dialect, column_keys=[column.name for column in table.columns])
    return _Text(str(compiled), bool(compiled.positional))


def _run(connection: Connection, table: Table, rows: Sequence[Row], text: _Text) -> None:
    if not rows:
        return
    values: Any = rows
    if not text.positional:
        names = [column.name for column in table.columns]
        values = [dict(zip(names, row, strict=True)) for row in rows]
    cursor = connection.connection.cursor()
    cursor.executemany(text.sql, values)
    cursor.close()
