"""People, accounts and a clock for the domain's tests."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from auditdesk.domain.account import Account
from auditdesk.domain.commands.base import AccountWithOwner, Change, Command, When
from auditdesk.domain.customer import Customer
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import parse_instant
from auditdesk.domain.personal import Address, Contact, PersonalDetails

NOW_US: Final = parse_instant("2025-06-02T10:00:00Z")
WHEN: Final = When(NOW_US, NOW_US)
EARLIER_US: Final = parse_instant("2025-01-02T09:00:00Z")
DETAILS: Final = PersonalDetails(
    name="Åsa Öberg",
    birth_date="1980-02-29",
    address=Address(street="Storgatan 5", city="Malmö", postal_code="211 34", country="Sverige"),
    contact=Contact(email="asa@example.org", phone="+46 40 555 0100"),
)


def customer(**changes: Any) -> Customer:
    """A customer whose data can be read, changed as asked."""
    known = Customer(
        number="C-00001",
        version=1,
        registered_at_us=EARLIER_US,
        last_booked_at_us=EARLIER_US,
        personal=DETAILS,
    )
    return replace(known, **changes)


def account(**changes: Any) -> Account:
    """An open account in EUR holding 100.00, changed as asked."""
    known = Account(
        number="10-00001",
        version=2,
        customer="C-00001",
        currency="EUR",
        opened_at_us=EARLIER_US,
        last_booked_at_us=EARLIER_US,
        balance_minor=10_000,
    )
    return replace(known, **changes)


class BooksOf:
    """Books that hold just these accounts and customers."""

    def __init__(self, *states: Account | Customer) -> None:
        self._accounts = {state.number: state for state in states if isinstance(state, Account)}
        self._customers = {state.number: state for state in states if isinstance(state, Customer)}

    def account(self, text: str) -> AccountWithOwner:
        found = self._accounts[text]
        return AccountWithOwner(found, self._customers[found.customer])

    def customer(self, text: str) -> Customer:
        return self._customers[text]

    def new_account(self, reference: str) -> str:  # noqa: ARG002 - all are free
        return "10-00099"

    def new_customer(self, reference: str) -> str:  # noqa: ARG002 - all are free
        return "C-00099"


def decided(command: Command, *states: Account | Customer, when: When = WHEN) -> tuple[Change, ...]:
    """What a command adds to the books that hold these states."""
    return command.decide(BooksOf(*states), when)


def decided_one(command: Command, *states: Account | Customer, when: When = WHEN) -> tuple[NewEvent, ...]:
    """The new events of a command that concerns one stream."""
    (change,) = decided(command, *states, when=when)
    return change.new_events
