"""Checkpoints as C2SP `tlog-checkpoint` has them: a signed note of origin, size and root of the log.

The origin of a ledger is also the name of the key that signs for it, so that no checkpoint of one ledger can
stand in for another's.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Final, NamedTuple

from auditdesk.domain.errors import ProofError
from auditdesk.proof import signed_note
from auditdesk.proof.merkle import EMPTY_ROOT, HASH_BYTES
from auditdesk.proof.signed_note import CheckSignature, VerifierKey

ORIGIN_PREFIX: Final = "auditdesk.ledger/"


class Checkpoint(NamedTuple):
    """The state of a log: `size` leaves under `root` (32 bytes). `extensions` are further lines, opaque."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def origin_of(ledger_id: str) -> str:
    """The origin line, and the key's name, of a ledger."""
    return ORIGIN_PREFIX + ledger_id


def parse_text(text: str) -> Checkpoint:
    """Read a checkpoint's text.

    Raises `ProofError`: `checkpoint_form` (too few or empty lines), `checkpoint_size`, `checkpoint_root`.
    """
    *lines, rest = text.split("\n")
    if len(lines) < 3 or rest or "" in lines:  # noqa: PLR2004 - origin, size, root
        raise ProofError("checkpoint_form", "A checkpoint is three or more lines, none of them empty.")
    origin, size_text, root_text, *extensions = lines
    try:
        size = signed_note.strict_whole(size_text)
    except ValueError as error:
        raise ProofError(
            "checkpoint_size", "The second line of the checkpoint is not a tree size."
        ) from error
    try:
        root = signed_note.strict_base64(root_text)
    except ValueError as error:
        raise _bad_root() from error
    if len(root) != HASH_BYTES or (size == 0 and root != EMPTY_ROOT):
        raise _bad_root()
    return Checkpoint(origin, size, root, tuple(extensions))


def format_text(checkpoint: Checkpoint) -> str:
    """The text that is signed. Raises `ProofError` where `parse_text` would not read it back."""
    root = b64encode(checkpoint.root).decode()
    lines = (checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions)
    text = "".join(f"{line}\n" for line in lines)
    if parse_text(text) != checkpoint:
        raise ProofError("checkpoint_form", "This cannot be written as a checkpoint.")
    return text


def open_checkpoint(raw: bytes, keys: Iterable[VerifierKey], check: CheckSignature) -> Checkpoint:
    """Read a signed checkpoint and believe it: signed by a known key that is named after the origin.

    Raises `ProofError` as `parse_note`, `verify_note` and `parse_text`, and `wrong_origin`.
    """
    note = signed_note.parse_note(raw)
    signers = signed_note.verify_note(note, keys, check)
    checkpoint = parse_text(note.text)
    if all(key.name != checkpoint.origin for key in signers):
        _check_origin(checkpoint, signers[0])
    return checkpoint


def _check_origin(checkpoint: Checkpoint, key: VerifierKey) -> None:
    if key.name != checkpoint.origin:
        raise ProofError(
            "wrong_origin",
            f"The key {key.name} does not sign for the log {checkpoint.origin}.",
        )


def _bad_root() -> ProofError:
    return ProofError("checkpoint_root", "The third line of the checkpoint is not the root of such a tree.")
