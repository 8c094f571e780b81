"""History brought in through the window: summed up, rejects named, cancelled without a trace."""

from __future__ import annotations

import csv
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from auditdesk.bootstrap import open_workspace
from auditdesk.desktop.kit.progress import ProgressDialog
from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from tests.desktop.driving import Halt, visible
from tests.desktop.small_bank import PASSPHRASE

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


def bring_in(qtbot: QtBot, desk: WorkspacePage, folder: Path) -> str:
    """Import, and what the page then says."""
    desk.go_to("reports")
    page = desk.reports
    for banner in (page.good, page.bad):
        banner.say("")
    page.import_folder(folder)
    qtbot.waitUntil(lambda: bool(page.good.sentence.text() or page.bad.sentence.text()), timeout=20_000)
    return page.good.sentence.text() or page.bad.sentence.text()


def test_an_import_is_summed_up_and_shown_at_once(qtbot: QtBot, desk: WorkspacePage, history: Path) -> None:
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


def test_a_second_import_adds_nothing(qtbot: QtBot, desk: WorkspacePage, history: Path) -> None:
    bring_in(qtbot, desk, history)
    head = desk._context.session.context.ledger.log.head()
    said = bring_in(qtbot, desk, history)
    assert f"0 booked, {ROWS + 2} already there" in said
    assert desk._context.session.context.ledger.log.head() == head


