from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.instants import to_iso
from auditdesk.domain.money import INT64_MAX, INT64_MIN, format_amount
from auditdesk.services.reports.cells import amount_writer, instant, raw, safe_json, safe_text


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(1)",
        "+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\rx",
        "\nx",
        "  =1",
        "\u00a0=1",
        "\u200b=1",
        "\ufeff=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " ＝1",
        "-",
    ],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["007", "00", "0471112", "1234567890123456"])
def test_digits_that_a_spreadsheet_would_change_get_an_apostrophe(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "0", "12", "123456789012345", "10-00001", "rent = 5", "a@b", "Åse", "7 -1"]
)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize("code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_direction_overrides_become_visible_in_text_and_escapes_in_json(code: int) -> None:
    assert safe_text(f"a{chr(code)}b") == f"a<U+{code:04X}>b"
    document = json.dumps({"memo": f"a{chr(code)}b"}, ensure_ascii=False)
    assert chr(code) not in safe_json(document)
    assert json.loads(safe_json(document)) == json.loads(document)


def test_a_formula_behind_a_direction_override_is_no_formula_any_more() -> None:
    assert safe_text("\u202e=1") == "<U+202E>=1"


@given(st.text())
def test_the_raw_form_is_the_text_itself_and_the_safe_form_never_starts_a_formula(text: str) -> None:
    assert raw(text) == text
    assert not safe_text(text).lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_instants_are_written_as_everywhere_else(instant_us: int) -> None:
    assert instant(instant_us) == to_iso(instant_us)


@given(st.integers(INT64_MIN, INT64_MAX), st.sampled_from(["JPY", "EUR", "KWD"]))
def test_amounts_are_written_as_everywhere_else(amount_minor: int, currency: str) -> None:
    assert amount_writer(currency)(amount_minor) == format_amount(amount_minor, currency)
