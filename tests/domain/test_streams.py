"""Names of streams."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.streams import (
    account_number,
    account_stream,
    customer_number,
    customer_stream,
    name_in,
    operator_stream,
)


@given(st.text())
def test_a_stream_gives_back_the_name_it_was_made_of(name: str) -> None:
    for stream_of in (account_stream, customer_stream, operator_stream):
        assert name_in(stream_of(name)) == name


def test_streams_of_different_kinds_never_meet() -> None:
    assert len({account_stream("x"), customer_stream("x"), operator_stream("x")}) == 3


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_different_serials_give_different_numbers(one: int, other: int) -> None:
    assert (account_number(one) == account_number(other)) == (one == other)
    assert (customer_number(one) == customer_number(other)) == (one == other)


def test_numbers_have_at_least_five_digits() -> None:
    assert (account_number(42), customer_number(42)) == ("10-00042", "C-00042")
    assert account_number(123_456) == "10-123456"
