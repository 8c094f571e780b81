"""Decisions on customers: a state and a wish become facts, or a rule says no. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.commands.account import When, check_customer
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import day_of, parse_date, to_iso
from auditdesk.domain.personal import Address, Contact, Mask, Personal, PersonalDetails, PersonName, Remark
from auditdesk.domain.text import clean_line, clean_text, search_key

OLDEST_BIRTH: Final = "1850-01-01"
TELLING_LENGTH: Final = 3  # shorter ones are initials and house numbers
_WORD: Final = re.compile(r"\w+")


def register(details: PersonalDetails, *, reference: str, when: When) -> tuple[NewEvent, ...]:
    """Register a person. The name is mandatory, a birth date lies in the past."""
    cleaned = PersonalDetails(
        name=clean_line(details.name, "name", required=True),
        birth_date=_clean_birth_date(details.birth_date, when),
        address=clean_address(details.address),
        contact=clean_contact(details.contact),
    )
    return (NewEvent(e.CustomerRegistered(reference=clean_line(reference, "reference")), cleaned),)


def rename(customer: Customer, name: str, *, when: When) -> tuple[NewEvent, ...]:
    """Give the customer another name from now on."""
    known = _readable(customer, when)
    name = clean_line(name, "name", required=True)
    if name == known.name:
        raise Refused("nothing_changes", "That is the name already.", field="name")
    return (NewEvent(e.CustomerRenamed(), PersonName(name)),)


def change_address(customer: Customer, address: Address, *, when: When) -> tuple[NewEvent, ...]:
    """Let the customer live elsewhere from now on."""
    known = _readable(customer, when)
    address = clean_address(address)
    if address == Address():
        raise Refused("text_missing", "The address is missing.", field="street")
    if address == known.address:
        raise Refused("nothing_changes", "That is the address already.", field="street")
    return (NewEvent(e.AddressChanged(), address),)


def change_contact(customer: Customer, contact: Contact, *, when: When) -> tuple[NewEvent, ...]:
    """Let the customer be reached otherwise from now on."""
    known = _readable(customer, when)
    contact = clean_contact(contact)
    if contact == known.contact:
        raise Refused("nothing_changes", "Those are the contact details already.", field="email")
    return (NewEvent(e.ContactDetailsChanged(), contact),)


def set_legal_hold(customer: Customer, reason: str, *, held: bool, when: When) -> tuple[NewEvent, ...]:
    """Place a legal hold, under which the customer can't be forgotten, or release it."""
    check_customer(customer)
    _check_order(customer, when)
    if held == (customer.held_since_us is not None):
        code, how = ("already_held", "already under a") if held else ("not_held", "under no")
        raise Refused(code, f"Customer {customer.number} is {how} legal hold.", field="customer")
    event = e.LegalHoldPlaced() if held else e.LegalHoldReleased()
    return (NewEvent(event, Remark(clean_text(reason, "reason", required=True))),)


def check_forgettable(customer: Customer, accounts: Sequence[Account], *, when: When) -> None:
    """Refuse (`legal_hold`, `open_account`, …) where the customer can't be forgotten yet."""
    check_customer(customer)
    _check_order(customer, when)
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


def clean_address(address: Address) -> Address:
    """The address in NFC, trimmed; a street may have several lines. Raises `Refused`."""
    return Address(
        street=clean_text(address.street, "street"),
        city=clean_line(address.city, "city"),
        region=clean_line(address.region, "region"),
        postal_code=clean_line(address.postal_code, "postal_code"),
        country=clean_line(address.country, "country"),
    )


def clean_contact(contact: Contact) -> Contact:
    """The contact details in NFC, trimmed. Raises `Refused` (`email_malformed`)."""
    email = clean_line(contact.email, "email")
    local, at, domain = email.partition("@")
    if email and not (local and at and domain and "@" not in domain and " " not in email):
        raise Refused("email_malformed", "That is not an e-mail address.", field="email")
    return Contact(email=email, phone=clean_line(contact.phone, "phone"))


def _clean_birth_date(text: str, when: When) -> str:
    if not text:
        return ""
    try:
        born = parse_date(text)
    except Refused as refused:
        # the sentence must not repeat what was typed: refusals are recorded in the clear
        raise Refused(
            refused.code, "The birth date is not a date.", refused.remedy, field="birth_date"
        ) from None
    if not OLDEST_BIRTH <= born <= day_of(when.now_us).isoformat():
        raise Refused("birth_date_implausible", "Nobody living was born on that day.", field="birth_date")
    return born


def _readable(customer: Customer, when: When) -> PersonalDetails:
    check_customer(customer)
    _check_order(customer, when)
    if isinstance(customer.personal, Mask):
        raise Refused(
            "not_readable",
            f"The personal data of customer {customer.number} can't be read here ({customer.personal}).",
            "Sign in as an operator who may see personal data.",
            field="customer",
        )
    return customer.personal


def _check_order(customer: Customer, when: When) -> None:
    if when.booked_at_us > when.now_us:
        raise Refused(
            "booked_in_future", f"{to_iso(when.booked_at_us)} lies in the future.", field="booked_at"
        )
    if when.booked_at_us < customer.last_booked_at_us:
        raise Refused(
            "booked_before_last",
            f"Customer {customer.number} has an event at {to_iso(customer.last_booked_at_us)}, after that.",
            field="booked_at",
        )


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
    """Whether one word of a name is said. Scripts that set no spaces are searched for it anywhere."""
    if name.isascii():
        return len(name) >= TELLING_LENGTH and name in _WORD.findall(said)
    return len(name) > 1 and name in said
