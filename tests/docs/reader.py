"""A reader of ledgers and vaults, written from `resources/docs/format.md` alone, without auditdesk.

Rows are dicts of a table's columns. Argon2id, AES-GCM, X25519 and Ed25519 come from a library; everything
else is spelled out here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

Row = Mapping[str, Any]


class Opened(NamedTuple):
    """What a sealed value held."""

    salt: bytes
    data: bytes


class Checkpoint(NamedTuple):
    """The three lines of a checkpoint."""

    origin: str
    size: int
    root: bytes


# --- the log -----------------------------------------------------------------------------


def canonical(value: object) -> bytes:
    """Canonical JSON (§1)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_entry(event: Row) -> bytes:
    """What a leaf covers (§6)."""
    same = ("command_id", "correlation_id", "event_id", "operator", "ordinal", "position", "schema", "stream")
    entry = {name: event[name] for name in (*same, "subject", "type", "version")}
    entry |= {f"{name}_us": event[name] for name in ("booked_at", "recorded_at")}
    entry["payload_sha256"] = hashlib.sha256(event["payload"]).hexdigest()
    entry["sealed_sha256"] = None if event["sealed"] is None else hashlib.sha256(event["sealed"]).hexdigest()
    entry["commitment"] = None if event["commitment"] is None else event["commitment"].hex()
    return canonical(entry)


def leaf_hash(event: Row) -> bytes:
    """§6."""
    return hashlib.sha256(b"\x00" + leaf_entry(event)).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """§7."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:half]) + root(leaves[half:])).digest()


# --- notes and proofs --------------------------------------------------------------------


def public_key_of(vkey: str) -> tuple[str, bytes, bytes]:
    """The name, id and Ed25519 key of a vkey, whose id must be right (§8)."""
    name, key_id, encoded = vkey.split("+", 2)
    material = base64.b64decode(encoded, validate=True)
    wanted = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    if material[:1] != b"\x01" or wanted.hex() != key_id:
        raise ValueError(vkey)
    return name, wanted, material[1:]


def signed_checkpoint(note: str, vkey: str) -> Checkpoint:
    """A checkpoint that the key has signed (§8). Raises `InvalidSignature`, `ValueError`."""
    name, key_id, public_key = public_key_of(vkey)
    text, _, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        value = base64.b64decode(encoded, validate=True)
        if (dash, signer, value[:4]) == ("\N{EM DASH}", name, key_id):
            Ed25519PublicKey.from_public_bytes(public_key).verify(value[4:], f"{text}\n".encode())
            origin, size, root_text = text.split("\n")
            return Checkpoint(origin, int(size), base64.b64decode(root_text, validate=True))
    raise ValueError(note)


def proven_root(proof: str, leaf: bytes) -> tuple[bytes, str]:
    """The root to which a tlog-proof leads from a leaf, and the note in it (§13; RFC 9162 §2.1.3.2)."""
    head, _, note = proof.partition("\n\n")
    version, index, *hashes = head.split("\n")
    if version != "c2sp.org/tlog-proof@v1":
        raise ValueError(version)
    here, last = int(index.removeprefix("index ")), int(note.split("\n")[1]) - 1
    for sibling in (base64.b64decode(line, validate=True) for line in hashes):
        if here % 2 or here == last:
            leaf = hashlib.sha256(b"\x01" + sibling + leaf).digest()
            while here and here % 2 == 0:
                here, last = here // 2, last // 2
        else:
            leaf = hashlib.sha256(b"\x01" + leaf + sibling).digest()
        here, last = here // 2, last // 2
    return leaf, note


# --- sealed values -----------------------------------------------------------------------


def associated_data(kind: bytes, version: int, key_id: bytes, ledger_id: str, stream: str) -> bytes:
    """The place that a sealed value is bound to (§9)."""
    ledger = ledger_id.encode()
    return b"\x01%s%s%s%s%s%s" % (
        kind,
        version.to_bytes(8, "big"),
        key_id,
        len(ledger).to_bytes(2, "big"),
        ledger,
        stream.encode(),
    )


def open_sealed(key: bytes, sealed: bytes, place: bytes) -> Opened:
    """A sealed value's salt and data (§9)."""
    if sealed[0] != 1:
        raise ValueError(sealed[0])
    plain = AESGCM(key).decrypt(sealed[1:13], sealed[13:], place)
    return Opened(plain[:32], plain[32:])


