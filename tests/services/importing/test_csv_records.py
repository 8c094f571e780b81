"""Records of CSV: found as a plain reading finds them, at a cost that grows with the file and no faster."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Fault
from auditdesk.services.access.context import NO_PROGRESS
from auditdesk.services.importing import csv_records
from auditdesk.services.importing.csv_file import CsvFile
from auditdesk.services.importing.csv_records import (
    MAX_LINES_OF_A_RECORD,
    MAX_RECORD_BYTES,
    NEVER_CLOSED,
    TOO_LONG,
    Record,
    Records,
)
from auditdesk.services.workspace.session import Session

HEADER = "customer_ref,effective_at,name\n"


def records(raw: bytes) -> list[Record]:
    return list(Records(io.BytesIO(raw)).read())


# --- the same as a plain reading, which is quadratic ----------------------------------------------


def cells_of(raw: bytes) -> tuple[str, ...] | None:
    """The cells of a whole record; None where there is none, or it doesn't end here."""
    text = raw.decode().removesuffix("\n").removesuffix("\r")
    if "\n" in text and not ends(text):
        return None
    try:
        return tuple(next(csv.reader([text], strict=True))) if '"' in text else tuple(text.split(","))
    except csv.Error:
        return None


def ends(text: str) -> bool:
    """Whether nothing after the first line break stands outside quotes."""
    return len(list(csv.reader(text.splitlines(keepends=True)))) == 1


def plainly(raw: bytes) -> Iterator[tuple[int, bytes, tuple[str, ...] | None]]:
    """Line, bytes and cells of each record, by trying one line, two lines, three …"""
    lines = raw.splitlines(keepends=True)
    at = 0
    while at < len(lines):
        taken, cells = 1, cells_of(lines[at])
        if cells is None:
            for end in range(at + 2, len(lines) + 1):
                cells = cells_of(b"".join(lines[at:end]))
                if cells is not None:
                    taken = end - at
                    break
        if b"".join(lines[at : at + taken]).strip():
            yield at + 1, b"".join(lines[at : at + taken]), cells
        at += taken


@given(st.lists(st.sampled_from([*'x",', '"', '""', '","', "\n", "\r\n"]), max_size=24).map("".join))
def test_records_are_those_of_a_plain_reading(text: str) -> None:
    raw = text.encode()
    found = [(one.line, one.raw, None if one.problem else one.cells) for one in records(raw)]
    assert found == list(plainly(raw))


# --- the cost -------------------------------------------------------------------------------------


