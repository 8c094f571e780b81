"""Time travel: any account or customer as it stood at any moment, and how it came to be so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from auditdesk.domain import account as account_fold
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import LedgerDamaged, Refused
from auditdesk.domain.events import MoneyEvent
from auditdesk.domain.instants import to_iso
from auditdesk.domain.moments import NOW, AtInstant, AtVersion, Moment, Now, TimeAxis
from auditdesk.domain.streams import account_stream, customer_stream, name_in
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.rows import BalanceBucket
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.lookup import find_account, find_customer
from auditdesk.services.access.revealing import Revealer
from auditdesk.services.history.views import (
    AccountView,
    CustomerView,
    EventView,
    OtherLeg,
    OwnerMark,
    RegisterRow,
    StepView,
    event_view,
    other_account,
    register_row,
)

# About one a pixel of the chart, which cannot show more.
CHART_BUCKETS: Final = 1_200


class History:
    """Looks at the past. Every look resolves its moment to a version, and folds at most 100 events."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    # --- states ------------------------------------------------------------------------

    def account_at(self, account: str, moment: Moment = NOW) -> AccountView:
        """An account and its owner as they were at the moment.

        Raises `Refused`: `account_unknown`, `not_yet_opened`, `version_unknown`.
        """
        with self._ledger.view():
            return self._account_at(find_account(self._context, account), moment)

    def _account_at(self, number: str, moment: Moment) -> AccountView:
        stream = account_stream(number)
        version = self._version(stream, moment, "not_yet_opened", f"Account {number} was not open yet")
        loaded = self._ledger.accounts.load(number, version=version)
        if loaded is None:
            raise Refused("account_unknown", f"There is no account {number}.", field="account")
        last = self._event(stream, version)
        return AccountView(
            state=loaded.state,
            folded_events=loaded.folded_events,
            snapshot_version=loaded.snapshot_version,
            position=last.position,
            booked_at_us=last.booked_at_us,
            recorded_at_us=last.recorded_at_us,
            versions=self._ledger.log.stream_length(stream),
            owner=self.owner_at(loaded.state.customer, moment, last.booked_at_us),
        )

    def owner_at(self, customer: str, moment: Moment, booked_at_us: int) -> Customer | None:
        """The owner at an account's moment; a version stands for the instant it was booked at.

        None where the customer was registered only later (imported history can say so).
        """
        if isinstance(moment, AtVersion):
            moment = AtInstant(booked_at_us)
        version = self._ledger.log.version_at(customer_stream(customer), moment)
        return self._load_customer(customer, version) if version else None

    def customer_at(self, customer: str, moment: Moment = NOW) -> CustomerView:
        """The customer at the moment. Raises `Refused` like `account_at`."""
        with self._ledger.view():
            return self._customer_at(find_customer(self._context, customer), moment)

    def _customer_at(self, number: str, moment: Moment) -> CustomerView:
        stream = customer_stream(number)
        version = self._version(stream, moment, "not_yet_registered", f"Customer {number} was not known yet")
        last = self._event(stream, version)
        return CustomerView(
            state=self._load_customer(number, version),
            position=last.position,
            booked_at_us=last.booked_at_us,
            recorded_at_us=last.recorded_at_us,
            versions=self._ledger.log.stream_length(stream),
            accounts=tuple(row.number for row in self._ledger.accounts.of_customer(number)),
        )

    def replay_account(self, account: str, version: int | None = None) -> Account:
        """The state from zero, without snapshots: what `account_at` must agree with."""
        number = find_account(self._context, account)
        state = self._ledger.accounts.replay(number, version=version)
        if state is None:
            raise Refused("account_unknown", f"There is no account {number}.", field="account")
        return state

    def step(self, account: str, version: int) -> StepView:
        """The state before and after one event, and the event: what the slider shows at `version`.

        Raises `Refused` (`version_unknown`) beyond the stream's ends.
        """
        with self._ledger.view():
            return self._step(find_account(self._context, account), version)

    def _step(self, number: str, version: int) -> StepView:
        stream = account_stream(number)
        found = self._ledger.log.envelopes(stream, after=version - 1, up_to=version)
        if not found:
            raise Refused("version_unknown", f"Account {number} has no event {version}.", field="at")
        envelope = found[0]
        earlier = self._ledger.accounts.load(number, version=version - 1) if version > 1 else None
        before = earlier.state if earlier else None
        after = account_fold.apply(number, before, envelope.event(), envelope.booked_at_us)
        return StepView(
            before=before,
            after=after,
            event=event_view(envelope, Revealer(self._ledger, self._context.keyring)),
            folded_events=earlier.folded_events + 1 if earlier else 1,
        )

    # --- moments -----------------------------------------------------------------------

    def length(self, stream: str) -> int:
        """The number of events of the stream."""
        return self._ledger.log.stream_length(stream)

    def version_at(self, stream: str, instant_us: int, clock: TimeAxis) -> int:
        """The version at an instant; 0 before the first event."""
        return self._ledger.log.version_at(stream, AtInstant(instant_us, clock))

    def instants(self, stream: str, version: int) -> tuple[int, int]:
        """When the event was booked and recorded, microseconds UTC."""
        return self._ledger.log.instants(stream, version)

    def event(self, stream: str, version: int) -> EventView:
        """One event with everything that is known of it. Raises `Refused` (`version_unknown`)."""
        with self._ledger.view():
            found = self._ledger.log.envelopes(stream, after=version - 1, up_to=version)
            if not found:
                raise Refused("version_unknown", f"There is no event {version} in {stream}.", field="at")
            return event_view(found[0], Revealer(self._ledger, self._context.keyring))

    def other_leg(self, account: str, version: int) -> OtherLeg | None:
        """The other side of a transfer, which one command booked on both accounts.

        None for any other event, and where the other account is not one of ours or, in imported history, not
        known. Raises `Refused` (`version_unknown`), and `LedgerDamaged` where the other leg is missing.
        """
        with self._ledger.view():
            envelope, event, _ = self.event(account_stream(account), version)
            other = other_account(event) if isinstance(event, MoneyEvent) else ""
            if not other:
                return None
            for leg in self._ledger.log.command_result(envelope.command_id):
                if leg.stream == account_stream(other):
                    return OtherLeg(other, leg.version)
            raise LedgerDamaged(f"This transfer has no other leg in {other}.", "Verify the ledger.")

    def at_position(self, position: int) -> Envelope:
        """The event at a position of the log. Raises `Refused` (`position_unknown`)."""
        found = next(self._ledger.log.read(after_position=position - 1, up_to=position), None)
        if found is None:
            raise Refused("position_unknown", f"The log has no event {position}.", field="at")
        return found

    def log_page(self, first: int, last: int) -> list[EventView]:
        """The log's events at positions first to last, revealed as far as may be."""
        with self._ledger.view():
            revealer = Revealer(self._ledger, self._context.keyring)
            log = self._ledger.log.read(after_position=first - 1, up_to=last)
            return [event_view(envelope, revealer) for envelope in log]

    def currencies(self) -> dict[str, str]:
        """The currency of every account by its number."""
        return {row.number: row.currency for row in self._ledger.accounts.rows()}

    def log_length(self) -> int:
        """The number of events in the log."""
        return self._ledger.log.head().position

    # --- registers ---------------------------------------------------------------------

    def account_register(self, account: str, first: int, last: int) -> list[RegisterRow]:
        """The register's rows of versions first to last; the balance is of all entries, by replay."""
        with self._ledger.view():
            before = self._ledger.accounts.load(account, version=first - 1) if first > 1 else None
            envelopes = self._ledger.log.envelopes(account_stream(account), after=first - 1, up_to=last)
            return self._rows(account, before.state if before else None, envelopes)

    def account_register_of(self, account: str, versions: Sequence[int]) -> list[RegisterRow]:
        """The register's rows of these versions alone, as a filtered register shows them."""
        rows: list[RegisterRow] = []
        for first, last in _runs(versions):
            rows += self.account_register(account, first, last)
        return rows

    def customer_register(self, customer: str) -> list[EventView]:
        """All events of a customer, revealed as far as may be."""
        with self._ledger.view():
            revealer = Revealer(self._ledger, self._context.keyring)
            envelopes = self._ledger.log.envelopes(customer_stream(customer))
            return [event_view(envelope, revealer) for envelope in envelopes]

    def type_counts(self, account: str) -> dict[str, int]:
        """The number of events of each type in the account."""
        return self._ledger.log.type_counts(account_stream(account))

    def versions_of_types(self, account: str, tags: Sequence[str]) -> list[int]:
        """The versions of the account's events of these types, ascending."""
        return self._ledger.log.versions_of_types(account_stream(account), tags)

    def balance_series(self, account: str, buckets: int = CHART_BUCKETS) -> list[BalanceBucket]:
        """The balance over the account's life in at most `buckets` buckets."""
        return self._ledger.accounts.balance_series(account, buckets=buckets)

    def owner_marks(self, account: str) -> list[OwnerMark]:
        """The owner's own events, as marks on the account's time bar."""
        stream = account_stream(account)
        row = self._ledger.accounts.find(account)
        if row is None:
            return []
        owner = customer_stream(row.customer)
        return [
            OwnerMark(
                tag=envelope.type,
                booked_at_us=envelope.booked_at_us,
                recorded_at_us=envelope.recorded_at_us,
                version=self._ledger.log.version_at(stream, AtInstant(envelope.booked_at_us)),
            )
            for envelope in self._ledger.log.envelopes(owner)
        ]

    # --- how ---------------------------------------------------------------------------

    def _version(self, stream: str, moment: Moment, code: str, too_early: str) -> int:
        length = self._ledger.log.stream_length(stream)
        if isinstance(moment, Now):
            return length
        if isinstance(moment, AtVersion):
            if not 1 <= moment.version <= length:
                raise Refused(
                    "version_unknown",
                    f"{name_in(stream)} has events 1 to {length}, none numbered {moment.version}.",
                    field="at",
                )
            return moment.version
        version = self._ledger.log.version_at(stream, moment)
        if version == 0:
            first_us = self._ledger.log.instants(stream, 1)[0 if moment.clock == "booked" else 1]
            raise Refused(code, f"{too_early} at {to_iso(moment.instant_us)}; it begins {to_iso(first_us)}.")
        return version

    def _event(self, stream: str, version: int) -> Envelope:
        """An event that must be there, as something else in the ledger speaks of it."""
        found = self._ledger.log.envelopes(stream, after=version - 1, up_to=version)
        if not found:
            raise LedgerDamaged(f"The log has no event {version} in {stream}.", "Verify the ledger.")
        return found[0]

    def _load_customer(self, number: str, version: int) -> Customer:
        revealer = Revealer(self._ledger, self._context.keyring)
        loaded = self._ledger.customers.load(
            number, version=version, reveal=revealer.personal, reveal_snapshot=revealer.snapshot
        )
        if loaded is None:
            raise Refused("customer_unknown", f"There is no customer {number}.", field="customer")
        return loaded.state

    def _rows(self, account: str, state: Account | None, envelopes: Sequence[Envelope]) -> list[RegisterRow]:
        revealer = Revealer(self._ledger, self._context.keyring)
        rows = []
        for envelope in envelopes:
            event = envelope.event()
            state = account_fold.apply(account, state, event, envelope.booked_at_us)
            rows.append(register_row(EventView(envelope, event, revealer.personal(envelope)), state))
        return rows


def _runs(versions: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending versions as runs without gaps."""
    runs: list[tuple[int, int]] = []
    for version in versions:
        if runs and runs[-1][1] == version - 1:
            runs[-1] = (runs[-1][0], version)
        else:
            runs.append((version, version))
    return runs
