"""The envelope of a recorded event, and the leaf hash that binds all of it.

A leaf is hashed as RFC 6962 §2.1 has it: SHA-256(0x00 ‖ entry). The entry is canonical JSON (UTF-8,
members sorted, no white space) of every envelope member except the hash itself, with `payload` and `sealed`
replaced by their SHA-256: a log whose sealed values can no longer be read still verifies.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, Literal, Protocol

import msgspec
from msgspec import Struct

from auditdesk.domain import codec
from auditdesk.domain.events import Event

SealKind = Literal["event", "snapshot"]

_ENTRY_ENCODER: Final = msgspec.json.Encoder(order="sorted")


class Envelope(Struct, frozen=True, gc=False):
    """One recorded event. Instants are microseconds UTC.

    `ordinal` counts the events that one command left in one stream; `subject` is the customer whose key
    seals the personal data; `payload` is canonical JSON without personal data.
    """

    position: int
    stream: str
    version: int
    event_id: str
    type: str
    schema: int
    booked_at_us: int
    recorded_at_us: int
    operator: str
    command_id: str
    ordinal: int
    correlation_id: str
    subject: str | None
    payload: bytes
    sealed: bytes | None
    commitment: bytes | None
    leaf_hash: bytes = b""

    def event(self) -> Event:
        """The event itself. Raises `UnknownEvent`."""
        return codec.decode_event(self.type, self.schema, self.payload)


class _Entry(Struct, frozen=True, gc=False):
    booked_at_us: int
    command_id: str
    commitment: str | None
    correlation_id: str
    event_id: str
    operator: str
    ordinal: int
    payload_sha256: str
    position: int
    recorded_at_us: int
    schema: int
    sealed_sha256: str | None
    stream: str
    subject: str | None
    type: str
    version: int


class Sealer(Protocol):
    """Seals personal data with the subject's key, bound to its place."""

    def seal(
        self, subject: str, stream: str, version: int, plaintext: bytes, *, kind: SealKind
    ) -> tuple[bytes, bytes]:
        """Return the blob and its commitment. Raises `SubjectErased`, `KeyLost`."""


def leaf_entry(envelope: Envelope) -> bytes:
    """The canonical bytes that the leaf hash covers."""
    return _ENTRY_ENCODER.encode(
        _Entry(
            envelope.booked_at_us,
            envelope.command_id,
            envelope.commitment.hex() if envelope.commitment is not None else None,
            envelope.correlation_id,
            envelope.event_id,
            envelope.operator,
            envelope.ordinal,
            sha256(envelope.payload).hexdigest(),
            envelope.position,
            envelope.recorded_at_us,
            envelope.schema,
            sha256(envelope.sealed).hexdigest() if envelope.sealed is not None else None,
            envelope.stream,
            envelope.subject,
            envelope.type,
            envelope.version,
        )
    )


def leaf_hash(envelope: Envelope) -> bytes:
    """RFC 6962 leaf hash of the envelope: 32 bytes."""
    return sha256(b"\x00" + leaf_entry(envelope)).digest()