def test_a_row_that_cant_be_taken_is_named_and_kept_apart(
    qtbot: QtBot, desk: WorkspacePage, history: Path
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


def test_a_folder_without_history_is_explained(qtbot: QtBot, desk: WorkspacePage, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = bring_in(qtbot, desk, tmp_path / "empty")
    assert "customers.csv" in said
    assert desk.reports.bad.isVisible()


def test_cancel_leaves_nothing_of_it(qtbot: QtBot, desk: WorkspacePage, history: Path) -> None:
    before = desk._context.session.context.ledger.log.head()
    desk.go_to("reports")
    desk.reports.import_folder(history)
    dialog = next(made for made in desk.findChildren(ProgressDialog) if made.isVisible())
    dialog.cancel.click()
    qtbot.waitUntil(lambda: not desk._context.runner.busy, timeout=20_000)
    assert desk._context.session.context.ledger.log.head() == before
    assert not (history / "rejects.csv").exists()
    assert desk.reports.good.isHidden()


def test_the_folder_is_chosen_by_the_button_and_choosing_none_does_nothing(
    qtbot: QtBot, desk: WorkspacePage, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ["", str(history)]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: answers.pop(0))
    desk.go_to("reports")
    button = desk.reports.findChild(QPushButton, "importButton")
    assert isinstance(button, QPushButton)
    before = desk._context.session.context.ledger.log.head()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not desk._context.runner.busy
    assert desk._context.session.context.ledger.log.head() == before
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: f"{ROWS + 2} booked" in desk.reports.good.sentence.text(), timeout=20_000)


def test_progress_counts_and_a_cancel_half_way_leaves_nothing_of_it(
    qtbot: QtBot, desk: WorkspacePage, history: Path, halt: Halt
) -> None:
    with (history / "transactions.csv").open("a", encoding="utf-8") as file:
        file.write("T99,A1,2020-13-01,deposit,1.00,memo\n")
    before = desk._context.session.context.ledger.log.head()
    desk.go_to("reports")
    desk.reports.import_folder(history)
    progress = visible(desk, ProgressDialog)
    qtbot.waitUntil(halt.reached.is_set)
    qtbot.waitUntil(lambda: progress.bar.value() > 0)
    assert "customers.csv" in progress.step.text()
    assert progress.count.text().endswith(" %")
    QTest.mouseClick(progress.cancel, Qt.MouseButton.LeftButton)
    assert "put back" in progress.step.text()
    assert not progress.cancel.isEnabled()
    halt.release()
    qtbot.waitUntil(lambda: not desk._context.runner.busy, timeout=20_000)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert desk._context.session.context.ledger.log.head() == before
    assert sorted(path.name for path in history.iterdir()) == [
        "accounts.csv",
        "customers.csv",
        "transactions.csv",
    ]
    assert (desk.reports.good.isHidden(), desk.reports.bad.isHidden()) == (True, True)
    said = bring_in(qtbot, desk, history)
    assert f"{ROWS + 2} booked" in said


def test_an_idle_window_is_locked_only_once_the_import_is_done(
    qtbot: QtBot, window: MainWindow, desk: WorkspacePage, bank_path: Path, history: Path, halt: Halt
) -> None:
    desk.go_to("reports")
    desk.reports.import_folder(history)
    qtbot.waitUntil(halt.reached.is_set)
    window._idle.setInterval(1)
    window._idle.start()
    qtbot.waitUntil(lambda: not window._idle.isActive())
    assert window.session is not None
    halt.release()
    qtbot.waitUntil(lambda: window.session is None, timeout=20_000)
    assert window.stack.currentWidget() is window.sign_in
    window.close_workspace()
    with closing(open_workspace(bank_path)) as again, closing(again.sign_in("ana", PASSPHRASE)) as session:
        assert session.history.account_at("A1").state.version == ROWS + 1


def test_who_comes_back_before_the_work_is_done_is_not_locked_out(
    qtbot: QtBot, window: MainWindow, desk: WorkspacePage, history: Path, halt: Halt
) -> None:
    desk.go_to("reports")
    desk.reports.import_folder(history)
    qtbot.waitUntil(halt.reached.is_set)
    window._idle.setInterval(1)
    window._idle.start()
    qtbot.waitUntil(lambda: not window._idle.isActive())
    window._idle.setInterval(600_000)
    QTest.keyClick(visible(desk, ProgressDialog), Qt.Key.Key_Shift)
    halt.release()
    qtbot.waitUntil(lambda: f"{ROWS + 2} booked" in desk.reports.good.sentence.text(), timeout=20_000)
    assert window.session is not None


def test_a_folder_where_rejects_cant_be_written_is_explained_and_nothing_is_imported(
    qtbot: QtBot, desk: WorkspacePage, history: Path
) -> None:
    (history / "rejects.csv").mkdir()
    with (history / "transactions.csv").open("a", encoding="utf-8") as file:
        file.write("T99,A1,2020-13-01,deposit,1.00,memo\n")
    before = desk._context.session.context.ledger.log.head()
    said = bring_in(qtbot, desk, history)
    assert "rejects.csv" in said
    assert desk.reports.bad.isVisible()
    assert desk._context.session.context.ledger.log.head() == before


def test_columns_that_are_missing_are_named_and_unknown_ones_too(
    qtbot: QtBot, desk: WorkspacePage, history: Path
) -> None:
    whole = (history / "accounts.csv").read_text(encoding="utf-8")
    (history / "accounts.csv").write_text("account_ref,currency\nA1,EUR\n", encoding="utf-8")
    said = bring_in(qtbot, desk, history)
    assert "customer_ref" in said
    assert "opened_at" in said
    assert desk.reports.bad.isVisible()
    lines = whole.splitlines()
    (history / "accounts.csv").write_text(f"{lines[0]},colour\n{lines[1]},blue\n", encoding="utf-8")
    assert "left out: colour" in bring_in(qtbot, desk, history)


def test_a_viewer_cant_import(qtbot: QtBot, window: MainWindow, bank_path: Path) -> None:
    window.open_path(bank_path)
    window.sign_in.viewer.click()
    assert window.workspace_page is not None
    button = window.workspace_page.reports.findChild(QPushButton, "importButton")
    assert isinstance(button, QPushButton)
    assert not button.isEnabled()
    assert "read-only" in button.toolTip()


def test_stated_balances_are_kept_beside_what_was_replayed(
    qtbot: QtBot, desk: WorkspacePage, history: Path
) -> None:
    (history / "transactions.csv").write_text(
        "transaction_ref,account_ref,booked_at,kind,amount,balance_after\n"
        "T1,A1,2020-02-01,deposit,10.00,10.00\nT2,A1,2020-02-02,fee,1.00,9.10\n",
        encoding="utf-8",
    )
    bring_in(qtbot, desk, history)
    desk.show_account("A1")
    page = desk.accounts.page
    assert page.header.balance.text() == "9.00 EUR"
    stated = [column.key for column in page.model.columns].index("stated")
    assert not page.register.table.isColumnHidden(stated)
    cells = {page.model.version_of(row): page.model.index(row, stated).data() for row in range(3)}
    assert cells[2] == "10.00"
    assert "9.10" in cells[3]
