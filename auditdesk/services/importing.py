"""Import of a bank's history: what the source says, kept as fact, in one transaction or not at all.

Each file is read twice. The first pass keeps where each row stands and when it is to be booked, nothing
personal; the second reads the rows in booking order and appends. A row that can't be taken is
rejected with its reason; rows read = rows booked + rows rejected + rows already there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from auditdesk.domain import events as e
from auditdesk.domain.errors import Refused
from auditdesk.domain.facts import Fact
from auditdesk.domain.streams import BANK
from auditdesk.ledger.appending import Batch
from auditdesk.ledger.store import StreamAppend
from auditdesk.services.books import NO_PROGRESS, Books, Progress, new_command_id
from auditdesk.services.import_accounts import AccountImport
from auditdesk.services.import_customers import CustomerImport
from auditdesk.services.import_entries import EntryImport
from auditdesk.services.import_files import CsvFile
from auditdesk.services.import_plan import FileImport, ImportRun, Rejects
from auditdesk.services.import_summary import FileSummary, ImportSummary

FILES: Final[tuple[tuple[str, type[FileImport]], ...]] = (
    ("customers.csv", CustomerImport),
    ("accounts.csv", AccountImport),
    ("transactions.csv", EntryImport),
)


class Importer:
    """Imports for one operator."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def run(
        self, folder: Path, *, rejects: Path | None = None, progress: Progress = NO_PROGRESS
    ) -> ImportSummary:
        """Import a folder of customers.csv, accounts.csv and transactions.csv; a missing one is passed over.

        `rejects` is where rejected rows go, as they stood, with line and reason. Raises `Refused`
        (`folder_empty`, `columns_missing`, …), `Cancelled`, or a `Fault`; then nothing was imported.
        """
        self._books.check_writable()
        files = [(name, cls) for name, cls in FILES if (folder / name).is_file()]
        if not files:
            names = ", ".join(name for name, _ in FILES)
            raise Refused(
                "folder_empty", f"There is none of {names} in {folder}.", "Choose another.", field="folder"
            )
        batch_id = new_command_id()
        with Rejects(rejects) as rejected:
            with self._books.ledger.writing() as batch:
                run = ImportRun(self._books, batch, batch_id, rejected)
                summaries = {name: _import_file(run, folder / name, cls, progress) for name, cls in files}
                summary = ImportSummary(files=summaries, reasons=rejected.first, correlation_id=batch_id)
                if summary.rows_booked:
                    self._record(batch, batch_id, summary)
                progress.check()
            rejected.keep()
        return summary

    def _record(self, batch: Batch, batch_id: str, summary: ImportSummary) -> None:
        event = e.HistoryImported(
            sources={name: file.sha256 for name, file in summary.files.items()},
            rows_read=summary.rows_read,
            rows_booked=summary.rows_booked,
            rows_rejected=summary.rows_rejected,
            rows_already_there=summary.rows_already_there,
        )
        append = StreamAppend(BANK, None, (Fact(event),), batch.head.recorded_at_us, None)
        batch.append([append], operator=self._books.operator, command_id=batch_id, correlation_id=batch_id)


def _import_file(run: ImportRun, path: Path, cls: type[FileImport], progress: Progress) -> FileSummary:
    file = CsvFile(path, cls.REQUIRED, cls.OPTIONAL)
    try:
        return cls(run, file).run(progress)
    finally:
        file.close()
