"""Verification: the log against itself, and everything derived from it against a replay.

One pass over the log checks its numbering, clocks, leaves and seals and folds every stream from zero; then
the projections and snapshots are compared with what the replay says.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from auditdesk.domain.errors import AuditdeskError
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.books import NO_PROGRESS, Books, Progress
from auditdesk.services.derived_checks import (
    Snapshots,
    check_accounts,
    check_customers,
    check_keys,
    check_schema,
)
from auditdesk.services.entry_check import Entries
from auditdesk.services.findings import Finding, Findings, VerificationReport
from auditdesk.services.log_checks import Numbering, Replay, Seals
from auditdesk.services.log_pages import readable_log

PROGRESS_EVERY_EVENTS: Final = 2_000


class Verification:
    """Verifies one workspace for one operator; without keys, seals are not opened."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._ledger = books.ledger

    def run(self, progress: Progress = NO_PROGRESS, *, open_seals: bool = True) -> VerificationReport:
        """Look at everything as it is now; what is appended meanwhile is left for the next time.

        Without `open_seals`, or without keys, sealed values are only hashed. Raises `Cancelled`;
        whatever else is wrong is a finding.
        """
        with self._ledger.look():
            return _Run(self._books, progress, open_seals=open_seals).run()


class _Run:
    def __init__(self, books: Books, progress: Progress, *, open_seals: bool) -> None:
        self._books = books
        self._ledger = books.ledger
        self._progress = progress
        self._findings = Findings()
        self._events = 0
        report = self._findings.add
        erased = self._erased()
        unlocked = books.unlocked if open_seals else None
        self._numbering = Numbering(report)
        self._entries = Entries(self._ledger, report)
        self._seals = Seals(report, unlocked, erased) if unlocked is not None else None
        self._snapshots = Snapshots(self._ledger, report, self._seals)
        self._replay = Replay(report, self._entries.expect)

    def run(self) -> VerificationReport:
        started = time.perf_counter_ns()
        report = self._findings.add
        last = self._last_position()
        for envelope in self._log(last):
            self._see(envelope)
        check_schema(self._ledger, report)
        check_accounts(self._ledger, self._replay, report)
        check_customers(self._ledger, self._replay, report)
        self._entries.compare(self._progress)
        self._snapshots.compare(self._progress)
        if self._books.vault is not None:
            check_keys(self._ledger, self._books.vault, report)
        return VerificationReport(
            findings=self._findings.all(),
            events=self._events,
            accounts=len(self._replay.accounts),
            customers=len(self._replay.customers),
            entries=self._entries.count,
            snapshots=self._snapshots.count,
            seals_opened=self._seals.opened if self._seals else 0,
            position=last,
            elapsed_us=(time.perf_counter_ns() - started) // 1_000,
        )

    def _log(self, last: int) -> Iterator[Envelope]:
        for envelope in readable_log(self._ledger, last, self._findings.add, self._progress):
            if self._events % PROGRESS_EVERY_EVENTS == 0:
                self._progress.report(self._events, last, "Reading the log")
                self._progress.check()
            yield envelope
            self._events += 1
        self._progress.report(last, last, "Reading the log")

    def _see(self, envelope: Envelope) -> None:
        try:
            self._numbering.see(envelope)
            state = self._replay.see(envelope)
            if state is not None:
                self._snapshots.expect(state, envelope)
            if self._seals is not None:
                self._seals.see(envelope)
        except Exception as error:  # noqa: BLE001 - a damaged row may hold anything, and must not end the run
            sentence = f"The event at position {envelope.position} can't be checked ({type(error).__name__})."
            self._findings.add(Finding("unreadable", envelope.stream, envelope.position, sentence))

    def _erased(self) -> frozenset[str]:
        try:
            return frozenset(row.number for row in self._ledger.erasures())
        except AuditdeskError as error:
            sentence = f"The list of the forgotten can't be read: {error.message}"
            self._findings.add(Finding("unreadable", "", 0, sentence))
            return frozenset()

    def _last_position(self) -> int:
        try:
            return self._ledger.head().position
        except AuditdeskError as error:
            sentence = f"The end of the log can't be read: {error.message}"
            self._findings.add(Finding("unreadable", "", 0, sentence))
            return 0
