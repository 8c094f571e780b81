"""Stated balances against the replay: the rows that broke the gap are found, and only those."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditdesk.bootstrap import create_workspace
from auditdesk.domain.commands.account import SetOverdraft
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Cancelled, Refused
from auditdesk.services.history.stated_balances import Discrepancies, Discrepancy, discrepancies
from auditdesk.services.workspace.session import Session
from tests.helpers import CHEAP_KDF

BERKA = Path(__file__).resolve().parents[3] / "shared" / "data" / "berka-sample"
TENTH = 10  # of a crown, in minor units: the old rounding

Row = tuple[int, int | None]  # amount and stated balance, minor units; an amount below zero is paid out


def write_history(folder: Path, accounts: dict[str, list[Row]]) -> Path:
    """Accounts of one customer, with a row a minute each."""
    folder.mkdir()
    head = "transaction_ref,account_ref,booked_at,value_date,kind,amount,counterparty,memo,balance_after\n"
    openings, rows = "", ""
    for name, entries in accounts.items():
        openings += f"{name},K1,JPY,2020-01-01,\n"
        for index, (amount, stated) in enumerate(entries):
            at = f"2020-01-02T{index // 60:02d}:{index % 60:02d}:00Z"
            kind = "withdrawal" if amount < 0 else "deposit"
            said = "" if stated is None else stated
            rows += f"{name}-{index + 1},{name},{at},,{kind},{abs(amount)},,,{said}\n"
    (folder / "customers.csv").write_text("customer_ref,effective_at,name\nK1,2020-01-01,Bo Ek\n", "utf-8")
    (folder / "accounts.csv").write_text(
        f"account_ref,customer_ref,currency,opened_at,overdraft_limit\n{openings}", "utf-8"
    )
    (folder / "transactions.csv").write_text(head + rows, "utf-8")
    return folder


def of_the_whole_log(session: Session) -> list[Discrepancy]:
    return list(discrepancies(session.context.ledger.log.read()))


def found(session: Session, account: str) -> list[tuple[str, int, int]]:
    rows = Discrepancies(session.context).stated_discrepancies(account)
    return [(row.reference, row.gap_minor, row.jump_minor) for row in rows]


def test_an_account_whose_source_agrees_has_none(session: Session, tmp_path: Path) -> None:
    session.importer.run(write_history(tmp_path / "h", {"A": [(100, 100), (-30, 70), (5, 75)]}))
    assert found(session, "A") == []


def test_the_row_that_opened_the_gap_is_named_and_not_those_after_it(
    session: Session, tmp_path: Path
) -> None:
    rows: list[Row] = [(100, 100), (-30, 60), (5, 65), (5, 70)]
    session.importer.run(write_history(tmp_path / "h", {"A": rows}))
    (row,) = Discrepancies(session.context).stated_discrepancies("A")
    assert (row.account, row.reference, row.version) == ("10-00001", "A-2", 3)
    assert (row.stated_minor, row.replayed_minor, row.gap_minor, row.jump_minor) == (60, 70, -10, -10)
    envelope = session.history.event("account/10-00001", 3).envelope
    assert (row.position, row.booked_at_us) == (envelope.position, envelope.booked_at_us)


def test_the_row_that_mends_the_gap_is_named_too(session: Session, tmp_path: Path) -> None:
    rows: list[Row] = [(100, 90), (10, 100), (10, 120)]
    session.importer.run(write_history(tmp_path / "h", {"A": rows}))
    assert found(session, "A") == [("A-1", -10, -10), ("A-3", 0, 10)]


def test_rows_that_state_nothing_are_passed_over(session: Session, tmp_path: Path) -> None:
    rows: list[Row] = [(100, None), (10, None), (10, 121), (1, None), (1, 123)]
    session.importer.run(write_history(tmp_path / "h", {"A": rows}))
    assert found(session, "A") == [("A-3", 1, 1)]


def test_what_was_booked_here_afterwards_states_nothing(session: Session, tmp_path: Path) -> None:
    session.importer.run(write_history(tmp_path / "h", {"A": [(100, 99)]}))
    session.issue(Deposit("A", 7))
    session.issue(SetOverdraft("A", 50))
    assert found(session, "A") == [("A-1", -1, -1)]


def test_one_pass_over_the_log_finds_the_same_as_account_by_account(session: Session, tmp_path: Path) -> None:
    history = write_history(tmp_path / "h", {"A": [(9, 9), (9, 17)], "B": [(5, 6), (5, 11)], "C": [(1, 1)]})
    session.importer.run(history)
    finder = Discrepancies(session.context)
    singly = [row for name in ("A", "B", "C") for row in finder.stated_discrepancies(name)]
    assert sorted(of_the_whole_log(session)) == sorted(singly)
    assert [row.reference for row in singly] == ["A-2", "B-1"]


def test_an_account_that_is_not_there_is_refused(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        Discrepancies(session.context).stated_discrepancies("nobody")
    assert refused.value.code == "account_unknown"


def test_looking_can_be_cancelled(session: Session, account: str) -> None:
    class CancelAtOnce:
        def report(self, done: int, total: int, label: str = "") -> None:
            """Nobody looks."""

        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        Discrepancies(session.context).stated_discrepancies(account, progress=CancelAtOnce())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(-500, 500).filter(bool), st.integers(-3, 3), st.booleans()),
        min_size=1,
        max_size=20,
    )
)
def test_jumps_add_up_to_the_last_gap(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int, bool]]
) -> None:
    """Given rows whose source errs by some amount, or says nothing, the jumps name exactly those errors."""
    path = tmp_path_factory.mktemp("jumps")
    balance = gap = 0
    history: list[Row] = []
    expected: list[tuple[str, int, int]] = []
    pending = 0
    for index, (amount, error, states) in enumerate(rows):
        balance += amount
        gap += error
        pending += error
        history.append((amount, balance + gap if states else None))
        if states:
            if pending:
                expected.append((f"A-{index + 1}", gap, pending))
            pending = 0
    workspace = create_workspace(path / "w", bank="b", operator="ana", passphrase="x", kdf=CHEAP_KDF)
    try:
        session = workspace.sign_in("ana", "x")
        session.importer.run(write_history(path / "h", {"A": history}))
        assert found(session, "A") == expected
    finally:
        workspace.close()


@pytest.fixture(scope="module")
def berka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    if not BERKA.is_dir():
        pytest.skip("the data folder berka-sample is not beside this checkout")
    path = tmp_path_factory.mktemp("berka") / "berka"
    workspace = create_workspace(path, bank="berka", operator="ana", passphrase="x", kdf=CHEAP_KDF)
    session = workspace.sign_in("ana", "x")
    session.importer.run(BERKA)
    yield session
    workspace.close()


def test_berkas_old_rounding_is_found_row_by_row(berka: Session) -> None:
    """README of the data: 243 rows are stated 0.10 lower and 154 rows 0.10 higher than they should be."""
    jumps = Counter(row.jump_minor for row in of_the_whole_log(berka))
    assert jumps == {-TENTH: 243, TENTH: 154}


def test_berkas_accounts_have_the_same_singly(berka: Session) -> None:
    finder = Discrepancies(berka.context)
    together = Counter(row.account for row in of_the_whole_log(berka))
    for row in berka.directory.accounts():
        assert len(finder.stated_discrepancies(row.number)) == together[row.number]
