"""Decisions on accounts: a state and a wish become facts, or a rule says no.

Pure. Every function returns the facts to append or raises `Refused`; the rules are those of the
command, not of the form, so that a script is held to them as well.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import day_of, parse_date, to_iso
from auditdesk.domain.money import check_fits, exponent, format_amount
from auditdesk.domain.personal import Remark, Remittance
from auditdesk.domain.text import clean_line, clean_text

MoneyKind = Literal["deposit", "withdrawal", "interest", "fee"]

_EVENT_OF_KIND: Final[dict[str, type[e.MoneyEvent]]] = {
    "deposit": e.MoneyDeposited,
    "withdrawal": e.MoneyWithdrawn,
    "interest": e.InterestCredited,
    "fee": e.FeeCharged,
}
_BLOCK_NAMES: Final = {"debits": "debits", "credits": "credits", "all": "debits and credits"}


class When(NamedTuple):
    """The instant a command is to be booked at, and what the clock says. Microseconds UTC."""

    booked_at_us: int
    now_us: int


class Note(NamedTuple):
    """What is written beside an entry. `value_date` empty means the booking day."""

    counterparty: str = ""
    memo: str = ""
    value_date: str = ""
    reference: str = ""


NO_NOTE: Final = Note()


def open_account(
    customer: Customer, currency: str, *, overdraft_limit_minor: int = 0, reference: str = ""
) -> tuple[NewEvent, ...]:
    """Open an account for a customer who has not been forgotten."""
    check_customer(customer)
    exponent(currency)
    _check_limit(overdraft_limit_minor)
    reference = clean_line(reference, "reference")
    return (
        NewEvent(
            e.AccountOpened(
                customer=customer.number,
                currency=currency,
                overdraft_limit_minor=overdraft_limit_minor,
                reference=reference,
            )
        ),
    )


def move_money(
    account: Account, customer: Customer, kind: MoneyKind, amount_minor: int, *, when: When, note: Note
) -> tuple[NewEvent, ...]:
    """Deposit, withdraw, credit interest or charge a fee.

    Refused under a freeze of that direction; a withdrawal or fee also beyond the available balance.
    """
    cls = _EVENT_OF_KIND[kind]
    _check_entry(account, customer, cls.SIGN, amount_minor, when)
    return (_entry(cls, amount_minor, when, note),)


def transfer(
    sender: Account,
    receiver: Account,
    customers: tuple[Customer, Customer],
    amount_minor: int,
    *,
    when: When,
    note: Note,
) -> tuple[tuple[NewEvent, ...], tuple[NewEvent, ...]]:
    """Move money between two of our accounts: the facts of the sender, and those of the receiver.

    Each leg is tested against its own account's rules.
    """
    if sender.number == receiver.number:
        raise Refused("same_account", "The two accounts are the same.", field="to_account")
    if sender.currency != receiver.currency:
        raise Refused(
            "currency_differs",
            f"Account {sender.number} is in {sender.currency}, {receiver.number} in {receiver.currency}.",
            "Transfer between accounts of one currency.",
            field="to_account",
        )
    _check_entry(sender, customers[0], -1, amount_minor, when)
    try:
        _check_entry(receiver, customers[1], 1, amount_minor, when)
    except Refused as refused:
        about = "to_account" if refused.field == "account" else refused.field
        raise Refused(refused.code, refused.message, refused.remedy, field=about) from None
    sent = _entry(e.TransferSent, amount_minor, when, note, other_account=receiver.number)
    received = _entry(e.TransferReceived, amount_minor, when, note, other_account=sender.number)
    return (sent,), (received,)


def set_overdraft_limit(
    account: Account, customer: Customer, limit_minor: int, *, when: When
) -> tuple[NewEvent, ...]:
    """Agree an overdraft of `limit_minor`; never so low that today's balance would be beyond it."""
    check_open(account, customer, when)
    _check_limit(limit_minor)
    if limit_minor == account.overdraft_limit_minor:
        raise Refused("nothing_changes", "That is the overdraft limit already.", field="amount")
    if account.balance_minor + limit_minor < 0:
        owed = format_amount(-account.balance_minor, account.currency)
        raise Refused(
            "overdraft_in_use",
            f"The account is overdrawn by {owed} {account.currency}; the limit can't be below that.",
            field="amount",
        )
    check_fits(account.balance_minor + limit_minor)
    return (NewEvent(e.OverdraftLimitSet(limit_minor=limit_minor)),)


def freeze(
    account: Account, customer: Customer, blocks: e.Blocks, reason: str, *, when: When
) -> tuple[NewEvent, ...]:
    """Block debits, credits or all. A reason is mandatory; a block already in force is refused."""
    check_open(account, customer, when)
    _check_blocks(blocks)
    reason = clean_text(reason, "reason", required=True)
    if account.blocks in (blocks, "all"):
        raise Refused(
            "already_frozen",
            f"Account {account.number} is frozen for {_BLOCK_NAMES[account.blocks]} already.",
            field="blocks",
        )
    return (NewEvent(e.AccountFrozen(blocks=blocks), Remark(reason)),)


