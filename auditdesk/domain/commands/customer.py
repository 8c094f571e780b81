"""The commands on customers: each a value, with the rules by which it is decided."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec.structs import asdict

from auditdesk.domain import events as e
from auditdesk.domain.commands.base import (
    Books,
    Change,
    Command,
    When,
    ask,
    change_of,
    check_customer,
    check_order,
    gone,
)
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import day_of, parse_date
from auditdesk.domain.personal import Address, Contact, Mask, PersonalDetails, PersonName, Remark
from auditdesk.domain.roles import PRIVACY_OFFICER
from auditdesk.domain.streams import customer_stream
from auditdesk.domain.text import clean_line, clean_text

OLDEST_BIRTH: Final = "1850-01-01"

CustomerNumber = Annotated[str, ask("customer", "C&ustomer")]
Street = Annotated[str, ask("text", "&Street")]
PostalCode = Annotated[str, ask("line", "&Postal code")]
City = Annotated[str, ask("line", "&City")]
Region = Annotated[str, ask("line", "&Region")]
Country = Annotated[str, ask("line", "Coun&try")]
Phone = Annotated[str, ask("line", "P&hone")]
HoldReason = Annotated[str, ask("text", "&Reason", "Kept sealed. Under a hold nobody can be forgotten.")]


class RegisterCustomer(Command, frozen=True):
    """Register a person, with a key of their own. The name is mandatory, a birth date lies in the past."""

    NAME = "register-customer"
    ACT = "register a person as a customer"
    WORDS = "New &customer…"
    TITLE = "New customer"
    POST = "Register"
    LEAVES = e.CustomerRegistered
    name: Annotated[str, ask("line", "&Name")]
    birth_date: Annotated[str, ask("date", "&Birth date", "Written 1980-05-17.")] = ""
    street: Street = ""
    postal_code: PostalCode = ""
    city: City = ""
    region: Region = ""
    country: Country = ""
    email: Annotated[str, ask("line", "&E-mail")] = ""
    phone: Phone = ""
    reference: Annotated[str, ask("line", "Re&ference", "May be empty.")] = ""

    @classmethod
    def of(cls, details: PersonalDetails, reference: str = "") -> RegisterCustomer:
        """The registration of somebody of whom all is known together."""
        contact = details.contact
        return cls(
            name=details.name,
            birth_date=details.birth_date,
            **asdict(details.address),
            email=contact.email,
            phone=contact.phone,
            reference=reference,
        )

    def decide(self, books: Books, when: When) -> tuple[Change, ...]:
        """A new customer's first event."""
        details = PersonalDetails(
            name=clean_line(self.name, "name", required=True),
            birth_date=_clean_birth_date(self.birth_date, when),
            address=clean_address(_address(self)),
            contact=clean_contact(Contact(self.email, self.phone)),
        )
        reference = clean_line(self.reference, "reference")
        number = books.new_customer(reference)
        new_event = NewEvent(e.CustomerRegistered(reference=reference), details)
        return (Change(customer_stream(number), None, (new_event,), number),)


class OnCustomer(Command, frozen=True):
    """Base of the commands on one customer. `customer` is a number or a reference."""

    customer: CustomerNumber

    @property
    def target(self) -> str:
        """The customer."""
        return self.customer

    @classmethod
    def unavailable(cls, customer: Customer) -> str:
        """Why it can't be issued on a customer as they are, in a sentence; empty where it can be tried."""
        return gone(customer) or cls.unavailable_while_here(customer)

    @classmethod
    def unavailable_while_here(cls, customer: Customer) -> str:  # noqa: ARG003 - for those that ask for more
        """The same of a customer who isn't forgotten."""
        return ""

    def decide(self, books: Books, when: When) -> tuple[Change, ...]:
        """Decide the events for its one customer."""
        customer = books.customer(self.customer)
        check_customer(customer)
        check_order(f"Customer {customer.number}", customer.last_booked_at_us, when)
        return (change_of(customer, (self.decide_on(customer),)),)

    def decide_on(self, customer: Customer) -> NewEvent:  # noqa: ARG002 - the signature
        """The event that it adds to the customer that it names. Raises `Refused`."""
        raise AssertionError(f"{type(self).__name__} decides nothing")


class OfDetails(OnCustomer, frozen=True):
    """Base of the commands that say otherwise what is known of a customer: nobody does who can't read it."""

    @classmethod
    def unavailable_while_here(cls, customer: Customer) -> str:
        """What is known can't be read."""
        unreadable = isinstance(customer.personal, Mask)
        return "The personal data of this customer can't be read here." if unreadable else ""


class RenameCustomer(OfDetails, frozen=True):
    """Give a customer another name from now on."""

    NAME = "rename-customer"
    ACT = "change a customer's name"
    WORDS = "Change &name…"
    TITLE = "Change the name"
    POST = "Change"
    LEAVES = e.CustomerRenamed
    name: Annotated[str, ask("line", "&Name from now on")]

    def decide_on(self, customer: Customer) -> NewEvent:
        """The new name."""
        known = _readable(customer)
        name = clean_line(self.name, "name", required=True)
        if name == known.name:
            raise Refused("nothing_changes", "The customer already has this name.", field="name")
        return NewEvent(e.CustomerRenamed(), PersonName(name))


