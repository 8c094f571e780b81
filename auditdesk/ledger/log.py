"""The event log as it is read: its head, its order, one stream, one command, and moments within a stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, func, literal, literal_column, select

from auditdesk.domain.errors import Refused
from auditdesk.domain.moments import AtInstant, AtVersion, Moment
from auditdesk.domain.streams import name_in, serial_of
from auditdesk.ledger import schema
from auditdesk.ledger import statements as prepared
from auditdesk.ledger.database import Database
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.rows import PAGE_ROWS, Head, as_envelope, fetch

_events = schema.events.c
_LEFT_OUT: Final[dict[str, ColumnElement[Any]]] = {
    **dict.fromkeys(("event_id", "operator", "command_id", "correlation_id"), literal_column("''")),
    "ordinal": literal_column("0"),
    "commitment": literal_column("NULL"),
    "leaf_hash": literal(b"", LargeBinary),
}
_LEAN: Final = select(*(_LEFT_OUT.get(column.name, column) for column in schema.events.columns))


class EventLog:
    """Everything that was ever recorded, in order. Every call sees one state of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> Head:
        """The position and recording instant of the log's last event."""
        with self._database.view() as connection:
            return read_head(connection)

    def read(
        self,
        *,
        after_position: int = 0,
        up_to: int | None = None,
        types: Sequence[str] = (),
        lean: bool = False,
    ) -> Iterator[Envelope]:
        """The log in order, from after a position to `up_to`, in bounded memory.

        `lean` envelopes have only what a replay needs, and nothing in the place of the rest.
        Pages are read in transactions of their own: writers are not kept waiting, and what is
        appended meanwhile is seen unless `up_to` says where to stop.
        """
        at = after_position
        while True:
            query = (_LEAN if lean else select(schema.events)).where(_events.position > at)
            if up_to is not None:
                query = query.where(_events.position <= up_to)
            if types:
                query = query.where(_events.type.in_(types))
            with self._database.view() as connection:
                rows = fetch(connection, query.order_by(_events.position).limit(PAGE_ROWS))
            for row in rows:
                yield as_envelope(row)
            if len(rows) < PAGE_ROWS:
                return
            at = rows[-1][0]

    def command_result(self, command_id: str) -> tuple[Envelope, ...]:
        """The events that a command appended; empty if its id is unknown."""
        with self._database.view() as connection:
            return command_result(connection, command_id)

    # --- one stream --------------------------------------------------------------------

    def envelopes(self, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Envelope]:
        """A stream's events of versions `after` + 1 to `up_to`, all at once."""
        with self._database.view() as connection:
            return read_stream(connection, stream, after, up_to)

    def stream(self, stream: str, *, after: int = 0, up_to: int | None = None) -> Iterator[Envelope]:
        """Iterate over the events in bounded memory, by pages; to today's end where `up_to` is None."""
        end = self.stream_length(stream) if up_to is None else up_to
        for start in range(after, end, PAGE_ROWS):
            yield from self.envelopes(stream, after=start, up_to=min(start + PAGE_ROWS, end))

    def stream_length(self, stream: str) -> int:
        """The number of events of the stream."""
        with self._database.view() as connection:
            return last_version(connection, stream)

    def last_event(self, stream: str) -> tuple[str, int]:
        """The type of a stream's last event, and when it was booked; an empty text where there is none."""
        with self._database.view() as connection:
            row = prepared.LAST_EVENT.first(connection, stream=stream)
        return (row[0], row[1]) if row else ("", 0)

    def type_counts(self, stream: str) -> dict[str, int]:
        """The number of events of each type in a stream."""
        query = select(_events.type, func.count()).where(_events.stream == stream).group_by(_events.type)
        with self._database.view() as connection:
            return dict(fetch(connection, query))

    def versions_of_types(self, stream: str, tags: Sequence[str]) -> list[int]:
        """The versions of a stream's events of these types, ascending."""
        query = (
            select(_events.version)
            .where(_events.stream == stream, _events.type.in_(tags))
            .order_by(_events.version)
        )
        with self._database.view() as connection:
            return [row[0] for row in fetch(connection, query)]

    def count_sealed(self, streams: Sequence[str]) -> int:
        """The number of events with sealed personal data in these streams."""
        query = (
            select(func.count())
            .select_from(schema.events)
            .where(_events.stream.in_(streams), _events.sealed.is_not(None))
        )
        with self._database.view() as connection:
            return int(fetch(connection, query)[0][0])

    # --- moments -----------------------------------------------------------------------

    def version_at(self, stream: str, moment: Moment) -> int:
        """The stream's version at a moment; 0 before its first event.

        Both clocks never decrease within a stream, so that a moment always cuts a prefix.
        """
        with self._database.view() as connection:
            if isinstance(moment, AtVersion):
                return min(moment.version, last_version(connection, stream))
            if not isinstance(moment, AtInstant):
                return last_version(connection, stream)
            clock = prepared.BOOKED_BEFORE if moment.clock == "booked" else prepared.RECORDED_BEFORE
            row = clock.first(connection, stream=stream, instant_us=moment.instant_us)
            return int(row[0]) if row else 0

    def instants(self, stream: str, version: int) -> tuple[int, int]:
        """When an event was booked and recorded, microseconds UTC. Raises `Refused` (`version_unknown`)."""
        with self._database.view() as connection:
            row = prepared.INSTANTS.first(connection, stream=stream, version=version)
        if row is None:
            raise Refused("version_unknown", f"There is no event {version} in {stream}.", field="at")
        return int(row[0]), int(row[1])


def read_head(connection: Connection) -> Head:
    """The position and recording instant of the log's last event."""
    row = prepared.HEAD.first(connection)
    return Head(*row) if row else Head(0, 0)


def last_version(connection: Connection, stream: str) -> int:
    """The stream's last version; 0 where it has no event."""
    row = prepared.LAST_VERSION.first(connection, stream=stream)
    return int(row[0]) if row and row[0] is not None else 0


def read_stream(connection: Connection, stream: str, after: int, up_to: int | None) -> list[Envelope]:
    """A stream's events of versions `after` + 1 to `up_to`."""
    end = prepared.NO_END if up_to is None else up_to
    rows = prepared.EVENTS.all(connection, stream=stream, after=after, up_to=end)
    return [as_envelope(row) for row in rows]


def command_result(connection: Connection, command_id: str) -> tuple[Envelope, ...]:
    """The events that a command appended; empty if its id is unknown."""
    return tuple(as_envelope(row) for row in prepared.COMMAND.all(connection, command_id=command_id))


def next_serial(connection: Connection, opening_tag: str) -> int:
    """The serial number after that of the newest event that opens a stream of its kind, by the log.

    Serial numbers go up with positions and are never used again. A projection that has lost a row knows
    less: a number counted from it would be taken already, at every try.
    """
    row = prepared.NEWEST_OF_TYPE.first(connection, type=opening_tag)
    return serial_of(name_in(row[0])) + 1 if row else 1
