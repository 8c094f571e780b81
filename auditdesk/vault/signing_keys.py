"""Signing keys for checkpoints and certificates: Ed25519 (RFC 8032), wrapped apart from customers' keys.

Retired keys stay in the table with their public halves, so that old evidence still verifies.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from auditdesk.domain.errors import LedgerDamaged, Tampered
from auditdesk.vault.ciphers import context, new_key, unwrap, wrap
from auditdesk.vault.file import Connection, VaultFile
from auditdesk.vault.wrapped_keys import Secrets, seal_signing_key


class PublicKey(NamedTuple):
    """A signing key's public half (32 bytes); `key_id` is the first 16 hex digits of its SHA-256."""

    key_id: str
    public_key: bytes
    created_at_us: int
    retired_at_us: int | None


class Signature(NamedTuple):
    """A signature (64 bytes) and the key that made it."""

    key_id: str
    signature: bytes


class SigningKey(NamedTuple):
    """The key in use."""

    key_id: str
    private_key: Ed25519PrivateKey

    def sign(self, message: bytes) -> Signature:
        """Sign a message."""
        return Signature(self.key_id, self.private_key.sign(message))


def public_keys(connection: Connection) -> tuple[PublicKey, ...]:
    """All signing keys, oldest first; the last one that isn't retired is in use."""
    rows = connection.execute(
        "SELECT key_id, public_key, created_at_us, retired_at_us FROM signing_keys ORDER BY id"
    )
    return tuple(_public_key(*row) for row in rows)


def _public_key(
    key_id: object, public_key: object, created_at_us: int, retired_at_us: int | None
) -> PublicKey:
    """A row of the table; a damaged page yields NULL even where the column can't hold it."""
    if isinstance(key_id, str) and isinstance(public_key, bytes):
        return PublicKey(key_id, public_key, created_at_us, retired_at_us)
    raise LedgerDamaged("A signing key's row in the vault is damaged.", "Restore the vault from a backup.")


def load_signing_key(connection: Connection, file: VaultFile, secrets: Secrets) -> SigningKey:
    """The key in use. Raises `VaultLocked`, `Tampered`, `LedgerDamaged`."""
    signing_key = secrets.need_signing_key()
    row = connection.execute(
        "SELECT key_id, public_key, wrapped_private FROM signing_keys WHERE retired_at_us IS NULL"
        " ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        raise LedgerDamaged("The vault holds no signing key.", "Restore the vault from a backup.")
    key_id, public_key, wrapped = row
    raw = unwrap(signing_key, wrapped, _context(file, public_key, secrets.signing_generation))
    private_key = Ed25519PrivateKey.from_private_bytes(raw)
    if key_id_of(public_key) != key_id or private_key.public_key().public_bytes_raw() != public_key:
        raise Tampered("The vault's signing key was altered.", "Restore the vault from a backup.")
    return SigningKey(key_id, private_key)


def make_signing_key(connection: Connection, file: VaultFile, signing_key: bytes, generation: int) -> str:
    """Retire the key in use and make a new one; returns its id."""
    private_key = Ed25519PrivateKey.generate()
    public_key = private_key.public_key().public_bytes_raw()
    wrapped = wrap(signing_key, private_key.private_bytes_raw(), _context(file, public_key, generation))
    key_id, now_us = key_id_of(public_key), file.clock()
    connection.execute("UPDATE signing_keys SET retired_at_us = ? WHERE retired_at_us IS NULL", (now_us,))
    # a retired key signs nothing more: its private half is given up at once
    connection.execute("UPDATE signing_keys SET wrapped_private = x''")
    connection.execute(
        "INSERT INTO signing_keys (key_id, public_key, wrapped_private, created_at_us) VALUES (?, ?, ?, ?)",
        (key_id, public_key, wrapped, now_us),
    )
    connection.execute("UPDATE vault SET scrub_pending = 1")
    return key_id


def rewrap_signing_key(connection: Connection, file: VaultFile, secrets: Secrets) -> None:
    """Put the key in use under a new wrapping key, sealed to those who may sign. Raises `VaultLocked`."""
    used = load_signing_key(connection, file, secrets)
    public_key = used.private_key.public_key().public_bytes_raw()
    signing_key, generation = new_key(), secrets.signing_generation + 1
    bound_to = _context(file, public_key, generation)
    wrapped = wrap(signing_key, used.private_key.private_bytes_raw(), bound_to)
    connection.execute("UPDATE signing_keys SET wrapped_private = ? WHERE key_id = ?", (wrapped, used.key_id))
    connection.execute("UPDATE vault SET signing_generation = ?, scrub_pending = 1", (generation,))
    seal_signing_key(connection, file, signing_key, generation)


def renew_signing_key(connection: Connection, file: VaultFile, generation: int) -> str:
    """A new wrapping key, sealed to those who may sign, and a new signing key under it; returns its id."""
    signing_key = new_key()
    connection.execute("UPDATE vault SET signing_generation = ?", (generation,))
    seal_signing_key(connection, file, signing_key, generation)
    return make_signing_key(connection, file, signing_key, generation)


def is_signature(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """True if the Ed25519 signature is valid for key and message (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id_of(public_key: bytes) -> str:
    """The id of a signing key."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def _context(file: VaultFile, public_key: bytes, generation: int) -> bytes:
    return context("private signing key", file.vault_id, public_key, generation)
