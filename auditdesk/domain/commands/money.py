"""The commands that move money, and the rules of every entry.

The rules are those of the command, not of the form, so that a script is held to them as well.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.commands.base import AccountWithOwner, Books, Change, When, about, ask, change_of
from auditdesk.domain.commands.on_account import OnAccount, check_open
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import day_of, parse_date
from auditdesk.domain.money import check_fits, format_amount
from auditdesk.domain.personal import Remittance
from auditdesk.domain.text import clean_line, clean_text

Amount = Annotated[int, ask("amount", "&Amount")]
Counterparty = Annotated[str, ask("line", "&Counterparty")]
Memo = Annotated[str, ask("text", "&Memo")]
ValueDate = Annotated[str, ask("date", "&Value date", "Empty: today. Written 2025-12-24.", name="date")]
EntryReference = Annotated[str, ask("line", "&Reference", "May be empty.")]


class MoneyCommand(OnAccount, frozen=True):
    """Base of the commands that move money on one account: `LEAVES` says in which direction.

    Refused under a block of that direction; a debit also beyond the available balance.
    """

    LEAVES: ClassVar[type[e.MoneyEvent]]
    amount_minor: Amount
    counterparty: Counterparty = ""
    memo: Memo = ""
    value_date: ValueDate = ""
    reference: EntryReference = ""

    @classmethod
    def unavailable_while_open(cls, account: Account) -> str:
        """A block of its direction."""
        return _blocked(account, cls.LEAVES.SIGN)

    def decide_on(self, held: AccountWithOwner, when: When) -> tuple[NewEvent, ...]:
        """One entry."""
        check_entry(held, self.LEAVES.SIGN, self.amount_minor, when)
        event = self.LEAVES(
            amount_minor=self.amount_minor,
            value_date=_value_date(self.value_date, when),
            reference=clean_line(self.reference, "reference"),
        )
        return (NewEvent(event, _remittance(self.counterparty, self.memo)),)


class Deposit(MoneyCommand, frozen=True):
    """Pay money in."""

    NAME = "deposit"
    ACT = "pay money in"
    WORDS = "&Deposit…"
    TITLE = "Deposit"
    POST = "Post deposit"
    LEAVES = e.MoneyDeposited
    ICON = "deposit"


class Withdraw(MoneyCommand, frozen=True):
    """Pay money out, at most what is available."""

    NAME = "withdraw"
    ACT = "pay money out"
    WORDS = "&Withdraw…"
    TITLE = "Withdrawal"
    POST = "Post withdrawal"
    LEAVES = e.MoneyWithdrawn
    ICON = "withdraw"


class Transfer(OnAccount, frozen=True):
    """Move money between two of our accounts, both legs or none, each under its own account's rules."""

    NAME = "transfer"
    ACT = "move money between two accounts"
    WORDS = "&Transfer…"
    TITLE = "Transfer"
    POST = "Post transfer"
    LEAVES = e.TransferSent
    LEAVES_TOO = (e.TransferReceived,)
    ICON = "transfer"
    to_account: Annotated[
        str, ask("account", "&To account", "Number or reference of an account of this bank.")
    ]
    amount_minor: Amount
    counterparty: Counterparty = ""
    memo: Memo = ""
    value_date: ValueDate = ""
    reference: EntryReference = ""

    @classmethod
    def unavailable_while_open(cls, account: Account) -> str:
        """A block of debits."""
        return _blocked(account, -1)

    def decide(self, books: Books, when: When) -> tuple[Change, ...]:
        """Two legs: what the sender's account loses and the receiver's gains."""
        sender = books.account(self.account)
        with about("to_account"):
            receiver = books.account(self.to_account)
        _check_pair(sender.account, receiver.account)
        check_entry(sender, -1, self.amount_minor, when)
        with about("to_account"):
            check_entry(receiver, 1, self.amount_minor, when)
        return (
            change_of(sender.account, self._leg(e.TransferSent, receiver.account.number, when)),
            change_of(receiver.account, self._leg(e.TransferReceived, sender.account.number, when)),
        )

    def _leg(
        self, leg: type[e.TransferSent | e.TransferReceived], other_account: str, when: When
    ) -> tuple[NewEvent, ...]:
        event = leg(
            amount_minor=self.amount_minor,
            value_date=_value_date(self.value_date, when),
            reference=clean_line(self.reference, "reference"),
            other_account=other_account,
        )
        return (NewEvent(event, _remittance(self.counterparty, self.memo)),)


class CreditInterest(MoneyCommand, frozen=True):
    """Pay interest."""

    NAME = "interest"
    ACT = "pay interest"
    WORDS = "Credit &interest…"
    TITLE = "Credit interest"
    POST = "Post interest"
    LEAVES = e.InterestCredited


class ChargeFee(MoneyCommand, frozen=True):
    """Charge a fee, at most what is available."""

    NAME = "fee"
    ACT = "charge a fee"
    WORDS = "Charge a &fee…"
    TITLE = "Charge a fee"
    POST = "Post fee"
    LEAVES = e.FeeCharged


def check_entry(held: AccountWithOwner, sign: int, amount_minor: int, when: When) -> None:
    """The rules of every entry: a positive amount, no block of its direction, money enough for a debit."""
    check_open(held, when)
    account = held.account
    if amount_minor <= 0:
        raise Refused("amount_not_positive", "The amount must be more than zero.", field="amount")
    check_fits(amount_minor)
    if _blocked(account, sign):
        raise Refused(
            "frozen",
            f"Account {account.number} is frozen for {'debits' if sign < 0 else 'credits'}.",
            "Unfreeze it first.",
            field="account",
        )
    check_fits(account.balance_minor + sign * amount_minor)
    check_fits(account.available_minor + sign * amount_minor)
    if sign < 0 and amount_minor > account.available_minor:
        available = format_amount(account.available_minor, account.currency)
        raise Refused(
            "insufficient_funds",
            f"Only {available} {account.currency} is available on account {account.number}.",
            field="amount",
        )


def _blocked(account: Account, sign: int) -> str:
    if sign < 0:
        return "Debits are frozen." if account.debits_blocked else ""
    return "Credits are frozen." if account.credits_blocked else ""


def _check_pair(sender: Account, receiver: Account) -> None:
    if sender.number == receiver.number:
        raise Refused("same_account", "The two accounts are the same.", field="to_account")
    if sender.currency != receiver.currency:
        raise Refused(
            "currency_differs",
            f"Account {sender.number} is in {sender.currency}, {receiver.number} in {receiver.currency}.",
            "Transfer between accounts of one currency.",
            field="to_account",
        )


def _value_date(text: str, when: When) -> str:
    return parse_date(text) if text else day_of(when.booked_at_us).isoformat()


def _remittance(counterparty: str, memo: str) -> Remittance | None:
    counterparty, memo = clean_line(counterparty, "counterparty"), clean_text(memo, "memo")
    return Remittance(counterparty, memo) if counterparty or memo else None
