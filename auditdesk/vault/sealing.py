"""Personal data sealed with a customer's key, and the commitment that can open one event without it.

Sealed value, format 1: format (1 byte, 0x01) ‖ nonce (12) ‖ AES-256-GCM of (salt (32) ‖ data).
Associated data: format ‖ kind ‖ version (8, big-endian) ‖ key id (16) ‖ length of the ledger's id
(2, big-endian) ‖ the ledger's id ‖ stream (UTF-8). A value moved to any other place fails to open.
Commitment: HMAC-SHA-256(salt, data) (RFC 2104).
"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import Final, Literal, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auditdesk.domain.errors import Tampered

Kind = Literal["event", "snapshot"]

FORMAT: Final = b"\x01"
NONCE_BYTES: Final = 12
SALT_BYTES: Final = 32
KEY_ID_BYTES: Final = 16
HEAD: Final[dict[Kind, bytes]] = {"event": FORMAT + b"e", "snapshot": FORMAT + b"s"}

_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))
_INNER_REST: Final = b"\x36" * (64 - SALT_BYTES)  # HMAC pads its key with zeros to a block of 64 bytes
_OUTER_REST: Final = b"\x5c" * (64 - SALT_BYTES)
_DATA_AT: Final = len(FORMAT) + NONCE_BYTES


class SealedValue(NamedTuple):
    """A sealed value, and the commitment to the data in it."""

    blob: bytes
    commitment: bytes


class OpenedValue(NamedTuple):
    """An opened value: the salt of its commitment, and the data."""

    salt: bytes
    data: bytes


def commitment(salt: bytes, data: bytes) -> bytes:
    """HMAC-SHA-256 of `data` under a 32-byte `salt`, written out because it's called for every event.

    (`hmac.digest` takes half as long again.)
    """
    inner = sha256(salt.translate(_INNER) + _INNER_REST + data).digest()
    return sha256(salt.translate(_OUTER) + _OUTER_REST + inner).digest()


class CustomerKey:
    """One customer's key, ready for use. `key` is 32 bytes, `key_id` names it in associated data."""

    __slots__ = ("_belongs_to", "_decrypt", "_encrypt")

    def __init__(self, key: bytes, key_id: bytes, ledger_id: str) -> None:
        cipher = AESGCM(key)
        self._encrypt = cipher.encrypt
        self._decrypt = cipher.decrypt
        ledger = ledger_id.encode()
        self._belongs_to = key_id + len(ledger).to_bytes(2, "big") + ledger

    def seal(self, stream: str, version: int, data: bytes, kind: Kind) -> SealedValue:
        """Seal `data` for its place in the log under a fresh nonce and salt."""
        fresh = os.urandom(NONCE_BYTES + SALT_BYTES)
        nonce, salt = fresh[:NONCE_BYTES], fresh[NONCE_BYTES:]
        place = HEAD[kind] + version.to_bytes(8, "big") + self._belongs_to + stream.encode()
        return SealedValue(FORMAT + nonce + self._encrypt(nonce, salt + data, place), commitment(salt, data))

    def open(self, stream: str, version: int, blob: bytes, kind: Kind) -> OpenedValue:
        """Open a value sealed for this place. Raises `Tampered` for any other bytes or place."""
        try:
            place = HEAD[kind] + version.to_bytes(8, "big") + self._belongs_to + stream.encode()
            if blob[:1] != FORMAT:
                raise ValueError("unknown format")
            plain = self._decrypt(blob[1:_DATA_AT], blob[_DATA_AT:], place)
        except (InvalidTag, ValueError, OverflowError) as error:
            raise Tampered(
                f"The sealed {kind} at {stream} #{version} doesn't open: it was altered or moved.",
                "Verify the ledger.",
            ) from error
        return OpenedValue(plain[:SALT_BYTES], plain[SALT_BYTES:])
