"""Events to bytes and back: canonical JSON, stable tags, schema versions, upcasters.

Canonical JSON here: UTF-8, members sorted by name, no white space, integers only; a member that
holds its default is left out. An event read under an older schema passes through the upcasters
from its version to today's. An unknown tag or a newer schema raises `UnknownEvent`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import msgspec

from auditdesk.domain.catalogue import EVENTS
from auditdesk.domain.errors import UnknownEvent
from auditdesk.domain.events import Event
from auditdesk.domain.personal import Personal

Document = dict[str, Any]
Upcaster = Callable[[Document], Document]

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_CLASSES: Final[dict[str, type[Event]]] = {tag: kind.event for tag, kind in EVENTS.items()}
_DECODERS: Final[dict[tuple[str, int], msgspec.json.Decoder[Any]]] = {
    (tag, cls.SCHEMA): msgspec.json.Decoder(cls) for tag, cls in _CLASSES.items()
}
_PERSONAL_DECODERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    tag: msgspec.json.Decoder(cls.PERSONAL) for tag, cls in _CLASSES.items() if cls.PERSONAL
}
# (tag, schema it reads) → the document of the next schema
UPCASTERS: Final[dict[tuple[str, int], Upcaster]] = {}


def encode_event(event: Event) -> bytes:
    """Canonical JSON of the event's public members."""
    return _ENCODER.encode(event)


def decode_event(tag: str, schema: int, payload: bytes) -> Event:
    """Read an event of any schema ever written.

    Raises `UnknownEvent` for a tag or schema this program does not know, or a payload that is not
    of its form.
    """
    decoder = _DECODERS.get((tag, schema))
    try:
        if decoder is None:
            return _upcast(tag, schema, payload)
        event: Event = decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnknownEvent(f"An event of type {tag!r} is malformed.") from error
    return event


def _upcast(tag: str, schema: int, payload: bytes) -> Event:
    cls = _CLASSES.get(tag)
    if cls is None:
        raise UnknownEvent(
            f"The log holds an event of the unknown type {tag!r}.",
            "Open it with the version of auditdesk that wrote it.",
        )
    if schema > cls.SCHEMA:
        raise UnknownEvent(
            f"The log holds an event of type {tag!r} in the newer schema {schema}.",
            "Open it with a newer auditdesk.",
        )
    if schema < 1:
        raise UnknownEvent(
            f"The log holds an event of type {tag!r} in schema {schema}, which does not exist."
        )
    document: Document = msgspec.json.decode(payload, type=dict)
    try:
        for version in range(schema, cls.SCHEMA):
            document = UPCASTERS[tag, version](document)
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownEvent(f"An event of type {tag!r} is malformed for its schema {schema}.") from error
    return msgspec.convert(document, cls)


def encode_personal(personal: Personal) -> bytes:
    """Canonical JSON of personal data, to be sealed. Every member is written, also the empty ones."""
    return _ENCODER.encode(personal)


def decode_personal(tag: str, data: bytes) -> Personal:
    """Read the personal data that travels beside an event of this tag. Raises `UnknownEvent`."""
    try:
        return cast("Personal", _PERSONAL_DECODERS[tag].decode(data))
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnknownEvent(f"The personal data of a {tag!r} is malformed.") from error
