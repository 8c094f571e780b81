"""From the cells of a row to facts, or to the reason why not."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.catalogue import IMPORTED
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import day_of, parse_date, parse_instant
from auditdesk.domain.money import check_fits, exponent, parse_amount
from auditdesk.domain.personal import (
    Address,
    Contact,
    Mask,
    Personal,
    PersonalDetails,
    PersonName,
    Remittance,
)
from auditdesk.domain.text import MAX_LINE, MAX_TEXT, clean_line, clean_text
from auditdesk.services.importing.csv_file import Columns

CUSTOMER_REQUIRED: Final = ("customer_ref", "effective_at", "name")
CUSTOMER_OPTIONAL: Final = (
    "birth_date",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "email",
    "phone",
)
ACCOUNT_REQUIRED: Final = ("account_ref", "customer_ref", "currency", "opened_at")
ACCOUNT_OPTIONAL: Final = ("overdraft_limit",)
TRANSACTION_REQUIRED: Final = ("transaction_ref", "account_ref", "booked_at", "kind", "amount")
TRANSACTION_OPTIONAL: Final = ("value_date", "counterparty", "memo", "balance_after")

SECOND_US: Final = 1_000_000


def read_reference(columns: Columns, cells: tuple[str, ...], name: str) -> str:
    """A reference, which must be there. Raises `Refused`."""
    text = columns.cell(cells, name)
    if text and _is_plain(text, MAX_LINE):
        return text
    return clean_line(text, name, required=True)


def read_instant(columns: Columns, cells: tuple[str, ...], name: str, now_us: int) -> int:
    """An instant that is not in the future. Raises `Refused`."""
    text = columns.cell(cells, name)
    if not text:
        raise Refused("instant_missing", f"{name} is missing")
    instant_us = quick_instant(text)
    if instant_us > now_us:
        raise Refused("booked_in_future", f"{name} lies in the future")
    return instant_us


def read_details(columns: Columns, cells: tuple[str, ...]) -> PersonalDetails:
    """Read a customer's personal data as given: history is fact, so only what can't be kept is refused."""

    def text(name: str) -> str:
        return clean_text(columns.cell(cells, name), name)

    born = columns.cell(cells, "birth_date")
    return PersonalDetails(
        name=clean_line(columns.cell(cells, "name"), "name", required=True),
        birth_date=_date(born) if born else "",
        address=Address(text("street"), text("city"), text("region"), text("postal_code"), text("country")),
        contact=Contact(text("email"), text("phone")),
    )


def differences(before: PersonalDetails | Mask, after: PersonalDetails) -> tuple[NewEvent, ...]:
    """The events that a later row means."""
    if isinstance(before, Mask):
        raise Refused("not_readable", f"the customer's personal data can't be read ({before})")
    if before.birth_date != after.birth_date:
        raise Refused("birth_date_differs", "the birth date differs from the one registered")
    pairs: tuple[tuple[e.Event, Personal, Personal], ...] = (
        (e.CustomerRenamed(imported=True), PersonName(before.name), PersonName(after.name)),
        (e.AddressChanged(imported=True), before.address, after.address),
        (e.ContactDetailsChanged(imported=True), before.contact, after.contact),
    )
    return tuple(NewEvent(event, new) for event, old, new in pairs if old != new)


def read_opening(columns: Columns, cells: tuple[str, ...], customer: str) -> e.AccountOpened:
    """The opening of an account. Raises `Refused`."""
    currency = columns.cell(cells, "currency")
    exponent(currency)
    limit = columns.cell(cells, "overdraft_limit")
    limit_minor = parse_amount(limit, currency) if limit else 0
    if limit_minor < 0:
        raise Refused("limit_negative", "the overdraft limit is negative")
    return e.AccountOpened(
        customer=customer,
        currency=currency,
        overdraft_limit_minor=limit_minor,
        reference=read_reference(columns, cells, "account_ref"),
        imported=True,
    )


def read_entry(
    columns: Columns, cells: tuple[str, ...], booked_at_us: int, currency: str, reference: str
) -> tuple[e.MoneyEvent, Remittance | None]:
    """The event of a transaction row in an account of `currency`. Raises `Refused`."""
    kind = columns.cell(cells, "kind")
    cls = IMPORTED.get(kind)
    if cls is None:
        raise Refused("kind_unknown", f"the kind {kind[:20]!r} is none of {', '.join(IMPORTED)}")
    amount_minor = parse_amount(columns.cell(cells, "amount"), currency)
    if amount_minor <= 0:
        raise Refused("amount_not_positive", "the amount is not more than zero")
    value_date = columns.cell(cells, "value_date")
    stated = columns.cell(cells, "balance_after")
    event = cls(
        amount_minor=amount_minor,
        value_date=_date(value_date) if value_date else day_of(booked_at_us).isoformat(),
        reference=reference,
        imported=True,
        stated_balance_minor=parse_amount(stated, currency) if stated else None,
    )
    counterparty = _free(columns.cell(cells, "counterparty"), "counterparty")
    memo = _free(columns.cell(cells, "memo"), "memo")
    return event, Remittance(counterparty, memo) if counterparty or memo else None


def check_bookable(account: Account, event: e.MoneyEvent, booked_at_us: int) -> None:
    """Refuse what even history can't do: precede the opening, fall behind what is booked, overflow."""
    if booked_at_us < account.opened_at_us:
        raise Refused("before_opening", "booked before the account was opened")
    if booked_at_us < account.last_booked_at_us:
        raise Refused("booked_before_last", "booked before the last event that the account already has")
    if account.status != "open":
        raise Refused("account_closed", "the account is closed")
    check_fits(account.balance_minor + event.signed_minor)


def quick_instant(text: str) -> int:
    """Parse an instant like `parse_instant`; faster for the form 2020-12-24T18:30:00Z."""
    if len(text) == len("2020-12-24T18:30:00Z") and text[10:20:3] == "T::Z" and text.isascii():
        hour, minute, second = text[11:13], text[14:16], text[17:19]
        if hour < "24" and minute < "60" and second < "60" and (hour + minute + second).isdigit():
            seconds = (int(hour) * 60 + int(minute)) * 60 + int(second)
            return _midnight(text[:10]) + seconds * SECOND_US
    return parse_instant(text)


@lru_cache(maxsize=8_192)
def _midnight(day: str) -> int:
    return parse_instant(f"{day}T00:00:00Z")


def _is_plain(text: str, limit: int) -> bool:
    """True if trimmed text needs no further cleaning: most text doesn't."""
    return text.isascii() and text.isprintable() and len(text) <= limit


def _free(text: str, field: str) -> str:
    return text if _is_plain(text, MAX_TEXT) else clean_text(text, field)


@lru_cache(maxsize=8_192)
def _date(text: str) -> str:
    return parse_date(text)
