"""From a planned step to the events that the bank's own rules make of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from auditdesk.demo import steps as s
from auditdesk.domain import account as account_fold
from auditdesk.domain.account import Account
from auditdesk.domain.commands.account import CloseAccount
from auditdesk.domain.commands.base import AccountWithOwner, Change, When, change_of
from auditdesk.domain.commands.money import CreditInterest, Deposit, MoneyCommand
from auditdesk.domain.commands.on_account import OnAccount
from auditdesk.domain.customer import Customer
from auditdesk.domain.events import NewEvent
from auditdesk.domain.streams import account_number, customer_number
from auditdesk.ledger.ledger import StreamAppend

QUARTERS_BP: Final = 40_000  # four quarters of 10,000 basis points
SETTLED: Final = "Settled at closing"


class DemoState:
    """The customers and accounts that the plan's people and account keys have become so far."""

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

    def account(self, text: str) -> AccountWithOwner:
        """The account of that number with its owner."""
        account = self.accounts[self._keys[text]]
        return AccountWithOwner(account, self.customers[self._persons[account.customer]])

    def customer(self, text: str) -> Customer:
        """The customer of that number."""
        return self.customers[self._persons[text]]


class _Opening(NamedTuple):
    """The books at the moment at which the plan's `person` or account `key` gets a number."""

    standing: DemoState
    person: int
    key: int = 0

    def account(self, text: str) -> AccountWithOwner:
        return self.standing.account(text)

    def customer(self, text: str) -> Customer:
        return self.standing.customer(text)

    def new_account(self, reference: str) -> str:  # noqa: ARG002 - the demo has no references of its own
        return self.standing.new_account(self.key)

    def new_customer(self, reference: str) -> str:  # noqa: ARG002
        return self.standing.new_customer(self.person)


def decide(standing: DemoState, step: s.Step) -> list[StreamAppend]:
    """Decide the events that a step appends; an empty list if it has no effect. Raises `Refused`."""
    when = When(step.booked_at_us, step.recorded_at_us)
    match step.act:
        case s.Register(person, command):
            return _appends(command.decide(_Opening(standing, person), when), when)
        case s.Open(key, person, command):
            opening = replace(command, customer=standing.customers[person].number)
            return _appends(opening.decide(_Opening(standing, person, key), when), when)
        case s.OnPerson(person, command):
            customer = standing.customers[person]
            when = _not_before(when, customer)
            asked = replace(command, customer=customer.number)
            return _appends(asked.decide(_Opening(standing, person), when), when)
        case s.Move(sender, receiver, command):
            accounts = standing.accounts[sender], standing.accounts[receiver]
            when = _not_before(when, *accounts)
            transfer = replace(command, account=accounts[0].number, to_account=accounts[1].number)
            return _appends(transfer.decide(_Opening(standing, 0), when), when)
        case s.Adopt() | s.Forget():
            raise AssertionError("not a command on the books as they stand")
        case act:
            held = standing.account(standing.accounts[act.key].number)
            when = _not_before(when, held.account)
            new_events = _on_account(act, held, when)
            return _appends([change_of(held.account, new_events)] if new_events else [], when)


def _on_account(act: s.AccountAct, held: AccountWithOwner, when: When) -> tuple[NewEvent, ...]:
    command = _command(act, held.account)
    if isinstance(command, MoneyCommand) and not isinstance(act, s.OnKey) and not command.amount_minor:
        return ()
    if isinstance(command, CloseAccount):
        return _close(command, held, when)
    return command.decide_on(held, when)


def _command(act: s.AccountAct, account: Account) -> OnAccount:
    """Make the command of an act, with the amounts that depend on the account's balance."""
    match act:
        case s.OnKey(_, command):
            return replace(command, account=account.number)
        case s.Interest(_, rate_bp, memo):
            amount_minor = max(account.balance_minor, 0) * rate_bp // QUARTERS_BP
            return CreditInterest(account.number, amount_minor, memo=memo)
        case s.Trade(_, share_per_mille, bill, sale):
            amount_minor = account.available_minor * share_per_mille // 1_000
            if amount_minor <= 0 or account.debits_blocked:
                return replace(sale, account=account.number)
            return replace(bill, account=account.number, amount_minor=amount_minor)


def _close(command: CloseAccount, held: AccountWithOwner, when: When) -> tuple[NewEvent, ...]:
    """Close an account: pay an overdrawn balance in first, then pay out what is left."""
    account = held.account
    settled: tuple[NewEvent, ...] = ()
    if account.balance_minor < 0:
        settled = Deposit(account.number, -account.balance_minor, memo=SETTLED).decide_on(held, when)
        account = account_fold.apply(account.number, account, settled[0].event, when.booked_at_us)
    return settled + command.decide_on(AccountWithOwner(account, held.owner), when)


def _appends(changes: Sequence[Change], when: When) -> list[StreamAppend]:
    return [
        StreamAppend(change.stream, change.before, change.new_events, when.booked_at_us, change.subject)
        for change in changes
    ]


def _not_before(when: When, *states: Account | Customer) -> When:
    """The bank's books of one stream are kept in order: not before what was booked last."""
    last_us = max(state.last_booked_at_us for state in states)
    return when._replace(booked_at_us=max(when.booked_at_us, last_us))
