"""The one way into the log: checks, seals, chains, projects and snapshots, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeVar

import uuid_utils
from msgspec.structs import astuple, replace
from sqlalchemy import Connection, Table, select

from auditdesk.domain import codec
from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.catalogue import State, stream_kind
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Conflict, SubjectErased, VaultLocked
from auditdesk.domain.events import NewEvent
from auditdesk.domain.streams import name_in
from auditdesk.ledger import schema, snapshots, tree
from auditdesk.ledger import statements as prepared
from auditdesk.ledger.backends.dialects import insert_many, upsert
from auditdesk.ledger.envelope import Envelope, Sealer, leaf_hash
from auditdesk.ledger.log import command_result, last_version, read_head
from auditdesk.ledger.rows import (
    AccountRow,
    CustomerRow,
    Head,
    account_values,
    as_account_row,
    as_envelope,
    customer_values,
    entry_row,
    fetch,
)

FLUSH_ROWS: Final = 2_000
IN_LIST: Final = 500
COMMAND_ID: Final = [column.name for column in schema.events.columns].index("command_id")
T = TypeVar("T")
Outcome = tuple[Envelope, ...]


class StreamAppend(NamedTuple):
    """Facts for one stream, decided on the state `before` (None: the stream is new, or has no state).

    `subject` is the customer whose key seals what is personal; the erasure's own events have none.
    """

    stream: str
    before: State | None
    new_events: Sequence[NewEvent]
    booked_at_us: int
    subject: str | None = None


class Appended(NamedTuple):
    """What a command left in the log. `clamped_us`: how far the machine's clock was behind the log's."""

    envelopes: tuple[Envelope, ...]
    replayed: bool
    clamped_us: int


class _Command(NamedTuple):
    operator: str
    command_id: str
    correlation_id: str
    recorded_at_us: int
    sealer: Sealer | None


class _Mark(NamedTuple):
    """What the buffers held before a command: the log's end, their lengths, its streams."""

    head: Head
    lengths: list[int]
    streams: list[tuple[str, int | None, State | None]]


