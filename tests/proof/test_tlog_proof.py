"""Proofs to take away: round trips, and each way of not being one."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.errors import ProofError
from auditdesk.proof.checkpoint import Checkpoint, format_text
from auditdesk.proof.merkle import Tree
from auditdesk.proof.signed_note import VerifierKey, sign_note
from auditdesk.proof.tlog_proof import TlogProof, format_proof, parse_proof, verify_proof

KEY: Final = VerifierKey.of("auditdesk.ledger/0198c6a2", bytes(32))
LEAVES: Final = [sha256(bytes([number])).digest() for number in range(200)]


def sign(message: bytes) -> bytes:
    return sha256(message).digest() * 2


def check(_public_key: bytes, signature: bytes, message: bytes) -> bool:
    return signature == sign(message)


def proof_of(index: int, size: int) -> TlogProof:
    tree = Tree(size, lambda _level, first, count: LEAVES[first : first + count])
    note = sign_note(format_text(Checkpoint(KEY.name, size, tree.root())), KEY, sign)
    return TlogProof(index, tuple(tree.inclusion_proof(index)), note)


PROOF: Final = proof_of(5, 11)
RAW: Final = format_proof(PROOF)


def code_of(outcome: Callable[[], object]) -> str:
    with pytest.raises(ProofError) as caught:
        outcome()
    return caught.value.code


@given(size=st.integers(1, 200), place=st.integers(0, 199), extra=st.none() | st.binary(max_size=40))
def test_a_proof_survives_the_round_trip_and_verifies(size: int, place: int, extra: bytes | None) -> None:
    index = place % size
    proof = msgspec.structs.replace(proof_of(index, size), extra=extra)
    read = parse_proof(format_proof(proof))
    assert read == proof
    assert verify_proof(read, LEAVES[index], [KEY], check).size == size


def test_the_form_is_the_published_one() -> None:
    lines = format_proof(msgspec.structs.replace(PROOF, extra=b"age")).decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra YWdl", "index 5"]
    assert lines[7:10] == ["", "auditdesk.ledger/0198c6a2", "11"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"index": 4}, "root_mismatch"),
        ({"index": 11}, "index_beyond_size"),
        ({"hashes": ()}, "empty_proof"),
        ({"hashes": (*PROOF.hashes, LEAVES[0])}, "extra_hash"),
        ({"hashes": PROOF.hashes[:-1]}, "missing_hash"),
        ({"hashes": PROOF.hashes[::-1]}, "root_mismatch"),
        ({"checkpoint": PROOF.checkpoint.replace(b"\n11\n", b"\n12\n")}, "bad_signature"),
        ({"checkpoint": proof_of(5, 12).checkpoint}, "root_mismatch"),
    ],
)
def test_a_proof_that_proves_nothing_says_why(change: dict[str, object], code: str) -> None:
    proof = parse_proof(format_proof(msgspec.structs.replace(PROOF, **change)))
    assert code_of(lambda: verify_proof(proof, LEAVES[5], [KEY], check)) == code


def test_a_proof_of_another_leaf_or_under_another_key_is_refused() -> None:
    stranger = VerifierKey.of(KEY.name, bytes(31) + b"\x01")
    assert code_of(lambda: verify_proof(PROOF, LEAVES[6], [KEY], check)) == "root_mismatch"
    assert code_of(lambda: verify_proof(PROOF, LEAVES[5], [stranger], check)) == "unknown_signer"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "proof_form"),
        (RAW[1:], "proof_form"),
        (RAW.replace(b"@v1", b"@v2"), "proof_form"),
        (RAW.replace(b"\n\n", b"\n"), "proof_form"),
        (RAW.replace(b"\n", b"\r\n"), "proof_form"),
        (RAW.replace(b"index", "índex".encode()), "proof_form"),
        (b"c2sp.org/tlog-proof@v1\n\n" + PROOF.checkpoint, "proof_form"),
        (RAW.replace(b"index 5", b"extra *\nindex 5"), "proof_extra"),
        (RAW.replace(b"index 5", b"extra YWdl"), "proof_index"),
        (RAW.replace(b"index 5\n", b"extra YWdl\n", 1).split(b"YWdl")[0] + b"YWdl\n\n", "proof_index"),
        (RAW.replace(b"index 5", b"Index 5"), "proof_index"),
        (RAW.replace(b"index 5", b"index 05"), "proof_index"),
        (RAW.replace(b"index 5", b"index -5"), "proof_index"),
        (RAW.replace(b"index 5", b"index 5\nAAAA"), "proof_hash"),
        (RAW.replace(b"index 5", b"index 5\n "), "proof_hash"),
        (
            RAW.replace(b"index 5", b"index 5" + b"\nQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=" * 60),
            "proof_hash",
        ),
        (RAW + b"x" * 2_000_000, "proof_form"),
    ],
)
def test_bytes_that_are_no_proof_are_refused(raw: bytes, code: str) -> None:
    assert code_of(lambda: parse_proof(raw)) == code


def test_what_a_proof_cannot_hold_is_not_written() -> None:
    assert code_of(lambda: format_proof(msgspec.structs.replace(PROOF, index=-1))) == "proof_index"
    assert code_of(lambda: format_proof(msgspec.structs.replace(PROOF, hashes=(b"",)))) != "root_mismatch"
