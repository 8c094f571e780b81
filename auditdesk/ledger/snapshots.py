"""Snapshots: the folded state of a stream at every hundredth version, all kept.

A snapshot is a convenience, never a truth: one of another state schema is passed over. What is personal
in a customer's state is sealed in it with the customer's key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec
from msgspec.structs import asdict
from sqlalchemy import Connection, and_, func, or_, select

from auditdesk.domain.account import Account
from auditdesk.domain.catalogue import ACCOUNT, CUSTOMER, State, kind_of
from auditdesk.domain.customer import Customer
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.ledger import schema
from auditdesk.ledger import statements as prepared
from auditdesk.ledger.database import Database
from auditdesk.ledger.envelope import Envelope, Sealer
from auditdesk.ledger.rows import PAGE_ROWS, SnapshotRow, fetch

SNAPSHOT_INTERVAL_EVENTS: Final = 100

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_ACCOUNTS: Final = msgspec.json.Decoder(Account)
_PUBLIC: Final = msgspec.json.Decoder(dict[str, Any])
_DETAILS: Final = msgspec.json.Decoder(PersonalDetails)
_snapshots = schema.snapshots.c
S = TypeVar("S", Account, Customer)


class LoadedState(NamedTuple, Generic[S]):
    """A state, how many events were folded for it, and the snapshot it began from (0: none)."""

    state: S
    folded_events: int
    snapshot_version: int


class KeptCustomer(NamedTuple):
    """A customer's snapshot: the public part of the state, and the personal part as it is sealed."""

    version: int
    state: bytes
    subject: str
    sealed: bytes


class Snapshots:
    """The snapshots of a ledger. Every call sees one state of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, streams: Sequence[str]) -> int:
        """The number of snapshots of these streams."""
        query = select(func.count()).select_from(schema.snapshots).where(_snapshots.stream.in_(streams))
        with self._database.view() as connection:
            return int(fetch(connection, query)[0][0])

    def all(self) -> Iterator[SnapshotRow]:
        """Every snapshot by stream and version, in bounded memory."""
        at = ("", 0)
        while True:
            after = or_(
                _snapshots.stream > at[0], and_(_snapshots.stream == at[0], _snapshots.version > at[1])
            )
            query = (
                select(schema.snapshots)
                .where(after)
                .order_by(_snapshots.stream, _snapshots.version)
                .limit(PAGE_ROWS)
            )
            with self._database.view() as connection:
                rows = fetch(connection, query)
            for row in rows:
                yield SnapshotRow(*row)
            if len(rows) < PAGE_ROWS:
                return
            at = (rows[-1][0], rows[-1][1])


def nearest_account(connection: Connection, stream: str, version: int | None) -> Account | None:
    """The account as its nearest snapshot at or before a version (None: the newest) has it."""
    row = _nearest(connection, stream, version, ACCOUNT.schema)
    return None if row is None else decode_account(row[1])


def nearest_customer(connection: Connection, stream: str, version: int | None) -> KeptCustomer | None:
    """The customer's nearest snapshot at or before a version (None: the newest)."""
    row = _nearest(connection, stream, version, CUSTOMER.schema)
    return None if row is None else KeptCustomer(*row)


def _nearest(
    connection: Connection, stream: str, version: int | None, state_schema: int
) -> tuple[Any, ...] | None:
    end = prepared.NO_END if version is None else version
    return prepared.SNAPSHOT.first(connection, stream=stream, up_to=end, state_schema=state_schema)


def state_schema(state: State) -> int:
    """The schema under which this kind of state is kept today."""
    return kind_of(state).schema


def encode_state(state: State) -> bytes:
    """The state's public part as canonical JSON; a customer's personal part is left out."""
    if isinstance(state, Customer):
        return _ENCODER.encode({name: value for name, value in asdict(state).items() if name != "personal"})
    return _ENCODER.encode(state)


def snapshot_row(state: State, envelope: Envelope, sealer: Sealer | None) -> SnapshotRow | None:
    """The row to keep for `state` as it is after the event; None where personal data can't be sealed now."""
    subject = sealed = None
    if isinstance(state, Customer):
        sealed = seal_personal(state, envelope.stream, sealer) if sealer else None
        if sealed is None:
            return None
        subject = state.number
    return SnapshotRow(
        stream=envelope.stream,
        version=state.version,
        booked_at_us=envelope.booked_at_us,
        recorded_at_us=envelope.recorded_at_us,
        position=envelope.position,
        state_schema=state_schema(state),
        state=encode_state(state),
        subject=subject,
        sealed=sealed,
    )


def seal_personal(state: Customer, stream: str, sealer: Sealer) -> bytes | None:
    """A customer's personal part, sealed for the snapshot; None where it can't be read."""
    if isinstance(state.personal, Mask):
        return None
    plaintext = _ENCODER.encode(state.personal)
    blob, _ = sealer.seal(state.number, stream, state.version, plaintext, kind="snapshot")
    return blob


def decode_account(state: bytes) -> Account:
    """An account as it was kept. Raises `msgspec.DecodeError`."""
    return _ACCOUNTS.decode(state)


def decode_customer(state: bytes, personal: bytes | Mask) -> Customer:
    """A customer as it was kept, with the personal part revealed, or its mask."""
    details = personal if isinstance(personal, Mask) else _DETAILS.decode(personal)
    return Customer(**_PUBLIC.decode(state), personal=details)
