"""Import of a bank's history: what the source says, kept as fact, in one transaction or not at all.

Each file is read twice. The first pass keeps where each row stands and when it is to be booked, nothing
personal, and locks nothing; the second reads the rows in booking order and appends. A row that can't be
taken is rejected with its reason; rows read = rows booked + rows rejected + rows already there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from auditdesk.domain import events as e
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.roles import IMPORT
from auditdesk.domain.streams import BANK
from auditdesk.ledger.batch import Batch
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.command_ids import new_command_id
from auditdesk.services.access.context import NO_PROGRESS, OperatorContext, Progress
from auditdesk.services.access.permission import check_permission
from auditdesk.services.files.atomic import drafting
from auditdesk.services.files.places import resolved
from auditdesk.services.importing.accounts import AccountImport
from auditdesk.services.importing.csv_file import CsvFile
from auditdesk.services.importing.customers import CustomerImport
from auditdesk.services.importing.entries import EntryImport
from auditdesk.services.importing.plan import FileImport, ImportRun, PassProgress, Rejects
from auditdesk.services.importing.summary import ImportSummary

FILES: Final[tuple[tuple[str, type[FileImport]], ...]] = (
    ("customers.csv", CustomerImport),
    ("accounts.csv", AccountImport),
    ("transactions.csv", EntryImport),
)


class Importer:
    """Imports for one operator."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context

    def run(
        self, folder: Path, *, rejects: Path | None = None, progress: Progress = NO_PROGRESS
    ) -> ImportSummary:
        """Import a folder of customers.csv, accounts.csv and transactions.csv; a missing one is passed over.

        `rejects` is where rejected rows go, as they stood, with line and reason. Raises `Refused`
        (`role_missing`, `folder_empty`, `columns_missing`, `rejects_in_workspace`, …), `Cancelled`, or a
        `Fault`; then nothing was imported.
        """
        check_permission(self._context, IMPORT)
        self._context.check_writable()
        files = [(name, cls) for name, cls in FILES if (folder / name).is_file()]
        if not files:
            names = ", ".join(name for name, _ in FILES)
            raise Refused(
                "folder_empty", f"There is none of {names} in {folder}.", "Choose another.", field="folder"
            )
        if rejects is not None:
            self._check_rejects(folder, rejects)
        with drafting() as drafts, ExitStack() as transaction:
            run = ImportRun(self._context, new_command_id(), Rejects(drafts, rejects))
            steps = _Steps(run, [(folder / name, cls) for name, cls in files], progress)
            transaction.callback(steps.close)
            steps.read()
            batch = transaction.enter_context(self._context.ledger.writing())
            summary = steps.book(batch)
            if summary.rows_booked:
                summary = summary._replace(clamped_us=self._record(batch, summary))
            progress.check()
            drafts.publish(transaction.close)  # the rejects are put in place only if the commit succeeds
        return summary

    def _check_rejects(self, folder: Path, rejects: Path) -> None:
        """Rejected rows are personal data in the clear, and replace what is in their place."""
        target, home = resolved(rejects), self._context.workspace
        if target.is_relative_to(home):
            raise Refused(
                "rejects_in_workspace",
                "Rejected rows can't be kept in the workspace, where an erasure would not reach them.",
                "Choose another folder.",
                field="rejects",
            )
        if target in {(folder / name).resolve() for name, _ in FILES}:
            raise Refused(
                "rejects_is_source",
                f"{rejects} is a file of the source.",
                "Choose another name.",
                field="rejects",
            )

    def _record(self, batch: Batch, summary: ImportSummary) -> int:
        """Record the import as a whole; returns how far the clock was clamped, microseconds."""
        event = e.HistoryImported(
            sources={name: file.sha256 for name, file in summary.files.items()},
            rows_read=summary.rows_read,
            rows_booked=summary.rows_booked,
            rows_rejected=summary.rows_rejected,
            rows_already_there=summary.rows_already_there,
        )
        append = StreamAppend(BANK, None, (NewEvent(event),), batch.head.recorded_at_us, None)
        appended = batch.append(
            [append],
            operator=self._context.operator,
            command_id=summary.correlation_id,
            correlation_id=summary.correlation_id,
        )
        return appended.clamped_us


class _Steps:
    """The files of one import, all read before any is booked: the books are locked no longer than need be.

    Progress counts the bytes of all files twice: once as they are read, once as they are booked.
    """

    def __init__(
        self, run: ImportRun, files: list[tuple[Path, type[FileImport]]], progress: Progress
    ) -> None:
        self._run = run
        self._progress = progress
        self._files: dict[CsvFile, FileImport] = {}
        try:
            for path, cls in files:
                file = CsvFile(path, cls.REQUIRED, cls.OPTIONAL)
                self._files[file] = cls(run, file)
        except BaseException:
            self.close()
            raise

    def read(self) -> None:
        """The first pass over each file."""
        for (_, each), share in zip(self._files.items(), self._shares(0), strict=True):
            each.read(share)

    def book(self, batch: Batch) -> ImportSummary:
        """The second pass over each file."""
        total_bytes = sum(file.size_bytes for file in self._files)
        summaries = {
            file.path.name: each.book_all(batch, share)
            for (file, each), share in zip(self._files.items(), self._shares(total_bytes), strict=True)
        }
        return ImportSummary(summaries, self._run.rejects.first, self._run.correlation_id)

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            file.close()

    def _shares(self, before_bytes: int) -> Iterator[PassProgress]:
        total_bytes = 2 * sum(file.size_bytes for file in self._files)
        for file in self._files:
            yield PassProgress(self._progress, before_bytes, total_bytes)
            before_bytes += file.size_bytes
