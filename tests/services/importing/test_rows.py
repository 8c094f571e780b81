"""The short ways that most cells take lead where the long ones do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import parse_instant
from auditdesk.domain.text import clean_line, clean_text
from auditdesk.services.importing.csv_file import Columns
from auditdesk.services.importing.rows import TRANSACTION_REQUIRED, quick_instant, read_entry, read_reference

HEADER = (*TRANSACTION_REQUIRED, "memo")
COLUMNS = Columns(HEADER, TRANSACTION_REQUIRED, ("memo",))


def outcome(function: object, *arguments: object, **named: object) -> object:
    """What a function returns, or the code with which it refuses."""
    assert callable(function)
    try:
        return function(*arguments, **named)
    except Refused as refused:
        return refused.code


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_to_the_second_is_read_as_by_the_domain(moment: datetime) -> None:
    text = moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    assert quick_instant(text) == parse_instant(text)


@given(st.text(st.sampled_from("0123456789-:TZ+. ²٣"), min_size=20, max_size=20))
@example("2020-02-30T10:00:00Z")
@example("2020-02-28T24:00:00Z")
@example("2020-02-28T10:60:00Z")
@example("2020-02-28T10:00:60Z")
@example("2020-02-28T1 :00:00Z")
@example("2020-02-28T+1:00:00Z")
@example("2020-W09-5T10:00:00Z")
@example("2020-02-28T10:00:00z")
@example("0001-01-01T00:00:00Z")
@example("9999-12-31T23:59:59Z")
def test_whatever_else_is_as_long_is_read_or_refused_as_by_the_domain(text: str) -> None:
    assert outcome(quick_instant, text) == outcome(parse_instant, text)


@given(st.text(st.sampled_from("aB9 -\t\n\0\x7f\xa0é\u0301\u200b\ud800"), max_size=6))
@example("x" * 200)
@example("x" * 201)
@example("\x1c")
def test_a_reference_is_what_the_domain_makes_of_it(text: str) -> None:
    cells = (text, "", "", "", "", "")
    expected = outcome(clean_line, text.strip(), "transaction_ref", required=True)
    assert outcome(read_reference, COLUMNS, cells, "transaction_ref") == expected


@given(st.text(st.sampled_from("aB9 -\t\n\0\x7f\xa0é\u0301\u200b\ud800"), max_size=6))
@example("x" * 2_000)
@example("x" * 2_001)
def test_a_memo_is_what_the_domain_makes_of_it(text: str) -> None:
    cells = ("T1", "A1", "2020-01-01", "deposit", "1", text)
    expected = outcome(clean_text, text.strip(), "memo")
    found = outcome(read_entry, COLUMNS, cells, 0, "EUR", "T1")
    if isinstance(found, tuple):
        _, remittance = found
        assert (remittance.memo if remittance else "") == expected
    else:
        assert found == expected


@pytest.mark.parametrize(
    "amount", ["0", "-1", "1e999", "1,000.00", "١٢", "0.001", "92233720368547758.08", "NaN", ""]
)
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    cells = ("T1", "A1", "2020-01-01", "deposit", amount, "")
    with pytest.raises(Refused):
        read_entry(COLUMNS, cells, 0, "EUR", "T1")
