"""Reading CSV records with their place in the file, so that a row can be read again, or rejected as it stood.

RFC 4180, UTF-8, a byte order mark tolerated. A record ends at a line break outside a quoted field. A quote
that is never closed, or stands where none may, spoils its own line only: the next is read for itself.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from auditdesk.domain.errors import Fault, Refused
from auditdesk.services.access.context import Progress

BOM: Final = b"\xef\xbb\xbf"
MAX_LINES_OF_A_RECORD: Final = 1_000
PROGRESS_EVERY_ROWS: Final = 2_000
NEVER_CLOSED: Final = "a quote is never closed"
NOT_UTF8: Final = "not UTF-8"
_QUOTED: Final = re.compile(rb'"(?:[^"]|"")*+"')


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
        """Read one record again. Raises a `Fault` where the file is not what it was."""
        self._file.seek(offset)
        record = self._checked(_parse(line, offset, self._file.read(length)))
        if record.problem:
            raise self.changed()
        return record

    def changed(self) -> Fault:
        """The fault of a file that is written to while it is read."""
        return Fault(
            f"{self.path.name} was changed while it was being imported; nothing was imported.",
            "Import again when nobody writes to it.",
        )

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
            record, lines = self._record(line, offset, first)
            if record.raw.strip():
                yield record
            offset += len(record.raw)
            line += lines
            file.seek(offset)

    def _record(self, line: int, offset: int, first: bytes) -> tuple[Record, int]:
        """The record that begins with a line, and how many lines it has."""
        raw, lines, unfinished = first, 1, is_open(first)
        while unfinished:
            more = self._file.readline() if lines < MAX_LINES_OF_A_RECORD else b""
            if not more:
                return Record(line, offset, first, (), NEVER_CLOSED), 1
            raw += more
            lines += 1
            unfinished = b'"' not in more or is_open(raw)
        record = _parse(line, offset, raw)
        if lines > 1 and record.problem not in ("", NOT_UTF8):  # the quote that closes is another row's
            return Record(line, offset, first, (), NEVER_CLOSED), 1
        return record, lines


def is_open(raw: bytes) -> bool:
    """Whether a quoted field is still open at the end; a quote opens one only where a field begins."""
    if b'"' not in raw:
        return False
    at = 0
    while True:
        if raw.startswith(b'"', at):
            quoted = _QUOTED.match(raw, at)
            if quoted is None:
                return True
            at = quoted.end()
        comma = raw.find(b",", at)
        if comma < 0:
            return False
        at = comma + 1


def _parse(line: int, offset: int, raw: bytes) -> Record:
    try:
        text = raw.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        return Record(line, offset, raw, (), NOT_UTF8)
    if '"' not in text:
        return Record(line, offset, raw, tuple(text.split(",")))
    try:
        cells = next(csv.reader([text], strict=True))
    except csv.Error as error:
        return Record(line, offset, raw, (), f"no CSV ({error})")
    return Record(line, offset, raw, tuple(cells))


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Fault(f"{path} can't be read: {error.strerror}.") from error
