"""Reading a log of which some rows, or pages of the file, can't be read."""

from __future__ import annotations

from collections.abc import Iterator

from auditdesk.domain.errors import AuditdeskError
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import Ledger
from auditdesk.ledger.rows import PAGE_ROWS
from auditdesk.services.access.context import Progress
from auditdesk.services.verification.findings import Finding, Tell


def readable_log(
    ledger: Ledger,
    first_after: int,
    last: int,
    report: Tell,
    progress: Progress,
    *,
    lean: bool = False,
) -> Iterator[Envelope]:
    """The events after a position up to `last` that can be read; each stretch of others is a finding.

    `lean`: only what a replay needs is read of each.
    """
    for after in range(first_after, last, PAGE_ROWS):
        yield from _Page(ledger, report, progress, lean=lean).read(after, min(after + PAGE_ROWS, last))


class _Page:
    def __init__(self, ledger: Ledger, report: Tell, progress: Progress, *, lean: bool) -> None:
        self._lean = lean
        self._ledger = ledger
        self._report = report
        self._progress = progress
        self._first_bad = 0
        self._why = ""

    def read(self, after: int, up_to: int) -> Iterator[Envelope]:
        for envelopes, end in self._halves(after, up_to):
            if envelopes:
                self._close(envelopes[0].position - 1)
            yield from envelopes
            if end == up_to:
                self._close(up_to)

    def _halves(self, after: int, up_to: int) -> Iterator[tuple[list[Envelope], int]]:
        """Read a range, or where that fails its halves; a single position that fails is remembered."""
        try:
            envelopes = list(self._ledger.log.read(after_position=after, up_to=up_to, lean=self._lean))
        except AuditdeskError as error:
            self._progress.check()
            if up_to - after > 1:
                middle = (after + up_to) // 2
                yield from self._halves(after, middle)
                yield from self._halves(middle, up_to)
                return
            self._first_bad = self._first_bad or up_to
            self._why = error.message
            envelopes = []
        yield envelopes, up_to

    def _close(self, last_bad: int) -> None:
        """Report the stretch of unreadable positions that ends here, if there is one."""
        if not self._first_bad:
            return
        first, self._first_bad = self._first_bad, 0
        places = f"The event at position {first}" if first == last_bad else f"Events {first} to {last_bad}"
        self._report(Finding("unreadable", "", first, f"{places} can't be read: {self._why}"))
