"""Forgetting a customer: the key is destroyed, the log stays whole.

The steps, each idempotent and in this order, so that a crash between any two is resumed:
`ErasureRequested` in the log → fence, key destroyed and vault key rotated in the vault →
`CustomerForgotten` in the log. Whatever a restored vault brings back is destroyed again at the next sign-in:
nothing is destroyed before somebody has signed in, nor without an event in the log that asks for it.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, NamedTuple, Protocol

from auditdesk.domain import erasure
from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.commands.base import When
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import AuditdeskError, Fault, Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import day_of
from auditdesk.domain.personal import REDACTED, Mask, Personal
from auditdesk.domain.roles import FORGET
from auditdesk.domain.streams import account_stream, customer_stream
from auditdesk.ledger.ledger import Batch, Ledger, StreamAppend
from auditdesk.services.access.command_ids import Origin, new_command_id, program_id
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.lookup import find_customer, load_account, load_customer
from auditdesk.services.access.permission import check_permission
from auditdesk.services.access.refusals import record_refusal
from auditdesk.services.access.revealing import Revealer
from auditdesk.services.privacy.erasures import (
    check_proven,
    is_undone,
    logged_erasure,
    logged_erasures,
    shred,
)
from auditdesk.vault.vault import Keyring, Vault

KEPT: Final = (
    "Amounts, dates, account numbers and balances: a bank must keep its books (e.g. GDPR Art. 17(3)(b)).",
    "The customer's number, as a pseudonym that leads to nobody once the key is destroyed.",
    "The reason for forgetting, which must not name the person.",
)

Step = Literal["requested", "shredded", "recorded"]


class StepListener(Protocol):
    """Is told of each step once it is durable."""

    def __call__(self, step: Step, /) -> None:
        """Take note of `step`."""


class ErasurePreview(NamedTuple):
    """The effects of forgetting a customer. `refusal` is None if it may go ahead."""

    customer: Customer
    accounts: tuple[Account, ...]
    sealed_events: int
    snapshots: int
    exports: tuple[e.ReportExported, ...]
    kept: tuple[str, ...]
    refusal: Refused | None


class Erasure(NamedTuple):
    """A finished erasure. `already` says that it was finished before this call."""

    customer: str
    erased_on: date
    key_id: str
    sealed_events: int
    accounts: tuple[str, ...]
    already: bool = False


class Resumed(NamedTuple):
    """Erasures resumed at a sign-in: the customers whose erasure is finished, and the problems."""

    done: tuple[str, ...]
    problems: tuple[str, ...]


class NotForgotten(Fault):
    """A step failed; the customer is fenced but NOT forgotten, and it is tried again."""

    @classmethod
    def half_way(cls, customer: str, why: str) -> NotForgotten:
        """The erasure was asked for and is not at its end, because of `why`, a sentence."""
        return cls(
            f"Customer {customer} is NOT forgotten yet: {why}",
            "No new data is accepted for them; the erasure resumes on the next attempt or sign-in.",
        )


class Forgetting:
    """Forgets customers for one operator."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    def preview(self, customer: str) -> ErasurePreview:
        """Preview an erasure: its effects, and the rule that would refuse it.

        Raises `Refused` (`role_missing`, `customer_unknown`).
        """
        check_permission(self._context, FORGET, customer=customer)
        state = load_customer(self._context, customer)
        accounts = self._accounts(state.number)
        streams = _streams(state.number, accounts)
        return ErasurePreview(
            customer=state,
            accounts=accounts,
            sealed_events=self._ledger.log.count_sealed(streams),
            snapshots=self._ledger.snapshots.count(streams),
            exports=self._exports(accounts),
            kept=KEPT,
            refusal=self._refusal(state, accounts),
        )

    def forget(self, customer: str, reason: str, *, on_step: StepListener | None = None) -> Erasure:
        """Forget the customer for good. One who is forgotten already is left so.

        Raises `Refused` (`role_missing`, `open_account`, `reason_identifies`, …) before anything is done, and
        `NotForgotten` where the environment stopped it half way; then it is resumed at the next sign-in.
        """
        check_permission(self._context, FORGET, customer=customer)
        keyring = self._context.check_writable()
        vault = self._context.vault
        if vault is None:
            raise AssertionError("a keyring implies a vault")
        number = find_customer(self._context, customer)
        state = load_customer(self._context, number)
        if state.forgotten_at_us is not None:
            if vault.holds_key(number):
                shred(self._ledger, vault, logged_erasure(self._ledger, number), keyring)
            return _finished(self._ledger, number, already=True)
        if state.erasure_requested_at_us is None:
            self._request(number, reason)
        _tell(on_step, "requested")
        return finish(self._ledger, vault, number, keyring, on_step=on_step)

    def _request(self, customer: str, reason: str) -> None:
        try:
            with self._ledger.deciding() as batch:  # or an account might be opened meanwhile
                self._fence(batch, customer, reason)
        except Refused as refused:
            record_refusal(self._context, "forget", customer, refused)
            raise

    def _fence(self, batch: Batch, customer: str, reason: str) -> None:
        state = load_customer(self._context, customer)
        if state.erasure_requested_at_us is not None:
            return  # somebody else was first
        now_us = self._ledger.now_us()
        new_events = erasure.request_erasure(
            state,
            self._accounts(customer),
            reason,
            when=When(now_us, now_us),
            former=self._former(customer),
        )
        append = StreamAppend(customer_stream(customer), state, new_events, now_us, None)
        command_id = _own_id(self._ledger, "forget", customer, e.ErasureRequested.TAG)
        batch.append([append], operator=self._context.operator, command_id=command_id)

    def _former(self, customer: str) -> list[Personal | Mask | None]:
        """All personal data ever recorded of the customer, so that the reason can't hold a former name."""
        revealer = Revealer(self._ledger, self._context.keyring)
        return [
            revealer.personal(envelope) for envelope in self._ledger.log.envelopes(customer_stream(customer))
        ]

    def _accounts(self, customer: str) -> tuple[Account, ...]:
        return tuple(
            load_account(self._context, row.number) for row in self._ledger.accounts.of_customer(customer)
        )

    def _refusal(self, state: Customer, accounts: tuple[Account, ...]) -> Refused | None:
        now_us = self._ledger.now_us()
        try:
            erasure.check_forgettable(state, accounts, when=When(now_us, now_us))
        except Refused as refused:
            return refused
        return None

    def _exports(self, accounts: tuple[Account, ...]) -> tuple[e.ReportExported, ...]:
        concerned = {account.number for account in accounts} | {""}
        events = (envelope.event() for envelope in self._ledger.log.read(types=(e.ReportExported.TAG,)))
        return tuple(
            event for event in events if isinstance(event, e.ReportExported) and event.account in concerned
        )


