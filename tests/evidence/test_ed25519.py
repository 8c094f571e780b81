"""The program's own Ed25519 against RFC 8032 §7.1 and against the library that signs."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from resources.check_evidence import ORDER, P, is_signature

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()


@pytest.mark.parametrize(
    ("public_key", "message", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            (
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
                "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            ),
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            (
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0"
                "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ),
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            (
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
                "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
            ),
        ),
        (
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            (
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ),
            (
                "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b5890"
                "9351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
            ),
        ),
    ],
)
def test_the_published_signatures_verify(public_key: str, message: str, signature: str) -> None:
    key, text, signed = bytes.fromhex(public_key), bytes.fromhex(message), bytes.fromhex(signature)
    assert is_signature(key, signed, text)
    assert not is_signature(key, signed, text + b"\0")


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(), bit=st.integers(-1, 511))
def test_it_agrees_with_the_library_on_signatures_whole_and_altered(
    seed: bytes, message: bytes, bit: int
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    signature = bytearray(private.sign(message))
    if bit >= 0:
        signature[bit // 8] ^= 1 << bit % 8
    public_key = private.public_key().public_bytes_raw()
    assert is_signature(public_key, bytes(signature), message) == by_the_library(
        public_key, bytes(signature), message
    )


def by_the_library(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_a_second_spelling_of_a_signature_is_refused() -> None:
    signature = PRIVATE.sign(b"message")
    raised = int.from_bytes(signature[32:], "little") + ORDER
    assert is_signature(PUBLIC, signature, b"message")
    assert not is_signature(PUBLIC, signature[:32] + raised.to_bytes(32, "little"), b"message")


@pytest.mark.parametrize("length", [0, 31, 63, 65])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    assert not is_signature(PUBLIC, (PRIVATE.sign(b"message") + b"\0")[:length], b"message")


@pytest.mark.parametrize(
    "public_key",
    [
        b"",
        PUBLIC[:31],
        PUBLIC + b"\0",
        P.to_bytes(32, "little"),
        (2).to_bytes(32, "little"),
        (1 | 1 << 255).to_bytes(32, "little"),
    ],
)
def test_bytes_that_are_no_point_verify_nothing(public_key: bytes) -> None:
    assert not is_signature(public_key, PRIVATE.sign(b"message"), b"message")