def unfreeze(
    account: Account, customer: Customer, blocks: e.Blocks, reason: str, *, when: When
) -> tuple[NewEvent, ...]:
    """Lift a block, which must be in force."""
    check_open(account, customer, when)
    _check_blocks(blocks)
    reason = clean_text(reason, "reason")
    in_force = {
        "none": (),
        "debits": ("debits",),
        "credits": ("credits",),
        "all": ("debits", "credits", "all"),
    }
    if blocks not in in_force[account.blocks]:
        raise Refused(
            "not_frozen",
            f"Account {account.number} is not frozen for {_BLOCK_NAMES[blocks]}.",
            f"In force: {account.blocks}.",
            field="blocks",
        )
    return (NewEvent(e.AccountUnfrozen(blocks=blocks), Remark(reason) if reason else None),)


def close(
    account: Account, customer: Customer, *, pay_out: bool, reason: str, when: When
) -> tuple[NewEvent, ...]:
    """Close for good, at a balance of exactly zero; `pay_out` pays the rest out in the same command."""
    check_open(account, customer, when)
    reason = clean_text(reason, "reason")
    if account.blocks != "none":
        raise Refused(
            "frozen", f"Account {account.number} is frozen ({account.blocks}).", "Unfreeze it before closing."
        )
    closing = NewEvent(e.AccountClosed(), Remark(reason) if reason else None)
    if account.balance_minor == 0:
        return (closing,)
    balance = f"{format_amount(account.balance_minor, account.currency)} {account.currency}"
    if account.balance_minor < 0:
        raise Refused(
            "balance_not_zero",
            f"The balance of account {account.number} is {balance}.",
            "It must be settled before the account can be closed.",
        )
    if not pay_out:
        raise Refused(
            "balance_not_zero",
            f"The balance of account {account.number} is {balance}.",
            "Pay the rest out in the same command, or move it first.",
            field="pay_out",
        )
    _check_entry(account, customer, -1, account.balance_minor, when)
    return (_entry(e.MoneyWithdrawn, account.balance_minor, when, Note(memo="Paid out at closing")), closing)


def check_customer(customer: Customer) -> None:
    """Refuse (`customer_erased`) anything for a customer who is being or has been forgotten."""
    if customer.forgotten_at_us is not None or customer.erasure_requested_at_us is not None:
        raise Refused(
            "customer_erased",
            f"Customer {customer.number} has been forgotten; nothing can be added.",
            "The same person coming back is registered as a new customer.",
            field="customer",
        )


def check_open(account: Account, customer: Customer, when: When) -> None:
    """The rules of every command on an account: open, owner known, booked in order and not ahead."""
    if account.status != "open":
        raise Refused("account_closed", f"Account {account.number} is closed.", field="account")
    check_customer(customer)
    if when.booked_at_us > when.now_us:
        raise Refused(
            "booked_in_future", f"{to_iso(when.booked_at_us)} lies in the future.", field="booked_at"
        )
    if when.booked_at_us < account.last_booked_at_us:
        raise Refused(
            "booked_before_last",
            f"Account {account.number} has an event at {to_iso(account.last_booked_at_us)}, after that.",
            "Book it now, and give the day it counts from as the value date.",
            field="booked_at",
        )


def _check_entry(account: Account, customer: Customer, sign: int, amount_minor: int, when: When) -> None:
    check_open(account, customer, when)
    if amount_minor <= 0:
        raise Refused("amount_not_positive", "The amount must be more than zero.", field="amount")
    check_fits(amount_minor)
    if sign < 0 and account.debits_blocked:
        raise _frozen(account, "debits")
    if sign > 0 and account.credits_blocked:
        raise _frozen(account, "credits")
    check_fits(account.balance_minor + sign * amount_minor)
    check_fits(account.available_minor + sign * amount_minor)
    if sign < 0 and amount_minor > account.available_minor:
        available = format_amount(account.available_minor, account.currency)
        raise Refused(
            "insufficient_funds",
            f"Only {available} {account.currency} is available on account {account.number}.",
            field="amount",
        )


def _frozen(account: Account, direction: str) -> Refused:
    return Refused(
        "frozen",
        f"Account {account.number} is frozen for {direction}.",
        "Unfreeze it first.",
        field="account",
    )


def _check_blocks(blocks: str) -> None:
    if blocks not in _BLOCK_NAMES:
        raise Refused("blocks_unknown", "A freeze is of debits, of credits or of all.", field="blocks")


def _check_limit(limit_minor: int) -> None:
    if limit_minor < 0:
        raise Refused("limit_negative", "An overdraft limit is zero or more.", field="amount")
    check_fits(limit_minor)


def _entry(
    cls: type[e.MoneyEvent], amount_minor: int, when: When, note: Note, *, other_account: str = ""
) -> NewEvent:
    value_date = parse_date(note.value_date) if note.value_date else day_of(when.booked_at_us).isoformat()
    reference = clean_line(note.reference, "reference")
    event = cls(amount_minor=amount_minor, value_date=value_date, reference=reference)
    if isinstance(event, e.TransferSent | e.TransferReceived):
        event = replace(event, other_account=other_account)
    counterparty = clean_line(note.counterparty, "counterparty")
    memo = clean_text(note.memo, "memo")
    personal = Remittance(counterparty, memo) if counterparty or memo else None
    return NewEvent(event, personal)
