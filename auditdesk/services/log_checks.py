"""Checks fed by one pass over the log, in bounded memory: numbering, clocks, leaves, folds, seals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from auditdesk.domain import account as account_fold
from auditdesk.domain import customer as customer_fold
from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import KeyLost, LedgerDamaged, SubjectErased, Tampered, UnknownEvent
from auditdesk.domain.streams import name_in
from auditdesk.ledger.envelope import Envelope, SealKind, leaf_hash
from auditdesk.ledger.rows import EntryRow
from auditdesk.services.findings import Finding, Kind
from auditdesk.vault.vault import Unlocked

Report = Callable[[Finding], None]


class Before(Protocol):
    """What was there before the first event that is looked at."""

    position: int
    recorded_at_us: int

    def stream(self, first: Envelope) -> tuple[int, int]:
        """Version and booked-at instant of the stream before its first event that is looked at."""

    def account(self, first: Envelope) -> Account | None:
        """The account before that event."""

    def customer(self, first: Envelope) -> Customer | None:
        """The customer before that event."""


class _Nothing:
    position = 0
    recorded_at_us = 0

    def stream(self, first: Envelope) -> tuple[int, int]:  # noqa: ARG002 - nothing is before any event
        return 0, 0

    def account(self, first: Envelope) -> Account | None:  # noqa: ARG002 - the same
        return None

    def customer(self, first: Envelope) -> Customer | None:  # noqa: ARG002 - the same
        return None


NOTHING_BEFORE: Final[Before] = _Nothing()


class Numbering:
    """Positions and versions without gaps, clocks that never run backwards, leaves that match their rows."""

    def __init__(self, report: Report, before: Before = NOTHING_BEFORE) -> None:
        self._report = report
        self._before = before
        self._position = before.position
        self._recorded_at_us = before.recorded_at_us
        self._streams: dict[str, tuple[int, int]] = {}

    def see(self, envelope: Envelope) -> None:
        """Look at the next event of the log."""
        position, stream = envelope.position, envelope.stream
        if position != self._position + 1:
            self._found("position_gap", envelope, f"Position {position} follows {self._position}.")
        version, booked_at_us = self._streams.get(stream) or self._before.stream(envelope)
        if envelope.version != version + 1:
            self._found("version_gap", envelope, f"Version {envelope.version} of {stream} follows {version}.")
        if envelope.recorded_at_us < self._recorded_at_us or envelope.booked_at_us < booked_at_us:
            self._found("clock_backwards", envelope, f"A clock runs backwards at position {position}.")
        if leaf_hash(envelope) != envelope.leaf_hash:
            self._found(
                "leaf_mismatch", envelope, f"The event at position {position} is not what was recorded."
            )
        self._position = position
        self._recorded_at_us = max(self._recorded_at_us, envelope.recorded_at_us)
        self._streams[stream] = (envelope.version, max(booked_at_us, envelope.booked_at_us))

    def _found(self, kind: Kind, envelope: Envelope, sentence: str) -> None:
        self._report(Finding(kind, envelope.stream, envelope.position, sentence))


class Replay:
    """Folds every stream from zero; what it holds at the end is what the projections must say."""

    def __init__(
        self, report: Report, entries: Callable[[EntryRow], None], before: Before = NOTHING_BEFORE
    ) -> None:
        self._report = report
        self._entry = entries
        self._before = before
        self._broken: set[str] = set()
        self.accounts: dict[str, Account] = {}
        self.customers: dict[str, Customer] = {}

    def see(self, envelope: Envelope) -> Account | Customer | None:
        """Fold the next event of the log; the state after it, None where its stream has none."""
        if envelope.stream in self._broken:
            return None
        try:
            event = envelope.event()
            if envelope.stream.startswith("account/"):
                return self._fold_account(envelope, event)
            if envelope.stream.startswith("customer/"):
                return self._fold_customer(envelope, event)
        except UnknownEvent as error:
            self._broken.add(envelope.stream)
            self._report(Finding("event_unreadable", envelope.stream, envelope.position, error.message))
        except LedgerDamaged as error:
            self._broken.add(envelope.stream)
            self._report(Finding("fold_impossible", envelope.stream, envelope.position, error.message))

        return None

    def _fold_customer(self, envelope: Envelope, event: e.Event) -> Customer:
        number = name_in(envelope.stream)
        before = self.customers.get(number) or self._before.customer(envelope)
        state = customer_fold.apply(number, before, event, None, envelope.booked_at_us)
        self.customers[number] = state
        return state

    def _fold_account(self, envelope: Envelope, event: e.Event) -> Account:
        number = name_in(envelope.stream)
        before = self.accounts.get(number) or self._before.account(envelope)
        state = account_fold.apply(number, before, event, envelope.booked_at_us)
        self.accounts[number] = state
        if isinstance(event, e.MoneyEvent):
            amount_minor = event.SIGN * event.amount_minor
            self._entry(
                EntryRow(
                    number,
                    envelope.version,
                    envelope.position,
                    envelope.booked_at_us,
                    event.value_date,
                    amount_minor,
                    state.balance_minor,
                )
            )
        return state


class SealedPlace(NamedTuple):
    """Where a sealed value stands, and whose it is."""

    subject: str
    stream: str
    version: int
    position: int


class Seals:
    """Every sealed value opens where it stands, or its customer has been forgotten."""

    def __init__(self, report: Report, unlocked: Unlocked, erased: frozenset[str]) -> None:
        self._report = report
        self._unlocked = unlocked
        self._erased = erased
        self._lost: set[str] = set()
        self.opened = 0

    def see(self, envelope: Envelope) -> None:
        """Open the next event's sealed value, if it has one."""
        if envelope.subject is not None and envelope.sealed is not None:
            place = SealedPlace(envelope.subject, envelope.stream, envelope.version, envelope.position)
            self.open(place, envelope.sealed, "event")

    def open(self, place: SealedPlace, sealed: bytes, kind: SealKind) -> None:
        """Open a sealed value where it stands, unless its customer has been forgotten."""
        subject, stream, version, position = place
        if subject in self._erased or subject in self._lost:
            return
        try:
            self._unlocked.open(subject, stream, version, sealed, kind=kind)
            self.opened += 1
        except Tampered:
            what = "value" if kind == "event" else "snapshot"
            sentence = f"The sealed {what} at position {position} does not belong there."
            self._report(Finding("seal_broken", stream, position, sentence))
        except (KeyLost, SubjectErased):
            self._lost.add(subject)  # the keys are compared with the customers apart
