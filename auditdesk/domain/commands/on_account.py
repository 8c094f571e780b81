"""The base of commands on one account."""

from __future__ import annotations

from typing import Annotated

from auditdesk.domain.account import Account
from auditdesk.domain.commands.base import (
    AccountWithOwner,
    Books,
    Change,
    Command,
    When,
    ask,
    change_of,
    check_customer,
    check_order,
)
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent

AccountNumber = Annotated[str, ask("account", "&Account")]


class OnAccount(Command, frozen=True):
    """Base of the commands on one account. `account` is a number or a reference."""

    account: AccountNumber

    @property
    def target(self) -> str:
        """The account."""
        return self.account

    @classmethod
    def unavailable(cls, account: Account) -> str:
        """The reason why it can't be issued on an account in this state; empty if it can be tried."""
        return "The account is closed." if account.status == "closed" else cls.unavailable_while_open(account)

    @classmethod
    def unavailable_while_open(cls, account: Account) -> str:  # noqa: ARG003 - for those that are blocked
        """The reason for an account known to be open; empty if it can be tried."""
        return ""

    def decide(self, books: Books, when: When) -> tuple[Change, ...]:
        """Decide the events for its one account."""
        held = books.account(self.account)
        return (change_of(held.account, self.decide_on(held, when)),)

    def decide_on(self, held: AccountWithOwner, when: When) -> tuple[NewEvent, ...]:  # noqa: ARG002 - the signature
        """Decide the events for the account that it names. Raises `Refused`."""
        raise AssertionError(f"{type(self).__name__} decides nothing")


def check_open(held: AccountWithOwner, when: When) -> None:
    """The rules of every command on an account: open, owner known, booked in order and not ahead."""
    account = held.account
    if account.status != "open":
        raise Refused("account_closed", f"Account {account.number} is closed.", field="account")
    check_customer(held.owner)
    check_order(
        f"Account {account.number}",
        account.last_booked_at_us,
        when,
        "Book it now, and give the day it counts from as the value date.",
    )
