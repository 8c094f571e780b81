"""Invent the demo bank's customers: people of six countries, from names that go together."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from importlib.resources import files
from random import Random
from typing import Final

import msgspec

from auditdesk.domain.personal import Address, Contact, PersonalDetails

BORN_FROM: Final = date(1938, 1, 1)
BORN_DAYS: Final = 65 * 365
FAMILY_FIRST: Final = "日本"


class Country(msgspec.Struct, frozen=True):
    """Names, places and businesses that go together. `street` is how number and street are written."""

    currency: str
    weight: int
    prefix: str
    street: str
    given: list[str]
    family: list[str]
    streets: list[str]
    cities: list[tuple[str, str, str]]  # postal code, city, region
    employers: list[str]
    shops: list[str]
    landlords: list[str]


class _Book(msgspec.Struct, frozen=True):
    countries: dict[str, Country]


def load_countries() -> dict[str, Country]:
    """The countries by their own name."""
    text = (files("auditdesk.resources") / "demo" / "people.json").read_bytes()
    return msgspec.json.decode(text, type=_Book).countries


class People:
    """Invents people; the same chance invents the same people."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.countries = load_countries()
        self._names = list(self.countries)
        self._weights = [country.weight for country in self.countries.values()]
        self._taken: set[str] = set()

    def country(self) -> str:
        """A country, larger ones more often."""
        return self._chance.choices(self._names, self._weights)[0]

    def person(self, country: str) -> PersonalDetails:
        """A person of that country, unlike all before as far as names reach."""
        given, family = self._name(country)
        return PersonalDetails(
            name=_full(country, given, family),
            birth_date=(BORN_FROM + timedelta(days=self._chance.randrange(BORN_DAYS))).isoformat(),
            address=self.address(country),
            contact=self.contact(country, f"{given}.{family}"),
        )

    def married(self, country: str, name: str) -> str:
        """The name with another family name."""
        words = name.split(" ")
        others = [family for family in self.countries[country].family if family not in name]
        family = self._chance.choice(others)
        return _full(country, words[-1] if country == FAMILY_FIRST else words[0], family)

    def address(self, country: str) -> Address:
        """Somewhere to live."""
        chance, book = self._chance, self.countries[country]
        postal_code, city, region = chance.choice(book.cities)
        number = str(chance.randint(1, 180))
        if country == FAMILY_FIRST:
            number = "-".join(str(chance.randint(1, 9)) for _ in range(3))
        street = book.street.format(street=chance.choice(book.streets), number=number)
        return Address(street, city, region, postal_code, country)

    def contact(self, country: str, name: str) -> Contact:
        """A mailbox at a domain that nobody can have (RFC 2606), and a telephone number."""
        plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        mailbox = "".join(char for char in plain if char.isalnum() or char == ".").strip(".")
        number = f"{self._chance.randrange(1000):03d}"
        mailbox = mailbox or f"kokyaku{self._chance.randrange(10_000)}"
        return Contact(f"{mailbox}{number}@example.org", self.countries[country].prefix + number)

    def _name(self, country: str) -> tuple[str, str]:
        book = self.countries[country]
        for _ in range(20):
            given, family = self._chance.choice(book.given), self._chance.choice(book.family)
            if f"{given} {family}" not in self._taken:
                break
        self._taken.add(f"{given} {family}")
        return given, family


def _full(country: str, given: str, family: str) -> str:
    return f"{family} {given}" if country == FAMILY_FIRST else f"{given} {family}"
