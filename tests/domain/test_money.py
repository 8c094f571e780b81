"""Amounts: read strictly, written exactly, held to 64 bits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.errors import Refused
from auditdesk.domain.money import INT64_MAX, INT64_MIN, check_fits, exponent, format_amount, parse_amount

AMOUNTS = st.integers(INT64_MIN, INT64_MAX)
CURRENCIES = st.sampled_from(["JPY", "EUR", "USD", "SEK", "CZK", "KWD"])


def code_of(refused: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        refused()
    return caught.value.code


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("EUR", 2), ("KWD", 3)])
def test_the_number_of_decimals_is_that_of_iso_4217(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


@given(AMOUNTS, CURRENCIES)
def test_what_is_written_reads_back_as_the_same_amount(amount_minor: int, currency: str) -> None:
    assert parse_amount(format_amount(amount_minor, currency), currency) == amount_minor


@given(AMOUNTS, CURRENCIES)
def test_an_amount_is_written_with_all_its_decimals(amount_minor: int, currency: str) -> None:
    whole, _, fraction = format_amount(amount_minor, currency).partition(".")
    assert len(fraction) == exponent(currency)
    assert whole.lstrip("-") == "0" or not whole.lstrip("-").startswith("0")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1234.50", "EUR", 123_450),
        ("1234.5", "EUR", 123_450),
        ("1234", "EUR", 123_400),
        ("0.005", "KWD", 5),
        ("500", "JPY", 500),
        ("-12.50", "EUR", -1_250),
        ("0007", "EUR", 700),
        ("92233720368547758.07", "EUR", INT64_MAX),
        ("-92233720368547758.08", "EUR", INT64_MIN),
        ("00000000000000000000000001", "JPY", 1),
    ],
)
def test_a_plain_decimal_is_read_as_minor_units(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("1e999", "EUR", "amount_malformed"),
        ("1,000.00", "EUR", "amount_malformed"),
        ("١٢", "EUR", "amount_malformed"),
        ("１２", "EUR", "amount_malformed"),
        ("", "EUR", "amount_malformed"),
        (" 5", "EUR", "amount_malformed"),
        ("5\n", "EUR", "amount_malformed"),
        ("+5", "EUR", "amount_malformed"),
        ("\N{MINUS SIGN}5", "EUR", "amount_malformed"),
        ("--5", "EUR", "amount_malformed"),
        (".5", "EUR", "amount_malformed"),
        ("5.", "EUR", "amount_malformed"),
        ("NaN", "EUR", "amount_malformed"),
        ("Infinity", "EUR", "amount_malformed"),
        ("0x10", "EUR", "amount_malformed"),
        ("1_000", "EUR", "amount_malformed"),
        ("0.001", "EUR", "amount_decimals"),
        ("0.000", "EUR", "amount_decimals"),
        ("1.0", "JPY", "amount_decimals"),
        ("9223372036854775808", "JPY", "amount_too_large"),
        ("92233720368547758.08", "EUR", "amount_too_large"),
        ("-9223372036854775809", "JPY", "amount_too_large"),
        ("1" * 20, "JPY", "amount_too_large"),
        ("1" * 5_000, "EUR", "amount_too_large"),
    ],
)
def test_what_is_no_amount_of_the_currency_is_refused_with_its_reason(
    text: str, currency: str, code: str
) -> None:
    assert code_of(lambda: parse_amount(text, currency)) == code


@given(st.text(), CURRENCIES)
def test_no_text_whatever_makes_reading_an_amount_crash(text: str, currency: str) -> None:
    try:
        amount_minor = parse_amount(text, currency)
    except Refused:
        return
    assert INT64_MIN <= amount_minor <= INT64_MAX


@pytest.mark.parametrize("currency", ["", "eur", "Eur", "EURO", "978", "XXX", "XAU", "ABC", "€", "EUR "])
def test_what_is_no_currency_in_use_is_refused(currency: str) -> None:
    assert code_of(lambda: exponent(currency)) == "currency_unknown"


@given(st.integers())
def test_only_what_fits_64_bits_passes(amount_minor: int) -> None:
    if INT64_MIN <= amount_minor <= INT64_MAX:
        assert check_fits(amount_minor) == amount_minor
    else:
        assert code_of(lambda: check_fits(amount_minor)) == "amount_too_large"
