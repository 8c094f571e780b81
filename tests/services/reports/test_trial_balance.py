"""The trial balance: debits equal credits whatever was booked, and it agrees with the balances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditdesk.bootstrap import create_workspace
from auditdesk.domain import events as e
from auditdesk.domain.catalogue import IMPORTED
from auditdesk.domain.errors import Cancelled, LedgerDamaged, Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.moments import NOW, AtInstant, AtVersion, Moment, TimeAxis
from auditdesk.domain.streams import account_number, account_stream
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.workspace.session import Session
from tests.helpers import CHEAP_KDF, ManualClock
from tests.services.reports.reading import manifest_of, rows_of

CURRENCIES = ("EUR", "JPY", "KWD")
OPENED = [account_number(serial) for serial in range(1, 5)]
DAY = "2025-01-06"
Entry = tuple[int, type[e.MoneyEvent], int, int]  # account, kind, minor units, days since the one before
ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(tuple(IMPORTED.values())),
        st.integers(1, 10**12),
        st.sampled_from((0, 1)),
    ),
    max_size=12,
)


@contextmanager
def bank_with(folder: Path, entries: list[Entry]) -> Iterator[tuple[Session, list[int]]]:
    """A bank of four accounts with these entries, and the instants at which they were booked."""
    clock = ManualClock()
    workspace = create_workspace(
        folder / "w", bank="b", operator="ana", passphrase="x", kdf=CHEAP_KDF, clock=clock
    )
    try:
        session = workspace.sign_in("ana", "x")
        session.importer.run(history(folder / "history"))
        booked = []
        for index, kind, amount_minor, days in entries:
            clock.sleep_days(days)
            booked.append(append(session, OPENED[index], kind(amount_minor=amount_minor, value_date=DAY)))
        yield session, booked
    finally:
        workspace.close()


def history(folder: Path) -> Path:
    """A customer and four accounts without an entry."""
    folder.mkdir()
    accounts = [f"A{index},K1,{CURRENCIES[index % 3]},2020-01-01" for index in range(4)]
    for name, lines in {
        "customers": ["customer_ref,effective_at,name", "K1,2020-01-01,Bo Ek"],
        "accounts": ["account_ref,customer_ref,currency,opened_at", *accounts],
        "transactions": ["transaction_ref,account_ref,booked_at,kind,amount"],
    }.items():
        (folder / f"{name}.csv").write_text("\n".join((*lines, "")), "utf-8")
    return folder


def append(session: Session, account: str, event: e.Event, *, booked_at_us: int | None = None) -> int:
    ledger = session.context.ledger
    at_us = ledger.now_us() if booked_at_us is None else booked_at_us
    state = ledger.accounts.replay(account)
    ledger.append(
        [StreamAppend(account_stream(account), state, [NewEvent(event)], at_us, None)],
        operator="ana",
        command_id=f"c-{ledger.log.head().position}",
    )
    return at_us


def signed(row: dict[str, str], debit: str, credit: str) -> Decimal:
    return Decimal(row[credit] or 0) - Decimal(row[debit] or 0)


def check_against_balances(session: Session, out: Path, as_of: Moment) -> None:
    session.reports.export("trial-balance", out, as_of=as_of)
    rows, totals = rows_of(out), manifest_of(out)["control_totals"]
    session.reports.export("balances", out, as_of=as_of)
    held: Counter[str] = Counter()
    balances = {}
    for row in rows_of(out):
        balances[row["account"]] = Decimal(row["balance"])
        held[row["currency"]] += Decimal(row["balance"])  # type: ignore[assignment]  # counts in decimals
    for currency in {row["currency"] for row in rows}:
        of_it = [row for row in rows if row["currency"] == currency]
        assert sum(signed(row, "debit", "credit") for row in of_it) == 0
        assert sum(signed(row, "debits_posted", "credits_posted") for row in of_it) == 0
        assert totals[currency]["debit"] == totals[currency]["credit"]
        assert Decimal(totals[currency]["debit"]) == sum(Decimal(row["debit"] or 0) for row in of_it)
        customers = [row for row in of_it if row["ledger_account"] == "customer accounts"]
        assert sum(signed(row, "debit", "credit") for row in customers) == held[currency]
        for row in customers:
            assert signed(row, "debit", "credit") == balances[row["account"]]
    assert all(
        signed(row, "debit", "credit") == signed(row, "debits_posted", "credits_posted") for row in rows
    )


@settings(max_examples=25)
@given(ENTRIES, st.data())
def test_debits_equal_credits_and_customer_accounts_equal_the_balances_at_every_moment(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("books")
    with bank_with(folder, entries) as (session, booked):
        check_against_balances(session, folder / "now.csv", NOW)
        if booked:
            clocks: tuple[TimeAxis, ...] = ("booked", "recorded")
            then = AtInstant(data.draw(st.sampled_from(booked)), data.draw(st.sampled_from(clocks)))
            check_against_balances(session, folder / "then.csv", then)


def test_each_kind_of_entry_stands_against_its_account_of_the_general_ledger(tmp_path: Path) -> None:
    entries: list[Entry] = [
        (0, e.MoneyDeposited, 100_00, 0),
        (0, e.MoneyWithdrawn, 130_00, 0),
        (0, e.InterestCredited, 1_05, 0),
        (0, e.FeeCharged, 3_00, 0),
        (0, e.TransferSent, 9_00, 0),
        (3, e.TransferReceived, 9_00, 0),
        (1, e.MoneyDeposited, 700, 0),
    ]
    out = tmp_path / "out.csv"
    with bank_with(tmp_path, entries) as (session, _):
        result = session.reports.export("trial-balance", out)
    cells = [tuple(row.values()) for row in rows_of(out)]
    assert cells == [
        ("cash", "", "EUR", "", "30.00", "100.00", "130.00"),
        ("clearing", "", "EUR", "", "", "9.00", "9.00"),
        ("customer accounts", "10-00001", "EUR", "40.95", "", "142.00", "101.05"),
        ("customer accounts", "10-00004", "EUR", "", "9.00", "0.00", "9.00"),
        ("fee income", "", "EUR", "", "3.00", "0.00", "3.00"),
        ("interest expense", "", "EUR", "1.05", "", "1.05", "0.00"),
        ("cash", "", "JPY", "700", "", "700", "0"),
        ("customer accounts", "10-00002", "JPY", "", "700", "0", "700"),
    ]
    assert result.control_totals == (("EUR", 42_00, 42_00), ("JPY", 700, 700))
    assert manifest_of(out)["title"] == "Trial balance"


def test_what_was_booked_later_is_left_out_although_it_was_recorded_before(tmp_path: Path) -> None:
    """Imported history is booked before it is recorded, and the log is in the order of recording."""
    out = tmp_path / "out.csv"
    with bank_with(tmp_path, [(0, e.MoneyDeposited, 5_00, 0)]) as (session, (first_us,)):
        opening = e.AccountOpened(customer="C-00001", currency="EUR")
        append(session, "10-00005", opening, booked_at_us=first_us - 10)
        append(
            session,
            "10-00005",
            e.MoneyDeposited(amount_minor=2_00, value_date=DAY),
            booked_at_us=first_us - 9,
        )
        recorded_us = session.history.instants(account_stream(OPENED[0]), 2)[1]
        session.reports.export("trial-balance", out, as_of=AtInstant(first_us - 1))
        assert [(row["account"], row["credit"]) for row in rows_of(out)] == [("", ""), ("10-00005", "2.00")]
        session.reports.export("trial-balance", out, as_of=AtInstant(recorded_us, "recorded"))
        assert [(row["account"], row["credit"]) for row in rows_of(out)] == [("", ""), ("10-00001", "5.00")]


def test_a_log_longer_than_a_page_is_folded_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditdesk.ledger.log.PAGE_ROWS", 7)
    out = tmp_path / "out.csv"
    with bank_with(tmp_path, [(0, e.MoneyDeposited, 1, 0)] * 40) as (session, _):
        session.reports.export("trial-balance", out)
    assert [row["debits_posted"] for row in rows_of(out)] == ["0.40", "0.00"]


def test_the_fold_can_be_cancelled_before_the_first_row(tmp_path: Path) -> None:
    class CancelAtTheFirstEvent:
        seen = 0

        def report(self, _done: int, _total: int, label: str = "") -> None:
            self.seen += label == "Adding up"

        def check(self) -> None:
            if self.seen:
                raise Cancelled

    with bank_with(tmp_path, [(0, e.MoneyDeposited, 1, 0)]) as (session, _):
        with pytest.raises(Cancelled):
            session.reports.export("trial-balance", tmp_path / "out.csv", progress=CancelAtTheFirstEvent())
        assert list(tmp_path.glob("*.csv*")) == []


def test_an_account_posted_to_before_its_opening_is_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bank_with(tmp_path, [(0, e.MoneyDeposited, 1, 0)]) as (session, _):
        log = session.context.ledger.log
        read = log.read
        monkeypatch.setattr(
            log,
            "read",
            lambda **wanted: (found for found in read(**wanted) if found.type != e.AccountOpened.TAG),
        )
        with pytest.raises(LedgerDamaged, match="before its opening"):
            session.reports.export("trial-balance", tmp_path / "out.csv")


def test_it_is_the_banks_and_of_one_moment_and_holds_nothing_personal(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with bank_with(tmp_path, []) as (session, _):
        assert session.reports.export("trial-balance", out).rows == 0
        wrong: tuple[tuple[dict[str, Any], str], ...] = (
            ({"account": OPENED[0]}, "account_without_meaning"),
            ({"to_us": 1}, "range_without_meaning"),
            ({"reveal": True}, "reveal_without_meaning"),
            ({"as_of": AtVersion(1)}, "moment_needs_account"),
        )
        for asked, code in wrong:
            with pytest.raises(Refused) as refused:
                session.reports.export("trial-balance", out, **asked)
            assert refused.value.code == code
