"""Bundles of evidence made from the domain's own modules, to be checked by the program that is handed out."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auditdesk.ledger.envelope import Envelope, leaf_hash
from auditdesk.proof.checkpoint import Checkpoint, format_text, origin_of
from auditdesk.proof.merkle import Tree
from auditdesk.proof.signed_note import VerifierKey, sign_note
from auditdesk.proof.tlog_proof import TlogProof, format_proof
from resources import check_evidence

PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY: Final = VerifierKey.of(origin_of("0198c6a2-demo"), PRIVATE.public_key().public_bytes_raw())
OTHER_PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
OTHER_KEY: Final = VerifierKey.of(KEY.name, OTHER_PRIVATE.public_key().public_bytes_raw())
SALT: Final = bytes(range(100, 132))
DATA: Final = '{"counterparty":"Zoë","memo":"Rent, „May“"}'
SIZE: Final = 11
POSITION: Final = 6
ENVELOPE: Final = Envelope(
    position=POSITION,
    stream="account/10-00001",
    version=3,
    event_id="0198c6a2-0000-7000-8000-000000000001",
    type="MoneyDeposited",
    schema=1,
    booked_at_us=1_736_154_000_000_000,
    recorded_at_us=1_736_154_000_000_001,
    operator="ana",
    command_id="0198c6a2-0000-7000-8000-000000000002",
    ordinal=0,
    correlation_id="",
    subject="C-00001",
    payload=b'{"amount_minor":12550,"value_date":"2025-01-06"}',
    sealed=bytes(range(80)),
    commitment=hmac.digest(SALT, DATA.encode(), "sha256"),
)


def document(envelope: Envelope) -> dict[str, Any]:
    """The members of event.json."""
    return {
        **{name: getattr(envelope, name) for name in envelope.__struct_fields__},
        "payload": envelope.payload.decode(),
        "sealed": None if envelope.sealed is None else base64.b64encode(envelope.sealed).decode(),
        "commitment": None if envelope.commitment is None else envelope.commitment.hex(),
        "leaf_hash": leaf_hash(envelope).hex(),
    }


def canonical_line(value: object) -> bytes:
    """Canonical JSON and a newline."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def proof_for(leaf: bytes, *, index: int = POSITION - 1, size: int = SIZE) -> TlogProof:
    """A proof in a log of `size` leaves that has the leaf at `index`."""
    leaves = [sha256(bytes([number])).digest() for number in range(size)]
    leaves[index] = leaf
    tree = Tree(size, lambda _level, first, count: leaves[first : first + count])
    note = sign_note(format_text(Checkpoint(KEY.name, size, tree.root())), KEY, PRIVATE.sign)
    return TlogProof(index, tuple(tree.inclusion_proof(index)), note)


def bundle(envelope: Envelope = ENVELOPE) -> dict[str, bytes]:
    """A whole bundle, with opening, text and program."""
    return {
        "README.txt": check_evidence.README.encode(),
        "event.json": canonical_line(document(envelope)),
        "opening.json": canonical_line({"data": DATA, "salt": SALT.hex()}),
        "proof.tlog-proof": format_proof(proof_for(leaf_hash(envelope))),
        "key.vkey": f"{KEY.vkey()}\n".encode(),
        "check_evidence.py": Path(check_evidence.__file__).read_bytes(),
    }


def write_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The bundle as a folder."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
