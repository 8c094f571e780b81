"""History brought in through the window: summed up, rejects named, cancelled without a trace."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.desk_page import DeskPage
from auditdesk.desktop.progress import ProgressDialog

ROWS = 60


@pytest.fixture
def history(tmp_path: Path) -> Path:
    folder = tmp_path / "history"
    folder.mkdir()
    (folder / "customers.csv").write_text(
        "customer_ref,effective_at,name,street,city\nK1,2020-01-01,Nora Lake,Pier 1,Town\n", encoding="utf-8"
    )
    (folder / "accounts.csv").write_text(
        "account_ref,customer_ref,currency,opened_at\nA1,K1,EUR,2020-01-02\n", encoding="utf-8"
    )
    lines = [f"T{n},A1,2020-02-{n % 28 + 1:02d},deposit,1.{n:02d},memo {n}" for n in range(ROWS)]
    lines.sort(key=lambda line: line.split(",")[2])
    (folder / "transactions.csv").write_text(
        "transaction_ref,account_ref,booked_at,kind,amount,memo\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    return folder


def bring_in(qtbot: QtBot, desk: DeskPage, folder: Path) -> str:
    """Import, and what the page then says."""
    desk.go_to("reports")
    page = desk.reports
    for banner in (page.good, page.bad):
        banner.say("")
    page.import_folder(folder)
    qtbot.waitUntil(lambda: bool(page.good.sentence.text() or page.bad.sentence.text()), timeout=20_000)
    return page.good.sentence.text() or page.bad.sentence.text()


def test_an_import_is_summed_up_and_shown_at_once(qtbot: QtBot, desk: DeskPage, history: Path) -> None:
    said = bring_in(qtbot, desk, history)
    assert f"{ROWS + 2} rows read: {ROWS + 2} booked, 0 already there, 0 rejected" in said
    assert desk.reports.bad.isHidden()
    desk.go_to("accounts")
    desk.accounts.list.search.setText("Lake")
    qtbot.waitUntil(lambda: desk.accounts.list.model.rowCount() == 1)
    desk.show_account("A1")
    page = desk.accounts.page
    assert page.model.rowCount() == ROWS + 1
    total_minor = sum(100 + n for n in range(ROWS))
    assert page.state is not None
    assert page.state.balance_minor == total_minor


def test_a_second_import_adds_nothing(qtbot: QtBot, desk: DeskPage, history: Path) -> None:
    bring_in(qtbot, desk, history)
    head = desk._context.session.books.ledger.head()
    said = bring_in(qtbot, desk, history)
    assert f"0 booked, {ROWS + 2} already there" in said
    assert desk._context.session.books.ledger.head() == head


def test_a_row_that_cant_be_taken_is_named_and_kept_apart(
    qtbot: QtBot, desk: DeskPage, history: Path
) -> None:
    with (history / "transactions.csv").open("a", encoding="utf-8") as file:
        file.write("T99,A1,2020-13-01,deposit,1.00,memo\n")
    said = bring_in(qtbot, desk, history)
    assert "1 rejected" in said
    assert f"transactions.csv line {ROWS + 2}" in said
    assert desk.reports.bad.isVisible()
    with (history / "rejects.csv").open(newline="", encoding="utf-8") as file:
        rejected = list(csv.reader(file))
    assert any("2020-13-01" in cell for row in rejected for cell in row)


def test_a_folder_without_history_is_explained(qtbot: QtBot, desk: DeskPage, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = bring_in(qtbot, desk, tmp_path / "empty")
    assert "customers.csv" in said
    assert desk.reports.bad.isVisible()


def test_cancel_leaves_nothing_of_it(qtbot: QtBot, desk: DeskPage, history: Path) -> None:
    before = desk._context.session.books.ledger.head()
    desk.go_to("reports")
    desk.reports.import_folder(history)
    dialog = next(made for made in desk.findChildren(ProgressDialog) if made.isVisible())
    dialog.cancel.click()
    qtbot.waitUntil(lambda: not desk._context.runner.busy, timeout=20_000)
    assert desk._context.session.books.ledger.head() == before
    assert not (history / "rejects.csv").exists()
    assert desk.reports.good.isHidden()
