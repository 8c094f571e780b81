"""Texts for people: money exact in every locale, amounts read strictly, every event with a name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from auditdesk.desktop.look import formats
from auditdesk.domain.catalogue import EVENTS
from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import parse_instant
from auditdesk.domain.money import INT64_MAX, INT64_MIN
from auditdesk.domain.personal import KEY_LOST, REDACTED, TAMPERED, Mask

LOCALES = ("en_US", "de_DE", "fr_FR", "de_CH", "sv_SE", "pt_BR", "C")


@contextmanager
def speaking(name: str) -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(name))
    try:
        yield
    finally:
        QLocale.setDefault(before)


@pytest.fixture
def english() -> Iterator[None]:
    with speaking("en_US"):
        yield


@pytest.fixture
def german() -> Iterator[None]:
    with speaking("de_DE"):
        yield


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [
        (0, "EUR", "0.00"),
        (5, "EUR", "0.05"),
        (123456, "EUR", "1,234.56"),
        (-12000, "CZK", "−120.00"),
        (84200, "JPY", "84,200"),
        (1234567, "KWD", "1,234.567"),
        (INT64_MAX, "EUR", "92,233,720,368,547,758.07"),
        (INT64_MIN, "JPY", "−9,223,372,036,854,775,808"),
    ],
)
def test_money_has_the_currencys_decimals_and_a_real_minus(
    amount_minor: int, currency: str, text: str
) -> None:
    assert formats.money(amount_minor, currency) == text


@pytest.mark.usefixtures("german")
def test_money_is_written_as_the_operators_locale_writes_it() -> None:
    assert formats.money(123456789, "EUR") == "1.234.567,89"
    assert formats.money_with_currency(-123456, "EUR") == "−1.234,56 EUR"


@given(
    st.integers(0, INT64_MAX),
    st.sampled_from(["JPY", "EUR", "KWD"]),
    st.sampled_from(LOCALES),
)
def test_what_is_shown_can_be_typed_in_every_locale(amount_minor: int, currency: str, locale: str) -> None:
    with speaking(locale):
        assert formats.parse_money(formats.money(amount_minor, currency), currency) == amount_minor


@given(st.text(max_size=12), st.sampled_from(LOCALES))
def test_whatever_is_typed_is_an_amount_or_a_refusal_about_the_amount(text: str, locale: str) -> None:
    with speaking(locale):
        try:
            assert formats.parse_money(text, "EUR") >= 0
        except Refused as refused:
            assert refused.field == "amount"


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("text", "amount_minor"),
    [("1234.5", 123450), (" 1,234.50 ", 123450), ("0", 0), ("007", 700), ("1,000,000", 100000000)],
)
def test_an_amount_may_be_grouped_or_not(text: str, amount_minor: int) -> None:
    assert formats.parse_money(text, "EUR") == amount_minor


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-5", "−5", "+5", "1e999", "1e3", "NaN", "inf", "٣٤", "１２", "1.000,00", "1,5", "12,34.00",
        ",5", "1,", "1.", ".5", "1 000", "0x10", "1_000", "5 EUR", "1..2", "1.2.3", "1,000,00", "²",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Refused) as refused:
        formats.parse_money(text, "EUR")
    assert refused.value.code == "amount_malformed"
    assert refused.value.field == "amount"
    assert "12,345.60" in refused.value.remedy


@pytest.mark.usefixtures("german")
def test_the_example_of_a_refusal_is_written_in_the_operators_locale() -> None:
    with pytest.raises(Refused) as refused:
        formats.parse_money("1,234.50", "EUR")
    assert refused.value.code == "amount_malformed"
    assert "12.345,60" in refused.value.remedy


@pytest.mark.usefixtures("german")
def test_a_dot_between_thousands_is_never_taken_for_decimals() -> None:
    assert formats.parse_money("1.000", "EUR") == 100_000
    with speaking("en_US"), pytest.raises(Refused) as refused:
        formats.parse_money("1.000", "EUR")
    assert refused.value.code == "amount_decimals"


@pytest.mark.usefixtures("german")
def test_too_many_decimals_are_quoted_as_they_were_typed() -> None:
    with pytest.raises(Refused) as refused:
        formats.parse_money("1,234", "EUR")
    assert refused.value.code == "amount_decimals"
    assert refused.value.message == "1,234 has 3 decimals; EUR has 2."


@pytest.mark.usefixtures("english")
def test_yen_take_no_decimals_and_dinars_three() -> None:
    assert formats.parse_money("1.234", "KWD") == 1234
    with pytest.raises(Refused, match="JPY has 0"):
        formats.parse_money("1.5", "JPY")


@pytest.mark.usefixtures("english")
def test_an_amount_beyond_the_books_is_refused() -> None:
    for text in ("92233720368547758.08", "9" * 5_000):
        with pytest.raises(Refused) as refused:
            formats.parse_money(text, "EUR")
        assert refused.value.code == "amount_too_large"


@pytest.mark.usefixtures("english")
def test_days_and_instants_name_the_month_so_that_none_is_read_the_other_way_round() -> None:
    instant_us = parse_instant("2025-12-03T23:59:58.999999Z")
    assert formats.day(date(2026, 3, 14)) == "14 Mar 2026"
    assert formats.instant(instant_us) == "3 Dec 2025 23:59"


@pytest.mark.usefixtures("english")
def test_instants_before_1970_are_of_the_day_they_fall_on() -> None:
    instant_us = parse_instant("1969-12-31T23:59:59.999999Z")
    assert formats.instant(instant_us) == "31 Dec 1969 23:59"


def test_every_event_has_a_name_for_people() -> None:
    names = {tag: formats.event_name(tag) for tag in EVENTS}
    assert all(name and name != tag for tag, name in names.items())
    assert formats.event_name("MoneyDeposited") == "Deposit"
    assert len(set(names.values())) == len(EVENTS)


def test_an_event_of_a_newer_program_is_shown_by_its_tag() -> None:
    assert formats.event_name("LimitRaised") == "LimitRaised"


@pytest.mark.usefixtures("english")
def test_what_stands_for_personal_data_is_never_empty_and_never_alike() -> None:
    masks = (Mask("erased", date(2026, 3, 14)), Mask("erased"), REDACTED, KEY_LOST, TAMPERED)
    texts = [formats.mask(mask) for mask in masks]
    assert texts[0] == "▒▒▒ erased 14 Mar 2026"
    assert all(texts)
    assert len(set(texts)) == len(texts)


def test_a_personal_text_is_shown_as_it_is() -> None:
    assert formats.personal("Åsa") == "Åsa"
    assert formats.personal(KEY_LOST) == "KEY LOST"


@pytest.mark.parametrize(
    ("locale", "text"), [("de_CH", "1'234.50"), ("de_CH", "1\u2019234.50"), ("fr_FR", "1 234,50")]
)
def test_what_keyboards_have_in_place_of_finer_separators_is_taken_for_them(locale: str, text: str) -> None:
    with speaking(locale):
        assert formats.parse_money(text, "EUR") == 123450
