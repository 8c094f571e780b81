"""Signed notes: the published example of C2SP signed-note, what is refused, and round trips."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.errors import ProofError
from auditdesk.proof.signed_note import (
    MAX_SIGNATURES,
    NoteSignature,
    SignedNote,
    VerifierKey,
    format_note,
    parse_note,
    parse_vkey,
    sign_note,
    strict_base64,
    strict_whole,
    verify_note,
)

# the example of https://c2sp.org/signed-note
EXAMPLE_VKEY: Final = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE: Final = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
""".encode()
PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY: Final = VerifierKey.of("bank.example/books", PRIVATE.public_key().public_bytes_raw())
STRANGER: Final = VerifierKey.of("bank.example/books", bytes(32))


def check(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def code_of(outcome: Callable[[], object]) -> str:
    with pytest.raises(ProofError) as caught:
        outcome()
    return caught.value.code


def test_the_published_example_verifies_with_the_published_key() -> None:
    key = parse_vkey(EXAMPLE_VKEY)
    note = parse_note(EXAMPLE_NOTE)
    assert key.vkey() == EXAMPLE_VKEY
    assert note.text == "This is an example message.\n"
    assert verify_note(note, [key], check) == (key,)
    assert format_note(note) == EXAMPLE_NOTE


def test_the_published_example_is_refused_once_a_letter_changes() -> None:
    note = parse_note(EXAMPLE_NOTE.replace(b"message", b"massage"))
    assert code_of(lambda: verify_note(note, [parse_vkey(EXAMPLE_VKEY)], check)) == "bad_signature"


def test_the_text_ends_at_the_last_blank_line() -> None:
    raw = sign_note("one\n\n\ntwo\n\n", KEY, PRIVATE.sign)
    assert parse_note(raw).text == "one\n\n\ntwo\n\n"
    assert verify_note(parse_note(raw), [KEY], check) == (KEY,)


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1))
def test_any_text_without_control_characters_survives_the_round_trip(text: str) -> None:
    note = parse_note(sign_note(f"{text}x\n", KEY, PRIVATE.sign))
    assert note.text == f"{text}x\n"
    assert verify_note(note, [STRANGER, KEY], check) == (KEY,)


def test_signatures_of_unknown_keys_are_ignored_beside_a_known_one() -> None:
    mine = NoteSignature(KEY.name, KEY.key_id, PRIVATE.sign(b"text\n"))
    others = [NoteSignature(f"witness{number}.example", b"abcd", b"?") for number in range(15)]
    note = parse_note(format_note(SignedNote("text\n", (*others, mine, mine))))
    assert verify_note(note, [KEY], check) == (KEY,)
    assert code_of(lambda: verify_note(note, [], check)) == "unknown_signer"
    assert code_of(lambda: verify_note(note, [STRANGER], check)) == "unknown_signer"


def test_one_bad_signature_of_a_known_key_refuses_the_whole_note() -> None:
    good = NoteSignature(KEY.name, KEY.key_id, PRIVATE.sign(b"text\n"))
    note = SignedNote("text\n", (good, good._replace(signature=PRIVATE.sign(b"other\n"))))
    assert code_of(lambda: verify_note(note, [KEY], check)) == "bad_signature"


