"""The clerk's commands: load, decide, append. Each is durable and idempotent by its command id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.commands import account as account_rules
from auditdesk.domain.commands import customer as customer_rules
from auditdesk.domain.commands.account import NO_NOTE, MoneyKind, Note, When
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Conflict, Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.personal import Address, Contact, PersonalDetails
from auditdesk.domain.streams import (
    account_number,
    account_stream,
    customer_number,
    customer_stream,
    name_in,
)
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.context import OperatorContext, new_command_id
from auditdesk.services.access.lookup import (
    check_free,
    check_unchanged,
    find_account,
    find_customer,
    known_number,
    load_account,
    load_customer,
)
from auditdesk.services.access.refusals import Ask, record_refusal
from auditdesk.services.commands.repeats import check_repeat

RACES_TO_RETRY: Final = 200  # of fifty tills at once on one account, none may go away empty-handed


class Receipt(NamedTuple):
    """What a command left in the log. `replayed`: the command id was known, nothing was added."""

    envelopes: tuple[Envelope, ...]
    replayed: bool = False
    clamped_us: int = 0

    @property
    def position(self) -> int:
        """Position of the command's first event."""
        return self.envelopes[0].position

    @property
    def stream(self) -> str:
        """The stream of the command's first event."""
        return self.envelopes[0].stream

    @property
    def version(self) -> int:
        """The version that the command's first event gave its stream."""
        return self.envelopes[0].version

    @property
    def number(self) -> str:
        """The number of the account or customer whom the first event is about."""
        return name_in(self.stream)


class Held(NamedTuple):
    """An account and its owner, as far as the rules need him."""

    account: Account
    owner: Customer


