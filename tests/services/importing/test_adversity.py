"""Files as they come: odd quotes, odd line ends, changes at one instant, files that change meanwhile."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain.commands.account import SetOverdraft
from auditdesk.domain.errors import Fault
from auditdesk.domain.instants import DAY_US
from auditdesk.services.access.context import NO_PROGRESS
from auditdesk.services.importing.csv_file import CsvFile
from auditdesk.services.importing.csv_records import quoting
from auditdesk.services.importing.summary import ImportSummary
from auditdesk.services.workspace.session import Session
from tests.helpers import ManualClock

CUSTOMERS = "customer_ref,effective_at,name\n"
ACCOUNTS = "account_ref,customer_ref,currency,opened_at,overdraft_limit\n"
ENTRIES = "transaction_ref,account_ref,booked_at,kind,amount,counterparty,memo\n"
BO = CUSTOMERS + "K1,2020-01-01,Bo Ek\n"
A1 = ACCOUNTS + "A1,K1,EUR,2020-01-01,\n"


class WhileBooking:
    """Does something each time that entries are about to be booked."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def report(self, _done: int, _total: int, label: str = "") -> None:
        if label == "Booking transactions.csv":
            self._act()

    def check(self) -> None:
        """Never cancel."""


def write(folder: Path, *, customers: str = BO, accounts: str = A1, rows: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in (("customers", customers), ("accounts", accounts), ("transactions", ENTRIES + rows)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return folder


def row(number: int, rest: str) -> str:
    return f"T{number},A1,2020-02-{number:02d},deposit,1.00,{rest}\n"


def rejected(summary: ImportSummary) -> list[tuple[int, str]]:
    return [(reject.line, reject.reason) for reject in summary.reasons]


def memos(session: Session) -> list[object]:
    last = session.history.length("account/10-00001")
    return [line.memo for line in session.history.account_register("10-00001", 2, last)]


def test_a_quote_inside_a_field_swallows_no_other_row(session: Session, tmp_path: Path) -> None:
    rows = row(1, ',5" pipe') + row(2, ",two") + row(3, ",three") + row(4, ',6" pipe') + row(5, ",five")
    summary = session.importer.run(write(tmp_path / "h", rows=rows))
    assert (summary.files["transactions.csv"].read, rejected(summary)) == (5, [])
    assert memos(session) == ['5" pipe', "two", "three", '6" pipe', "five"]


def test_a_quote_that_another_rows_quote_would_close_spoils_its_own_row_only(
    session: Session, tmp_path: Path
) -> None:
    rows = row(1, ',"open') + row(2, '"Shop, Ltd",two') + row(3, '"a\nb",three')
    summary = session.importer.run(write(tmp_path / "h", rows=rows))
    assert rejected(summary) == [(2, "a quote is never closed")]
    assert memos(session) == ["two", "three"]


def test_other_separators_than_line_breaks_end_no_record(session: Session, tmp_path: Path) -> None:
    rows = "".join(row(n, f'"Shop, Ltd",a{mark}b') for n, mark in enumerate("\u2028\x85\x0b\x1e", 1))
    summary = session.importer.run(write(tmp_path / "h", rows=rows))
    assert rejected(summary) == []
    assert memos(session) == ["a\u2028b", "a\x85b", "a\x0bb", "a\x1eb"]


def test_a_rejected_row_of_several_lines_is_kept_whole_with_the_line_it_begins_on(
    session: Session, tmp_path: Path
) -> None:
    bad = 'T2,A1,never,deposit,1.00,"Shop\r\nLtd",two\n'
    history = write(tmp_path / "h", rows=row(1, '"a\nb",one') + bad + row(3, ",three"))
    session.importer.run(history, rejects=tmp_path / "rejects.csv")
    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as file:
        (found,) = csv.DictReader(file)
    assert (found["line"], found["row"]) == ("4", bad.removesuffix("\n"))


@pytest.mark.parametrize(
    "names", [["Aa", "Bb"], ["Aa", "Aa", "Bb"], ["Aa", "Bb", "Aa"], ["Aa", "Bb", "Bb", "Aa", "Cc"]]
)
def test_several_changes_at_one_instant_are_known_again(
    session: Session, tmp_path: Path, names: list[str]
) -> None:
    customers = CUSTOMERS + "".join(f"K1,2020-01-01,{name}\n" for name in names) + "K1,2021-01-01,Aa\n"
    history = write(tmp_path / "h", customers=customers)
    session.importer.run(history)
    head = session.context.ledger.log.head()
    summary = session.importer.run(history)
    assert (summary.rows_already_there, summary.rows_read) == (summary.rows_read, len(names) + 2)
    assert session.context.ledger.log.head() == head


def test_a_change_added_at_an_instant_that_is_there_already_is_booked(
    session: Session, tmp_path: Path
) -> None:
    customers = CUSTOMERS + "K1,2020-01-01,Aa\nK1,2021-01-01,Bb\n"
    session.importer.run(write(tmp_path / "h", customers=customers))
    summary = session.importer.run(write(tmp_path / "h", customers=customers + "K1,2021-01-01,Aa\n"))
    assert (summary.rows_booked, summary.rows_rejected) == (1, 0)
    assert session.history.customer_at("K1").state.name == "Aa"


def test_the_same_account_with_another_limit_is_rejected(session: Session, tmp_path: Path) -> None:
    session.importer.run(write(tmp_path / "h", accounts=ACCOUNTS + "A1,K1,EUR,2020-01-01,500\n"))
    summary = session.importer.run(write(tmp_path / "h", accounts=ACCOUNTS + "A1,K1,EUR,2020-01-01,900\n"))
    assert summary.files["accounts.csv"].rejected == 1
    assert "another owner, currency, limit or day" in summary.reasons[0].reason


def test_a_limit_that_was_changed_here_since_makes_no_difference(session: Session, tmp_path: Path) -> None:
    history = write(tmp_path / "h", accounts=ACCOUNTS + "A1,K1,EUR,2020-01-01,500\n")
    session.importer.run(history)
    session.issue(SetOverdraft("A1", 7700))
    assert session.importer.run(history).rows_already_there == 2


def test_rejects_that_would_replace_a_folder_stop_the_import_before_it_begins(
    session: Session, tmp_path: Path
) -> None:
    before = session.context.ledger.log.head()
    with pytest.raises(Fault, match="is a folder"):
        session.importer.run(write(tmp_path / "h"), rejects=tmp_path)
    assert session.context.ledger.log.head() == before


def test_a_failed_import_leaves_older_rejects_as_they_were_and_no_draft(
    session: Session, tmp_path: Path
) -> None:
    place = tmp_path / "out"
    place.mkdir()
    (place / "rejects.csv").write_text("older")

    class Fail:
        def report(self, done: int, total: int, label: str = "") -> None:
            """Nobody looks."""

        def check(self) -> None:
            raise Fault("The lights went out.")

    with pytest.raises(Fault, match="lights"):
        session.importer.run(
            write(tmp_path / "h", rows="bad\n"), rejects=place / "rejects.csv", progress=Fail()
        )
    assert [path.name for path in place.iterdir()] == ["rejects.csv"]
    assert (place / "rejects.csv").read_text() == "older"


@pytest.mark.parametrize("tail", ["", row(1, ",other"), "garbage\n"])
def test_a_file_that_changes_meanwhile_stops_the_import_with_a_word(
    session: Session, tmp_path: Path, tail: str
) -> None:
    history = write(tmp_path / "h", rows="".join(row(n, ",same") for n in range(1, 6)))

    def meddle() -> None:
        (history / "transactions.csv").write_text(ENTRIES + tail)

    before = session.context.ledger.log.head()
    with pytest.raises(Fault, match="was changed while"):
        session.importer.run(history, progress=WhileBooking(meddle))
    assert session.context.ledger.log.head() == before


def test_a_clock_set_back_is_clamped_and_the_import_says_so(
    session: Session, clock: ManualClock, tmp_path: Path
) -> None:
    session.importer.run(write(tmp_path / "h"))
    clock.sleep_days(-2)
    summary = session.importer.run(write(tmp_path / "h", rows=row(1, ",late")))
    assert DAY_US < summary.clamped_us < 3 * DAY_US


def test_of_an_import_cancelled_half_way_the_next_one_knows_nothing(session: Session, tmp_path: Path) -> None:
    history = write(tmp_path / "h", rows=row(1, ",one"))

    def stop() -> None:
        raise Fault("Stop.")

    with pytest.raises(Fault, match="Stop"):
        session.importer.run(history, progress=WhileBooking(stop))
    assert session.importer.run(history).rows_booked == 3
    assert session.history.customer_at("K1").state.name == "Bo Ek"


def test_entries_alone_go_to_accounts_that_are_known(session: Session, tmp_path: Path) -> None:
    session.importer.run(write(tmp_path / "h"))
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "transactions.csv").write_text(ENTRIES + row(1, ",one"))
    assert session.importer.run(alone).rows_booked == 1


CELLS = st.text(st.sampled_from('ab",\n\r; \u2028é"'), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_writes_is_read_back_cell_by_cell(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], ending: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([["one", "two"], *rows])
    path.write_bytes(text.getvalue().encode())
    file = CsvFile(path, ("one", "two"), ())
    try:
        records = list(file.records(NO_PROGRESS))
        assert [list(record.cells) for record in records] == rows
        for record in records:
            assert file.record_at(record.line, record.offset, len(record.raw)) == record
            line_breaks = path.read_bytes()[: record.offset].count(b"\n")
            assert record.line == line_breaks + 1
    finally:
        file.close()


@pytest.mark.parametrize(
    ("raw", "unfinished"),
    [
        (b'a,"b', True),
        (b'a,"b"', False),
        (b'a,"b""', True),
        (b'a,"b""",c', False),
        (b'a,b"c,d', False),
        (b'"",""', False),
        (b'"', True),
        (b'a,"x,y\n', True),
        (b'a, "x', False),
    ],
)
def test_a_quote_opens_a_field_only_where_the_field_begins(raw: bytes, *, unfinished: bool) -> None:
    assert (quoting(raw, quoted=False) == "open") is unfinished
