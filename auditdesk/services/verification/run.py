"""Verification: the log against itself and its checkpoints, and what is derived from it against a replay.

One pass over the log checks its numbering, clocks, leaves and seals, rebuilds the Merkle tree and folds
every stream; then tree, checkpoints, projections and snapshots are compared with what came out. The result
is kept in the vault: a ledger that was found damaged opens for looking only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from auditdesk.domain.errors import AuditdeskError, Fault, VaultLocked
from auditdesk.domain.roles import VERIFY
from auditdesk.ledger.backends.base import PageCheck
from auditdesk.ledger.envelope import Envelope
from auditdesk.proof.checkpoint import Checkpoint
from auditdesk.proof.merkle import EMPTY_FRONTIER
from auditdesk.services.access.context import NO_PROGRESS, OperatorContext, Progress
from auditdesk.services.access.permission import check_permission
from auditdesk.services.verification.chain import Chain, ChainProcess, start_process
from auditdesk.services.verification.damaged_log import readable_log
from auditdesk.services.verification.derived import (
    SnapshotCheck,
    check_accounts,
    check_customers,
    check_keys,
    check_schema,
)
from auditdesk.services.verification.entries import Entries
from auditdesk.services.verification.findings import Finding, Findings, VerificationReport
from auditdesk.services.verification.incremental import StartPoint, StateAtStart, TailEntries, start_of
from auditdesk.services.verification.replay import NOTHING_BEFORE, Replay, SealCheck
from auditdesk.services.verification.tree import OutsideClaims, claims_of, outer_claims
from auditdesk.vault.vault import Keyring

PROGRESS_EVERY_EVENTS: Final = 2_000


class Verification:
    """Verifies one workspace for one operator; without keys, seals are not opened."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    def run(
        self,
        progress: Progress = NO_PROGRESS,
        *,
        open_seals: bool = True,
        incremental: bool = False,
        anchors: Sequence[Checkpoint] = (),
    ) -> VerificationReport:
        """Look at everything as it is now; what is appended meanwhile is left for the next time.

        `incremental` looks only at what came since the last good verification, if there was one and the
        log still continues it. Without `open_seals`, or without keys, sealed values are only hashed.
        `anchors` are believed checkpoints from elsewhere, to be compared too. A log or tree that is found
        damaged is read-only from then on. Raises `Cancelled`, and `VaultLocked` where the operator
        was removed, or lost the grant or signed out meanwhile; whatever else is wrong is a finding.
        """
        keyring = self._keyring() if open_seals else None
        start = start_of(self._ledger, self._context.vault) if incremental else None
        # both before the look: another process may sign more, or forget somebody, while it lasts
        outer, keys = outer_claims(self._context.vault, anchors), self._keys()
        pages = self._ledger.check_pages() if start is None else None
        try:
            with self._ledger.view():
                run = _Run(self._context, progress, start, outer, keys, keyring=keyring)
                report = run.run(pages)
        except BaseException:
            if pages is not None:
                pages.stop()
            raise
        self._remember(report, run.root)
        return report

    def _keyring(self) -> Keyring | None:
        """What opens the seals, if the operator may at this moment; nobody need be signed in to verify."""
        if self._context.signed_in is None:
            return None
        check_permission(self._context, VERIFY)
        keyring = self._context.keyring
        return keyring if keyring is not None and keyring.may_reveal else None

    def _keys(self) -> frozenset[str]:
        try:
            return self._context.vault.key_subjects() if self._context.vault else frozenset()
        except AuditdeskError:
            return frozenset()  # what can't be read is found when the keys are compared

    def _remember(self, report: VerificationReport, root: bytes) -> None:
        """Keep the result, and let nothing be added to a damaged ledger."""
        damage = report.damage
        if damage:
            self._ledger.distrust(f"The ledger does not verify: {damage}")
        if self._context.vault is not None:
            with suppress(Fault):  # a vault that can't be written doesn't make the result less true
                self._context.vault.keep_verification(report.position, root, damage)


