"""Reports as CSV files: RFC 4180, UTF-8, CRLF, dot decimals, ISO dates; a manifest beside each.

A report is there whole, with its manifest, or not at all. Personal data is redacted unless it is to be
revealed; each revealing export is recorded in the operator's stream.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final, NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.errors import Conflict, Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.moments import NOW, AtVersion, Moment
from auditdesk.domain.roles import REVEAL
from auditdesk.domain.streams import operator_stream
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.command_ids import new_command_id
from auditdesk.services.access.context import NO_PROGRESS, OperatorContext, Progress
from auditdesk.services.access.lookup import find_account
from auditdesk.services.access.permission import check_permission
from auditdesk.services.access.revealing import Revealer
from auditdesk.services.files.atomic import Draft, drafting
from auditdesk.services.files.places import outside_workspace
from auditdesk.services.history.history import History
from auditdesk.services.reports import find_report
from auditdesk.services.reports.cells import instant
from auditdesk.services.reports.frame import ControlTotal, Query, Report, make_source
from auditdesk.services.reports.frame import batches as in_batches
from auditdesk.services.reports.manifest import manifest_bytes, manifest_path
from auditdesk.services.reports.trust import UNVERIFIED, LedgerTrust, standing_of

BATCH_ROWS: Final = 2_000
MARK_COLUMN: Final = "verification"
BOM: Final = b"\xef\xbb\xbf"


class ExportResult(NamedTuple):
    """A report that was written. `sha256` is of the CSV file's bytes, hex.

    `unverified` says that the ledger is damaged; then each row says so, in a last column.
    """

    path: Path
    rows: int
    sha256: str
    manifest_path: Path
    control_totals: tuple[ControlTotal, ...]
    revealed: bool
    unverified: bool


class Form(NamedTuple):
    """Options of writing a report: with personal data, with text unchanged, with a byte order mark."""

    reveal: bool
    raw: bool
    bom: bool


class WrittenReport(NamedTuple):
    """The draft of a report, its rows, and how far what it was read from can be believed."""

    file: Draft
    rows: int
    standing: LedgerTrust


class Reports:
    """Writes reports for one operator."""

    def __init__(self, context: OperatorContext, history: History) -> None:
        self._context = context
        self._history = history
        self._ledger = context.ledger

    def export(
        self,
        report: str,
        out: Path,
        *,
        account: str = "",
        from_us: int | None = None,
        to_us: int | None = None,
        as_of: Moment = NOW,
        reveal: bool = False,
        raw: bool = False,
        bom: bool = False,
        progress: Progress = NO_PROGRESS,
    ) -> ExportResult:
        """Write the report of this name, of one account (number or reference) or of all, and its manifest.

        `from_us` and `to_us` bound the booked-at instant of entries and events, both inclusive. `raw`
        leaves text cells as they are instead of making them safe for spreadsheets. `reveal` writes
        personal data in the clear. Raises `Refused` (`role_missing`, `account_unknown`, `report_unknown`,
        `moment_needs_account`, `range_reversed`, and `account_`, `range_` or `reveal_without_meaning` for
        what the report does not take), `VaultLocked`, `Cancelled`, or the `Fault` of a place that can't be
        written; then an older file at `out` is as it was.
        """
        kind, form = find_report(report), Form(reveal=reveal, raw=raw, bom=bom)
        check_permission(self._context, kind.PERMISSION, account=account)
        _check_taken(kind, account=bool(account), bounds=(from_us, to_us), reveal=reveal)
        if reveal:
            check_permission(self._context, REVEAL, account=account)
            self._context.check_writable()
        target = outside_workspace(out, self._context.workspace, personal=reveal)
        revealer = Revealer(self._ledger, self._context.keyring if reveal else None)
        with self._ledger.view():
            query = self._query(account, from_us, to_us, as_of)
            content = kind(make_source(self._ledger, revealer, query, progress, as_is=raw))
            erasures = len(self._ledger.customers.erasures())
        with drafting() as drafts:
            written = self._write(content, query, drafts.add(target), form, progress)
            drafts.add(manifest_path(target)).write(self._manifest(content, query, written, form))
            progress.check()
            drafts.publish(lambda: self._record(kind, query, written, erasures) if reveal else None)
        return ExportResult(
            path=out,
            rows=written.rows,
            sha256=written.file.sha256_hex,
            manifest_path=manifest_path(target),
            control_totals=content.totals.as_rows(),
            revealed=reveal,
            unverified=written.standing.damaged,
        )

    def _query(self, account: str, from_us: int | None, to_us: int | None, as_of: Moment) -> Query:
        number = find_account(self._context, account) if account else ""
        if from_us is not None and to_us is not None and from_us > to_us:
            raise Refused("range_reversed", "The range of dates ends before it begins.", field="to")
        if isinstance(as_of, AtVersion):
            if not number:
                raise Refused(
                    "moment_needs_account",
                    "A version belongs to one account.",
                    "Give the account, or a date.",
                    field="as_of",
                )
            self._history.account_at(number, as_of)
        return Query(number, from_us, to_us, as_of, self._ledger.log.head().position)

    def _write(
        self, content: Report, query: Query, file: Draft, form: Form, progress: Progress
    ) -> WrittenReport:
        if form.bom:
            file.write(BOM)
        standing = standing_of(self._context, query.last_position)
        rows = _write_rows(content, file, progress, mark=UNVERIFIED if standing.damaged else "")
        return WrittenReport(file, rows, standing)

    def _manifest(self, content: Report, query: Query, written: WrittenReport, form: Form) -> bytes:
        file = written.file
        return manifest_bytes(
            bank={"ledger_id": self._ledger.ledger_id, "bank": self._ledger.bank},
            report={
                "report": content.NAME,
                "title": content.TITLE,
                "file": file.target.name,
                "sha256": file.sha256_hex,
                "bytes": file.size_bytes,
                "rows": written.rows,
                "form": "raw" if form.raw else "spreadsheet-safe",
                "byte_order_mark": form.bom,
                "personal_data": form.reveal,
                "made_at": instant(self._context.clock()),
                "made_by": self._context.operator,
            },
            query=query,
            totals=content.totals.as_rows(),
            extras={"verification": written.standing.document, **content.extras()},
        )

    def _record(self, kind: type[Report], query: Query, written: WrittenReport, erasures: int) -> None:
        """Keep that personal data left the system, unless somebody was forgotten while it was read."""
        if len(self._ledger.customers.erasures()) != erasures:
            raise Conflict("A customer was forgotten while the report was made.", "Export it again.")
        exported = e.ReportExported(
            report=kind.NAME, rows=written.rows, sha256=written.file.sha256_hex, account=query.account
        )
        stream = operator_stream(self._context.operator)
        append = StreamAppend(stream, None, (NewEvent(exported),), self._ledger.now_us(), None)
        self._ledger.append([append], operator=self._context.operator, command_id=new_command_id())


def _check_taken(
    kind: type[Report], *, account: bool, bounds: tuple[int | None, int | None], reveal: bool
) -> None:
    """Refuse what would mean nothing to the report, so that nobody reads more into the file."""
    takes, title = kind.TAKES, kind.TITLE
    if account and takes.account == "no":
        raise Refused(
            "account_without_meaning",
            f"{title}: this report is the bank's, not an account's.",
            "Leave the account out.",
            field="account",
        )
    if bounds != (None, None) and not takes.range:
        raise Refused(
            "range_without_meaning",
            f"{title}: this report is of one moment, not of a range of dates.",
            "Give the as-of moment instead.",
            field="from",
        )
    if reveal and not takes.reveal:
        raise Refused(
            "reveal_without_meaning",
            f"{title}: this report holds no personal data.",
            "Export it without.",
            field="reveal",
        )


def _write_rows(report: Report, file: Draft, progress: Progress, *, mark: str) -> int:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow((*report.COLUMNS, MARK_COLUMN) if mark else report.COLUMNS)
    rows = 0
    progress.report(0, report.expected_rows, "Writing")
    for batch in in_batches(report.rows(), BATCH_ROWS):
        writer.writerows([(*row, mark) for row in batch] if mark else batch)
        file.write(buffer.getvalue().encode())
        buffer.seek(0)
        buffer.truncate()
        rows += len(batch)
        progress.report(rows, max(rows, report.expected_rows), "Writing")
        progress.check()
    file.write(buffer.getvalue().encode())
    progress.report(rows, rows, "Writing")
    return rows
