"""The program that is handed out with evidence, with types: what it checks, we check with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from auditdesk.domain.errors import ProofError
from auditdesk.resources import check_evidence as _program

README: Final[bytes] = _program.README.encode()
EVENT_FILE: Final[str] = _program.EVENT
OPENING_FILE: Final[str] = _program.OPENING
PROOF_FILE: Final[str] = _program.PROOF
KEY_FILE: Final[str] = _program.KEY
README_FILE: Final[str] = _program.README_NAME
PROGRAM_FILE: Final[str] = _program.PROGRAM


class Proven(NamedTuple):
    """What evidence proves: the members of event.json, the opened personal data (JSON), and in words.

    `size` counts the events of the log that the proof is for; `vkey` is the key that signed it.
    """

    event: Mapping[str, Any]
    personal: str | None
    size: int
    vkey: str
    key_was_given: bool
    description: str


def check_bundle(path: Path, trusted: Sequence[str] = ()) -> Proven:
    """Check a folder or zip of evidence, against trusted keys if there are any.

    Raises `ProofError` with the program's own code and sentence.
    """
    return _checked(lambda: _program.read_bundle(path), trusted)


def check_files(files: Mapping[str, bytes]) -> Proven:
    """Check the files of a bundle before it is handed out. Raises `ProofError`."""
    return _checked(lambda: files, ())


def _checked(read: Callable[[], Mapping[str, bytes]], trusted: Sequence[str]) -> Proven:
    try:
        proven = _program.check(read(), trusted)
    except _program.Refusal as refusal:
        raise ProofError(refusal.code, refusal.sentence) from refusal
    return Proven(
        proven.event,
        proven.personal,
        proven.checkpoint.size,
        proven.key.vkey,
        proven.key_was_given,
        _program.describe(proven),
    )


def canonical_line(document: Mapping[str, Any]) -> bytes:
    """Canonical JSON and a newline, as the program reads it."""
    raw: bytes = _program.canonical(document)
    return raw + b"\n"


def pack(files: Mapping[str, bytes]) -> bytes:
    """The zip of a bundle."""
    raw: bytes = _program.pack(files)
    return raw


def program_bytes() -> bytes:
    """The program itself."""
    return Path(_program.__file__).read_bytes()


def is_signature(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature (RFC 8032) is the key's over the message; a few milliseconds."""
    found: bool = _program.is_signature(public_key, signature, message)
    return found
