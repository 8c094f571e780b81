from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from auditdesk.domain import events as e
from auditdesk.domain.commands.account import CloseAccount, OpenAccount
from auditdesk.domain.commands.customer import RegisterCustomer, RenameCustomer
from auditdesk.domain.commands.money import CreditInterest, Deposit, Withdraw
from auditdesk.domain.errors import Refused, VaultLocked
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import DAY_US, day_of, to_iso
from auditdesk.domain.moments import AtInstant, AtVersion
from auditdesk.domain.personal import PersonalDetails
from auditdesk.domain.streams import account_stream
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from tests.helpers import ManualClock
from tests.services.reports.reading import manifest_of, rows_of

STATEMENT = (
    "account,reference,version,booked_at,value_date,event,debit,credit,balance,currency,operator,"
    "counterparty,memo,stated_balance"
)
BALANCES = "account,reference,customer,currency,status,balance,available,version,booked_at"
EVENTS = (
    "position,stream,version,event,booked_at,recorded_at,value_date,operator,subject,amount,currency,"
    "details,personal"
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder / "report.csv"


@pytest.fixture
def busy(session: Session, account: str, clock: ManualClock) -> str:
    session.issue(Deposit(account, 10000, counterparty="Employer", memo="wages"), command_id="c-1")
    clock.sleep_days(1)
    session.issue(Withdraw(account, 13000, memo="=rent"), command_id="c-2")
    clock.sleep_days(1)
    session.issue(CreditInterest(account, 105))
    return account


@pytest.mark.parametrize(
    ("report", "columns"), [("statement", STATEMENT), ("balances", BALANCES), ("events", EVENTS)]
)
def test_every_report_begins_with_its_columns_and_ends_lines_with_cr_lf(
    session: Session, busy: str, out: Path, report: Any, columns: str
) -> None:
    session.reports.export(report, out)
    data = out.read_bytes()
    assert data.decode().startswith(columns + ",")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert data.endswith(b"\r\n")


def test_a_statement_shows_each_entry_with_the_balance_after_it(
    session: Session, busy: str, out: Path
) -> None:
    result = session.reports.export("statement", out, account=busy, reveal=True)
    rows = rows_of(out)
    assert [row["event"] for row in rows] == ["MoneyDeposited", "MoneyWithdrawn", "InterestCredited"]
    assert [(row["debit"], row["credit"], row["balance"]) for row in rows] == [
        ("", "100.00", "100.00"),
        ("130.00", "", "-30.00"),
        ("", "1.05", "-28.95"),
    ]
    assert rows[0]["reference"] == "c-1"
    assert (rows[0]["counterparty"], rows[0]["memo"], rows[1]["memo"]) == ("Employer", "wages", "'=rent")
    assert result.rows == 3
    assert result.control_totals == (("EUR", 130_00, 101_05),)


def test_the_manifest_lets_the_file_be_checked(
    session: Session, bank: Workspace, busy: str, out: Path, clock: ManualClock
) -> None:
    result = session.reports.export("statement", out, account=busy)
    manifest = manifest_of(out)
    assert manifest["sha256"] == result.sha256 == sha256(out.read_bytes()).hexdigest()
    assert manifest["rows"] == 3
    assert manifest["control_totals"] == {"EUR": {"debit": "130.00", "credit": "101.05"}}
    assert manifest["balances"] == [
        {"account": busy, "currency": "EUR", "OPBD": "0.00", "CLBD": "-28.95", "CLAV": "471.05"}
    ]
    assert (manifest["ledger_id"], manifest["bank"]) == (bank.ledger_id, bank.bank)
    assert (manifest["made_by"], manifest["personal_data"]) == ("ana", False)
    assert manifest["filters"] == {"account": busy, "booked_from": None, "booked_to": None}
    assert manifest["last_position"] == session.context.ledger.log.head().position
    assert manifest["as_of"] == {"end_of_log": True, "clock": "recorded"}


def test_a_statement_of_a_range_opens_with_the_balance_before_it(
    session: Session, busy: str, out: Path
) -> None:
    stream = account_stream(busy)
    second_us = session.history.instants(stream, 3)[0]
    session.reports.export("statement", out, account=busy, from_us=second_us, to_us=second_us)
    assert [row["event"] for row in rows_of(out)] == ["MoneyWithdrawn"]
    assert manifest_of(out)["balances"] == [
        {"account": busy, "currency": "EUR", "OPBD": "100.00", "CLBD": "-30.00", "CLAV": "470.00"}
    ]


def test_a_range_without_events_gives_an_empty_statement_whose_balances_agree(
    session: Session, busy: str, out: Path, clock: ManualClock
) -> None:
    later_us = clock() + DAY_US
    session.reports.export("statement", out, account=busy, from_us=later_us)
    assert rows_of(out) == []
    balances = manifest_of(out)["balances"][0]
    assert balances["OPBD"] == balances["CLBD"] == "-28.95"
    session.reports.export("statement", out, account=busy, to_us=0)
    assert rows_of(out) == []
    assert manifest_of(out)["balances"][0]["CLBD"] == "0.00"


def test_balances_as_of_a_moment_agree_with_the_state_then_and_leave_out_accounts_not_opened_yet(
    session: Session, jane: str, busy: str, out: Path, clock: ManualClock
) -> None:
    then_us = session.history.instants(account_stream(busy), 2)[0]
    clock.sleep_days(1)
    session.issue(RenameCustomer(jane, "Jane Roe"))
    later = session.issue(OpenAccount(jane, "JPY")).number
    session.reports.export("balances", out, as_of=AtInstant(then_us), reveal=True)
    (row,) = rows_of(out)
    assert (row["account"], row["balance"], row["available"]) == (busy, "100.00", "600.00")
    assert (row["customer"], row["customer_number"], row["status"]) == ("Jane Döe", jane, "open")
    assert (row["version"], row["booked_at"]) == ("2", to_iso(then_us))
    session.reports.export("balances", out, reveal=True)
    assert [(row["account"], row["customer"], row["balance"]) for row in rows_of(out)] == [
        (busy, "Jane Roe", "-28.95"),
        (later, "Jane Roe", "0"),
    ]


def test_the_event_log_holds_every_event_in_order_with_signed_amounts(
    session: Session, jane: str, busy: str, out: Path
) -> None:
    session.reports.export("events", out, reveal=True)
    rows = rows_of(out)
    assert [int(row["position"]) for row in rows] == list(range(1, len(rows) + 1))
    by_version = {row["version"]: row for row in rows if row["stream"] == account_stream(busy)}
    assert (by_version["3"]["amount"], by_version["3"]["currency"]) == ("-130.00", "EUR")
    assert by_version["3"]["subject"] == jane
    assert json.loads(by_version["3"]["details"])["amount_minor"] == 130_00
    assert json.loads(by_version["2"]["personal"]) == {"counterparty": "Employer", "memo": "wages"}
    registered = next(row for row in rows if row["event"] == "CustomerRegistered")
    assert json.loads(registered["personal"])["name"] == "Jane Döe"
    assert next(row for row in rows if row["event"] == "AccountOpened")["personal"] == ""


def test_the_event_log_is_cut_by_either_clock_and_by_bounds(session: Session, busy: str, out: Path) -> None:
    booked_us, recorded_us = session.history.instants(account_stream(busy), 3)
    for as_of in (AtInstant(booked_us), AtInstant(recorded_us, "recorded")):
        session.reports.export("events", out, as_of=as_of)
        assert rows_of(out)[-1]["event"] == "MoneyWithdrawn"
    session.reports.export("events", out, from_us=booked_us, to_us=booked_us)
    assert [row["event"] for row in rows_of(out)] == ["MoneyWithdrawn"]
    session.reports.export("events", out, account=busy, as_of=AtVersion(2))
    assert [row["event"] for row in rows_of(out)] == ["AccountOpened", "MoneyDeposited"]


def test_personal_columns_are_redacted_unless_revealed(session: Session, busy: str, out: Path) -> None:
    for report in ("statement", "balances", "events"):
        session.reports.export(report, out)
        text = out.read_text(encoding="utf-8")
        assert "redacted" in text
        assert not any(secret in text for secret in ("Jane", "Employer", "wages", "Long Street"))


def test_only_a_revealing_export_is_recorded(session: Session, busy: str, out: Path) -> None:
    ledger = session.context.ledger
    before = ledger.log.head().position
    session.reports.export("statement", out)
    assert ledger.log.head().position == before
    result = session.reports.export("statement", out, account=busy, reveal=True)
    (envelope,) = list(ledger.log.read(after_position=before))
    assert envelope.stream == "operator/ana"
    event: Any = envelope.event()
    assert (event.TAG, event.report, event.rows, event.account) == ("ReportExported", "statement", 3, busy)
    assert event.sha256 == result.sha256


def test_a_forgotten_customer_reads_erased_in_every_report_also_as_of_before(
    session: Session, jane: str, busy: str, out: Path, clock: ManualClock
) -> None:
    session.issue(Deposit(busy, 2895))
    closed = session.issue(CloseAccount(busy))
    session.forgetting.forget(jane, "asked for it in writing")
    word = f"erased {day_of(clock()).isoformat()}"
    before = AtInstant(closed.envelopes[0].booked_at_us - 1)
    for as_of in (before, AtInstant(clock())):
        session.reports.export("balances", out, as_of=as_of, reveal=True)
        assert [row["customer"] for row in rows_of(out)] == [word]
        session.reports.export("statement", out, as_of=as_of, reveal=True)
        assert {row["memo"] for row in rows_of(out)} == {"", word}
        session.reports.export("events", out, as_of=as_of, reveal=True)
        assert {row["personal"] for row in rows_of(out)} == {"", word}
        session.reports.export("balances", out, as_of=as_of)
        assert [row["customer"] for row in rows_of(out)] == [word]


def test_nobody_without_keys_gets_personal_data(bank: Workspace, session: Session, out: Path) -> None:
    with pytest.raises(VaultLocked):
        bank.sign_in_redacted().reports.export("events", out)
    session.operators.add("eva", "staple", roles=("auditor",), may_reveal=False)
    viewer = bank.sign_in("eva", "staple")
    with pytest.raises(VaultLocked):
        viewer.reports.export("events", out, reveal=True)
    assert list(out.parent.iterdir()) == []
    viewer.reports.export("events", out)
    assert rows_of(out)


def test_the_safe_form_keeps_one_record_a_row_and_the_raw_form_keeps_the_text(
    session: Session, jane: str, out: Path
) -> None:
    evil = '=HYPERLINK("http://x")\n\u202eabc, "quoted"'
    account = session.issue(OpenAccount(jane, "EUR", reference="000123456789012345")).number
    session.issue(Deposit(account, 1, memo=evil))
    session.reports.export("statement", out, account=account, reveal=True)
    (row,) = rows_of(out)
    assert row["memo"] == "'" + evil.replace("\u202e", "<U+202E>")
    assert row["account_reference"] == "'000123456789012345"
    session.reports.export("statement", out, account=account, reveal=True, raw=True, bom=True)
    assert out.read_bytes().startswith(b"\xef\xbb\xbfaccount")
    (row,) = rows_of(out)
    assert (row["memo"], row["account_reference"]) == (evil, "000123456789012345")


def test_an_overdrawn_balance_is_a_number_and_not_text(session: Session, busy: str, out: Path) -> None:
    session.reports.export("balances", out)
    assert rows_of(out)[0]["balance"] == "-28.95"


def test_more_rows_than_a_page_are_all_written(session: Session, jane: str, out: Path) -> None:
    account = session.issue(OpenAccount(jane, "EUR")).number
    ledger = session.context.ledger
    state = ledger.accounts.replay(account)
    new_events = [NewEvent(e.MoneyDeposited(amount_minor=1, value_date="2025-01-06"))] * 12_345
    append = StreamAppend(account_stream(account), state, new_events, ledger.now_us(), None)
    ledger.append([append], operator="ana", command_id="many")
    result = session.reports.export("statement", out, account=account)
    assert result.rows == 12_345
    rows = rows_of(out)
    assert [int(row["version"]) for row in rows] == list(range(2, 12_347))
    assert rows[-1]["balance"] == "123.45"
    assert session.reports.export("events", out).rows == ledger.log.head().position


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("account_unknown", {"account": "99-99999"}),
        ("moment_needs_account", {"as_of": AtVersion(1)}),
        ("range_reversed", {"from_us": 2, "to_us": 1}),
    ],
)
def test_what_can_not_be_asked_is_refused(
    session: Session, busy: str, out: Path, code: str, given: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        session.reports.export("statement", out, **given)
    assert refused.value.code == code
    assert list(out.parent.iterdir()) == []


def test_balances_of_a_range_and_versions_beyond_the_end_are_refused(
    session: Session, busy: str, out: Path
) -> None:
    with pytest.raises(Refused, match="one moment"):
        session.reports.export("balances", out, from_us=1)
    with pytest.raises(Refused) as refused:
        session.reports.export("statement", out, account=busy, as_of=AtVersion(99))
    assert refused.value.code == "version_unknown"
    with pytest.raises(Refused) as refused:
        session.reports.export("trial", out)
    assert refused.value.code == "report_unknown"


def test_a_customers_own_formula_of_a_name_is_neutralised(session: Session, out: Path) -> None:
    number = session.issue(RegisterCustomer.of(PersonalDetails(name="+Jane"))).number
    session.issue(OpenAccount(number, "EUR"))
    session.reports.export("balances", out, reveal=True)
    assert rows_of(out)[0]["customer"] == "'+Jane"
