"""The commands that open, limit, block and close an account."""

from __future__ import annotations

from typing import Annotated, Final

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.commands.base import (
    AccountWithOwner,
    Books,
    Change,
    Command,
    When,
    about,
    ask,
    check_customer,
    gone,
)
from auditdesk.domain.commands.money import Withdraw
from auditdesk.domain.commands.on_account import OnAccount, check_open
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.money import check_fits, exponent, format_amount
from auditdesk.domain.personal import Remark
from auditdesk.domain.streams import account_stream
from auditdesk.domain.text import clean_line, clean_text

Reason = Annotated[str, ask("text", "&Reason", "May be empty.")]
MandatoryReason = Annotated[str, ask("text", "&Reason", "Mandatory. Kept sealed with the event.")]

BLOCK_WORDS: Final = {"all": "debits and credits", "debits": "debits", "credits": "credits"}
BlocksAsked = Annotated[e.Blocks, ask("choice", "&What", words=BLOCK_WORDS)]


class SetOverdraft(OnAccount, frozen=True):
    """Agree another overdraft; never so low that today's balance would be beyond it."""

    NAME = "overdraft"
    ACT = "set an overdraft limit"
    WORDS = "Set the &overdraft limit…"
    TITLE = "Overdraft limit"
    POST = "Set limit"
    LEAVES = e.OverdraftLimitSet
    limit_minor: Annotated[int, ask("amount", "New &limit", name="amount")]

    def decide_on(self, held: AccountWithOwner, when: When) -> tuple[NewEvent, ...]:
        """The new limit."""
        check_open(held, when)
        account, limit_minor = held.account, self.limit_minor
        _check_limit(limit_minor, "amount")
        if limit_minor == account.overdraft_limit_minor:
            raise Refused("nothing_changes", "The overdraft limit already has this value.", field="amount")
        if account.balance_minor + limit_minor < 0:
            owed = format_amount(-account.balance_minor, account.currency)
            raise Refused(
                "overdraft_in_use",
                f"The account is overdrawn by {owed} {account.currency}; the limit can't be below that.",
                field="amount",
            )
        check_fits(account.balance_minor + limit_minor)
        return (NewEvent(e.OverdraftLimitSet(limit_minor=limit_minor)),)


class Freeze(OnAccount, frozen=True, kw_only=True):
    """Block debits, credits or all. A reason is mandatory; a block already in force is refused."""

    NAME = "freeze"
    ACT = "freeze an account for debits, credits or all"
    WORDS = "Free&ze…"
    TITLE = "Freeze"
    POST = "Freeze"
    LEAVES = e.AccountFrozen
    ICON = "freeze"
    DANGER = True
    blocks: BlocksAsked = "all"
    reason: MandatoryReason

    @classmethod
    def unavailable_while_open(cls, account: Account) -> str:
        """Everything is blocked."""
        return "Everything is already frozen." if account.blocks == "all" else ""

    def decide_on(self, held: AccountWithOwner, when: When) -> tuple[NewEvent, ...]:
        """The block, with its reason sealed beside it."""
        check_open(held, when)
        account = held.account
        _check_blocks(self.blocks)
        reason = clean_text(self.reason, "reason", required=True)
        if account.blocks in (self.blocks, "all"):
            raise Refused(
                "already_frozen",
                f"Account {account.number} is already frozen for {BLOCK_WORDS[account.blocks]}.",
                field="blocks",
            )
        return (NewEvent(e.AccountFrozen(blocks=self.blocks), Remark(reason)),)


class Unfreeze(OnAccount, frozen=True):
    """Lift a block, which must be in force."""

    NAME = "unfreeze"
    ACT = "lift a block"
    WORDS = "&Unfreeze…"
    TITLE = "Unfreeze"
    POST = "Unfreeze"
    LEAVES = e.AccountUnfrozen
    blocks: BlocksAsked = "all"
    reason: Reason = ""

    @classmethod
    def unavailable_while_open(cls, account: Account) -> str:
        """Nothing is blocked."""
        return "Nothing is frozen." if account.blocks == "none" else ""

    def decide_on(self, held: AccountWithOwner, when: When) -> tuple[NewEvent, ...]:
        """The block is lifted."""
        check_open(held, when)
        account = held.account
        _check_blocks(self.blocks)
        reason = clean_text(self.reason, "reason")
        if account.blocks not in (self.blocks, "all"):
            raise Refused(
                "not_frozen",
                f"Account {account.number} is not frozen for {BLOCK_WORDS[self.blocks]}.",
                f"In force: {account.blocks}.",
                field="blocks",
            )
        return (NewEvent(e.AccountUnfrozen(blocks=self.blocks), Remark(reason) if reason else None),)


