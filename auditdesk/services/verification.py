"""Verification: the log against itself, and everything derived from it against a replay.

One pass over the log checks its numbering, clocks, leaves and seals and folds every stream from zero; then
the projections and snapshots are compared with what the replay says.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from auditdesk.domain.errors import AuditdeskError, Cancelled
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.books import NO_PROGRESS, Books, Progress
from auditdesk.services.derived_checks import (
    Entries,
    Snapshots,
    check_accounts,
    check_customers,
    check_keys,
    check_schema,
)
from auditdesk.services.findings import Finding, VerificationReport
from auditdesk.services.log_checks import Numbering, Replay, Seals

PROGRESS_EVERY_EVENTS: Final = 2_000


class Verification:
    """Verifies one workspace for one operator; without keys, seals are not opened."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._ledger = books.ledger

    def run(self, progress: Progress = NO_PROGRESS) -> VerificationReport:
        """Look at everything up to where the log ends now. Raises `Cancelled`; what is wrong is a finding."""
        return _Run(self._books, progress).run()


class _Run:
    def __init__(self, books: Books, progress: Progress) -> None:
        self._ledger = books.ledger
        self._books = books
        self._progress = progress
        self._findings: list[Finding] = []
        self._events = 0

    def run(self) -> VerificationReport:
        started = time.perf_counter_ns()
        report = self._findings.append
        head = self._ledger.head()
        erased = frozenset(row.number for row in self._ledger.erasures())
        entries = Entries(self._ledger, report)
        snapshots = Snapshots(self._ledger, report, head.position)
        replay = Replay(report, entries.expect)
        unlocked = self._books.unlocked
        seals = Seals(report, unlocked, erased) if unlocked is not None else None
        self._read_log(head.position, Numbering(report), replay, seals, snapshots)
        check_schema(self._ledger, report)
        check_accounts(self._ledger, replay, report)
        check_customers(self._ledger, replay, report)
        entries.compare(self._progress)
        snapshots.compare(self._progress)
        if self._books.vault is not None:
            check_keys(self._ledger, self._books.vault, report)
        return VerificationReport(
            findings=tuple(self._findings),
            events=self._events,
            accounts=len(replay.accounts),
            customers=len(replay.customers),
            entries=entries.count,
            snapshots=snapshots.count,
            seals_opened=seals.opened if seals else 0,
            position=head.position,
            elapsed_us=(time.perf_counter_ns() - started) // 1_000,
        )

    def _read_log(
        self, up_to: int, numbering: Numbering, replay: Replay, seals: Seals | None, snapshots: Snapshots
    ) -> None:
        for envelope in self._log(up_to):
            numbering.see(envelope)
            state = replay.see(envelope)
            if state is not None:
                snapshots.expect(state, envelope)
            if seals is not None:
                seals.see(envelope)
            self._events += 1
            if self._events % PROGRESS_EVERY_EVENTS == 0:
                self._progress.report(self._events, up_to, "Reading the log")
                self._progress.check()
        self._progress.report(up_to, up_to, "Reading the log")

    def _log(self, up_to: int) -> Iterator[Envelope]:
        """The log; where a page of the file can't be read, the events of it that can, and findings."""
        at = 0
        while at < up_to:
            try:
                for envelope in self._ledger.log(after_position=at, up_to=up_to):
                    at = envelope.position
                    yield envelope
            except Cancelled:
                raise
            except AuditdeskError:
                at += 1
                yield from self._one(at)
            else:
                return

    def _one(self, position: int) -> Iterator[Envelope]:
        try:
            yield from self._ledger.log(after_position=position - 1, up_to=position)
        except Cancelled:
            raise
        except AuditdeskError as error:
            sentence = f"The event at position {position} can't be read: {error.message}"
            self._findings.append(Finding("unreadable", "", position, sentence))
