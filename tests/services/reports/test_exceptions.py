"""The exceptions: each kind is listed where it happens, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditdesk.bootstrap import create_workspace
from auditdesk.domain import events as e
from auditdesk.domain.errors import Cancelled, Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import DAY_US, day_of
from auditdesk.domain.moments import NOW, AtInstant, Moment
from auditdesk.domain.streams import account_stream
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.refusals import record_refusal
from auditdesk.services.workspace.session import Session
from tests.helpers import CHEAP_KDF
from tests.services.reports.reading import manifest_of, rows_of

Found = tuple[str, str, str]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder / "exceptions.csv"


def book(session: Session, account: str, *events: e.Event, days_ago: int = 0) -> None:
    """Append events as they are, without asking any rule."""
    ledger = session.context.ledger
    at_us = ledger.now_us() - days_ago * DAY_US
    new = [NewEvent(event) for event in events]
    append = StreamAppend(account_stream(account), ledger.accounts.replay(account), new, at_us, None)
    ledger.append([append], operator="ana", command_id=f"c-{ledger.log.head().position}")


def today(session: Session, days: int = 0) -> str:
    return day_of(session.now_us() + days * DAY_US).isoformat()


def listed(session: Session, out: Path, as_of: Moment = NOW) -> list[Found]:
    session.reports.export("exceptions", out, as_of=as_of)
    return [(row["kind"], row["event"], row["details"]) for row in rows_of(out)]


def test_a_bank_that_keeps_its_rules_has_none(session: Session, account: str, out: Path) -> None:
    book(session, account, e.MoneyDeposited(amount_minor=5, value_date=today(session, -30)))
    book(session, account, e.MoneyWithdrawn(amount_minor=5_00_05, value_date=today(session, 40)))
    book(session, account, e.AccountFrozen(blocks="all"), e.AccountUnfrozen(blocks="all"))
    assert listed(session, out) == []
    assert manifest_of(out)["exceptions"] == {}


def test_the_row_whose_stated_balance_parts_from_the_replay_is_listed(
    session: Session, account: str, out: Path
) -> None:
    day = today(session)
    book(
        session,
        account,
        e.MoneyDeposited(amount_minor=100_00, value_date=day, stated_balance_minor=100_00),
        e.MoneyWithdrawn(amount_minor=30_00, value_date=day, stated_balance_minor=69_90),
        e.MoneyDeposited(amount_minor=1, value_date=day, stated_balance_minor=69_91),
    )
    assert listed(session, out) == [
        ("stated balance", "MoneyWithdrawn", "Stated less replayed is -0.10 EUR; it moved by -0.10 EUR here.")
    ]
    (row,) = rows_of(out)
    assert (row["account"], row["version"], row["stream"]) == (account, "3", account_stream(account))
    assert (row["amount"], row["balance"], row["stated_balance"]) == ("-30.00", "70.00", "69.90")
    assert manifest_of(out)["control_totals"] == {"EUR": {"debit": "30.00", "credit": "0.00"}}


def test_a_refused_command_is_listed_with_its_rule(session: Session, account: str, out: Path) -> None:
    refused = Refused("insufficient_funds", "Only 500.00 EUR is available.")
    record_refusal(session.context, "withdraw", account, refused, 999_00)
    record_refusal(session.context, "register", "", Refused("text_missing", "The name is missing."))
    details = [row[2] for row in listed(session, out)]
    assert details == [
        f"withdraw {account} 999.00 EUR: insufficient_funds. Only 500.00 EUR is available.",
        "register: text_missing. The name is missing.",
    ]
    about, nothing = rows_of(out)
    assert (about["account"], about["stream"], about["operator"]) == (account, "operator/ana", "ana")
    assert (about["amount"], nothing["account"]) == ("", "")


def test_an_account_is_listed_each_time_it_falls_beyond_its_overdraft(
    session: Session, account: str, out: Path
) -> None:
    day = today(session)
    book(session, account, e.MoneyWithdrawn(amount_minor=500_01, value_date=day))
    book(session, account, e.MoneyWithdrawn(amount_minor=1_00, value_date=day))
    book(session, account, e.MoneyDeposited(amount_minor=1_01, value_date=day))
    book(session, account, e.OverdraftLimitSet(limit_minor=0))
    assert listed(session, out) == [
        ("overdrawn", "MoneyWithdrawn", "The balance is 0.01 EUR beyond the agreed overdraft."),
        ("overdrawn", "OverdraftLimitSet", "The balance is 500.00 EUR beyond the agreed overdraft."),
    ]
    assert [row["balance"] for row in rows_of(out)] == ["-500.01", ""]


def test_a_value_date_of_more_than_thirty_days_back_is_listed(
    session: Session, account: str, out: Path
) -> None:
    for days in (-29, -30, -31, -400):
        book(session, account, e.MoneyDeposited(amount_minor=1, value_date=today(session, days)))
    assert [row[2] for row in listed(session, out)] == [
        "The value date lies 31 days before the booking.",
        "The value date lies 400 days before the booking.",
    ]
    assert manifest_of(out)["backdated_days"] == 30
    assert rows_of(out)[0]["value_date"] == today(session, -31)


def test_history_against_a_block_is_listed_in_the_direction_that_was_blocked(
    session: Session, account: str, out: Path
) -> None:
    day = today(session)
    book(session, account, e.AccountFrozen(blocks="debits"))
    book(session, account, e.MoneyDeposited(amount_minor=9, value_date=day, imported=True))
    book(session, account, e.MoneyWithdrawn(amount_minor=5, value_date=day, imported=True))
    book(session, account, e.AccountUnfrozen(blocks="debits"), e.AccountFrozen(blocks="credits"))
    book(session, account, e.MoneyDeposited(amount_minor=7, value_date=day, imported=True))
    assert [row[:2] for row in listed(session, out)] == [
        ("imported against a block", "MoneyWithdrawn"),
        ("imported against a block", "MoneyDeposited"),
    ]
    assert [row["amount"] for row in rows_of(out)] == ["-0.05", "0.07"]


def test_one_event_is_listed_for_each_reason_and_counted_in_the_manifest(
    session: Session, account: str, out: Path
) -> None:
    book(session, account, e.AccountFrozen(blocks="all"))
    book(
        session,
        account,
        e.MoneyWithdrawn(amount_minor=900_00, value_date="2020-01-01", imported=True, stated_balance_minor=0),
    )
    assert [row[0] for row in listed(session, out)] == [
        "stated balance",
        "backdated",
        "imported against a block",
        "overdrawn",
    ]
    assert manifest_of(out)["exceptions"] == {
        "backdated": 1,
        "imported against a block": 1,
        "overdrawn": 1,
        "stated balance": 1,
    }


def test_bounds_leave_out_rows_but_not_what_they_are_judged_by(
    session: Session, account: str, out: Path
) -> None:
    day = today(session)
    book(session, account, e.MoneyWithdrawn(amount_minor=600_00, value_date=day))
    between_us = session.now_us()
    book(session, account, e.MoneyWithdrawn(amount_minor=1, value_date="2020-01-01"))
    session.reports.export("exceptions", out, from_us=between_us)
    assert [row["kind"] for row in rows_of(out)] == ["backdated"]
    assert manifest_of(out)["exceptions"] == {"backdated": 1}
    assert [row[0] for row in listed(session, out, AtInstant(between_us))] == ["overdrawn"]


def test_looking_can_be_cancelled(session: Session, account: str, out: Path) -> None:
    class CancelAtTheFirstEvent:
        seen = 0

        def report(self, _done: int, _total: int, label: str = "") -> None:
            self.seen += label == "Looking for exceptions"

        def check(self) -> None:
            if self.seen:
                raise Cancelled

    with pytest.raises(Cancelled):
        session.reports.export("exceptions", out, progress=CancelAtTheFirstEvent())
    assert list(out.parent.iterdir()) == []


@settings(max_examples=20)
@given(st.lists(st.integers(-300, 300).filter(bool), max_size=15), st.integers(0, 400))
def test_an_account_is_listed_exactly_where_a_running_sum_falls_beyond_the_limit(
    tmp_path_factory: pytest.TempPathFactory, amounts: list[int], limit: int
) -> None:
    folder = tmp_path_factory.mktemp("exceptions")
    (folder / "customers.csv").write_text("customer_ref,effective_at,name\nK1,2020-01-01,Bo Ek\n")
    (folder / "accounts.csv").write_text(
        f"account_ref,customer_ref,currency,opened_at,overdraft_limit\nA,K1,JPY,2020-01-01,{limit}\n"
    )
    rows = [
        f"T{index},A,2020-01-02,{'withdrawal' if amount < 0 else 'deposit'},{abs(amount)}\n"
        for index, amount in enumerate(amounts)
    ]
    head = "transaction_ref,account_ref,booked_at,kind,amount\n"
    (folder / "transactions.csv").write_text(head + "".join(rows))
    sums = [sum(amounts[: count + 1]) for count in range(len(amounts))]
    crossed = [
        str(after) for before, after in zip([0, *sums], sums, strict=False) if after < -limit <= before
    ]
    workspace = create_workspace(folder / "w", bank="b", operator="ana", passphrase="x", kdf=CHEAP_KDF)
    try:
        session = workspace.sign_in("ana", "x")
        session.importer.run(folder)
        session.reports.export("exceptions", folder / "out.csv")
    finally:
        workspace.close()
    found = rows_of(folder / "out.csv")
    assert {row["kind"] for row in found} <= {"overdrawn"}
    assert [row["balance"] for row in found] == crossed