class ChangeAddress(OfDetails, frozen=True):
    """Let a customer live elsewhere from now on: the whole address, not a part of it."""

    NAME = "change-address"
    ACT = "change a customer's address"
    WORDS = "Change &address…"
    TITLE = "Change the address"
    POST = "Change"
    LEAVES = e.AddressChanged
    street: Street = ""
    postal_code: PostalCode = ""
    city: City = ""
    region: Region = ""
    country: Country = ""

    @classmethod
    def of(cls, customer: str, address: Address) -> ChangeAddress:
        """The move of a customer to `address`."""
        return cls(customer, **asdict(address))

    def decide_on(self, customer: Customer) -> NewEvent:
        """The new address."""
        known = _readable(customer)
        address = clean_address(_address(self))
        if address == Address():
            raise Refused("text_missing", "The address is missing.", field="street")
        if address == known.address:
            raise Refused("nothing_changes", "The customer already has this address.", field="street")
        return NewEvent(e.AddressChanged(), address)


class ChangeContact(OfDetails, frozen=True):
    """Let a customer be reached otherwise from now on; what is None stays as it is."""

    NAME = "change-contact"
    ACT = "change a customer's contact details"
    WORDS = "Change &contact…"
    TITLE = "Change the contact details"
    POST = "Change"
    LEAVES = e.ContactDetailsChanged
    email: Annotated[str | None, ask("line", "&E-mail")] = None
    phone: Annotated[str | None, ask("line", "&Phone")] = None

    @classmethod
    def of(cls, customer: str, contact: Contact) -> ChangeContact:
        """The customer is reached as `contact` says, and in no other way."""
        return cls(customer, contact.email, contact.phone)

    def decide_on(self, customer: Customer) -> NewEvent:
        """The new contact details."""
        known = _readable(customer).contact
        contact = clean_contact(
            Contact(
                email=known.email if self.email is None else self.email,
                phone=known.phone if self.phone is None else self.phone,
            )
        )
        if contact == known:
            raise Refused("nothing_changes", "The customer already has these contact details.", field="email")
        return NewEvent(e.ContactDetailsChanged(), contact)


class PlaceHold(OnCustomer, frozen=True):
    """Place a legal hold, under which the customer can't be forgotten."""

    NAME = "place-hold"
    ACT = "place a legal hold on a customer"
    WORDS = "&Legal hold…"
    TITLE = "Place a legal hold"
    POST = "Place"
    ROLE = PRIVACY_OFFICER
    LEAVES = e.LegalHoldPlaced
    reason: HoldReason

    @classmethod
    def unavailable_while_here(cls, customer: Customer) -> str:
        """There is one already."""
        return "" if customer.held_since_us is None else "The customer is under a legal hold already."

    def decide_on(self, customer: Customer) -> NewEvent:
        """The hold."""
        if customer.held_since_us is not None:
            sentence = f"Customer {customer.number} is already under a legal hold."
            raise Refused("already_held", sentence, field="customer")
        return NewEvent(e.LegalHoldPlaced(), Remark(clean_text(self.reason, "reason", required=True)))


class ReleaseHold(OnCustomer, frozen=True):
    """End a legal hold."""

    NAME = "release-hold"
    ACT = "release a legal hold on a customer"
    WORDS = "Re&lease hold…"
    TITLE = "Release the legal hold"
    POST = "Release"
    ROLE = PRIVACY_OFFICER
    LEAVES = e.LegalHoldReleased
    reason: HoldReason

    @classmethod
    def unavailable_while_here(cls, customer: Customer) -> str:
        """There is none."""
        return "The customer is under no legal hold." if customer.held_since_us is None else ""

    def decide_on(self, customer: Customer) -> NewEvent:
        """The end of the hold."""
        if customer.held_since_us is None:
            raise Refused("not_held", f"Customer {customer.number} is under no legal hold.", field="customer")
        return NewEvent(e.LegalHoldReleased(), Remark(clean_text(self.reason, "reason", required=True)))


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
        raise Refused(
            "birth_date_implausible", "The birth date must lie between 1850 and today.", field="birth_date"
        )
    return born


def _readable(customer: Customer) -> PersonalDetails:
    if isinstance(customer.personal, Mask):
        raise Refused(
            "not_readable",
            f"The personal data of customer {customer.number} can't be read here ({customer.personal}).",
            "Sign in as an operator who may see personal data.",
            field="customer",
        )
    return customer.personal


def _address(asked: RegisterCustomer | ChangeAddress) -> Address:
    return Address(
        street=asked.street,
        city=asked.city,
        region=asked.region,
        postal_code=asked.postal_code,
        country=asked.country,
    )
