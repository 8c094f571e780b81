"""Verifying only what came after the last good verification.

What was good then is held to the root that was kept with its result, outside the ledger; streams go on from
their nearest snapshot before. An older event that was altered since with its leaf left alone isn't looked at:
that takes a full verification.
"""

from __future__ import annotations

from typing import NamedTuple

from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import AuditdeskError, Refused
from auditdesk.domain.personal import REDACTED
from auditdesk.domain.streams import account_stream, name_in
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import Ledger
from auditdesk.ledger.rows import EntryRow
from auditdesk.proof.merkle import Frontier
from auditdesk.services.access.context import Progress
from auditdesk.services.verification.findings import Finding, Tell
from auditdesk.vault.vault import Vault


class StartPoint(NamedTuple):
    """The start of a verification: after `position` events, whose tree has this right edge."""

    position: int
    recorded_at_us: int
    frontier: Frontier


def start_of(ledger: Ledger, vault: Vault | None) -> StartPoint | None:
    """The end of the last verification without findings; None if the ledger doesn't continue one."""
    last = vault.last_verification() if vault else None
    if last is None or last.damage or last.size == 0:
        return None
    try:
        with ledger.view():
            if ledger.log.head().position < last.size:
                return None
            frontier = ledger.tree.frontier(last.size)
            (envelope,) = ledger.log.read(after_position=last.size - 1, up_to=last.size)
    except (AuditdeskError, ValueError):
        return None
    return StartPoint(last.size, envelope.recorded_at_us, frontier) if frontier.root() == last.root else None


class StateAtStart:
    """The streams as they were where the verification begins, from the ledger's own snapshots."""

    def __init__(self, ledger: Ledger, start: StartPoint) -> None:
        self._ledger = ledger
        self.position = start.position
        self.recorded_at_us = start.recorded_at_us

    def stream(self, first: Envelope) -> tuple[int, int]:
        """Version and booked-at instant of the stream before its first event after the start."""
        try:
            booked_at_us, _ = self._ledger.log.instants(first.stream, first.version - 1)
        except Refused:
            return 0, 0
        return first.version - 1, booked_at_us

    def account(self, first: Envelope) -> Account | None:
        """The account before that event."""
        if first.version == 1:
            return None
        loaded = self._ledger.accounts.load(name_in(first.stream), version=first.version - 1)
        return loaded.state if loaded else None

    def customer(self, first: Envelope) -> Customer | None:
        """The customer before that event, without anything personal."""
        if first.version == 1:
            return None
        loaded = self._ledger.customers.load(
            name_in(first.stream),
            version=first.version - 1,
            reveal=lambda _: None,
            reveal_snapshot=lambda *_: REDACTED,
        )
        return loaded.state if loaded else None


class TailEntries:
    """Compares entries like `Entries`, for the verified tail of the log."""

    def __init__(self, ledger: Ledger, report: Tell) -> None:
        self._ledger = ledger
        self._report = report
        self._expected: dict[str, list[EntryRow]] = {}
        self.count = 0

    def expect(self, entry: EntryRow) -> None:
        """Take note of the next entry of its account that the replay yields."""
        self._expected.setdefault(entry.account, []).append(entry)

    def compare(self, progress: Progress) -> None:
        """Compare with what the projection holds, and name what differs."""
        for account, expected in self._expected.items():
            progress.check()
            self.count += len(expected)
            try:
                self._compare(account, {row.version: row for row in expected})
            except AuditdeskError as error:
                self._found(account, 0, f"The entries of {account} can't be read: {error.message}")

    def _compare(self, account: str, expected: dict[int, EntryRow]) -> None:
        after = min(expected) - 1
        while rows := self._ledger.accounts.entries(account, after_version=after):
            for row in rows:
                if expected.pop(row.version, None) != row:
                    self._found(account, row.position, f"{_entry(account, row)} does not match its event.")
            after = rows[-1].version
        for row in expected.values():
            self._found(account, row.position, f"{_entry(account, row)} is missing.")

    def _found(self, account: str, position: int, sentence: str) -> None:
        self._report(Finding("entry_differs", account_stream(account), position, sentence))


def _entry(account: str, row: EntryRow) -> str:
    return f"The entry of account {account} at version {row.version}"
