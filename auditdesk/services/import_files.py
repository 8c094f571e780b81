"""Reading CSV records with their place in the file, so that a row can be read again, or rejected as it stood.

RFC 4180, UTF-8, a byte order mark tolerated. A record ends at a line break outside quotes; a quote that is
never closed spoils its own line only.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from auditdesk.domain.errors import Fault, Refused
from auditdesk.services.books import Progress

BOM: Final = b"\xef\xbb\xbf"
MAX_LINES_OF_A_RECORD: Final = 1_000
PROGRESS_EVERY_ROWS: Final = 2_000


class Record(NamedTuple):
    """One record: where it stands (line from 1, byte offset), its bytes and cells, or why it has none."""

    line: int
    offset: int
    raw: bytes
    cells: tuple[str, ...]
    problem: str = ""


class Columns:
    """Where the known columns are in a file, and which of its columns are not known."""

    def __init__(self, header: tuple[str, ...], required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        names = [name.strip() for name in header]
        missing = [name for name in required if name not in names]
        if missing:
            raise Refused("columns_missing", f"The columns {', '.join(missing)} are missing.", field="folder")
        twice = sorted({name for name in names if names.count(name) > 1 and name in required + optional})
        if twice:
            raise Refused("columns_twice", f"The columns {', '.join(twice)} are there twice.", field="folder")
        self.count = len(names)
        self.unknown = tuple(name for name in names if name not in required + optional)
        self._places = {name: names.index(name) for name in required + optional if name in names}

    def cell(self, cells: tuple[str, ...], name: str) -> str:
        """The trimmed cell under a name; empty where the file has no such column."""
        place = self._places.get(name)
        return "" if place is None else cells[place].strip()


class CsvFile:
    """A CSV file that is read in order once, and then record by record in any order."""

    def __init__(self, path: Path, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        self.path = path
        self.sha256 = ""
        self._file = _open(path)
        try:
            self.size_bytes = path.stat().st_size
            header = next(self._records(), None)
            if header is None:
                raise Refused("file_empty", f"{path.name} is empty.", field="folder")
            if header.problem:
                raise Refused("file_malformed", f"{path.name}: {header.problem}.", field="folder")
            try:
                self.columns = Columns(header.cells, required, optional)
            except Refused as refused:
                message = f"{path.name}: {refused.message}"
                raise Refused(refused.code, message, field=refused.field) from None
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def records(self, progress: Progress) -> Iterator[Record]:
        """Every record after the header, in the file's order."""
        records = self._records()
        next(records)
        for number, record in enumerate(records):
            if number % PROGRESS_EVERY_ROWS == 0:
                progress.report(record.offset, self.size_bytes, f"Reading {self.path.name}")
                progress.check()
            yield self._checked(record)
        progress.report(self.size_bytes, self.size_bytes, f"Reading {self.path.name}")

    def record_at(self, line: int, offset: int, length: int) -> Record:
        """Read one record again."""
        self._file.seek(offset)
        return self._checked(_parse(line, offset, self._file.read(length)))

    def digest(self) -> str:
        """SHA-256 of the file's bytes, hex."""
        self._file.seek(0)
        hasher = sha256()
        while block := self._file.read(1 << 20):
            hasher.update(block)
        return hasher.hexdigest()

    def _checked(self, record: Record) -> Record:
        if not record.problem and len(record.cells) != self.columns.count:
            expected = self.columns.count
            return record._replace(problem=f"{len(record.cells)} fields where the header has {expected}")
        return record

    def _records(self) -> Iterator[Record]:
        file = self._file
        file.seek(0)
        offset = len(BOM) if file.read(len(BOM)) == BOM else 0
        file.seek(offset)
        line = 1
        while first := file.readline():
            raw, lines = first, 1
            while raw.count(b'"') % 2 and lines < MAX_LINES_OF_A_RECORD and (more := file.readline()):
                raw += more
                lines += 1
            if raw.count(b'"') % 2:
                file.seek(offset + len(first))
                raw, lines = first, 1
                record = Record(line, offset, raw, (), "a quote is never closed")
            else:
                record = _parse(line, offset, raw)
            if raw.strip():
                yield record
            offset += len(raw)
            line += lines
            file.seek(offset)


def _parse(line: int, offset: int, raw: bytes) -> Record:
    try:
        text = raw.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        return Record(line, offset, raw, (), "not UTF-8")
    if '"' not in text:
        return Record(line, offset, raw, tuple(text.split(",")))
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except csv.Error as error:
        return Record(line, offset, raw, (), f"no CSV ({error})")
    if len(rows) != 1:
        return Record(line, offset, raw, (), "a quote stands inside an unquoted field")
    return Record(line, offset, raw, tuple(rows[0]))


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Fault(f"{path} can't be read: {error.strerror}.") from error
