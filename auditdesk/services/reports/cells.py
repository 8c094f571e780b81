"""Texts of CSV cells: instants, amounts, and text that a spreadsheet takes for text.

A spreadsheet runs a cell that begins with = + - or @, drops leading zeros and rounds long numbers. The safe
form puts an apostrophe before such *text* and shows characters that reverse the reading direction; typed
amounts are never touched, and the raw form leaves everything as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Final

from auditdesk.domain.money import exponent, format_amount

Cell = str | int
EPOCH_DAY: Final = date(1970, 1, 1)
DAY_S: Final = 86_400
SECOND_US: Final = 1_000_000

_SKIPPED = "\\s\\x00-\\x20\u200b-\u200f\u2060\ufeff"
_FORMULA: Final = re.compile(f"[\t\r\n]|[{_SKIPPED}]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER: Final = re.compile("0[0-9]+|[0-9]{16,}")
_DIRECTION: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def safe_text(text: str) -> str:
    """Text that stays text in a spreadsheet."""
    if text.isascii():
        if not text or text[0].isalpha():
            return text
    else:
        text = _DIRECTION.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)
    if _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def safe_json(document: str) -> str:
    """JSON with characters that reverse the reading direction written as escapes."""
    if document.isascii():
        return document
    return _DIRECTION.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def raw(text: str) -> str:
    """The text as it is, for machines."""
    return text


def instant(instant_us: int) -> str:
    """Format an instant like `instants.to_iso`, by integer arithmetic; a fraction only where it has one."""
    seconds, fraction_us = divmod(instant_us, SECOND_US)
    day, second = divmod(seconds, DAY_S)
    if fraction_us:
        return f"{_day(day)}{_time_of_day(second)}.{fraction_us:06d}Z"
    return f"{_day(day)}{_time_of_day(second)}Z"


@cache
def _day(days: int) -> str:
    return (EPOCH_DAY + timedelta(days=days)).isoformat()


@cache
def _time_of_day(second: int) -> str:
    return f"T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@cache
def amount_writer(currency: str) -> Callable[[int], str]:
    """Writes minor units of one currency as `money.format_amount` does, without looking the currency up."""
    if exponent(currency) == 0:
        return str
    if exponent(currency) == 2:  # noqa: PLR2004 - most currencies, hence the shorter way
        return _cents
    return lambda amount_minor: format_amount(amount_minor, currency)


def _cents(amount_minor: int) -> str:
    if amount_minor < 0:
        return f"-{-amount_minor // 100}.{-amount_minor % 100:02d}"
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"