class Desk:
    """Issues commands for one operator.

    Every method takes `command_id`: the same id again returns the first result, and another
    command under it is refused. Commands on an account, and those that change who a customer is,
    take `expected_version`, the version that the operator saw; if the account or customer has
    moved on since, `Conflict` is raised. Every refusal is recorded in the operator's stream and
    raised as `Refused`; what the environment prevents is raised as a `Fault`.
    """

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    # --- customers ---------------------------------------------------------------------

    def register_customer(
        self, details: PersonalDetails, *, reference: str = "", command_id: str = ""
    ) -> Receipt:
        """Register a person as a new customer, with a key of his own."""

        def decide(when: When) -> list[StreamAppend]:
            new_events = customer_rules.register(details, reference=reference, when=when)
            check_free(self._context, find_customer, reference)
            number = customer_number(self._ledger.customers.next_serial())
            self._context.check_writable().create_keys([number])
            return [StreamAppend(customer_stream(number), None, new_events, when.booked_at_us, number)]

        return self._issue(Ask("register_customer", "", command_id), decide)

    def rename_customer(
        self, customer: str, name: str, *, command_id: str = "", expected_version: int | None = None
    ) -> Receipt:
        """Give the customer another name from now on."""
        return self._change(
            Ask("rename_customer", customer, command_id),
            expected_version,
            lambda state, when: customer_rules.rename(state, name, when=when),
        )

    def change_address(
        self, customer: str, address: Address, *, command_id: str = "", expected_version: int | None = None
    ) -> Receipt:
        """Let the customer live elsewhere from now on."""
        return self._change(
            Ask("change_address", customer, command_id),
            expected_version,
            lambda state, when: customer_rules.change_address(state, address, when=when),
        )

    def change_contact(
        self, customer: str, contact: Contact, *, command_id: str = "", expected_version: int | None = None
    ) -> Receipt:
        """Let the customer be reached otherwise from now on."""
        return self._change(
            Ask("change_contact", customer, command_id),
            expected_version,
            lambda state, when: customer_rules.change_contact(state, contact, when=when),
        )

    def set_legal_hold(self, customer: str, *, held: bool, reason: str, command_id: str = "") -> Receipt:
        """Place a legal hold on the customer, who then can't be forgotten, or release it."""
        return self._change(
            Ask("place_hold" if held else "release_hold", customer, command_id),
            None,
            lambda state, when: customer_rules.set_legal_hold(state, reason, held=held, when=when),
        )

    # --- accounts ----------------------------------------------------------------------

    def open_account(
        self,
        customer: str,
        currency: str,
        *,
        overdraft_limit_minor: int = 0,
        reference: str = "",
        command_id: str = "",
    ) -> Receipt:
        """Open an account for the customer."""

        def decide(when: When) -> list[StreamAppend]:
            owner = load_customer(self._context, customer)
            new_events = account_rules.open_account(
                owner, currency, overdraft_limit_minor=overdraft_limit_minor, reference=reference
            )
            check_free(self._context, find_account, reference)
            number = account_number(self._ledger.accounts.next_serial())
            return [StreamAppend(account_stream(number), None, new_events, when.booked_at_us, owner.number)]

        return self._issue(Ask("open_account", customer, command_id), decide)

    def deposit(
        self,
        account: str,
        amount_minor: int,
        *,
        note: Note = NO_NOTE,
        command_id: str = "",
        expected_version: int | None = None,
    ) -> Receipt:
        """Pay money in."""
        ask = Ask("deposit", account, command_id, amount_minor)
        return self._move("deposit", ask, note, expected_version)

    def withdraw(
        self,
        account: str,
        amount_minor: int,
        *,
        note: Note = NO_NOTE,
        command_id: str = "",
        expected_version: int | None = None,
    ) -> Receipt:
        """Pay money out, at most what is available."""
        ask = Ask("withdrawal", account, command_id, amount_minor)
        return self._move("withdrawal", ask, note, expected_version)

    def credit_interest(
        self,
        account: str,
        amount_minor: int,
        *,
        note: Note = NO_NOTE,
        command_id: str = "",
        expected_version: int | None = None,
    ) -> Receipt:
        """Pay interest."""
        ask = Ask("interest", account, command_id, amount_minor)
        return self._move("interest", ask, note, expected_version)

    def charge_fee(
        self,
        account: str,
        amount_minor: int,
        *,
        note: Note = NO_NOTE,
        command_id: str = "",
        expected_version: int | None = None,
    ) -> Receipt:
        """Charge a fee, at most what is available."""
        ask = Ask("fee", account, command_id, amount_minor)
        return self._move("fee", ask, note, expected_version)

    def transfer(
        self,
        from_account: str,
        to_account: str,
        amount_minor: int,
        *,
        note: Note = NO_NOTE,
        command_id: str = "",
        expected_version: int | None = None,
    ) -> Receipt:
        """Move money between two of our accounts, both legs or none, under one correlation id."""

        def decide(when: When) -> list[StreamAppend]:
            sender = self._held(from_account, expected_version)
            receiver = self._held(to_account, None)
            sent, received = account_rules.transfer(
                sender.account,
                receiver.account,
                (sender.owner, receiver.owner),
                amount_minor,
                when=when,
                note=note,
            )
            return [_on(sender.account, sent, when), _on(receiver.account, received, when)]

        ask = Ask("transfer", from_account, command_id, amount_minor)
        return self._issue(ask, decide, correlate=True)

    def set_overdraft_limit(
        self, account: str, limit_minor: int, *, command_id: str = "", expected_version: int | None = None
    ) -> Receipt:
        """Agree another overdraft."""
        return self._on_account(
            Ask("set_overdraft_limit", account, command_id, limit_minor),
            expected_version,
            lambda held, when: account_rules.set_overdraft_limit(*held, limit_minor, when=when),
        )

    def freeze(
        self,
        account: str,
        blocks: e.Blocks = "all",
        *,
        reason: str,
        command_id: str = "",
        expected_version: int | None = None,
    ) -> Receipt:
        """Block debits, credits or all of them."""
        return self._on_account(
            Ask("freeze", account, command_id),
            expected_version,
            lambda held, when: account_rules.freeze(*held, blocks, reason, when=when),
        )

    def unfreeze(
        self,
        account: str,
        blocks: e.Blocks = "all",
        *,
        reason: str = "",
        command_id: str = "",
        expected_version: int | None = None,
    ) -> Receipt:
        """Lift a block that is in force."""
        return self._on_account(
            Ask("unfreeze", account, command_id),
            expected_version,
            lambda held, when: account_rules.unfreeze(*held, blocks, reason, when=when),
        )

    def close_account(
        self,
        account: str,
        *,
        pay_out: bool = False,
        reason: str = "",
        command_id: str = "",
        expected_version: int | None = None,
    ) -> Receipt:
        """Close the account for good; `pay_out` pays the rest out in the same command."""
        return self._on_account(
            Ask("close_account", account, command_id),
            expected_version,
            lambda held, when: account_rules.close(*held, pay_out=pay_out, reason=reason, when=when),
        )

    # --- how ---------------------------------------------------------------------------

    def _move(self, kind: MoneyKind, ask: Ask, note: Note, expected_version: int | None) -> Receipt:
        amount_minor = ask.amount_minor or 0
        return self._on_account(
            ask,
            expected_version,
            lambda held, when: account_rules.move_money(*held, kind, amount_minor, when=when, note=note),
        )

    def _on_account(
        self, ask: Ask, expected_version: int | None, decide: Callable[[Held, When], tuple[NewEvent, ...]]
    ) -> Receipt:
        def appends(when: When) -> list[StreamAppend]:
            held = self._held(ask.target, expected_version)
            return [_on(held.account, decide(held, when), when)]

        return self._issue(ask, appends)

    def _change(
        self, ask: Ask, expected_version: int | None, decide: Callable[[Customer, When], tuple[NewEvent, ...]]
    ) -> Receipt:
        def appends(when: When) -> list[StreamAppend]:
            state = load_customer(self._context, ask.target)
            check_unchanged(f"Customer {state.number}", state.version, expected_version)
            stream = customer_stream(state.number)
            return [StreamAppend(stream, state, decide(state, when), when.booked_at_us, state.number)]

        return self._issue(ask, appends)

    def _held(self, account: str, expected_version: int | None) -> Held:
        number = find_account(self._context, account)
        state = load_account(self._context, number)
        check_unchanged(f"Account {number}", state.version, expected_version)
        return Held(state, load_customer(self._context, state.customer))

    def _issue(
        self, ask: Ask, decide: Callable[[When], list[StreamAppend]], *, correlate: bool = False
    ) -> Receipt:
        keyring = self._context.check_writable()
        command_id = ask.command_id or new_command_id()
        known = self._ledger.log.command_result(command_id)
        if known:
            return self._repeated(ask, Receipt(known, replayed=True))
        for race in range(RACES_TO_RETRY):
            try:
                appends = self._decide(decide)
            except Refused as refused:
                self._record_refusal(ask, refused)
                raise
            try:
                appended = self._ledger.append(
                    appends,
                    operator=self._context.operator,
                    command_id=command_id,
                    correlation_id=command_id if correlate else "",
                    sealer=keyring,
                )
            except Conflict:
                if race == RACES_TO_RETRY - 1:
                    raise
            else:
                receipt = Receipt(*appended)
                return self._repeated(ask, receipt) if receipt.replayed else receipt
        raise AssertionError("the last race either returns or raises")

    def _repeated(self, ask: Ask, receipt: Receipt) -> Receipt:
        try:
            target = known_number(self._context, ask.target)
            check_repeat(receipt.envelopes, ask.command, target, ask.amount_minor)
        except Refused as refused:
            self._record_refusal(ask, refused)
            raise
        return receipt

    def _decide(self, decide: Callable[[When], list[StreamAppend]]) -> list[StreamAppend]:
        """Decide on one state of the ledger, at the clock's time, which is never behind the log's."""
        with self._ledger.view():
            now_us = self._ledger.now_us()
            return decide(When(now_us, now_us))

    def _record_refusal(self, ask: Ask, refused: Refused) -> None:
        """Keep what was asked and why not; a target that isn't ours is free text and left out."""
        target = known_number(self._context, ask.target)
        record_refusal(self._context, ask.command, target, refused, ask.amount_minor)


def _on(account: Account, new_events: Sequence[NewEvent], when: When) -> StreamAppend:
    return StreamAppend(
        account_stream(account.number), account, new_events, when.booked_at_us, account.customer
    )
