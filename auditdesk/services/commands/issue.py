"""The one way in which a command is carried out: role, state, decision, record.

Window, command line and scripts issue the same values. A command is durable when `issue` returns, and
idempotent by its command id.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from auditdesk.domain.commands.base import AccountWithOwner, Change, Command, When, subject_of
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Conflict, Refused
from auditdesk.domain.events import CustomerRegistered
from auditdesk.domain.streams import account_number, customer_number, name_in
from auditdesk.domain.text import is_text
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.command_ids import check_typed_id, new_command_id
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.lookup import (
    check_free,
    check_unchanged,
    find_account,
    find_customer,
    known_number,
    load_account,
    load_customer,
)
from auditdesk.services.access.permission import check_permission
from auditdesk.services.access.refusals import record_refusal
from auditdesk.services.commands.repeats import check_repeat

RACES_TO_RETRY: Final = 200  # of fifty tills at once on one account, none may go away empty-handed


class Receipt(NamedTuple):
    """The events that a command appended. `replayed`: the command id was known, nothing was added."""

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


class Issuer:
    """Issues commands for one operator."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    def issue(
        self, command: Command, *, command_id: str = "", expected_version: int | None = None
    ) -> Receipt:
        """Carry a command out, and return what it left in the log.

        The same `command_id` again returns the first result; another command under it is refused.
        `expected_version` is the version of the command's target that the operator saw. Raises `Refused`
        (recorded in the operator's stream; `role_missing`, `command_id_taken`, `command_id_malformed`, or a
        rule's code), `Conflict` where the target has moved on since, and the `Fault` of an environment that
        prevents it.
        """
        account, customer = _typed(command)
        check_permission(
            self._context,
            command.permission(),
            account=account,
            customer=customer,
            amount_minor=command.asked_minor,
        )
        keyring = self._context.check_writable()
        command_id = command_id or new_command_id()
        if not is_text(command_id):  # nothing can be looked up by it, not even an id of an older program
            self._check_id(command, command_id)
        known = self._ledger.log.command_result(command_id)
        if known:
            return self._repeated(command, Receipt(known, replayed=True))
        self._check_id(command, command_id)
        for race in range(RACES_TO_RETRY):
            appends = self._decide(command, expected_version)
            try:
                appended = self._ledger.append(
                    appends,
                    operator=self._context.operator,
                    command_id=command_id,
                    correlation_id=command_id if len(appends) > 1 else "",
                    sealer=keyring,
                )
            except Conflict:
                if race == RACES_TO_RETRY - 1:
                    raise
            else:
                receipt = Receipt(*appended)
                return self._repeated(command, receipt) if receipt.replayed else receipt
        raise AssertionError("the last race either returns or raises")

    def _decide(self, command: Command, expected_version: int | None) -> list[StreamAppend]:
        """Decide on one state of the ledger, at the clock's time, which is never behind the log's."""
        try:
            with self._ledger.view():
                now_us = self._ledger.now_us()
                books = _BooksNow(self._context, command.target, expected_version)
                changes = command.decide(books, When(now_us, now_us))
        except Refused as refused:
            self._record_refusal(command, refused)
            raise
        for change in changes:
            if isinstance(change.new_events[0].event, CustomerRegistered):
                self._context.check_writable().create_keys([change.subject])
        return [_append(change, now_us) for change in changes]

    def _check_id(self, command: Command, command_id: str) -> None:
        """One that is in the log already, from before there was this rule, is a repetition and not asked."""
        try:
            check_typed_id(command_id)
        except Refused as refused:
            self._record_refusal(command, refused)
            raise

    def _repeated(self, command: Command, receipt: Receipt) -> Receipt:
        try:
            check_repeat(self._context, receipt.envelopes, command, self._number_of(command))
        except Refused as refused:
            self._record_refusal(command, refused)
            raise
        return receipt

    def _record_refusal(self, command: Command, refused: Refused) -> None:
        """Keep what was asked and why not; a target that isn't ours is free text and left out."""
        record_refusal(self._context, command.NAME, self._number_of(command), refused, command.asked_minor)

    def _number_of(self, command: Command) -> str:
        """The number of the account or customer that a command is about, if it is one of ours."""
        account, customer = _typed(command)
        return known_number(self._context, account=account, customer=customer)


class _BooksNow:
    """The reads of a decision, within one view of the ledger.

    The command's own target must be at the version that the operator saw, if they said so.
    """

    def __init__(self, context: OperatorContext, target: str, expected_version: int | None) -> None:
        self._context = context
        self._target = target
        self._expected_version = expected_version

    def account(self, text: str) -> AccountWithOwner:
        number = find_account(self._context, text)
        state = load_account(self._context, number)
        check_unchanged(f"Account {number}", state.version, self._expected(text))
        return AccountWithOwner(state, load_customer(self._context, state.customer))

    def customer(self, text: str) -> Customer:
        state = load_customer(self._context, text)
        check_unchanged(f"Customer {state.number}", state.version, self._expected(text))
        return state

    def new_account(self, reference: str) -> str:
        check_free(self._context, find_account, reference)
        return account_number(self._context.ledger.accounts.next_serial())

    def new_customer(self, reference: str) -> str:
        check_free(self._context, find_customer, reference)
        return customer_number(self._context.ledger.customers.next_serial())

    def _expected(self, text: str) -> int | None:
        return self._expected_version if text == self._target else None


def _append(change: Change, booked_at_us: int) -> StreamAppend:
    return StreamAppend(change.stream, change.before, change.new_events, booked_at_us, change.subject)


def _typed(command: Command) -> tuple[str, str]:
    """The account, or the customer, that a command is about, as typed; the other is empty."""
    subject = subject_of(type(command))
    if subject is None:
        return "", ""
    return (command.target, "") if subject.input.kind == "account" else ("", command.target)
