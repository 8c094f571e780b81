"""Proofs of inclusion to take away, as C2SP `tlog-proof@v1` has them: index, hashes, signed checkpoint."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from auditdesk.domain.errors import ProofError
from auditdesk.proof.checkpoint import Checkpoint, open_checkpoint
from auditdesk.proof.merkle import HASH_BYTES, verify_inclusion
from auditdesk.proof.signed_note import CheckSignature, VerifierKey, strict_base64, strict_whole

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_HASHES: Final = 63
MAX_PROOF_BYTES: Final = 2_000_000


class TlogProof(Struct, frozen=True):
    """A proof as it was read: not to be believed before `verify_proof`.

    `index` counts leaves from 0; `hashes` lead from the leaf's sibling to the root's child; `checkpoint` is
    the signed note, byte for byte; `extra` is authenticated by nothing.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def parse_proof(raw: bytes) -> TlogProof:
    """Read a proof. Raises `ProofError`: `proof_form`, `proof_extra`, `proof_index`, `proof_hash`."""
    head, blank, checkpoint = raw.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _not_a_proof() from error
    if len(raw) > MAX_PROOF_BYTES or not blank or first != HEADER or not lines:
        raise _not_a_proof()
    extra = None
    if lines[0].startswith("extra "):
        extra = _base64(lines.pop(0)[len("extra ") :], "proof_extra", "The extra line of the proof")
    index = _index(lines.pop(0) if lines else "")
    hashes = tuple(_base64(line, "proof_hash", "A hash of the proof") for line in lines)
    if len(hashes) > MAX_HASHES or any(len(value) != HASH_BYTES for value in hashes):
        raise ProofError(
            "proof_hash", f"The proof holds more than {MAX_HASHES} hashes, or one is not a hash."
        )
    return TlogProof(index, hashes, checkpoint, extra)


def format_proof(proof: TlogProof) -> bytes:
    """The proof's bytes. Raises `ProofError` where `parse_proof` would not read them back."""
    lines = [HEADER]
    if proof.extra is not None:
        lines.append(f"extra {b64encode(proof.extra).decode()}")
    lines.append(f"index {proof.index}")
    lines += [b64encode(value).decode() for value in proof.hashes]
    raw = "\n".join((*lines, "", "")).encode() + proof.checkpoint
    if parse_proof(raw) != proof:
        raise _not_a_proof()
    return raw


def verify_proof(
    proof: TlogProof, leaf: bytes, keys: Iterable[VerifierKey], check: CheckSignature
) -> Checkpoint:
    """The checkpoint under which the leaf hash is proven to stand at the proof's index.

    Raises `ProofError` as `open_checkpoint` and `verify_inclusion`.
    """
    checkpoint = open_checkpoint(proof.checkpoint, keys, check)
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint


def _index(line: str) -> int:
    word, _, digits = line.partition(" ")
    try:
        index = strict_whole(digits)
    except ValueError as error:
        raise ProofError("proof_index", "The index line of the proof holds no index.") from error
    if word != "index":
        raise ProofError("proof_index", "The proof has no index line where one belongs.")
    return index


def _base64(text: str, code: str, what: str) -> bytes:
    try:
        return strict_base64(text)
    except ValueError as error:
        raise ProofError(code, f"{what} is not canonical base64.") from error


def _not_a_proof() -> ProofError:
    return ProofError("proof_form", f"This is not a proof of the format {HEADER}.")
