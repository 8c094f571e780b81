"""WHEN of the command line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import end_of_day, parse_instant, to_datetime
from auditdesk.domain.moments import NOW, AtInstant, AtVersion, parse_moment


def test_now_is_now() -> None:
    assert parse_moment(" now ") == NOW


@given(st.integers(0, 10**18 - 1))
def test_a_number_sign_means_a_version(version: int) -> None:
    assert parse_moment(f"#{version}") == AtVersion(version)


@pytest.mark.parametrize("text", ["#", "#-1", "#1.5", "#١", "#²", "# 1", "#" + "9" * 19])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_moment(text)
    assert refused.value.code == "version_malformed"


def test_a_date_means_the_end_of_that_day_on_the_clock_asked_for() -> None:
    last_us = end_of_day(to_datetime(parse_instant("2025-12-24")).date())
    assert parse_moment("2025-12-24") == AtInstant(last_us, "booked")
    assert parse_moment("2025-12-24", "recorded") == AtInstant(last_us, "recorded")


def test_an_instant_means_itself() -> None:
    assert parse_moment("2025-12-24T18:30:00Z") == AtInstant(parse_instant("2025-12-24T18:30:00Z"))


@given(st.text())
def test_anything_else_is_refused_and_never_crashes(text: str) -> None:
    try:
        moment = parse_moment(text)
    except Refused as refused:
        assert refused.code in ("instant_malformed", "version_malformed")
    else:
        assert moment is not None
