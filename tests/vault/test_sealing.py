"""Sealed values: they open in their own place, with their own key, unaltered, and nowhere else."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.errors import Tampered
from auditdesk.vault.ciphers import context, unwrap, wrap
from auditdesk.vault.sealing import CustomerKey, Kind, commitment

KEY: Final = bytes(range(32))
KEY_ID: Final = b"k" * 16
CUSTOMER: Final = CustomerKey(KEY, KEY_ID, "ledger")
KINDS: Final = st.sampled_from(["event", "snapshot"])
VERSIONS: Final = st.integers(1, 2**63)
STREAMS: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(STREAMS, VERSIONS, st.binary(max_size=400), KINDS)
def test_what_was_sealed_opens_in_its_place(stream: str, version: int, data: bytes, kind: Kind) -> None:
    sealed = CUSTOMER.seal(stream, version, data, kind)
    opening = CUSTOMER.open(stream, version, sealed.blob, kind)
    assert opening.data == data
    assert sealed.commitment == hmac.digest(opening.salt, data, hashlib.sha256)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
def test_the_commitment_is_hmac_sha_256(salt: bytes, data: bytes) -> None:
    assert commitment(salt, data) == hmac.digest(salt, data, hashlib.sha256)


@given(st.tuples(STREAMS, VERSIONS, KINDS), st.tuples(STREAMS, VERSIONS, KINDS))
def test_a_value_moved_to_another_place_is_shown_as_tampering(
    here: tuple[str, int, Kind], there: tuple[str, int, Kind]
) -> None:
    sealed = CUSTOMER.seal(here[0], here[1], b"data", here[2])
    if here == there:
        assert CUSTOMER.open(there[0], there[1], sealed.blob, there[2]).data == b"data"
    else:
        with pytest.raises(Tampered):
            CUSTOMER.open(there[0], there[1], sealed.blob, there[2])


@given(st.data())
def test_any_altered_byte_is_shown_as_tampering(data: st.DataObject) -> None:
    blob = bytearray(CUSTOMER.seal("customer/C-1", 1, b"Jane", "event").blob)
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Tampered, match="customer/C-1 #1"):
        CUSTOMER.open("customer/C-1", 1, bytes(blob), "event")


@given(st.integers(0, 64))
def test_a_value_cut_short_is_shown_as_tampering(length: int) -> None:
    blob = CUSTOMER.seal("customer/C-1", 1, b"Jane at Long Street", "event").blob
    with pytest.raises(Tampered):
        CUSTOMER.open("customer/C-1", 1, blob[:length], "event")


@pytest.mark.parametrize(
    "stranger",
    [
        CustomerKey(KEY, b"x" * 16, "ledger"),
        CustomerKey(KEY, KEY_ID, "other ledger"),
        CustomerKey(bytes(32), KEY_ID, "ledger"),
    ],
    ids=["key id", "ledger", "key"],
)
def test_another_key_key_id_or_ledger_opens_nothing(stranger: CustomerKey) -> None:
    blob = CUSTOMER.seal("bank", 1, b"data", "event").blob
    with pytest.raises(Tampered):
        stranger.open("bank", 1, blob, "event")


def test_the_same_data_never_looks_the_same_twice() -> None:
    sealed = [CUSTOMER.seal("bank", 1, b"data", "event") for _ in range(200)]
    assert len({value.blob[1:13] for value in sealed}) == 200
    assert len({value.commitment for value in sealed}) == 200


FIELD: Final = st.one_of(st.binary(max_size=6), st.text("ab\0", max_size=6), st.integers(0, 2**40))


@given(st.lists(FIELD, max_size=5), st.lists(FIELD, max_size=5))
def test_contexts_are_equal_only_for_equal_fields(
    one: list[bytes | str | int], other: list[bytes | str | int]
) -> None:
    same = [(type(value), value) for value in one] == [(type(value), value) for value in other]
    assert (context("label", *one) == context("label", *other)) is same


@given(st.binary(max_size=64), st.binary(max_size=20))
def test_a_wrapped_key_opens_only_under_its_key_and_context(secret: bytes, bound_to: bytes) -> None:
    key = os.urandom(32)
    wrapped = wrap(key, secret, bound_to)
    assert unwrap(key, wrapped, bound_to) == secret
    for attempt in (
        (os.urandom(32), wrapped, bound_to),
        (key, wrapped, bound_to + b"x"),
        (key, b"", bound_to),
    ):
        with pytest.raises(Tampered):
            unwrap(*attempt)