class Batch:
    """Appends of one write transaction: rows are buffered, `flush` writes them, the commit keeps them."""

    def __init__(self, connection: Connection, now_us: int) -> None:
        self._connection = connection
        self._now_us = now_us
        self._head = read_head(connection)
        self._flushed = self._head.position
        self._versions: dict[str, int] = {}
        self._states: dict[str, State] = {}
        self._changed: set[str] = set()
        self._fenced: dict[str, bool] = {}
        self._appended: set[str] = set()
        self._unknown: set[str] = set()
        self._rows: dict[Table, list[tuple[Any, ...]]] = {
            table: [] for table in (schema.events, schema.snapshots, schema.entries)
        }

    @property
    def head(self) -> Head:
        """Where the log ends, what is buffered included."""
        return self._head

    def state(self, stream: str) -> State | None:
        """The state that this transaction has folded for a stream, or None where it has touched none."""
        return self._states.get(stream)

    def known_commands(self, command_ids: Sequence[str]) -> dict[str, Envelope]:
        """The first event of each of these commands that has been carried out; asked at once for many."""
        known: dict[str, Envelope] = {}
        events = schema.events
        for start in range(0, len(command_ids), IN_LIST):
            some = command_ids[start : start + IN_LIST]
            query = select(events).where(events.c.command_id.in_(some)).order_by(events.c.position.desc())
            known.update((row[COMMAND_ID], as_envelope(row)) for row in fetch(self._connection, query))
        self._unknown.update(set(command_ids) - known.keys() - self._appended)
        return known

    def accounts_by_reference(self) -> dict[str, AccountRow]:
        """The accounts that have a reference, what this transaction has flushed included."""
        rows = fetch(self._connection, select(schema.accounts).where(schema.accounts.c.reference != ""))
        return {row.reference: row for row in map(as_account_row, rows)}

    def customers_by_reference(self) -> dict[str, CustomerRow]:
        """The customers who have a reference, what this transaction has flushed included."""
        rows = fetch(self._connection, select(schema.customers).where(schema.customers.c.reference != ""))
        return {row.reference: row for row in (CustomerRow(*row) for row in rows)}

    def set_clock(self, now_us: int) -> None:
        """Let the clock go on within a long transaction."""
        self._now_us = now_us

    def append(
        self,
        appends: Sequence[StreamAppend],
        *,
        operator: str,
        command_id: str,
        correlation_id: str = "",
        sealer: Sealer | None = None,
    ) -> Appended:
        """Append to one or several streams, all or nothing.

        Raises `Conflict` where a stream has moved on, `SubjectErased` for a fenced customer,
        `VaultLocked` where there is something to seal and nothing to seal it with; then the transaction is
        as it was before and may go on.
        """
        known = self._result_of(command_id)
        if known:
            return Appended(known, replayed=True, clamped_us=0)
        recorded_at_us = max(self._now_us, self._head.recorded_at_us)
        command = _Command(operator, command_id, correlation_id, recorded_at_us, sealer)
        envelopes: list[Envelope] = []
        mark = self._mark(appends)
        try:
            for append in appends:
                self._append_to_stream(append, command, envelopes)
        except BaseException:
            self._take_back(mark)
            raise
        self._appended.add(command_id)
        if len(self._rows[schema.events]) >= FLUSH_ROWS:
            self.flush()
        return Appended(tuple(envelopes), replayed=False, clamped_us=recorded_at_us - self._now_us)

    def flush(self) -> None:
        """Write what is buffered."""
        for table, rows in self._rows.items():
            if rows:
                insert_many(self._connection, table, rows)
                rows.clear()
        tree.grow(self._connection, self._flushed, self._head.position)
        self._flushed = self._head.position
        changed = [self._states[stream] for stream in self._changed]
        self._changed.clear()
        upsert(
            self._connection,
            schema.customers,
            [customer_values(state) for state in changed if isinstance(state, Customer)],
        )
        upsert(
            self._connection,
            schema.accounts,
            [account_values(state) for state in changed if isinstance(state, Account)],
        )
        self._appended.clear()  # from here on the log itself knows them

    def _mark(self, appends: Sequence[StreamAppend]) -> _Mark:
        streams = [
            (append[0], self._versions.get(append[0]), self._states.get(append[0])) for append in appends
        ]
        return _Mark(self._head, [len(rows) for rows in self._rows.values()], streams)

    def _take_back(self, mark: _Mark) -> None:
        """Take a command that failed back out of the buffers, so that the transaction may go on."""
        self._head = mark.head
        for rows, length in zip(self._rows.values(), mark.lengths, strict=True):
            del rows[length:]
        for name, version, state in mark.streams:
            _put_back(self._versions, name, version)
            _put_back(self._states, name, state)
        self._changed &= self._states.keys()
        self._fenced.clear()

    def _append_to_stream(self, append: StreamAppend, command: _Command, envelopes: list[Envelope]) -> None:
        stream = append.stream
        version = self._check(append)
        ordinal = sum(envelope.stream == stream for envelope in envelopes)
        state = append.before
        booked_at_us = append.booked_at_us
        if stream_kind(stream).fold is None:
            booked_at_us = max(
                booked_at_us, command.recorded_at_us
            )  # nobody decided on these streams' clocks
        for new_event in append.new_events:
            version += 1
            envelope = _envelope(
                append, new_event, command, (self._head.position + 1, version, booked_at_us, ordinal)
            )
            ordinal += 1
            envelopes.append(envelope)
            self._rows[schema.events].append(astuple(envelope))
            self._head = Head(envelope.position, command.recorded_at_us)
            state = self._project(state, new_event, envelope, command.sealer)
        self._versions[stream] = version

    def _result_of(self, command_id: str) -> Outcome:
        if command_id in self._appended:
            self.flush()
        elif command_id in self._unknown:
            self._unknown.discard(command_id)
            return ()
        return command_result(self._connection, command_id)

    def _check(self, append: StreamAppend) -> int:
        """The stream's version, which must be the one that was decided on; the subject must not be fenced."""
        if append.subject is not None and self._is_fenced(append.subject):
            raise SubjectErased(f"Customer {append.subject} has been forgotten; nothing can be added.")
        version = self._versions.get(append.stream)
        if version is None:
            version = last_version(self._connection, append.stream)
        if append.before is not None:
            expected = append.before.version
        else:
            expected = version if stream_kind(append.stream).fold is None else 0
        if version != expected:
            raise Conflict(
                f"Someone else has written to {append.stream} first: it is at {version}, not at {expected}.",
                "Review the change, then repeat.",
            )
        return version

    def _is_fenced(self, customer: str) -> bool:
        if customer not in self._fenced:
            state = self._states.get(f"customer/{customer}")
            if isinstance(state, Customer):
                return state.erasure_requested_at_us is not None
            found = prepared.ERASURE_OF.first(self._connection, customer=customer)
            self._fenced[customer] = found is not None and found[0] is not None
        return self._fenced[customer]

    def _project(
        self, before: State | None, new_event: NewEvent, envelope: Envelope, sealer: Sealer | None
    ) -> State | None:
        stream = envelope.stream
        number = name_in(stream)
        fold = stream_kind(stream).fold
        if fold is None:
            return None
        event = new_event.event
        state = fold(number, before, event, new_event.personal, envelope.booked_at_us)
        if isinstance(event, e.MoneyEvent) and isinstance(state, Account):
            self._rows[schema.entries].append(entry_row(envelope, event, state))
        elif isinstance(state, Customer):
            self._fenced.pop(number, None)
        if state.version != envelope.version:
            raise AssertionError(f"{stream} was folded to {state.version}, not to {envelope.version}")
        self._states[stream] = state
        self._changed.add(stream)
        if state.version % snapshots.SNAPSHOT_INTERVAL_EVENTS == 0:
            self._snapshot(state, envelope, sealer)
        return state

    def _snapshot(self, state: State, envelope: Envelope, sealer: Sealer | None) -> None:
        row = snapshots.snapshot_row(state, envelope, sealer)
        if row is not None:
            self._rows[schema.snapshots].append(row)


