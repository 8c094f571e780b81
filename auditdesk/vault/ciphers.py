"""Keys wrapped by keys: AES-256-GCM under a symmetric key, HPKE (RFC 9180) to an operator's public key.

Everything wrapped is bound to a *context*, the canonical bytes of what it is and where it belongs,
so that a wrapped key moved to another row doesn't open there.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from auditdesk.domain.errors import Tampered

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def new_key() -> bytes:
    """32 fresh random bytes."""
    return os.urandom(KEY_BYTES)


def context(label: str, *fields: bytes | str | int) -> bytes:
    """Unambiguous bytes of a label and its fields: each with its kind and its length before it."""
    return b"".join(_field(value) for value in (label, *fields))


def wrap(key: bytes, secret: bytes, bound_to: bytes) -> bytes:
    """`secret` under `key`: a fresh 96-bit nonce, then AES-256-GCM with `bound_to` as associated data."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret, bound_to)


def unwrap(key: bytes, wrapped: bytes, bound_to: bytes) -> bytes:
    """Unwrap a key from `wrap`. Raises `Tampered` if key, bytes and context don't belong together."""
    try:
        return AESGCM(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise Tampered(
            "A wrapped key of the vault doesn't open.", "Restore the vault from a backup."
        ) from error


def seal_to(public_key: bytes, secret: bytes, bound_to: bytes) -> bytes:
    """`secret` so that only the holder of the private half opens it."""
    return SUITE.encrypt(secret, X25519PublicKey.from_public_bytes(public_key), info=bound_to)


def open_sealed(private_key: X25519PrivateKey, sealed: bytes, bound_to: bytes) -> bytes:
    """Open a value from `seal_to`. Raises `Tampered` if it was sealed for another place or person."""
    try:
        return SUITE.decrypt(sealed, private_key, info=bound_to)
    except (InvalidTag, ValueError) as error:
        raise Tampered(
            "A key sealed for an operator doesn't open.", "Restore the vault from a backup."
        ) from error


def authenticate(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 under a key derived from `key` for this one use."""
    derived = hmac.digest(key, b"auditdesk vault roster", hashlib.sha256)
    return hmac.digest(derived, message, hashlib.sha256)


def is_authentic(key: bytes, message: bytes, mac: bytes) -> bool:
    """True if `mac` is that of `message`, compared in constant time."""
    return hmac.compare_digest(authenticate(key, message), mac)


def _field(value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return b"i" + value.to_bytes(8, "big", signed=value < 0)  # below zero where the file is damaged
    raw, kind = (value.encode(), b"s") if isinstance(value, str) else (value, b"b")
    return kind + len(raw).to_bytes(8, "big") + raw
