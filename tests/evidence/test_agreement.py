"""The program that is handed out and the domain's modules say the same of the same bytes."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.errors import ProofError
from auditdesk.ledger.envelope import Envelope, leaf_entry, leaf_hash
from auditdesk.proof.signed_note import VerifierKey, parse_vkey
from auditdesk.proof.tlog_proof import format_proof, parse_proof, verify_proof
from resources import check_evidence
from resources.check_evidence import Refusal, is_signature
from tests.evidence.bundles import ENVELOPE, KEY, bundle, document, proof_for

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
WHOLE = st.integers(-(1 << 63), (1 << 63) - 1)
LEAF = leaf_hash(ENVELOPE)


def by_the_domain(raw: bytes, leaf: bytes) -> tuple[object, ...]:
    try:
        return tuple(verify_proof(parse_proof(raw), leaf, [KEY], is_signature)[:3])
    except ProofError as error:
        return (error.code,)


def by_the_program(raw: bytes, leaf: bytes) -> tuple[object, ...]:
    key = check_evidence.read_key(KEY.vkey())
    try:
        return tuple(check_evidence.check_proof(check_evidence.read_proof(raw), leaf, key))
    except Refusal as refusal:
        return (refusal.code,)


@given(size=st.integers(1, 200), place=st.integers(0, 199), right_leaf=st.booleans())
def test_both_say_the_same_of_proofs_in_random_trees(size: int, place: int, *, right_leaf: bool) -> None:
    raw = format_proof(proof_for(LEAF, index=place % size, size=size))
    leaf = LEAF if right_leaf else sha256(LEAF).digest()
    verdict = by_the_program(raw, leaf)
    assert verdict == by_the_domain(raw, leaf)
    assert (len(verdict) == 3) is right_leaf


@given(size=st.integers(1, 40), data=st.data())
def test_both_refuse_altered_proofs_for_the_same_reason(size: int, data: st.DataObject) -> None:
    raw = format_proof(proof_for(LEAF, index=0, size=size))
    start = data.draw(st.integers(0, len(raw) - 1))
    end = data.draw(st.integers(start, min(start + 50, len(raw))))
    altered = (
        raw[:start] + data.draw(st.binary(max_size=3) | st.sampled_from([b"\n", b"\n\n", b" "])) + raw[end:]
    )
    assert by_the_program(altered, LEAF) == by_the_domain(altered, LEAF)


def test_both_look_at_the_index_before_the_hashes() -> None:
    raw = format_proof(proof_for(LEAF, index=0, size=3))
    altered = raw.replace(b"index 0", b"index \n0")
    assert by_the_program(altered, LEAF) == by_the_domain(altered, LEAF) == ("proof_index",)


@given(name=TEXTS, public_key=st.binary(min_size=32, max_size=32), cut=st.integers(0, 3))
def test_both_read_the_same_keys(name: str, public_key: bytes, cut: int) -> None:
    try:
        text = VerifierKey.of(name, public_key).vkey()[cut:]
    except ProofError:
        text = f"{name}+00000000+AAAA"
    try:
        expected: tuple[object, ...] = tuple(parse_vkey(text))
    except ProofError as error:
        expected = (error.code,)
    try:
        found: tuple[object, ...] = check_evidence.read_key(text)[:3]
    except Refusal as refusal:
        found = (refusal.code,)
    assert found == expected


@given(
    texts=st.lists(TEXTS, min_size=6, max_size=6),
    numbers=st.lists(WHOLE, min_size=6, max_size=6),
    subject=st.none() | TEXTS,
    sealed=st.none() | st.binary(),
    commitment=st.none() | st.binary(min_size=32, max_size=32),
    payload=st.dictionaries(TEXTS, WHOLE | TEXTS | st.none()),
)
def test_both_hash_the_same_leaf_for_any_event(
    texts: list[str],
    numbers: list[int],
    subject: str | None,
    sealed: bytes | None,
    commitment: bytes | None,
    payload: dict[str, Any],
) -> None:
    envelope = Envelope(
        position=numbers[0],
        stream=texts[0],
        version=numbers[1],
        event_id=texts[1],
        type=texts[2],
        schema=numbers[2],
        booked_at_us=numbers[3],
        recorded_at_us=numbers[4],
        operator=texts[3],
        command_id=texts[4],
        ordinal=numbers[5],
        correlation_id=texts[5],
        subject=subject,
        payload=json.dumps(payload).encode(),
        sealed=sealed,
        commitment=commitment,
    )
    assert check_evidence.leaf_hash(document(envelope)) == leaf_hash(envelope)
    assert check_evidence.canonical(json.loads(leaf_entry(envelope))) == leaf_entry(envelope)
    event = (
        check_evidence.read_event(bundle(envelope)["event.json"]) if numbers[0] == 6 else document(envelope)
    )
    assert event["leaf_hash"] == leaf_hash(envelope).hex()