class Work:
    """Counts the bytes that are looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.looked_at = 0
        quoting, parse = csv_records.quoting, csv_records.parse

        def counted_quoting(line: bytes, *, quoted: bool) -> csv_records.Quoting:
            self.looked_at += len(line)
            return quoting(line, quoted=quoted)

        def counted_parse(line: int, offset: int, raw: bytes) -> Record:
            self.looked_at += len(raw)
            return parse(line, offset, raw)

        monkeypatch.setattr(csv_records, "quoting", counted_quoting)
        monkeypatch.setattr(csv_records, "parse", counted_parse)


class CountedFile(io.BytesIO):
    """A file that counts the bytes that are read of it."""

    bytes_read = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(-1 if size is None else size)
        self.bytes_read += len(line)
        return line

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.bytes_read += len(data)
        return data


@pytest.mark.parametrize(
    "lines",
    [
        b'x","\n' * 3_000,  # never closed
        b'x","\n' * 900 + b'x"\n',  # one record
        b'x","\n' * 900 + b'x"y\n',  # spoilt at the end
        b'x,"\n' * 3_000,
        b'a",\rb,"\n' * 900 + b'x"\n',
        b'"""\n' * 3_000,
        b'x","\n' * 500 + b"y\n" * 1_000 + b'"\n',  # too many lines to reach the end
        b'x","\n' * 500 + b"y" * (MAX_RECORD_BYTES + 50) + b'"\n',  # or too many bytes
        b'x","\n' * 500 + b"y" * (MAX_RECORD_BYTES - 1_000) + b'"\n',  # the last of them reach it
        b'x","' + b"y" * 999 + b"\n" + (b'x","' + b"y" * 999 + b"\n") * 3_000,
    ],
)
def test_quotes_that_are_never_closed_cost_no_more_than_their_file_is_long(
    lines: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, file = Work(monkeypatch), CountedFile(lines)
    found = list(Records(file).read())
    assert b"".join(record.raw for record in found if record.problem != TOO_LONG) in lines
    assert work.looked_at <= 4 * len(lines)
    assert file.bytes_read <= 5 * len(lines)


def test_a_record_of_too_many_lines_spoils_its_first_line_only() -> None:
    raw = b'"a\n' + b"x\n" * (MAX_LINES_OF_A_RECORD - 1) + b'"\n'
    found = records(raw)
    assert (found[0].raw, found[0].problem) == (b'"a\n', NEVER_CLOSED)
    assert len(found) == MAX_LINES_OF_A_RECORD + 1
    whole = b'"a\n' + b"x\n" * (MAX_LINES_OF_A_RECORD - 2) + b'"\n'
    assert [record.raw for record in records(whole)] == [whole]


def test_a_record_of_too_many_bytes_spoils_its_first_line_only() -> None:
    line = b"x" * 99_999 + b"\n"
    raw = b'"\n' + line * 10 + b'"\nnext\n'
    found = records(raw)
    assert (found[0].problem, found[-1].cells) == (NEVER_CLOSED, ("next",))
    whole = b'"\n' + line * 9 + b'"\nnext\n'
    assert [record.problem for record in records(whole)] == ["", ""]


@pytest.mark.parametrize("end", [b"\n", b"\nnext\n"])
def test_a_line_that_is_too_long_is_passed_over_in_bounded_memory(end: bytes) -> None:
    found = records(b"x" * (3 * MAX_RECORD_BYTES + 5) + end)
    assert (len(found[0].raw), found[0].problem) == (MAX_RECORD_BYTES, TOO_LONG)
    assert [(record.line, record.cells) for record in found[1:]] == [(2, ("next",))] * (end != b"\n")


# --- the books are not locked meanwhile -----------------------------------------------------------


class WhileReading:
    """Does something once while a file is read."""

    def __init__(self, session: Session, account: str) -> None:
        self._session = session
        self._account = account
        self.booked: list[int] = []

    def report(self, _done: int, _total: int, label: str = "") -> None:
        if label.startswith("Reading") and not self.booked:
            self.booked.append(self._session.issue(Deposit(self._account, 100)).position)

    def check(self) -> None:
        """Never cancel."""


def test_another_till_can_book_while_the_files_are_read(
    session: Session, account: str, tmp_path: Path
) -> None:
    (tmp_path / "customers.csv").write_text(HEADER + "K1,2020-01-01,Bo\n", encoding="utf-8")
    (tmp_path / "accounts.csv").write_text(
        "account_ref,customer_ref,currency,opened_at\nA1,K1,EUR,2020-01-01\n", encoding="utf-8"
    )
    progress = WhileReading(session, account)
    summary = session.importer.run(tmp_path, progress=progress)
    assert (len(progress.booked), summary.rows_booked) == (1, 2)
    assert session.verification.run().clean


def test_a_file_of_open_quotes_is_imported_with_each_row_rejected(session: Session, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text(
        HEADER + 'x","\n' * 1_000 + "K1,2020-01-01,Bo\n", encoding="utf-8"
    )
    summary = session.importer.run(tmp_path, rejects=tmp_path / "rejects.csv")
    assert (summary.rows_booked, summary.rows_rejected) == (1, 1_000)


def test_a_file_that_is_emptied_before_it_is_read_is_told_as_changed(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    many = "".join(f",column_{number}" for number in range(5_000))  # more than is read ahead
    path.write_text(f"{HEADER.strip()}{many}\nK1,2020-01-01,Bo\n", encoding="utf-8")
    file = CsvFile(path, ("customer_ref", "effective_at", "name"), ())
    path.write_bytes(b"")
    with closing(file), pytest.raises(Fault, match="was changed while it was being imported"):
        next(file.records(NO_PROGRESS))
