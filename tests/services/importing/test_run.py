"""Import of history: every row booked, known or rejected with its reason; all of it or nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from auditdesk.domain import events as e
from auditdesk.domain.commands.account import CloseAccount
from auditdesk.domain.errors import Cancelled, Fault, Refused
from auditdesk.domain.instants import DAY_US, parse_instant
from auditdesk.domain.moments import AtInstant
from auditdesk.domain.personal import PersonalDetails
from auditdesk.services.workspace.session import Session
from tests.helpers import MANUAL_START_US

CUSTOMERS = """\
customer_ref,effective_at,name,birth_date,street,city,region,postal_code,country,email,phone,shoe_size
K1,2020-01-01,Åsa Lindqvist,1980-05-05,Storgatan 1,Umeå,,90325,Sweden,,,38
K1,2022-06-01T12:00:00Z,Åsa Lindqvist,1980-05-05,"Long Street 2
Backyard",Cork,,T12,Ireland,a@example.org,,38
K2,2021-01-01,Bo Ek,,,,,,,,,44
K1,2023-01-01,Åsa Ek,1980-05-05,"Long Street 2
Backyard",Cork,,T12,Ireland,a@example.org,,38
"""
ACCOUNTS = """account_ref,customer_ref,currency,opened_at,overdraft_limit
A1,K1,EUR,2020-01-02T08:00:00Z,500.00
A2,K2,JPY,2021-01-02,
"""
HEADER = "transaction_ref,account_ref,booked_at,value_date,kind,amount,counterparty,memo,balance_after\n"
TRANSACTIONS = HEADER + (
    "T2,A1,2020-03-01T10:00:00Z,2020-03-01,withdrawal,30.50,Shop,Bread,69.50\n"
    "T1,A1,2020-02-01T10:00:00Z,2020-02-03,deposit,100.00,Acme,Salary,100.00\n"
    "T3,A2,2021-02-01T10:00:00Z,,interest,7,,,\n"
    "T4,A1,2020-03-01T10:00:00Z,2020-03-01,transfer_out,900.00,Ben,Rent,-830.50\n"
)


def write(
    folder: Path, *, customers: str = CUSTOMERS, accounts: str = ACCOUNTS, transactions: str = TRANSACTIONS
) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in (("customers", customers), ("accounts", accounts), ("transactions", transactions)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return write(tmp_path / "history")


def test_rows_are_booked_in_booking_order_and_in_file_order_where_equal(
    session: Session, history: Path
) -> None:
    summary = session.importer.run(history)
    rows = session.history.account_register("10-00001", 1, 4)
    assert [row.reference for row in rows[1:]] == ["T1", "T2", "T4"]
    assert [row.balance_minor for row in rows] == [0, 10_000, 6_950, -83_050]
    assert (summary.rows_read, summary.rows_booked, summary.rows_rejected) == (10, 10, 0)
    assert summary.files["customers.csv"].unknown_columns == ("shoe_size",)


def test_stated_balances_are_kept_as_evidence(session: Session, history: Path) -> None:
    session.importer.run(history)
    rows = session.history.account_register("10-00001", 2, 4)
    assert [row.stated_balance_minor for row in rows] == [10_000, 6_950, -83_050]
    assert all(row.imported for row in rows)


def test_differences_between_rows_become_the_events_they_mean(session: Session, history: Path) -> None:
    session.importer.run(history)
    events = session.history.customer_register("C-00001")
    assert [view.envelope.type for view in events] == [
        "CustomerRegistered",
        "AddressChanged",
        "ContactDetailsChanged",
        "CustomerRenamed",
    ]
    then = session.history.account_at("A1", AtInstant(parse_instant("2022-01-01"))).owner
    assert then is not None
    assert isinstance(then.personal, PersonalDetails)
    assert then.personal.address.city == "Umeå"
    now = session.history.customer_at("K1").state.personal
    assert isinstance(now, PersonalDetails)
    assert (now.name, now.address.street) == ("Åsa Ek", "Long Street 2\nBackyard")


def test_the_same_files_twice_add_nothing_at_all(session: Session, history: Path) -> None:
    session.importer.run(history)
    before = session.context.ledger.log.head()
    again = session.importer.run(history)
    assert session.context.ledger.log.head() == before
    assert (again.rows_booked, again.rows_already_there, again.rows_rejected) == (0, 10, 0)


def test_a_grown_file_adds_only_what_is_new(session: Session, history: Path) -> None:
    session.importer.run(history)
    grown = TRANSACTIONS + "T5,A1,2020-04-01,,fee,1.00,,,\n"
    summary = session.importer.run(write(history, transactions=grown))
    assert (summary.rows_booked, summary.rows_already_there) == (1, 10)
    assert session.history.account_at("A1").state.balance_minor == -83_150


def test_an_import_is_one_event_of_the_bank_with_its_sources(session: Session, history: Path) -> None:
    summary = session.importer.run(history)
    view = session.history.event("bank", 1)
    assert isinstance(view.event, e.HistoryImported)
    assert view.event.rows_booked == 10
    assert set(view.event.sources) == {"customers.csv", "accounts.csv", "transactions.csv"}
    assert view.envelope.correlation_id == summary.correlation_id


BAD_ROWS = [
    ("X1,A9,2020-03-02,,deposit,1.00,,,", "account is not known"),
    ("X1,A1,2020-13-02,,deposit,1.00,,,", "not a date"),
    ("X1,A1,,,deposit,1.00,,,", "booked_at is missing"),
    ("X1,A1,2020-03-02,yesterday,deposit,1.00,,,", "not a date"),
    ("X1,A1,2020-03-02,,gift,1.00,,,", "kind"),
    ("X1,A1,2020-03-02,,deposit,NaN,,,", "not an amount"),
    ("X1,A1,2020-03-02,,deposit,1e3,,,", "not an amount"),
    ("X1,A1,2020-03-02,,deposit,-1.00,,,", "not more than zero"),
    ("X1,A1,2020-03-02,,deposit,0.00,,,", "not more than zero"),
    ("X1,A1,2020-03-02,,deposit,1.005,,,", "decimals"),
    ('X1,A1,2020-03-02,,deposit,"1,000.00",,,', "not an amount"),
    ("X1,A1,2020-03-02,,deposit,١٢,,,", "not an amount"),
    ("X1,A1,2020-03-02,,deposit,92233720368547758.08,,,", "larger"),
    ("X1,A1,2020-03-02,,deposit,92233720368547758.07,,,", ""),
    ("X1,A1,2020-01-01,,deposit,1.00,,,", "before the account was opened"),
    ("X1,A1,2999-01-01,,deposit,1.00,,,", "future"),
    ("T1,A1,2020-03-02,,deposit,1.00,,,", "already in the file"),
    (",A1,2020-03-02,,deposit,1.00,,,", "missing"),
    ("X1,A1,2020-03-02,,deposit,1.00,,", "8 fields where the header has 9"),
    ("X1,A1,2020-03-02,,deposit,1.00,,,many", "not an amount"),
    ('X1,A1,2020-03-02,,deposit,1.00,,"never closed,', "never closed"),
    ("X1,A1,2020-03-02,,deposit,1.00,,a\0b,", "unpaired surrogate"),
]


@pytest.mark.parametrize(("row", "reason"), BAD_ROWS)
def test_a_bad_row_is_rejected_with_its_reason_and_the_others_go_in(
    session: Session, tmp_path: Path, row: str, reason: str
) -> None:
    history = write(tmp_path / "history", transactions=TRANSACTIONS + row + "\n")
    summary = session.importer.run(history, rejects=tmp_path / "rejects.csv")
    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as kept:
        rejected = list(csv.DictReader(kept))
    file = summary.files["transactions.csv"]
    if not reason:
        # 2^63 - 1 is the largest amount there is, and the balance here is below zero
        assert (file.booked, file.rejected) == (5, 0)
        return
    assert (file.read, file.booked, file.rejected) == (5, 4, 1)
    assert summary.reasons[0].line == 6
    assert reason in rejected[0]["reason"]
    assert (rejected[0]["file"], rejected[0]["line"]) == ("transactions.csv", "6")
    assert rejected[0]["row"].rstrip("\n") == row
    assert session.history.account_at("A1").state.balance_minor == -83_050


def test_a_line_that_is_not_utf8_spoils_only_itself(session: Session, history: Path) -> None:
    with (history / "transactions.csv").open("ab") as file:
        file.write(b"X1,A1,2020-03-02,,deposit,1.00,\xff\xfe,,\nX2,A1,2020-03-02,,deposit,1.00,,,\n")
    summary = session.importer.run(history)
    assert [(reject.line, reject.reason) for reject in summary.reasons] == [(6, "not UTF-8")]
    assert session.history.account_at("A1").state.balance_minor == -82_950


def test_a_byte_order_mark_and_other_line_ends_are_tolerated(session: Session, tmp_path: Path) -> None:
    history = write(tmp_path / "history")
    for path in history.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    summary = session.importer.run(history)
    assert (summary.rows_booked, summary.rows_rejected) == (10, 0)


def test_the_same_reference_with_another_content_is_rejected(session: Session, history: Path) -> None:
    session.importer.run(history)
    for change in (("100.00", "100.01"), ("Salary", "Bribe"), ("T1,A1", "T1,A2")):
        summary = session.importer.run(write(history, transactions=TRANSACTIONS.replace(*change, 1)))
        assert summary.rows_booked == 0
        assert summary.files["transactions.csv"].rejected == 1


def test_a_row_behind_what_is_booked_is_rejected_not_squeezed_in(session: Session, history: Path) -> None:
    session.importer.run(history)
    late = TRANSACTIONS + "T9,A1,2020-02-15,,deposit,5.00,,,\n"
    summary = session.importer.run(write(history, transactions=late))
    assert "before the last event" in summary.reasons[0].reason


def test_cancelling_leaves_nothing_of_it(session: Session, history: Path) -> None:
    class CancelInTheEnd:
        def report(self, done: int, total: int, label: str = "") -> None:
            self.last = (done, total, label)

        def check(self) -> None:
            if getattr(self, "last", (0, 0, ""))[2] == "Booking transactions.csv":
                raise Cancelled

    before = session.context.ledger.log.head()
    with pytest.raises(Cancelled):
        session.importer.run(history, progress=CancelInTheEnd())
    assert session.context.ledger.log.head() == before
    assert session.directory.accounts() == []


@pytest.mark.parametrize(
    ("customers", "message"),
    [("", "is empty"), ("name,city\n", "customer_ref"), ("customer_ref,effective_at,name,name\n", "twice")],
)
def test_a_file_that_is_no_table_of_ours_stops_the_import(
    session: Session, tmp_path: Path, customers: str, message: str
) -> None:
    with pytest.raises(Refused, match=message):
        session.importer.run(write(tmp_path / "history", customers=customers))


def test_a_folder_without_any_of_the_files_is_refused(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is none of"):
        session.importer.run(tmp_path)


def test_rejects_that_cannot_be_written_are_known_before_anything_is_done(
    session: Session, history: Path, tmp_path: Path
) -> None:
    before = session.context.ledger.log.head()
    with pytest.raises(Fault):
        session.importer.run(history, rejects=tmp_path / "nowhere" / "rejects.csv")
    assert session.context.ledger.log.head() == before


def test_nothing_is_imported_for_the_forgotten(session: Session, history: Path) -> None:
    session.importer.run(write(history, transactions=HEADER))
    session.issue(CloseAccount("A1"))
    session.forgetting.forget("K1", "case 1")
    later = CUSTOMERS + "K1,2024-01-01,Åsa Again,1980-05-05,,,,,,,,\n"
    summary = session.importer.run(write(history, customers=later))
    assert summary.rows_rejected == 4
    assert str(session.history.customer_at("K1").state.personal).startswith("erased")
    assert session.history.account_at("A1").state.balance_minor == 0


def test_progress_is_true_and_ends_at_its_end(session: Session, history: Path) -> None:
    seen: list[tuple[int, int, str]] = []

    class Watch:
        def report(self, done: int, total: int, label: str = "") -> None:
            seen.append((done, total, label))

        def check(self) -> None:
            """Never cancel."""

    session.importer.run(history, progress=Watch())
    total_bytes = 2 * sum(path.stat().st_size for path in history.iterdir())
    assert {total for _, total, _ in seen} == {total_bytes}
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert seen[-1] == (total_bytes, total_bytes, "Booking transactions.csv")


def test_the_last_day_counts_by_either_clock(session: Session, history: Path) -> None:
    session.importer.run(history)
    assert (
        session.history.account_at("A1", AtInstant(MANUAL_START_US + DAY_US, "recorded")).state.version == 4
    )
