"""From a planned step to the facts that the bank's own rules make of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from auditdesk.demo import steps as s
from auditdesk.domain import account as account_fold
from auditdesk.domain.account import Account
from auditdesk.domain.commands import account as account_rules
from auditdesk.domain.commands import customer as customer_rules
from auditdesk.domain.commands.account import Note, When
from auditdesk.domain.customer import Customer
from auditdesk.domain.events import NewEvent
from auditdesk.domain.personal import Address, PersonName
from auditdesk.domain.streams import account_number, account_stream, customer_number, customer_stream
from auditdesk.ledger.ledger import StreamAppend

QUARTERS_BP: Final = 40_000  # four quarters of 10,000 basis points
SETTLED: Final = Note(memo="Settled at closing")


class Standing:
    """What has become of the plan's people and account keys so far."""

    def __init__(self) -> None:
        self.customers: dict[int, Customer] = {}
        self.accounts: dict[int, Account] = {}
        self._persons: dict[str, int] = {}
        self._keys: dict[str, int] = {}

    def new_customer(self, person: int) -> str:
        """The number that the plan's person gets."""
        number = customer_number(len(self._persons) + 1)
        self._persons[number] = person
        return number

    def new_account(self, key: int) -> str:
        """The number that the plan's account gets."""
        number = account_number(len(self._keys) + 1)
        self._keys[number] = key
        return number

    def keep(self, state: Account | Customer) -> None:
        """Take note of a state that the ledger has folded."""
        if isinstance(state, Account):
            self.accounts[self._keys[state.number]] = state
        else:
            self.customers[self._persons[state.number]] = state

    def owner(self, account: Account) -> Customer:
        """Whose account it is."""
        return self.customers[self._persons[account.customer]]


def decide(standing: Standing, step: s.Step) -> list[StreamAppend]:
    """What to append for a step; nothing where there is nothing to do. Raises `Refused`."""
    when = When(step.booked_at_us, step.recorded_at_us)
    match step.act:
        case s.Register() | s.Open() | s.Change():
            return [_on_customer(standing, step.act, when)]
        case s.Move():
            return _move(standing, step.act, when)
        case s.Adopt() | s.Forget():
            raise AssertionError("not a command on the books as they stand")
        case act:
            account = standing.accounts[act.key]
            when = _not_before(when, account)
            new_events = _on_account(act, account, standing.owner(account), when)
            return [_on(account, new_events, when)] if new_events else []


def _on_customer(standing: Standing, act: s.Register | s.Open | s.Change, when: When) -> StreamAppend:
    if isinstance(act, s.Register):
        new_events = customer_rules.register(act.details, reference="", when=when)
        number = standing.new_customer(act.person)
        return StreamAppend(customer_stream(number), None, new_events, when.booked_at_us, number)
    customer = standing.customers[act.person]
    if isinstance(act, s.Open):
        new_events = account_rules.open_account(
            customer, act.currency, overdraft_limit_minor=act.overdraft_limit_minor
        )
        stream = account_stream(standing.new_account(act.key))
        return StreamAppend(stream, None, new_events, when.booked_at_us, customer.number)
    when = _not_before(when, customer)
    new_events = _change(customer, act.news, when)
    return StreamAppend(
        customer_stream(customer.number), customer, new_events, when.booked_at_us, customer.number
    )


def _move(standing: Standing, act: s.Move, when: When) -> list[StreamAppend]:
    held = standing.accounts[act.sender], standing.accounts[act.receiver]
    owners = standing.owner(held[0]), standing.owner(held[1])
    when = _not_before(when, *held)
    legs = account_rules.transfer(*held, owners, act.amount_minor, when=when, note=Note(memo=act.memo))
    return [_on(account, new_events, when) for account, new_events in zip(held, legs, strict=True)]


def _change(customer: Customer, news: s.News, when: When) -> tuple[NewEvent, ...]:
    match news:
        case PersonName(name=name):
            return customer_rules.rename(customer, name, when=when)
        case Address():
            return customer_rules.change_address(customer, news, when=when)
        case s.Hold(held, reason):
            return customer_rules.set_legal_hold(customer, reason, held=held, when=when)
        case contact:
            return customer_rules.change_contact(customer, contact, when=when)


def _on_account(act: s.AccountAct, account: Account, owner: Customer, when: When) -> tuple[NewEvent, ...]:
    new_events: tuple[NewEvent, ...]
    match act:
        case s.Overdraft(_, limit_minor):
            new_events = account_rules.set_overdraft_limit(account, owner, limit_minor, when=when)
        case s.Freeze(_, blocks, reason):
            new_events = account_rules.freeze(account, owner, blocks, reason, when=when)
        case s.Unfreeze(_, blocks, reason):
            new_events = account_rules.unfreeze(account, owner, blocks, reason, when=when)
        case s.Close(_, reason):
            new_events = _close(account, owner, reason, when)
        case s.Interest() | s.Trade():
            entry = _entry(act, account)
            new_events = _on_account(entry, account, owner, when) if entry.amount_minor else ()
        case s.Entry(_, kind, amount_minor, note):
            new_events = account_rules.move_money(account, owner, kind, amount_minor, when=when, note=note)
    return new_events


def _entry(act: s.Interest | s.Trade, account: Account) -> s.Entry:
    """The entry that depends on what is there."""
    if isinstance(act, s.Interest):
        amount_minor = max(account.balance_minor, 0) * act.rate_bp // QUARTERS_BP
        return s.Entry(act.key, "interest", amount_minor, Note(memo=act.memo))
    amount_minor = account.available_minor * act.share_per_mille // 1_000
    if amount_minor <= 0 or account.debits_blocked:
        return act.sale
    return s.Entry(act.key, "withdrawal", amount_minor, act.bill)


def _close(account: Account, owner: Customer, reason: str, when: When) -> tuple[NewEvent, ...]:
    """What is owed is paid in first, what is left is paid out."""
    settled: tuple[NewEvent, ...] = ()
    if account.balance_minor < 0:
        settled = account_rules.move_money(
            account, owner, "deposit", -account.balance_minor, when=when, note=SETTLED
        )
        account = account_fold.apply(account.number, account, settled[0].event, when.booked_at_us)
    return settled + account_rules.close(account, owner, pay_out=True, reason=reason, when=when)


def _not_before(when: When, *states: Account | Customer) -> When:
    """The bank's books of one stream are kept in order: not before what was booked last."""
    last_us = max(state.last_booked_at_us for state in states)
    return when._replace(booked_at_us=max(when.booked_at_us, last_us))


def _on(account: Account, new_events: Sequence[NewEvent], when: When) -> StreamAppend:
    return StreamAppend(
        account_stream(account.number), account, new_events, when.booked_at_us, account.customer
    )