def _put_back(kept: dict[str, T], name: str, value: T | None) -> None:
    if value is None:
        kept.pop(name, None)
    else:
        kept[name] = value


def _envelope(
    append: StreamAppend, new_event: NewEvent, command: _Command, place: tuple[int, int, int, int]
) -> Envelope:
    """The envelope of a fact; `place` is its position, version, booked-at instant and ordinal."""
    position, version, booked_at_us, ordinal = place
    sealed, commitment = _seal(append, new_event, version, command.sealer)
    event = new_event.event
    # by position: by name it takes twice as long, once for every event ever written
    envelope = Envelope(
        position,
        append.stream,
        version,
        str(uuid_utils.uuid7()),
        event.TAG,
        event.SCHEMA,
        booked_at_us,
        command.recorded_at_us,
        command.operator,
        command.command_id,
        ordinal,
        command.correlation_id,
        append.subject if sealed is not None else None,
        codec.encode_event(event),
        sealed,
        commitment,
    )
    return replace(envelope, leaf_hash=leaf_hash(envelope))


def _seal(
    append: StreamAppend, new_event: NewEvent, version: int, sealer: Sealer | None
) -> tuple[bytes | None, bytes | None]:
    if new_event.personal is None:
        return None, None
    if append.subject is None:
        raise AssertionError(f"{new_event.event.TAG} carries personal data, but nobody is its subject")
    if sealer is None:
        raise VaultLocked("There is personal data to seal, and the customers' keys are not available.")
    plaintext = codec.encode_personal(new_event.personal)
    return sealer.seal(append.subject, append.stream, version, plaintext, kind="event")