class CloseAccount(OnAccount, frozen=True):
    """Close for good, at a balance of exactly zero; `pay_out` pays the rest out in the same command."""

    NAME = "close"
    ACT = "close an account for good"
    WORDS = "&Close the account…"
    TITLE = "Close the account"
    POST = "Close for good"
    LEAVES = e.AccountClosed
    LEAVES_TOO = (e.MoneyWithdrawn,)
    ICON = "lock"
    DANGER = True
    pay_out: Annotated[bool, ask("check", "&Pay the rest out")] = False
    reason: Reason = ""

    @classmethod
    def unavailable_while_open(cls, account: Account) -> str:
        """Something is blocked."""
        return "" if account.blocks == "none" else "The account is frozen. Unfreeze it first."

    def decide_on(self, held: AccountWithOwner, when: When) -> tuple[NewEvent, ...]:
        """The rest paid out, if asked for, and the closing."""
        check_open(held, when)
        account = held.account
        reason = clean_text(self.reason, "reason")
        if account.blocks != "none":
            raise Refused(
                "frozen",
                f"Account {account.number} is frozen ({account.blocks}).",
                "Unfreeze it before closing.",
            )
        closing = NewEvent(e.AccountClosed(), Remark(reason) if reason else None)
        if account.balance_minor == 0:
            return (closing,)
        if account.balance_minor < 0 or not self.pay_out:
            raise _not_zero(account)
        rest = Withdraw(account.number, account.balance_minor, memo="Paid out at closing")
        return (*rest.decide_on(held, when), closing)


class OpenAccount(Command, frozen=True):
    """Open an account for a customer who has not been forgotten."""

    NAME = "open-account"
    ACT = "open an account"
    WORDS = "&Open an account…"
    TITLE = "Open an account"
    POST = "Open"
    LEAVES = e.AccountOpened
    customer: Annotated[str, ask("customer", "C&ustomer")]
    currency: Annotated[str, ask("line", "&Currency", "A code such as EUR or JPY.")]
    overdraft_limit_minor: Annotated[
        int, ask("amount", "&Overdraft limit", "Empty: none.", name="overdraft")
    ] = 0
    reference: Annotated[str, ask("line", "&Reference", "May be empty.")] = ""

    @property
    def target(self) -> str:
        """The customer."""
        return self.customer

    @classmethod
    def unavailable(cls, customer: Customer) -> str:
        """The customer is gone."""
        return gone(customer)

    def decide(self, books: Books, when: When) -> tuple[Change, ...]:  # noqa: ARG002 - nothing is booked before
        """A new account's first event."""
        owner = books.customer(self.customer)
        check_customer(owner)
        exponent(self.currency)
        _check_limit(self.overdraft_limit_minor, "overdraft")
        event = e.AccountOpened(
            customer=owner.number,
            currency=self.currency,
            overdraft_limit_minor=self.overdraft_limit_minor,
            reference=clean_line(self.reference, "reference"),
        )
        number = books.new_account(event.reference)
        return (Change(account_stream(number), None, (NewEvent(event),), owner.number),)


def _not_zero(account: Account) -> Refused:
    balance = f"{format_amount(account.balance_minor, account.currency)} {account.currency}"
    sentence = f"The balance of account {account.number} is {balance}."
    if account.balance_minor < 0:
        return Refused("balance_not_zero", sentence, "It must be settled before the account can be closed.")
    remedy = "Pay the rest out in the same command, or move it first."
    return Refused("balance_not_zero", sentence, remedy, field="pay_out")


def _check_blocks(blocks: str) -> None:
    if blocks not in BLOCK_WORDS:
        raise Refused("blocks_unknown", "A freeze is of debits, of credits or of all.", field="blocks")


def _check_limit(limit_minor: int, field: str) -> None:
    if limit_minor < 0:
        raise Refused("limit_negative", "An overdraft limit is zero or more.", field=field)
    with about(field, "amount"):
        check_fits(limit_minor)
