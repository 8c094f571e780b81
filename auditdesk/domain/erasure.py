"""The rules of forgetting a customer. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.commands.base import When, check_customer, check_order
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import day_of
from auditdesk.domain.personal import Address, Contact, Mask, Personal, PersonalDetails, PersonName
from auditdesk.domain.text import clean_text, search_key

TELLING_LENGTH: Final = 3  # shorter ones are initials and house numbers
_WORD: Final = re.compile(r"\w+")


def check_forgettable(customer: Customer, accounts: Sequence[Account], *, when: When) -> None:
    """Refuse (`legal_hold`, `open_account`, …) where the customer can't be forgotten yet."""
    check_customer(customer)
    check_order(f"Customer {customer.number}", customer.last_booked_at_us, when)
    if customer.held_since_us is not None:
        since = day_of(customer.held_since_us).isoformat()
        raise Refused(
            "legal_hold",
            f"Customer {customer.number} is under a legal hold since {since}.",
            "Release the hold first.",
            field="customer",
        )
    still_open = [account.number for account in accounts if account.status == "open"]
    if still_open:
        raise Refused(
            "open_account",
            f"Customer {customer.number} still has {len(still_open)} open: {', '.join(still_open[:5])}.",
            "Close every account first.",
            field="customer",
        )


def request_erasure(
    customer: Customer,
    accounts: Sequence[Account],
    reason: str,
    *,
    when: When,
    former: Sequence[Personal | Mask | None] = (),
) -> tuple[NewEvent, ...]:
    """Begin to forget: refused with an open account, and where the reason itself identifies the person.

    The reason is kept for good, which is why it must not hold what is to be forgotten, be it of
    today or, in `former`, of any earlier event.
    """
    check_forgettable(customer, accounts, when=when)
    reason = clean_text(reason, "reason", required=True)
    for personal in (customer.personal, *former):
        _check_reason(personal, reason)
    return (NewEvent(e.ErasureRequested(reason=reason)),)


def _check_reason(personal: Personal | Mask | None, reason: str) -> None:
    name, wholes = _identifying(personal)
    said = search_key(reason)
    if any(_names(word, said) for word in _WORD.findall(search_key(name))) or any(
        len(whole) >= TELLING_LENGTH and search_key(whole) in said for whole in wholes
    ):
        raise Refused(
            "reason_identifies",
            "The reason is kept for good and must not name the person.",
            "Refer to the letter or case by its number.",
            field="reason",
        )


def _identifying(personal: Personal | Mask | None) -> tuple[str, tuple[str, ...]]:
    """The name, and the texts that identify as a whole."""
    match personal:
        case PersonalDetails(name=name, birth_date=born, address=address, contact=contact):
            return name, (born, address.street, contact.email, contact.phone)
        case PersonName(name=name):
            return name, ()
        case Address(street=street):
            return "", (street,)
        case Contact(email=email, phone=phone):
            return "", (email, phone)
        case _:
            return "", ()


def _names(name: str, said: str) -> bool:
    """True if the text contains a word of a name. Scripts without spaces are searched for it anywhere."""
    if name.isascii():
        return len(name) >= TELLING_LENGTH and name in _WORD.findall(said)
    return len(name) > 1 and name in said
