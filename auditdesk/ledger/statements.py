"""Statements that are compiled once: what the slider and the till ask many times a second."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    Connection,
    Dialect,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.engine.interfaces import DBAPICursor

from auditdesk.ledger import schema

_events: Final = schema.events.c
_snapshots: Final = schema.snapshots.c
_accounts: Final = schema.accounts.c
_customers: Final = schema.customers.c
NO_END: Final = 2**62  # a version or position that no stream reaches


class _Text(NamedTuple):
    sql: str
    order: tuple[str, ...] | None
    constants: dict[str, object]


class Prepared:
    """A select whose text is made once for each dialect: running it costs little more than the driver."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._texts: dict[str, _Text] = {}

    def run(self, connection: Connection, **values: object) -> DBAPICursor:
        """The driver's cursor over the rows for these values of the statement's parameters."""
        text = self._texts.get(connection.dialect.name) or self._compile(connection.dialect)
        given = {**text.constants, **values}
        parameters: Any = given if text.order is None else tuple([given[name] for name in text.order])
        cursor = connection.connection.cursor()  # an exec_driver_sql costs five times the look itself
        cursor.execute(text.sql, parameters)
        return cursor

    def all(self, connection: Connection, **values: object) -> list[tuple[Any, ...]]:
        """All rows."""
        return list(self.run(connection, **values).fetchall())

    def first(self, connection: Connection, **values: object) -> tuple[Any, ...] | None:
        """The first row, or None."""
        cursor = self.run(connection, **values)
        row = cursor.fetchone()
        cursor.close()
        return row

    def _compile(self, dialect: Dialect) -> _Text:
        compiled: Any = self._statement.compile(dialect=dialect)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        order = tuple(compiled.positiontup) if compiled.positional else None
        text = self._texts[dialect.name] = _Text(str(compiled), order, constants)
        return text


def _between(statement: Select[Any]) -> Select[Any]:
    """A stream's versions after one and up to another, in order."""
    return statement.where(
        _events.stream == bindparam("stream"),
        _events.version > bindparam("after"),
        _events.version <= bindparam("up_to"),
    ).order_by(_events.version)


def _last_before(clock: Any) -> Prepared:
    """The last version that a clock puts at or before an instant, 0 before the first.

    Found by halving the stream: neither clock decreases within it, so that no index by instant is kept
    (two of them were two fifths of what an append cost). 20 probes, 60 µs, for a million events.
    """
    instant_us: BindParameter[int] = bindparam("instant_us")
    stream: BindParameter[str] = bindparam("stream")
    length = select(func.coalesce(func.max(_events.version), 0)).where(_events.stream == stream)
    span = select(cast(0, schema.Whole).label("low"), (length.scalar_subquery() + 1).label("high")).cte(
        "span", recursive=True
    )
    is_before = clock <= instant_us
    span = span.union_all(
        select(
            case((is_before, _events.version), else_=span.c.low),
            case((is_before, span.c.high), else_=_events.version),
        )
        .select_from(span)
        .join(
            schema.events, and_(_events.stream == stream, _events.version == (span.c.low + span.c.high) // 2)
        )
        .where(span.c.high - span.c.low > 1)
    )
    return Prepared(select(span.c.low).where(span.c.high - span.c.low <= 1))


HEAD: Final = Prepared(
    select(_events.position, _events.recorded_at).order_by(_events.position.desc()).limit(1)
)
LAST_VERSION: Final = Prepared(select(func.max(_events.version)).where(_events.stream == bindparam("stream")))
LAST_EVENT: Final = Prepared(
    select(_events.type, _events.booked_at)
    .where(_events.stream == bindparam("stream"))
    .order_by(_events.version.desc())
    .limit(1)
)
COMMAND: Final = Prepared(
    select(schema.events).where(_events.command_id == bindparam("command_id")).order_by(_events.position)
)
EVENTS: Final = Prepared(_between(select(schema.events)))
FOLD: Final = Prepared(_between(select(_events.type, _events.schema, _events.payload, _events.booked_at)))
NEWEST_OF_TYPE: Final = Prepared(
    select(_events.stream).where(_events.type == bindparam("type")).order_by(_events.position.desc()).limit(1)
)
INSTANTS: Final = Prepared(
    select(_events.booked_at, _events.recorded_at).where(
        _events.stream == bindparam("stream"), _events.version == bindparam("version")
    )
)
BOOKED_BEFORE: Final = _last_before(_events.booked_at)
RECORDED_BEFORE: Final = _last_before(_events.recorded_at)
SNAPSHOT: Final = Prepared(
    select(_snapshots.version, _snapshots.state, _snapshots.subject, _snapshots.sealed)
    .where(
        _snapshots.stream == bindparam("stream"),
        _snapshots.version <= bindparam("up_to"),
        _snapshots.state_schema == bindparam("state_schema"),
    )
    .order_by(_snapshots.version.desc())
    .limit(1)
)
ACCOUNT_BY_NUMBER: Final = Prepared(select(schema.accounts).where(_accounts.number == bindparam("text")))
ACCOUNT_BY_REFERENCE: Final = Prepared(
    select(schema.accounts).where(_accounts.reference == bindparam("text"), _accounts.reference != "")
)
CUSTOMER_BY_NUMBER: Final = Prepared(select(schema.customers).where(_customers.number == bindparam("text")))
CUSTOMER_BY_REFERENCE: Final = Prepared(
    select(schema.customers).where(_customers.reference == bindparam("text"), _customers.reference != "")
)
ERASURE_OF: Final = Prepared(
    select(_customers.erasure_requested_at).where(_customers.number == bindparam("customer"))
)