class _Run:
    def __init__(
        self,
        context: OperatorContext,
        progress: Progress,
        start: StartPoint | None,
        outer: OutsideClaims,
        keys: frozenset[str],
        *,
        keyring: Keyring | None,
    ) -> None:
        self._context = context
        self._ledger = context.ledger
        self._progress = progress
        self._findings = Findings()
        self._events = 0
        self._keys = keys
        self._whole = start is None
        self._after = start.position if start else 0
        report = self._findings.add
        erased = self._erased()
        before = StateAtStart(self._ledger, start) if start else NOTHING_BEFORE
        self._claims = claims_of(self._ledger, context.vault, outer, report)
        frontier = start.frontier if start else EMPTY_FRONTIER
        self._chain = Chain(self._ledger, self._claims, report, before, frontier)
        self.root = self._chain.root
        self._entries = TailEntries(self._ledger, report) if start else Entries(self._ledger, report)
        self._seals = SealCheck(report, keyring, erased) if keyring is not None else None
        self._snapshots = SnapshotCheck(self._ledger, report, self._seals, self._after)
        self._replay = Replay(report, self._entries.expect, before)

    def run(self, pages: PageCheck | None) -> VerificationReport:
        started = time.perf_counter_ns()
        report = self._findings.add
        last = self._last_position()
        process = start_process(self._ledger, last, self._claims) if self._whole else None
        try:
            self._replay_log(last, chain=process is None)
            self._finish_chain(process, last)
        except BaseException:
            if process is not None:
                process.stop()
            raise
        self._guard("schema", lambda: check_schema(self._ledger, report))
        whole = self._whole
        self._guard("accounts", lambda: check_accounts(self._ledger, self._replay, report, all_of_them=whole))
        self._guard(
            "customers", lambda: check_customers(self._ledger, self._replay, report, all_of_them=whole)
        )
        self._guard("entries", lambda: self._entries.compare(self._progress))
        self._guard("snapshots", lambda: self._snapshots.compare(self._progress))
        vault = self._context.vault
        if vault is not None:
            self._guard("keys", lambda: check_keys(self._ledger, vault, self._keys, report))
        for problem in pages.problems() if pages else ():
            report(Finding("pages_damaged", "", 0, f"The file itself is damaged: {problem}"))
        return VerificationReport(
            findings=self._findings.all(),
            events=self._events,
            accounts=len(self._replay.accounts),
            customers=len(self._replay.customers),
            entries=self._entries.count,
            snapshots=self._snapshots.count,
            seals_opened=self._seals.opened if self._seals else 0,
            checkpoints=len(self._claims),
            after=self._after,
            position=last,
            elapsed_us=(time.perf_counter_ns() - started) // 1_000,
        )

    def _guard(self, what: str, check: Callable[[], None]) -> None:
        """Run one check; whatever a damaged row makes of it is a finding, and must not end the run."""
        try:
            check()
        except AuditdeskError:
            raise
        except Exception as error:  # noqa: BLE001 - a damaged row may hold anything
            sentence = f"The {what} can't be compared ({type(error).__name__})."
            self._findings.add(Finding("unreadable", "", 0, sentence))

    def _replay_log(self, last: int, *, chain: bool) -> None:
        for envelope in self._log(last, lean=not chain):
            if chain:
                self._try(self._chain.see, envelope)
            self._try(self._see, envelope)
        self._replay.finish()

    def _finish_chain(self, process: ChainProcess | None, last: int) -> None:
        """Take over what the process found. Where it came to no end, the log is read once more, here."""
        answer = process.answer(self._progress) if process else None
        if answer is not None:
            self._findings.add_new(answer.findings)
            self.root = answer.root
            return
        if process is not None:
            for envelope in readable_log(self._ledger, 0, last, self._findings.add_new_one, self._progress):
                self._try(self._chain.see, envelope)
        self._guard("tree", self._chain.finish)
        self.root = self._chain.root

    def _log(self, last: int, *, lean: bool) -> Iterator[Envelope]:
        todo = last - self._after
        report = self._findings.add
        for envelope in readable_log(self._ledger, self._after, last, report, self._progress, lean=lean):
            if self._events % PROGRESS_EVERY_EVENTS == 0:
                self._progress.report(self._events, todo, "Reading the log")
                self._progress.check()
            yield envelope
            self._events += 1
        self._progress.report(todo, todo, "Reading the log")

    def _see(self, envelope: Envelope) -> None:
        state = self._replay.see(envelope)
        if state is not None:
            self._snapshots.expect(state, envelope)
        if self._seals is not None:
            self._seals.see(envelope)

    def _try(self, view: Callable[[Envelope], None], envelope: Envelope) -> None:
        try:
            view(envelope)
        except VaultLocked:  # it tells of the operator, not of the log, and must not stand against the log
            raise
        except Exception as error:  # noqa: BLE001 - a damaged row may hold anything, and must not end the run
            sentence = f"The event at position {envelope.position} can't be checked ({type(error).__name__})."
            self._findings.add(Finding("unreadable", envelope.stream, envelope.position, sentence))

    def _erased(self) -> frozenset[str]:
        try:
            return frozenset(row.number for row in self._ledger.customers.erasures())
        except AuditdeskError as error:
            sentence = f"The list of the forgotten can't be read: {error.message}"
            self._findings.add(Finding("unreadable", "", 0, sentence))
            return frozenset()

    def _last_position(self) -> int:
        try:
            return self._ledger.log.head().position
        except AuditdeskError as error:
            sentence = f"The end of the log can't be read: {error.message}"
            self._findings.add(Finding("unreadable", "", 0, sentence))
            return 0