def test_two_known_keys_of_one_name_and_id_are_refused() -> None:
    twin = KEY._replace(public_key=bytes(32))
    note = parse_note(sign_note("text\n", KEY, PRIVATE.sign))
    assert code_of(lambda: verify_note(note, [KEY, twin], check)) == "ambiguous_key"
    assert verify_note(note, [KEY, KEY], check) == (KEY,)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "note_form"),
        (b"text\n", "note_form"),
        (b"text\n\n", "note_form"),
        (EXAMPLE_NOTE[:-1], "note_form"),
        (EXAMPLE_NOTE + b"\n", "note_form"),
        (b"\n" + EXAMPLE_NOTE[EXAMPLE_NOTE.index(b"\n\n") + 1 :], "note_form"),
        (EXAMPLE_NOTE.replace(b"\n", b"\r\n"), "note_encoding"),
        (EXAMPLE_NOTE.replace(b"example m", b"example\tm"), "note_encoding"),
        (EXAMPLE_NOTE.replace(b"example m", b"example\xffm"), "note_encoding"),
        (EXAMPLE_NOTE.replace("— ".encode(), b"- "), "note_signature_form"),
        (EXAMPLE_NOTE.replace("— ".encode(), "—\N{NO-BREAK SPACE}".encode()), "note_signature_form"),
        (EXAMPLE_NOTE.replace(b"com/foo", b"com+foo"), "note_signature_form"),
        (EXAMPLE_NOTE.replace(b"com/foo ", b"com/foo\xe2\x80\x83 "), "note_signature_form"),
        (EXAMPLE_NOTE.replace(b"example.com/foo ", b" "), "note_signature_form"),
        (EXAMPLE_NOTE.replace(b"yaQM=", b"yaQN="), "note_signature_form"),
        (EXAMPLE_NOTE.replace(b"yaQM=", b"yaQM"), "note_signature_form"),
        (EXAMPLE_NOTE.replace(b"yaQM=", b"ya*M="), "note_signature_form"),
        (b"text\n\n" + "— name AAAA\n".encode(), "note_signature_form"),
        (b"text\n\n" + "— name AAAAAAA=\n".encode() * (MAX_SIGNATURES + 1), "note_form"),
        (b"x" * 1_000_001 + b"\n\n" + "— name AAAAAAA=\n".encode(), "note_form"),
    ],
)
def test_a_note_that_is_not_of_the_form_is_refused(raw: bytes, code: str) -> None:
    assert code_of(lambda: parse_note(raw)) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "key_form"),
        ("name", "key_form"),
        ("name+530d903a", "key_form"),
        (EXAMPLE_VKEY + "\n", "key_form"),
        (EXAMPLE_VKEY.replace("example.com", "example com"), "key_form"),
        (EXAMPLE_VKEY[EXAMPLE_VKEY.index("+") :], "key_form"),
        (EXAMPLE_VKEY.replace("+AekyeRrm", "+Aeky"), "key_form"),
        (EXAMPLE_VKEY.replace("+Aeky", "+Beky"), "key_type"),
        (EXAMPLE_VKEY.replace("530d903a", "530D903A"), "key_id_mismatch"),
        (EXAMPLE_VKEY.replace("foo", "fob"), "key_id_mismatch"),
        (EXAMPLE_VKEY.replace("rnKv", "rnKw"), "key_id_mismatch"),
    ],
)
def test_a_key_that_is_not_of_the_form_is_refused(text: str, code: str) -> None:
    assert code_of(lambda: parse_vkey(text)) == code


def test_what_a_note_cannot_carry_is_not_written() -> None:
    assert code_of(lambda: sign_note("no newline at the end", KEY, PRIVATE.sign)) == "note_form"
    assert code_of(lambda: sign_note("bell\a\n", KEY, PRIVATE.sign)) == "note_encoding"
    assert code_of(lambda: format_note(SignedNote("text\n", ()))) == "note_form"


@pytest.mark.parametrize(
    "text", ["", "00", "01", "-1", "+1", "1 ", "1_0", "\u0661", "\u00b2", str(1 << 63), "9" * 5000]
)
def test_a_whole_number_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        strict_whole(text)


@pytest.mark.parametrize("number", [0, 1, 10, (1 << 63) - 1])
def test_a_whole_number_up_to_63_bits_is_read(number: int) -> None:
    assert strict_whole(str(number)) == number


@pytest.mark.parametrize("text", ["A", "AA", "AA=", "AB==", "AA==\n", " AA==", "A-_=", "ä"])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        strict_base64(text)
