"""Checks fed by one pass over the log, in bounded memory: numbering, clocks, leaves, folds, seals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from msgspec.structs import replace

from auditdesk.domain import account as account_fold
from auditdesk.domain import customer as customer_fold
from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.catalogue import ACCOUNT, CUSTOMER, stream_kind
from auditdesk.domain.codec import decode_event
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import KeyLost, LedgerDamaged, SubjectErased, Tampered, UnknownEvent
from auditdesk.domain.streams import name_in
from auditdesk.ledger.envelope import Envelope, SealKind, leaf_hash
from auditdesk.ledger.rows import EntryRow
from auditdesk.ledger.snapshots import SNAPSHOT_INTERVAL_EVENTS
from auditdesk.services.verification.findings import Finding, Kind, Tell
from auditdesk.vault.vault import Keyring


class StartingState(Protocol):
    """The state before the first event that is checked."""

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


NOTHING_BEFORE: Final[StartingState] = _Nothing()


class Numbering:
    """Positions and versions without gaps, clocks that never run backwards, leaves that match their rows."""

    def __init__(self, report: Tell, before: StartingState = NOTHING_BEFORE) -> None:
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


class _Running:
    """An account while its entries go by: its last whole state, and what has moved since."""

    __slots__ = ("balance_minor", "last_us", "moves", "state")

    def __init__(self, state: Account) -> None:
        self.state = state
        self.balance_minor = state.balance_minor
        self.last_us = 0
        self.moves = 0

    def settle(self) -> Account:
        """The state now. One for each entry would be half of what a replay costs."""
        if self.moves:
            self.state = replace(
                self.state,
                version=self.state.version + self.moves,
                last_booked_at_us=self.last_us,
                balance_minor=self.balance_minor,
            )
            self.moves = 0
        return self.state


class Replay:
    """Folds every stream from zero; after `finish` its states are what the projections must say."""

    def __init__(
        self, report: Tell, entries: Callable[[EntryRow], None], before: StartingState = NOTHING_BEFORE
    ) -> None:
        self._report = report
        self._entry = entries
        self._before = before
        self._broken: set[str] = set()
        self._running: dict[str, _Running] = {}
        self.accounts: dict[str, Account] = {}
        self.customers: dict[str, Customer] = {}

    def see(self, envelope: Envelope) -> Account | Customer | None:
        """Fold the next event of the log; the state after it where a snapshot may stand, else None."""
        stream = envelope.stream
        if self._broken and stream in self._broken:
            return None
        try:
            event = decode_event(envelope.type, envelope.schema, envelope.payload)
            kind = stream_kind(stream)
            if kind is ACCOUNT:
                running = self._running.get(stream)
                if running is None:
                    running = self._begin(envelope)
                if running is None or not isinstance(event, e.MoneyEvent):
                    self._apply(running, event, envelope)
                else:
                    self._move(running, event, envelope)
                return None if envelope.version % SNAPSHOT_INTERVAL_EVENTS else self._running[stream].settle()
            if kind is CUSTOMER:
                return self._fold_customer(envelope, event)
        except UnknownEvent as error:
            self._broken.add(stream)
            self._report(Finding("event_unreadable", stream, envelope.position, error.message))
        except LedgerDamaged as error:
            self._broken.add(stream)
            self._report(Finding("fold_impossible", stream, envelope.position, error.message))

        return None

    def finish(self) -> None:
        """Take the states as they are after the last event."""
        self.accounts = {name_in(stream): running.settle() for stream, running in self._running.items()}

    def _begin(self, envelope: Envelope) -> _Running | None:
        state = self._before.account(envelope)
        if state is None:
            return None
        running = self._running[envelope.stream] = _Running(state)
        return running

    def _move(self, running: _Running, event: e.MoneyEvent, envelope: Envelope) -> None:
        amount_minor = event.signed_minor
        running.moves += 1
        running.last_us = envelope.booked_at_us
        running.balance_minor = balance_minor = running.balance_minor + amount_minor
        self._entry(
            EntryRow(
                running.state.number,
                envelope.version,
                envelope.position,
                envelope.booked_at_us,
                event.value_date,
                amount_minor,
                balance_minor,
            )
        )

    def _apply(self, running: _Running | None, event: e.Event, envelope: Envelope) -> None:
        state = running.settle() if running else None
        number = name_in(envelope.stream)
        self._running[envelope.stream] = _Running(
            account_fold.apply(number, state, event, envelope.booked_at_us)
        )

    def _fold_customer(self, envelope: Envelope, event: e.Event) -> Customer:
        number = name_in(envelope.stream)
        before = self.customers.get(number) or self._before.customer(envelope)
        state = customer_fold.apply(number, before, event, None, envelope.booked_at_us)
        self.customers[number] = state
        return state


class SealedPlace(NamedTuple):
    """The place of a sealed value, and its subject."""

    subject: str
    stream: str
    version: int
    position: int


class SealCheck:
    """Every sealed value opens where it stands, or its customer has been forgotten."""

    def __init__(self, report: Tell, keyring: Keyring, erased: frozenset[str]) -> None:
        self._report = report
        self._unlocked = keyring
        self._left_out = set(erased)
        self.opened = 0

    def see(self, envelope: Envelope) -> None:
        """Open the next event's sealed value, if it has one."""
        subject, sealed = envelope.subject, envelope.sealed
        if subject is None or sealed is None:
            return
        self.open(SealedPlace(subject, envelope.stream, envelope.version, envelope.position), sealed, "event")

    def open(self, place: SealedPlace, sealed: bytes, kind: SealKind) -> None:
        """Open a sealed value where it stands, unless its customer has been forgotten."""
        subject, stream, version, position = place
        if subject in self._left_out:
            return
        try:
            self._unlocked.open(subject, stream, version, sealed, kind=kind)
            self.opened += 1
        except Tampered:
            what = "value" if kind == "event" else "snapshot"
            sentence = f"The sealed {what} at position {position} does not belong there."
            self._report(Finding("seal_broken", stream, position, sentence))
        except (KeyLost, SubjectErased):
            self._left_out.add(subject)  # the keys are compared with the customers apart
