"""Text as people type it: one normal form, or a refusal, never a crash later."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.errors import Refused
from auditdesk.domain.text import MAX_LINE, MAX_TEXT, clean_line, clean_text, search_key

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


def test_the_same_name_typed_in_two_normal_forms_is_kept_as_one() -> None:
    assert clean_line("Jose\u0301", "name") == clean_line("José", "name") == "José"


@given(ANY_TEXT)
def test_clean_text_is_normal_trimmed_encodable_and_stays_as_it_is(text: str) -> None:
    try:
        cleaned = clean_text(text, "memo")
    except Refused as refused:
        assert refused.code in ("text_invalid", "text_too_long")
        return
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert "\0" not in cleaned
    cleaned.encode()
    assert clean_text(cleaned, "memo") == cleaned


@given(ANY_TEXT)
def test_a_clean_line_is_one_line(text: str) -> None:
    try:
        cleaned = clean_line(text, "name")
    except Refused:
        return
    assert len(cleaned.splitlines()) <= 1


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "a\udfff"])
def test_what_no_file_can_hold_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_text(text, "memo")
    assert (refused.value.code, refused.value.field) == ("text_invalid", "memo")


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\tb", "a\x85b", "a\u2028b", "a\u2029b", "a\x1eb"])
def test_a_line_with_a_break_in_it_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_line(text, "name")
    assert refused.value.code == "text_invalid"


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}", "\u202e\u2066"]
)
def test_a_required_text_in_which_nothing_can_be_seen_is_missing(text: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_text(text, "reason", required=True)
    assert refused.value.code == "text_missing"


@pytest.mark.parametrize(("clean", "limit"), [(clean_line, MAX_LINE), (clean_text, MAX_TEXT)])
def test_length_is_counted_after_normalising(clean: Callable[[str, str], str], limit: int) -> None:
    assert len(clean("e\u0301" * limit, "memo")) == limit
    with pytest.raises(Refused) as refused:
        clean("e" * (limit + 1), "memo")
    assert refused.value.code == "text_too_long"


def test_text_that_turns_the_direction_of_writing_is_kept_as_it_is() -> None:
    assert clean_text("abc\u202edef =HYPERLINK(1)", "memo") == "abc\u202edef =HYPERLINK(1)"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("jose", "José"),
        ("STRASSE", "Straße"),
        ("muller", "Müller"),
        ("dvorak", "Dvořák"),
        ("office", "o\N{LATIN SMALL LIGATURE FFI}ce"),
        ("abc", "\N{MATHEMATICAL BOLD CAPITAL A}BC"),
        ("tel", "\N{TELEPHONE SIGN}"),
    ],
)
def test_a_search_passes_over_case_accents_and_forms(typed: str, kept: str) -> None:
    assert search_key(typed) == search_key(kept)


@given(st.text())
def test_a_search_key_is_its_own_search_key(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)


@given(st.text())
def test_normal_forms_share_a_search_key(text: str) -> None:
    forms = {search_key(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert len(forms) == 1
