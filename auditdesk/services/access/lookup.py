"""From what a person types (a number shown on screen, or a reference) to an account or customer."""

from __future__ import annotations

from collections.abc import Callable

from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Conflict, Refused
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.revealing import Revealer


def find_account(context: OperatorContext, text: str) -> str:
    """The number of the account with this number or reference. Raises `Refused` (`account_unknown`)."""
    row = context.ledger.accounts.find(text.strip())
    if row is None:
        raise Refused(
            "account_unknown", "There is no account with that number or reference.", field="account"
        )
    return row.number


def find_customer(context: OperatorContext, text: str) -> str:
    """The number of the customer with this number or reference. Raises `Refused` (`customer_unknown`)."""
    row = context.ledger.customers.find(text.strip())
    if row is None:
        raise Refused(
            "customer_unknown", "There is no customer with that number or reference.", field="customer"
        )
    return row.number


def known_number(context: OperatorContext, *, account: str = "", customer: str = "") -> str:
    """The number of the account, or the customer, that was typed; or nothing: it may be anything."""
    if not account and not customer:
        return ""
    accounts, customers = context.ledger.accounts, context.ledger.customers
    row = accounts.find(account.strip()) if account else customers.find(customer.strip())
    return row.number if row else ""


def load_account(context: OperatorContext, number: str) -> Account:
    """The account's present state. Raises `Refused` (`account_unknown`)."""
    loaded = context.ledger.accounts.load(number)
    if loaded is None:
        raise Refused("account_unknown", "There is no such account.", field="account")
    return loaded.state


def load_customer(context: OperatorContext, text: str) -> Customer:
    """The customer's present state, as far as it can be revealed. Raises `Refused` (`customer_unknown`)."""
    number = find_customer(context, text)
    revealer = Revealer(context.ledger, context.keyring)
    loaded = context.ledger.customers.load(
        number, reveal=revealer.personal, reveal_snapshot=revealer.snapshot
    )
    if loaded is None:
        raise Refused("customer_unknown", "There is no such customer.", field="customer")
    return loaded.state


def check_unchanged(what: str, version: int, expected_version: int | None) -> None:
    """Raise `Conflict` where the operator saw another version of `what` than there is now."""
    if expected_version is not None and version != expected_version:
        raise Conflict(
            f"{what} has changed since: now at event {version}, not {expected_version}.",
            "Review the change, then post again.",
        )


def check_free(context: OperatorContext, find: Callable[[OperatorContext, str], str], reference: str) -> None:
    """Raise `Refused` (`reference_taken`) where `find` leads from a reference to somebody already."""
    if not reference:
        return
    try:
        taken_by = find(context, reference)
    except Refused:
        return
    raise Refused(
        "reference_taken",
        f"The reference already belongs to {taken_by}.",
        "Choose another.",
        field="reference",
    )
