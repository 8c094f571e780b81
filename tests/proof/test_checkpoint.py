"""Checkpoints: the published example of C2SP tlog-checkpoint, what is refused, and round trips."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.errors import ProofError
from auditdesk.proof.checkpoint import (
    Checkpoint,
    format_text,
    open_checkpoint,
    origin_of,
    parse_text,
)
from auditdesk.proof.merkle import EMPTY_ROOT
from auditdesk.proof.signed_note import VerifierKey, parse_note, sign_note

# the example of https://c2sp.org/tlog-checkpoint
EXAMPLE: Final = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
""".encode()  # noqa: E501 - a published line
ORIGIN: Final = origin_of("0198c6a2")
KEY: Final = VerifierKey.of(ORIGIN, bytes(32))
OTHER: Final = VerifierKey.of(origin_of("0198ffff"), bytes(32))
STATE: Final = Checkpoint(ORIGIN, 74, sha256(b"root").digest())
TEXT: Final = format_text(STATE)


def sign(message: bytes) -> bytes:
    """A stand-in: what matters here is who is asked about what."""
    return sha256(message).digest() * 2


def check(_public_key: bytes, signature: bytes, message: bytes) -> bool:
    return signature == sign(message)


def code_of(outcome: Callable[[], object]) -> str:
    with pytest.raises(ProofError) as caught:
        outcome()
    return caught.value.code


def test_the_published_example_is_read() -> None:
    note = parse_note(EXAMPLE)
    checkpoint = parse_text(note.text)
    assert checkpoint.origin == note.signatures[0].name == "example.com/behind-the-sofa"
    assert checkpoint.size == 20_852_163
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e")
    assert format_text(checkpoint) == note.text


def test_a_signed_checkpoint_is_believed_with_its_key() -> None:
    assert open_checkpoint(sign_note(format_text(STATE), KEY, sign), [OTHER, KEY], check) == STATE


def test_a_checkpoint_of_one_ledger_cannot_stand_in_for_anothers() -> None:
    forged = sign_note(TEXT, OTHER, sign)
    assert code_of(lambda: open_checkpoint(forged, [OTHER, KEY], check)) == "wrong_origin"
    assert code_of(lambda: open_checkpoint(forged, [KEY], check)) == "unknown_signer"


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    assert (
        code_of(lambda: open_checkpoint(sign_note("hello\n", KEY, sign), [KEY], check)) == "checkpoint_form"
    )


@given(
    size=st.integers(1, (1 << 63) - 1),
    extensions=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), max_size=3),
)
def test_a_checkpoint_survives_the_round_trip(size: int, extensions: list[str]) -> None:
    checkpoint = Checkpoint(ORIGIN, size, EMPTY_ROOT, tuple(extensions))
    assert open_checkpoint(sign_note(format_text(checkpoint), KEY, sign), [KEY], check) == checkpoint


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "checkpoint_form"),
        (f"{ORIGIN}\n74\n", "checkpoint_form"),
        (TEXT[:-1], "checkpoint_form"),
        (f"{TEXT}\n", "checkpoint_form"),
        (TEXT.replace(ORIGIN, ""), "checkpoint_form"),
        (TEXT.replace("\n74\n", "\n074\n"), "checkpoint_size"),
        (TEXT.replace("\n74\n", "\n-74\n"), "checkpoint_size"),
        (TEXT.replace("\n74\n", "\nmany\n"), "checkpoint_size"),
        (TEXT.replace("\n74\n", "\n0\n"), "checkpoint_root"),
        (TEXT.replace("=\n", "\n"), "checkpoint_root"),
        (f"{ORIGIN}\n74\nAAAA\n", "checkpoint_root"),
    ],
)
def test_a_text_that_is_not_of_the_form_is_refused(text: str, code: str) -> None:
    assert code_of(lambda: parse_text(text)) == code


def test_an_empty_log_has_the_root_of_nothing() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert parse_text(format_text(empty)) == empty


@pytest.mark.parametrize(
    "state",
    [STATE._replace(origin="a\nb\nc"), STATE._replace(extensions=("",)), STATE._replace(size=-1)],
)
def test_what_a_checkpoint_cannot_hold_is_not_written(state: Checkpoint) -> None:
    assert code_of(lambda: format_text(state)).startswith("checkpoint_")
