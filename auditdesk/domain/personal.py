"""Personal data: what identifies a person, and what stands in its place when it can't be read.

Events carry no personal data; it travels beside them, is sealed with the customer's key when
it is kept, and reads as a `Mask` when it can't be revealed.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct


class Address(Struct, frozen=True, forbid_unknown_fields=True):
    """A postal address; every part may be empty, `country` is as the person writes it."""

    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""

    def one_line(self) -> str:
        """The address on one line, empty parts left out, line breaks turned into commas."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        parts = (self.street, town, self.region, self.country)
        return ", ".join(", ".join(part.splitlines()) for part in parts if part)


class Contact(Struct, frozen=True, forbid_unknown_fields=True):
    """Contact details: e-mail and phone."""

    email: str = ""
    phone: str = ""


class PersonalDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """All that the bank knows of who a customer is. `birth_date` is ISO 8601 or empty."""

    name: str
    birth_date: str = ""
    address: Address = Address()
    contact: Contact = Contact()


class PersonName(Struct, frozen=True, forbid_unknown_fields=True):
    """A person's name alone, as a renaming carries it."""

    name: str


class Remittance(Struct, frozen=True, forbid_unknown_fields=True):
    """The free text of one entry: the other party as the customer knows it, and the memo."""

    counterparty: str = ""
    memo: str = ""


class Remark(Struct, frozen=True, forbid_unknown_fields=True):
    """Free text that an operator gave as a reason."""

    text: str


MaskKind = Literal["redacted", "erased", "key_lost", "tampered"]


class Mask(Struct, frozen=True):
    """Placeholders for personal data that can't be shown, each with its reason.

    `redacted`: this operator may not see it. `erased`: the customer was forgotten on `on`.
    `key_lost`: the key is gone without an erasure, an alarm. `tampered`: it does not open here.
    """

    kind: MaskKind
    on: date | None = None

    def __str__(self) -> str:
        if self.kind == "erased":
            return f"erased {self.on.isoformat()}" if self.on else "erasure under way"
        return {"redacted": "redacted", "key_lost": "KEY LOST", "tampered": "TAMPERED"}[self.kind]


Personal = PersonalDetails | PersonName | Address | Contact | Remittance | Remark
REDACTED = Mask("redacted")
KEY_LOST = Mask("key_lost")
TAMPERED = Mask("tampered")
