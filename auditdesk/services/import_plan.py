"""The two passes over one file that all three imports share, and where rejected rows go."""

from __future__ import annotations

import csv
import os
import tempfile
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, NamedTuple, Self, TextIO

from auditdesk.domain.errors import DiskFull, Refused
from auditdesk.ledger.appending import Batch
from auditdesk.ledger.store import StreamAppend
from auditdesk.services.books import Books, Progress
from auditdesk.services.import_files import CsvFile, Record
from auditdesk.services.import_rows import read_instant
from auditdesk.services.import_summary import FileSummary, Reject

CHUNK_ROWS: Final = 500
REASONS_SHOWN: Final = 20


class Rejects:
    """Counts and names rejected rows; writes them beside the target and renames when all is kept."""

    def __init__(self, target: Path | None) -> None:
        self._target = target
        self._draft: Path | None = None
        self._file: TextIO | None = None
        self._first: list[Reject] = []

    @property
    def first(self) -> tuple[Reject, ...]:
        """The first rejected rows."""
        return tuple(self._first)

    def add(self, file: str, record: Record, reason: str) -> None:
        """Keep a row that was not taken."""
        if len(self._first) < REASONS_SHOWN:
            self._first.append(Reject(file, record.line, reason))
        if self._file is not None:
            raw = record.raw.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
            csv.writer(self._file).writerow([file, record.line, reason, raw])

    def keep(self) -> None:
        """Put the file where it was asked for."""
        if self._file is not None and self._draft is not None and self._target is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._draft.replace(self._target)

    def __enter__(self) -> Self:
        """Open the draft, so that a place that can't be written is known before anything is done."""
        if self._target is not None:
            try:
                handle, name = tempfile.mkstemp(prefix=f".{self._target.name}.", dir=self._target.parent)
            except OSError as error:
                raise DiskFull(f"{self._target} can't be written: {error.strerror}.") from error
            self._draft = Path(name)
            self._file = os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="")
            csv.writer(self._file).writerow(["file", "line", "reason", "row"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the draft away where it was not kept."""
        if self._file is not None and self._draft is not None:
            self._file.close()
            self._draft.unlink(missing_ok=True)


class ImportRun(NamedTuple):
    """What the files of one import share: the books, the one transaction, its correlation id, the rejects."""

    books: Books
    batch: Batch
    correlation_id: str
    rejects: Rejects


class FileImport(ABC):
    """One file's import: a first pass that plans, a second that books in the order of the plan."""

    INSTANT: ClassVar[str]
    REQUIRED: ClassVar[tuple[str, ...]]
    OPTIONAL: ClassVar[tuple[str, ...]]

    def __init__(self, run: ImportRun, file: CsvFile) -> None:
        self.batch = run.batch
        self.ledger = run.books.ledger
        self.unlocked = run.books.check_writable()
        self.columns = file.columns
        self.now_us = self.ledger.now_us()
        self._run = run
        self._file = file
        self._read = self._booked = self._known = self._rejected = 0

    def run(self, progress: Progress) -> FileSummary:
        """Both passes. Raises `Cancelled`."""
        plan = list(self._plan(progress))
        total = len(plan)
        for start in range(0, total, CHUNK_ROWS):
            progress.report(start, total, f"Booking {self._file.path.name}")
            progress.check()
            self.book([self._file.record_at(*place) for place in plan[start : start + CHUNK_ROWS]])
        progress.report(total, total, f"Booking {self._file.path.name}")
        if self._read != self._booked + self._known + self._rejected:
            raise AssertionError(f"{self._file.path.name}: rows read are not booked + known + rejected")
        return FileSummary(
            read=self._read,
            booked=self._booked,
            already_there=self._known,
            rejected=self._rejected,
            unknown_columns=self.columns.unknown,
            sha256=self._file.digest(),
        )

    @abstractmethod
    def key_of(self, record: Record) -> str:
        """What may be in the file once only; empty where rows have no such key. Raises `Refused`."""

    @abstractmethod
    def book(self, records: list[Record]) -> None:
        """Book some rows; each ends in `booked`, `known` or `reject`."""

    def booked(self) -> None:
        """Count a row that became events."""
        self._booked += 1

    def known(self) -> None:
        """Count a row that is in the ledger already."""
        self._known += 1

    def reject(self, record: Record, reason: str) -> None:
        """Count and keep a row that can't be taken."""
        self._rejected += 1
        self._run.rejects.add(self._file.path.name, record, reason)

    def append(self, append: StreamAppend, command_id: str) -> None:
        """Append a row's facts under the import's correlation id."""
        self.batch.append(
            [append],
            operator=self._run.books.operator,
            command_id=command_id,
            correlation_id=self._run.correlation_id,
            sealer=self.unlocked,
        )

    def _plan(self, progress: Progress) -> Iterator[tuple[int, int, int]]:
        """The rows' places (line, offset, bytes) in booking order; of one instant, in the file's order."""
        instants, lines, offsets, lengths = array("q"), array("q"), array("q"), array("q")
        seen: set[str] = set()
        for record in self._file.records(progress):
            self._read += 1
            try:
                if record.problem:
                    raise Refused("malformed", record.problem)
                instant_us = read_instant(self.columns, record.cells, self.INSTANT, self.now_us)
                key = self.key_of(record)
                if key and key in seen:
                    raise Refused("duplicate", f"{key!r} is in the file already")
                seen.add(key)
            except Refused as refused:
                self.reject(record, refused.message)
                continue
            instants.append(instant_us)
            lines.append(record.line)
            offsets.append(record.offset)
            lengths.append(len(record.raw))
        for index in sorted(range(len(instants)), key=instants.__getitem__):
            yield lines[index], offsets[index], lengths[index]
