"""Snapshots: the folded state of a stream at every hundredth version, all kept.

A snapshot is a convenience, never a truth: one of another state schema is passed over. What is personal
in a customer's state is sealed in it with the customer's key.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec.structs import asdict

from auditdesk.domain.account import ACCOUNT_STATE_SCHEMA, Account
from auditdesk.domain.customer import CUSTOMER_STATE_SCHEMA, Customer
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.ledger.envelope import Envelope, Sealer
from auditdesk.ledger.rows import SnapshotRow

SNAPSHOT_INTERVAL_EVENTS: Final = 100

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_ACCOUNTS: Final = msgspec.json.Decoder(Account)
_PUBLIC: Final = msgspec.json.Decoder(dict[str, Any])
_DETAILS: Final = msgspec.json.Decoder(PersonalDetails)


def state_schema(state: Account | Customer) -> int:
    """The schema under which this kind of state is kept today."""
    return ACCOUNT_STATE_SCHEMA if isinstance(state, Account) else CUSTOMER_STATE_SCHEMA


def encode_state(state: Account | Customer) -> bytes:
    """The state's public part as canonical JSON; a customer's personal part is left out."""
    if isinstance(state, Customer):
        return _ENCODER.encode({name: value for name, value in asdict(state).items() if name != "personal"})
    return _ENCODER.encode(state)


def snapshot_row(state: Account | Customer, envelope: Envelope, sealer: Sealer | None) -> SnapshotRow | None:
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
