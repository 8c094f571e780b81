"""Texts for people in their locale: money, days, instants, names of events; and amounts as they type them.

Money stays an integer: digits are grouped here, never through a float.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTimeZone

from auditdesk.domain.catalogue import EVENTS
from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import day_of
from auditdesk.domain.money import exponent, format_amount, parse_amount
from auditdesk.domain.personal import Mask

MINUS: Final = "\N{MINUS SIGN}"
ERASED_BAR: Final = "▒▒▒"
GROUP_DIGITS: Final = 3
LONGEST_QUOTED: Final = 40
# What keyboards have in place of the typographer's group separators.
_AS_TYPED: Final = str.maketrans(
    {"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{RIGHT SINGLE QUOTATION MARK}": "'"}
)
MILLISECOND_US: Final = 1_000

BLOCK_NAMES: Final = {
    "none": "none",
    "debits": "debits frozen",
    "credits": "credits frozen",
    "all": "debits and credits frozen",
}


def tr(text: str) -> str:
    """The text in the operator's language."""
    return QCoreApplication.translate("formats", text)


def money(amount_minor: int, currency: str) -> str:
    """An amount with group separators and all of its currency's decimals, without the currency."""
    locale = QLocale()
    plain = format_amount(abs(amount_minor), currency)
    whole, _, fraction = plain.partition(".")
    head = len(whole) % GROUP_DIGITS or GROUP_DIGITS
    groups = [whole[:head], *(whole[at : at + GROUP_DIGITS] for at in range(head, len(whole), GROUP_DIGITS))]
    text = locale.groupSeparator().join(groups)
    if fraction:
        text += locale.decimalPoint() + fraction
    return f"{MINUS}{text}" if amount_minor < 0 else text


def money_with_currency(amount_minor: int, currency: str) -> str:
    """An amount followed by its currency."""
    return f"{money(amount_minor, currency)} {currency}"


def parse_money(text: str, currency: str) -> int:
    """Read an amount as the operator's locale writes it; strict, so that 1.000 is never taken for 1,000.

    Raises `Refused` (`amount_malformed`, `amount_decimals`, `amount_too_large`) with an example.
    """
    locale = QLocale()
    written = text.strip().translate(_AS_TYPED)
    whole, point, fraction = written.partition(locale.decimalPoint())
    groups = whole.split(locale.groupSeparator().translate(_AS_TYPED))
    digits = "".join(groups)
    if not _are_grouped(groups) or not _are_digits(digits) or (point and not _are_digits(fraction)):
        raise Refused(
            "amount_malformed",
            tr("That is not an amount."),
            tr("Write it like {example}.").format(example=_example(currency)),
            field="amount",
        )
    decimals = exponent(currency)
    if len(fraction) > decimals:
        raise Refused(
            "amount_decimals",
            tr("{text} has {given} decimals; {currency} has {decimals}.").format(
                text=written[:LONGEST_QUOTED], given=len(fraction), currency=currency, decimals=decimals
            ),
            field="amount",
        )
    return parse_amount(f"{digits}.{fraction}" if point else digits, currency)


def _are_grouped(groups: list[str]) -> bool:
    """True if the digits are grouped in threes from the right, or not grouped at all."""
    head, *rest = groups
    return not rest or (1 <= len(head) <= GROUP_DIGITS and all(len(group) == GROUP_DIGITS for group in rest))


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _example(currency: str) -> str:
    decimals = exponent(currency)
    return money(123456 * 10 ** max(decimals - 1, 0), currency)


def instant(instant_us: int) -> str:
    """A UTC day and time, to the minute."""
    moment = QDateTime.fromMSecsSinceEpoch(instant_us // MILLISECOND_US, QTimeZone.utc())
    return f"{day(day_of(instant_us))} {moment.toString('HH:mm')}"


def day(value: date) -> str:
    """A day with the month's short name, so that no locale reads it the other way round."""
    return QLocale().toString(QDate(value.year, value.month, value.day), "d MMM yyyy")


def event_name(tag: str) -> str:
    """The name of an event type for people; the tag itself for an unknown type."""
    kind = EVENTS.get(tag)
    return kind.words if kind else tag


def blocks(value: str) -> str:
    """The name of a freeze's scope for people; an unknown one is returned as it is."""
    return BLOCK_NAMES.get(value, value)


def mask(mask: Mask) -> str:
    """The text in place of masked personal data: redacted, erased, KEY LOST or TAMPERED."""
    if mask.kind == "erased":
        when = day(mask.on) if mask.on else tr("(under way)")
        return tr("{bar} erased {when}").format(bar=ERASED_BAR, when=when)
    return {"redacted": tr("redacted"), "key_lost": tr("KEY LOST"), "tampered": tr("TAMPERED")}[mask.kind]


def personal(value: str | Mask) -> str:
    """A text, or what stands in its place."""
    return mask(value) if isinstance(value, Mask) else value
