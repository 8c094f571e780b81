"""The two passes over one file that all three imports share, and where rejected rows go."""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from array import array
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from auditdesk.domain.errors import Refused
from auditdesk.ledger.batch import Batch
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.context import OperatorContext, Progress
from auditdesk.services.files.atomic import FileDrafts
from auditdesk.services.importing.csv_file import CsvFile
from auditdesk.services.importing.csv_records import Record
from auditdesk.services.importing.rows import read_instant
from auditdesk.services.importing.summary import FileSummary, Reject

CHUNK_ROWS: Final = 500
REASONS_SHOWN: Final = 20


class Rejects:
    """Names the first rejected rows, and writes all of them as they stood where a file was asked for.

    Raises a `Fault` where nothing can be written there, before anything is imported.
    """

    def __init__(self, drafts: FileDrafts, target: Path | None) -> None:
        self._draft = drafts.add(target) if target is not None else None
        self._first: list[Reject] = []
        self._write(["file", "line", "reason", "row"])

    @property
    def first(self) -> tuple[Reject, ...]:
        """The first rejected rows."""
        return tuple(self._first)

    def add(self, file: str, record: Record, reason: str) -> None:
        """Keep a row that was not taken."""
        if len(self._first) < REASONS_SHOWN:
            self._first.append(Reject(file, record.line, reason))
        if self._draft is not None:
            raw = record.raw.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
            self._write([file, record.line, reason, raw])

    def _write(self, cells: Sequence[object]) -> None:
        if self._draft is not None:
            line = StringIO(newline="")
            csv.writer(line).writerow(cells)
            self._draft.write(line.getvalue().encode("utf-8", "surrogateescape"))


class PassProgress:
    """One pass over one file as a part of the whole import's progress, which counts bytes."""

    def __init__(self, whole: Progress, before_bytes: int, total_bytes: int) -> None:
        self._whole = whole
        self._before_bytes = before_bytes
        self._total_bytes = total_bytes

    def report(self, done: int, _total: int, label: str = "") -> None:
        """Say how far this pass is; what came before it is done."""
        self._whole.report(self._before_bytes + done, self._total_bytes, label)

    def check(self) -> None:
        """Raise `Cancelled` if the person cancelled."""
        self._whole.check()


class ImportRun(NamedTuple):
    """The state that the files of one import share: the books, its correlation id, the rejects."""

    context: OperatorContext
    correlation_id: str
    rejects: Rejects


class ImportPlan:
    """The places of a file's rows (line, byte offset, bytes), and the order in which they are booked.

    Arrays of machine words: some 40 bytes a row, and nothing of what is in it.
    """

    def __init__(self) -> None:
        self._instants, self._lines, self._offsets, self._lengths = (array("q") for _ in range(4))
        self.order = array("q")

    def add(self, instant_us: int, record: Record) -> None:
        """Take note of the file's next row that may be booked."""
        self._instants.append(instant_us)
        self._lines.append(record.line)
        self._offsets.append(record.offset)
        self._lengths.append(len(record.raw))

    def sort(self) -> None:
        """By instant; of one instant, in the file's order."""
        self.order = array("q", sorted(range(len(self._instants)), key=self._instants.__getitem__))

    def place(self, row: int) -> tuple[int, int, int]:
        """The line, byte offset and length in bytes of a row."""
        return self._lines[row], self._offsets[row], self._lengths[row]


class FileImport(ABC):
    """One file's import: a first pass that plans, a second that books in the order of the plan.

    The first needs no lock on the books, and keeps nobody waiting.
    """

    INSTANT: ClassVar[str]
    REQUIRED: ClassVar[tuple[str, ...]]
    OPTIONAL: ClassVar[tuple[str, ...]]

    def __init__(self, run: ImportRun, file: CsvFile) -> None:
        self.ledger = run.context.ledger
        self.keyring = run.context.check_writable()
        self.columns = file.columns
        self.now_us = self.ledger.now_us()
        self._run = run
        self._file = file
        self._plan = ImportPlan()
        self._sha256 = ""
        self._read = self._booked = self._known = self._rejected = 0

    def book_all(self, batch: Batch, progress: Progress) -> FileSummary:
        """The second pass. Raises `Cancelled`, and a `Fault` where the file has changed since the first."""
        self.batch = batch
        self.prepare()
        label = f"Booking {self._file.path.name}"
        done_bytes = 0
        for start in range(0, len(self._plan.order), CHUNK_ROWS):
            progress.report(done_bytes, 0, label)
            progress.check()
            rows = self._plan.order[start : start + CHUNK_ROWS]
            records = [self._file.record_at(*self._plan.place(row)) for row in rows]
            self.book(records)
            done_bytes += sum(len(record.raw) for record in records)
        progress.report(self._file.size_bytes, 0, label)
        if self._file.digest() != self._sha256:
            raise self._file.changed()
        if self._read != self._booked + self._known + self._rejected:
            raise AssertionError(f"{self._file.path.name}: rows read are not booked + known + rejected")
        return FileSummary(
            read=self._read,
            booked=self._booked,
            already_there=self._known,
            rejected=self._rejected,
            unknown_columns=self.columns.unknown,
            sha256=self._sha256,
        )

    @abstractmethod
    def prepare(self) -> None:
        """Look up in the books, in the transaction, what the rows will be compared with."""

    @abstractmethod
    def key_of(self, record: Record) -> str:
        """The key that must be unique in the file; empty if rows have none. Raises `Refused`."""

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
        """Append what a row becomes under the import's correlation id.

        Raises `Refused` (`command_id_taken`) where the log knows the id as another command's.
        """
        appended = self.batch.append(
            [append],
            operator=self._run.context.operator,
            command_id=command_id,
            correlation_id=self._run.correlation_id,
            sealer=self.keyring,
        )
        if appended.replayed:
            position = appended.envelopes[0].position
            raise Refused(
                "command_id_taken", f"its id already belongs to another command, at position {position}"
            )

    def read(self, progress: Progress) -> None:
        """The first pass. Raises `Cancelled`, and a `Fault` where the file can't be read."""
        self._sha256 = self._file.digest()
        seen: set[str] = set()
        for record in self._file.records(progress):
            self._read += 1
            try:
                if record.problem:
                    raise Refused("malformed", record.problem)
                instant_us = read_instant(self.columns, record.cells, self.INSTANT, self.now_us)
                key = self.key_of(record)
                if key and key in seen:
                    raise Refused("duplicate", f"{key!r} is already in the file")
                seen.add(key)
            except Refused as refused:
                self.reject(record, refused.message)
            else:
                self._plan.add(instant_us, record)
        self._plan.sort()
