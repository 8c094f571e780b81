"""A CSV file with its header: read in order once, then row by row again, or rejected as it stood.

UTF-8, a byte order mark tolerated.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from auditdesk.domain.errors import Fault, Refused
from auditdesk.services.access.context import Progress
from auditdesk.services.importing.csv_records import Record, Records, parse

BOM: Final = b"\xef\xbb\xbf"
PROGRESS_EVERY_ROWS: Final = 2_000


class Columns:
    """The columns of a file: places of the known ones, names of the unknown ones."""

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
        if next(records, None) is None:
            raise self.changed()
        for number, record in enumerate(records):
            if number % PROGRESS_EVERY_ROWS == 0:
                progress.report(record.offset, self.size_bytes, f"Reading {self.path.name}")
                progress.check()
            yield self._checked(record)
        progress.report(self.size_bytes, self.size_bytes, f"Reading {self.path.name}")

    def record_at(self, line: int, offset: int, length: int) -> Record:
        """Read one record again. Raises a `Fault` where the file is not what it was."""
        self._file.seek(offset)
        record = self._checked(parse(line, offset, self._file.read(length)))
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
        self._file.seek(0)
        self._file.seek(len(BOM) if self._file.read(len(BOM)) == BOM else 0)
        return Records(self._file).read()


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Fault(f"{path} can't be read: {error.strerror}.") from error