def finish(
    ledger: Ledger,
    vault: Vault,
    customer: str,
    keyring: Keyring,
    *,
    on_step: StepListener | None = None,
) -> Erasure:
    """Take an erasure that was requested to its end, from whichever step it is at, for who is signed in."""
    try:
        check_proven(ledger, logged_erasure(ledger, customer))
        if vault.holds_key(customer):
            _check_rules_still_hold(ledger, customer)
        key_id = vault.shred(customer, keyring=keyring)
        _tell(on_step, "shredded")
        _record(ledger, customer, key_id, keyring.operator)
    except AuditdeskError as error:
        raise NotForgotten.half_way(customer, error.message) from error
    _tell(on_step, "recorded")
    return _finished(ledger, customer, already=False)


def resume(ledger: Ledger, vault: Vault, keyring: Keyring) -> Resumed:
    """Finish what a crash interrupted, and destroy every key that a restored vault brought back.

    Only what the log proves is done, one customer after the other: a problem with one keeps no other waiting.
    """
    holding, fenced = vault.key_subjects(), vault.fenced()
    done, problems = [], []
    for logged in logged_erasures(ledger):
        try:
            if not logged.finished:
                finish(ledger, vault, logged.customer, keyring)
            elif is_undone(logged, holding, fenced):
                shred(ledger, vault, logged, keyring)
            else:
                continue
        except AuditdeskError as error:
            problems.append(str(error))
        else:
            done.append(logged.customer)
    return Resumed(tuple(done), tuple(problems))


def _check_rules_still_hold(ledger: Ledger, customer: str) -> None:
    """Check a request's rules again before its end, for as long as the key lives."""
    loaded = ledger.customers.load(customer, reveal=lambda _: None, reveal_snapshot=lambda *_: REDACTED)
    if loaded is not None and loaded.state.held_since_us is not None:
        raise Fault(f"Customer {customer} is under a legal hold.", "Verify the ledger.")
    for row in ledger.accounts.of_customer(customer):
        account = ledger.accounts.load(row.number)
        if account is not None and account.state.customer == customer and account.state.status == "open":
            raise Fault(f"Customer {customer} still has {row.number} open.", "Verify the ledger.")


def _record(ledger: Ledger, customer: str, key_id: str, operator: str) -> None:
    with ledger.deciding() as batch:  # or somebody else might record it meanwhile
        loaded = ledger.customers.load(customer, reveal=lambda _: None, reveal_snapshot=lambda *_: REDACTED)
        if loaded is None or loaded.state.forgotten_at_us is not None:
            return
        accounts = tuple(row.number for row in ledger.accounts.of_customer(customer))
        streams = [customer_stream(customer), *(account_stream(account) for account in accounts)]
        event = e.CustomerForgotten(
            key_id=key_id, sealed_events=ledger.log.count_sealed(streams), accounts=accounts
        )
        booked_at_us = max(ledger.now_us(), loaded.state.last_booked_at_us)
        append = StreamAppend(customer_stream(customer), loaded.state, (NewEvent(event),), booked_at_us, None)
        command_id = _own_id(ledger, "forgotten", customer, e.CustomerForgotten.TAG)
        batch.append([append], operator=operator, command_id=command_id)


def _own_id(ledger: Ledger, origin: Origin, customer: str, tag: str) -> str:
    """The id of a step, or a fresh one where a command bears it from before it was the program's own."""
    wanted = program_id(origin, customer)
    taken = [(envelope.stream, envelope.type) for envelope in ledger.log.command_result(wanted)]
    return wanted if not taken or (customer_stream(customer), tag) in taken else new_command_id()


def _finished(ledger: Ledger, customer: str, *, already: bool) -> Erasure:
    for envelope in reversed(ledger.log.envelopes(customer_stream(customer))):
        event = envelope.event()
        if isinstance(event, e.CustomerForgotten):
            return Erasure(
                customer=customer,
                erased_on=day_of(envelope.booked_at_us),
                key_id=event.key_id,
                sealed_events=event.sealed_events,
                accounts=event.accounts,
                already=already,
            )
    raise Fault(f"The ledger does not say that customer {customer} was forgotten.", "Verify the ledger.")


def _streams(customer: str, accounts: tuple[Account, ...]) -> list[str]:
    return [customer_stream(customer), *(account_stream(account.number) for account in accounts)]


def _tell(listener: StepListener | None, step: Step) -> None:
    if listener is not None:
        listener(step)
