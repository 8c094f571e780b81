"""What the ledger answers: events, moments, states from the nearest snapshot, and the projections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, func, literal_column, select

from auditdesk.domain import account as account_fold
from auditdesk.domain import codec
from auditdesk.domain import customer as customer_fold
from auditdesk.domain.account import ACCOUNT_STATE_SCHEMA, Account
from auditdesk.domain.customer import CUSTOMER_STATE_SCHEMA, Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.moments import AtInstant, AtVersion, Moment
from auditdesk.domain.personal import Mask, Personal
from auditdesk.domain.streams import account_stream, customer_stream
from auditdesk.ledger import batch as appending
from auditdesk.ledger import schema, snapshots
from auditdesk.ledger import statements as prepared
from auditdesk.ledger.backends.shape import shape_differences
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.rows import Head, as_envelope, fetch
from auditdesk.ledger.views import Listing

LOG_PAGE_EVENTS: Final = 5_000
S = TypeVar("S", Account, Customer)
Reveal = Callable[[Envelope], Personal | Mask | None]
RevealSnapshot = Callable[[str, str, int, bytes], bytes | Mask]

_events = schema.events.c
_LEFT_OUT: Final[dict[str, ColumnElement[Any]]] = {
    **dict.fromkeys(("event_id", "operator", "command_id", "correlation_id"), literal_column("''")),
    "ordinal": literal_column("0"),
    "commitment": literal_column("NULL"),
    "leaf_hash": literal_column("x''"),
}
_LEAN: Final = select(*(_LEFT_OUT.get(column.name, column) for column in schema.events.columns))
_snapshots = schema.snapshots.c


class Loaded(NamedTuple, Generic[S]):
    """A state, how many events were folded for it, and the snapshot it began from (0: none)."""

    state: S
    folded_events: int
    snapshot_version: int


class Reading(Listing):
    """The reading half of the ledger. Every call sees one state of the file."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)

    def head(self) -> Head:
        """Where the log ends."""
        with self.view() as connection:
            return appending.read_head(connection)

    def command_result(self, command_id: str) -> tuple[Envelope, ...]:
        """What a command left in the log; nothing where it is unknown."""
        with self.view() as connection:
            return appending.command_result(connection, command_id)

    def schema_differences(self) -> list[str]:
        """How tables, indexes and triggers differ from those of a ledger made today, one sentence each."""
        with self.view() as connection:
            return shape_differences(connection)

    # --- events ------------------------------------------------------------------------

    def envelopes(self, stream: str, *, after: int = 0, up_to: int | None = None) -> list[Envelope]:
        """A stream's events of versions `after` + 1 to `up_to`."""
        with self.view() as connection:
            return _tail(connection, stream, after, up_to)

    def log(
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
            with self.view() as connection:
                rows = fetch(connection, query.order_by(_events.position).limit(LOG_PAGE_EVENTS))
            for row in rows:
                yield as_envelope(row)
            if len(rows) < LOG_PAGE_EVENTS:
                return
            at = rows[-1][0]

    def stream_length(self, stream: str) -> int:
        """How many events the stream has."""
        with self.view() as connection:
            return appending.last_version(connection, stream)

    # --- moments -----------------------------------------------------------------------

    def version_at(self, stream: str, moment: Moment) -> int:
        """The stream's version at a moment; 0 before its first event.

        Both clocks never decrease within a stream, so that a moment always cuts a prefix.
        """
        with self.view() as connection:
            if isinstance(moment, AtVersion):
                return min(moment.version, appending.last_version(connection, stream))
            if not isinstance(moment, AtInstant):
                return appending.last_version(connection, stream)
            clock = prepared.BOOKED_BEFORE if moment.clock == "booked" else prepared.RECORDED_BEFORE
            row = clock.first(connection, stream=stream, instant_us=moment.instant_us)
            return int(row[0]) if row else 0

    def instants(self, stream: str, version: int) -> tuple[int, int]:
        """When an event was booked and recorded, microseconds UTC. Raises `Refused` (`version_unknown`)."""
        with self.view() as connection:
            row = prepared.INSTANTS.first(connection, stream=stream, version=version)
        if row is None:
            raise Refused("version_unknown", f"There is no event {version} in {stream}.", field="at")
        return int(row[0]), int(row[1])

    # --- states ------------------------------------------------------------------------

    def load_account(self, number: str, *, version: int | None = None) -> Loaded[Account] | None:
        """An account after `version` events (None: all), from the nearest snapshot; None before the first."""
        stream = account_stream(number)
        with self.view() as connection:
            state = _account_snapshot(connection, stream, version)
            return _fold_account(connection, number, state, version)

    def replay_account(self, number: str, *, version: int | None = None) -> Account | None:
        """An account folded from its first event, without snapshots."""
        with self.view() as connection:
            loaded = _fold_account(connection, number, None, version)
        return loaded.state if loaded else None

    def load_customer(
        self,
        number: str,
        *,
        version: int | None = None,
        reveal: Reveal,
        reveal_snapshot: RevealSnapshot,
    ) -> Loaded[Customer] | None:
        """A customer after `version` events (None: all); what is personal goes through the callables."""
        stream = customer_stream(number)
        with self.view() as connection:
            row = _snapshot(connection, stream, version, CUSTOMER_STATE_SCHEMA)
            after = int(row[0]) if row else 0
            tail = _tail(connection, stream, after, version)
        state = None
        if row:
            personal = reveal_snapshot(row[2], stream, after, row[3])
            state = snapshots.decode_customer(row[1], personal)
        for envelope in tail:
            state = customer_fold.apply(
                number, state, envelope.event(), reveal(envelope), envelope.booked_at_us
            )
        return Loaded(state, len(tail), after) if state else None

    def count_sealed(self, streams: Sequence[str]) -> int:
        """How many events of these streams hold sealed personal data."""
        query = (
            select(func.count())
            .select_from(schema.events)
            .where(_events.stream.in_(streams), _events.sealed.is_not(None))
        )
        with self.view() as connection:
            return int(fetch(connection, query)[0][0])

    def count_snapshots(self, streams: Sequence[str]) -> int:
        """How many snapshots these streams have."""
        query = select(func.count()).select_from(schema.snapshots).where(_snapshots.stream.in_(streams))
        with self.view() as connection:
            return int(fetch(connection, query)[0][0])


def _tail(connection: Connection, stream_name: str, after: int, up_to: int | None) -> list[Envelope]:
    end = prepared.NO_END if up_to is None else up_to
    rows = prepared.EVENTS.all(connection, stream=stream_name, after=after, up_to=end)
    return [as_envelope(row) for row in rows]


def _snapshot(
    connection: Connection, stream_name: str, version: int | None, state_schema: int
) -> tuple[Any, ...] | None:
    """The nearest snapshot at or before a version: its version, state, subject and sealed part."""
    end = prepared.NO_END if version is None else version
    return prepared.SNAPSHOT.first(connection, stream=stream_name, up_to=end, state_schema=state_schema)


def _account_snapshot(connection: Connection, stream_name: str, version: int | None) -> Account | None:
    row = _snapshot(connection, stream_name, version, ACCOUNT_STATE_SCHEMA)
    return None if row is None else snapshots.decode_account(row[1])


def _fold_account(
    connection: Connection, number: str, snapshot: Account | None, up_to: int | None
) -> Loaded[Account] | None:
    """Fold what follows a snapshot, row by row as the driver gives them: only what a fold needs of each."""
    after = snapshot.version if snapshot else 0
    end = prepared.NO_END if up_to is None else up_to
    rows = prepared.FOLD.run(connection, stream=account_stream(number), after=after, up_to=end)
    decode = codec.decode_event
    events = (
        (decode(tag, schema_of, payload), at_us)
        for tag, schema_of, payload, at_us in iter(rows.fetchone, None)
    )
    state = account_fold.fold(number, snapshot, events)
    return Loaded(state, state.version - after, after) if state else None