def commitment(opened: Opened) -> bytes:
    """What binds the data (§9)."""
    return hmac.digest(opened.salt, opened.data, "sha256")


# --- the vault ---------------------------------------------------------------------------


def context(*fields: str | bytes | int) -> bytes:
    """What a wrapped key is bound to (§12)."""
    written = b""
    for field in fields:
        if isinstance(field, int):
            written += b"i" + field.to_bytes(8, "big")
        else:
            raw = field if isinstance(field, bytes) else field.encode()
            written += (b"b" if isinstance(field, bytes) else b"s") + len(raw).to_bytes(8, "big") + raw
    return written


def private_key_context(vault: Row, operator: Row) -> bytes:
    """§12, *Contexts*."""
    cost = (operator[f"kdf_{name}"] for name in ("memory_kib", "iterations", "lanes", "purpose"))
    return context("private key", vault["vault_id"], operator["name"], operator["public_key"], *cost)


def passphrase_key(operator: Row, passphrase: str) -> bytes:
    """§12, *Wrapping*."""
    argon = Argon2id(
        salt=operator["kdf_salt"],
        length=32,
        iterations=operator["kdf_iterations"],
        lanes=operator["kdf_lanes"],
        memory_cost=operator["kdf_memory_kib"],
    )
    return argon.derive(unicodedata.normalize("NFC", passphrase).encode())


def unwrap(key: bytes, wrapped: bytes, bound_to: bytes) -> bytes:
    """§12, *Wrapping*."""
    return AESGCM(key).decrypt(wrapped[:12], wrapped[12:], bound_to)


def private_key(vault: Row, operator: Row, passphrase: str) -> bytes:
    """An operator's private key."""
    key = passphrase_key(operator, passphrase)
    return unwrap(key, operator["wrapped_private"], private_key_context(vault, operator))


def vault_key(vault: Row, operator: Row, private: bytes) -> bytes:
    """The key that wraps the customers'."""
    bound_to = context("vault key", vault["vault_id"], operator["name"], vault["generation"])
    return open_hpke(private, operator["sealed_vault_key"], bound_to)


def signing_wrap_key(vault: Row, operator: Row, private: bytes) -> bytes:
    """The key that wraps the signing keys."""
    bound_to = context("signing key", vault["vault_id"], operator["name"], vault["signing_generation"])
    return open_hpke(private, operator["sealed_signing_key"], bound_to)


def customer_key(vault: Row, row: Row, key: bytes) -> bytes:
    """A customer's key; `key` is the vault key."""
    bound_to = context("customer key", vault["vault_id"], row["subject"], row["key_id"], row["generation"])
    return unwrap(key, row["wrapped"], bound_to)


def roster_mac(vault: Row, operator: Row, key: bytes) -> bytes:
    """What an operator's row must bear; `key` is the vault key."""
    flags = (operator[name] for name in ("may_reveal", "may_sign"))
    who = (vault["generation"], operator["name"], operator["roles"])
    message = context("operator", vault["vault_id"], *who, *flags, operator["public_key"])
    return hmac.digest(hmac.digest(key, b"auditdesk vault roster", "sha256"), message, "sha256")


# --- HPKE: RFC 9180, mode base, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM ---------


def open_hpke(private: bytes, sealed: bytes, info: bytes) -> bytes:
    """§5.1.1 and §6.1, one message."""
    own = X25519PrivateKey.from_private_bytes(private)
    encapsulated, ciphertext = sealed[:32], sealed[32:]
    shared = own.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    kem = b"KEM" + (0x20).to_bytes(2, "big")
    both = encapsulated + own.public_key().public_bytes_raw()
    secret = _expand(kem, _extract(kem, b"", b"eae_prk", shared), b"shared_secret", both, 32)
    suite = b"HPKE" + bytes((0, 0x20, 0, 1, 0, 2))
    schedule = b"\x00" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    prk = _extract(suite, secret, b"secret", b"")
    key = _expand(suite, prk, b"key", schedule, 32)
    return AESGCM(key).decrypt(_expand(suite, prk, b"base_nonce", schedule, 12), ciphertext, b"")


def _extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, labelled + b"\x01", "sha256")[:length]  # no output here is longer than one block
