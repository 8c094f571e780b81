"""Split a CSV file into records, in time linear in its size.

RFC 4180. A record ends at a line break outside a quoted field. A quote that is never closed, or stands where
none may, spoils its own line only: the next is read for itself. Which line ends a quote that is open doesn't
depend on the line that opened it, so that each line is looked at once as the beginning of a record, and once
as the continuation of whichever came before.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, Literal, NamedTuple

MAX_LINES_OF_A_RECORD: Final = 1_000
MAX_RECORD_BYTES: Final = 1_000_000
NEVER_CLOSED: Final = "a quote is never closed"
NOT_UTF8: Final = "not UTF-8"
TOO_LONG: Final = f"longer than {MAX_RECORD_BYTES:,} bytes; only its beginning is kept"
_IN_QUOTES: Final = re.compile(rb'(?:[^"]|"")*+')
_PLAIN: Final = re.compile(rb"[^,\r]*+")

Quoting = Literal["closed", "open", "spoilt"]
csv.field_size_limit(MAX_RECORD_BYTES)  # the csv module's own is smaller, and would cut a record short


class Record(NamedTuple):
    """One record: where it stands (line from 1, byte offset), its bytes and cells, or why it has none."""

    line: int
    offset: int
    raw: bytes
    cells: tuple[str, ...]
    problem: str = ""


class _Place(NamedTuple):
    """The start of a line: its number from 1, and its offset in bytes."""

    line: int
    offset: int


class _Ending(NamedTuple):
    """A line that ends an open quote, and where the next line begins."""

    begin: _Place
    after: _Place
    quoting: Quoting


class Records:
    """The records of a file that is read once, from wherever it stands."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._ahead = _Place(0, 0)
        self._ending: _Ending | None = None
        self._peeked = (-1, b"")

    def read(self) -> Iterator[Record]:
        """Every record that is not blank. The file must be left where it stands between two of them."""
        line, offset = 1, self._file.tell()
        while first := self._file.readline(MAX_RECORD_BYTES + 1):
            if b'"' not in first and len(first) <= MAX_RECORD_BYTES:  # nearly every line: nothing to look for
                if not first.isspace():
                    yield parse(line, offset, first)
                line, offset = line + 1, offset + len(first)
                continue
            record, (line, offset) = self._record(_Place(line, offset), first)
            yield record
            self._file.seek(offset)

    def _record(self, place: _Place, first: bytes) -> tuple[Record, _Place]:
        """The record that begins with a line, and where the next begins."""
        after = _Place(place.line + 1, place.offset + len(first))
        if len(first) > MAX_RECORD_BYTES:
            return Record(*place, first[:MAX_RECORD_BYTES], (), TOO_LONG), self._after_the_line(after, first)
        if quoting(first, quoted=False) != "open":
            return parse(*place, first), after
        ending = self._ending_of(place, after)
        if ending is None or ending.quoting == "spoilt":
            return Record(*place, first, (), NEVER_CLOSED), after
        self._file.seek(place.offset)
        return parse(*place, self._file.read(ending.after.offset - place.offset)), ending.after

    def _ending_of(self, begin: _Place, continuation: _Place) -> _Ending | None:
        """The first line of the continuation that ends an open quote, if the record may be so long."""
        if self._ending is not None and self._ending.begin.offset < continuation.offset:
            self._ending = None
        if self._ahead.offset < continuation.offset:
            self._ahead = continuation
        if self._ending is None:
            self._look_ahead(begin)
        ending = self._ending
        if ending is None or ending.after.offset - begin.offset > MAX_RECORD_BYTES:
            return None
        return ending

    def _look_ahead(self, begin: _Place) -> None:
        """Go on from where the last look ended, as far as the record may reach."""
        while self._ahead.line < begin.line + MAX_LINES_OF_A_RECORD:
            line = self._line_ahead()
            after = _Place(self._ahead.line + 1, self._ahead.offset + len(line))
            if not line or after.offset - begin.offset > MAX_RECORD_BYTES:
                return
            before, self._ahead = self._ahead, after
            how = "open" if b'"' not in line else quoting(line, quoted=True)
            if how != "open":
                self._ending = _Ending(before, after, how)
                return

    def _line_ahead(self) -> bytes:
        """The next line to look at, read once however many records reach no further."""
        offset, line = self._peeked
        if offset != self._ahead.offset:
            self._file.seek(self._ahead.offset)
            line = self._file.readline(MAX_RECORD_BYTES + 1)
            self._peeked = (self._ahead.offset, line)
        return line

    def _after_the_line(self, place: _Place, read: bytes) -> _Place:
        """Pass over the rest of a line that is too long."""
        offset = place.offset
        while read and not read.endswith(b"\n"):
            read = self._file.readline(MAX_RECORD_BYTES)
            offset += len(read)
        return _Place(place.line, offset)


def quoting(line: bytes, *, quoted: bool) -> Quoting:
    """The quoting state after a line, begun within a quoted field or without: spoilt is what `csv` refuses.

    A quote opens a field only where the field begins, and only a comma or the line's end follows its closing.
    """
    text = line.removesuffix(b"\n").removesuffix(b"\r")
    at, end = 0, len(text)
    while True:
        if quoted or text.startswith(b'"', at):
            at = _skip(_IN_QUOTES, text, at if quoted else at + 1)
            quoted = False
            if at >= end:
                return "open"
            at += 1
        else:
            at = _skip(_PLAIN, text, at)
        if at >= end:
            return "closed"
        if text[at : at + 1] != b",":
            return "spoilt"
        at += 1


def parse(line: int, offset: int, raw: bytes) -> Record:
    """A record's cells, or why it has none."""
    try:
        text = raw.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        return Record(line, offset, raw, (), NOT_UTF8)
    if '"' not in text:
        return Record(line, offset, raw, tuple(text.split(",")))
    try:
        cells = next(csv.reader([text], strict=True))
    except csv.Error as error:
        return Record(line, offset, raw, (), f"not valid CSV ({error})")
    return Record(line, offset, raw, tuple(cells))


def _skip(pattern: re.Pattern[bytes], text: bytes, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
