"""Money: integers of minor units with an ISO 4217 currency.

The number of decimals comes from the `iso4217` package (the maintenance agency's table).
No float is ever made. Balances and amounts fit a signed 64-bit integer.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from iso4217 import Currency

from auditdesk.domain.errors import Refused

INT64_MAX: Final = 2**63 - 1
INT64_MIN: Final = -(2**63)
MAX_DIGITS: Final = 19  # of any whole number in 64 bits; Python itself refuses to read thousands

_PLAIN = re.compile(r"(?P<sign>-?)0*(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?", re.ASCII)


@cache
def exponent(currency: str) -> int:
    """Return how many decimals `currency` has (JPY 0, EUR 2, KWD 3).

    Raises `Refused` (`currency_unknown`) for anything but an upper-case ISO 4217 code of money in use.
    """
    try:
        decimals = Currency(currency).exponent
    except ValueError:
        decimals = None
    if decimals is None or currency != currency.upper():
        raise Refused(
            "currency_unknown",
            "That is not a currency of ISO 4217.",
            "Use a code of three capital letters, such as EUR.",
            field="currency",
        )
    return int(decimals)


def parse_amount(text: str, currency: str) -> int:
    """Read a locale-neutral decimal (`1234.50`, dot, no separators) as minor units.

    Raises `Refused`: `amount_malformed` (not such a number), `amount_decimals` (more decimals
    than the currency has), `amount_too_large` (beyond 64 bits). The sign is allowed here;
    whether it makes sense is for the rule that uses it.
    """
    decimals = exponent(currency)
    found = _PLAIN.fullmatch(text)
    if found is None:
        raise Refused(
            "amount_malformed",
            f"{text[:40]!r} is not an amount.",
            "Write digits with a dot for decimals, such as 1234.50.",
            field="amount",
        )
    whole, fraction = found["whole"], found["fraction"] or ""
    if len(whole) > MAX_DIGITS:
        raise _too_large()
    if len(fraction) > decimals:
        raise Refused(
            "amount_decimals",
            f"{text[:40]} has {len(fraction)} decimals; {currency} has {decimals}.",
            field="amount",
        )
    minor = int(whole + fraction.ljust(decimals, "0"))
    return check_fits(-minor if found["sign"] else minor)


def check_fits(amount_minor: int) -> int:
    """Return the amount; raise `Refused` (`amount_too_large`) if it leaves signed 64 bits."""
    if not INT64_MIN <= amount_minor <= INT64_MAX:
        raise _too_large()
    return amount_minor


def format_amount(amount_minor: int, currency: str) -> str:
    """Write minor units as a locale-neutral decimal with all of the currency's decimals."""
    decimals = exponent(currency)
    sign = "-" if amount_minor < 0 else ""
    digits = str(abs(amount_minor)).rjust(decimals + 1, "0")
    if decimals == 0:
        return sign + digits
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def _too_large() -> Refused:
    return Refused(
        "amount_too_large",
        "The amount, or the balance it would lead to, is larger than the books can hold.",
        field="amount",
    )
