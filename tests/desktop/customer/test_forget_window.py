"""Forgetting a customer in the window: said before, confirmed by typing, gone from every page and time."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from auditdesk.desktop.bank.export_dialog import ExportDialog
from auditdesk.desktop.customer.certificate_dialog import CertificateDialog
from auditdesk.desktop.customer.forget_dialog import ForgetDialog
from auditdesk.desktop.kit.lists import SECOND_ROLE
from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.events import CustomerForgotten, ErasureRequested
from auditdesk.domain.instants import day_of
from tests.desktop.driving import Colleague, refusal, visible
from tests.desktop.small_bank import BOB, BOBS, JANE
from tests.helpers import files_holding

REASON = "letter 2025/17"


def ask(desk: WorkspacePage, customer: str) -> ForgetDialog:
    """Press *Forget customer…* on the customer's page."""
    desk.show_customer(customer)
    button = desk.customers.page.buttons["forget"]
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    return visible(desk, ForgetDialog)


def write(dialog: ForgetDialog, reason: str, typed: str) -> None:
    for field, text in ((dialog.reason, reason), (dialog.typed, typed)):
        field.set_text("")
        QTest.keyClicks(field.entry, text)


def forget(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = ask(desk, BOB)
    write(dialog, REASON, BOB)
    with qtbot.waitSignal(dialog.posted, timeout=20_000):
        QTest.mouseClick(dialog.post, Qt.MouseButton.LeftButton)
    for made in desk.findChildren(CertificateDialog):
        if made.isVisible():
            made.reject()


def texts(page: QWidget) -> str:
    """All that the labels of a page say."""
    return "\n".join(
        made.text() for made in page.findChildren(QWidget) if made.isVisible() and hasattr(made, "text")
    )


def test_the_preview_says_what_is_touched_and_what_is_kept(desk: WorkspacePage) -> None:
    dialog = ask(desk, BOB)
    said = dialog.summary.text()
    assert "Bob Stone" in said
    assert "hold this person's data" in said
    assert f"{BOBS} (closed)" in said
    assert "a bank must keep its books" in said
    assert "can't be undone" in said
    assert not dialog.post.isEnabled()


def test_an_open_account_stands_in_the_way_and_is_named(desk: WorkspacePage) -> None:
    dialog = ask(desk, JANE)
    assert "10-00001" in dialog.problem.text()
    assert not dialog.post.isEnabled()
    assert not dialog.typed.isEnabled()


@pytest.mark.parametrize("typed", ["", "C-00001", "c-00002", "Bob Stone"])
def test_only_the_customers_number_confirms(desk: WorkspacePage, typed: str) -> None:
    dialog = ask(desk, BOB)
    write(dialog, REASON, typed)
    assert not dialog.post.isEnabled()
    dialog.submit()
    assert dialog.isVisible()
    assert desk._context.session.history.customer_at(BOB).state.forgotten_at_us is None


@pytest.mark.parametrize("reason", ["", "Bob Stone asked us to"])
def test_a_reason_is_needed_that_does_not_name_the_person(
    qtbot: QtBot, desk: WorkspacePage, reason: str
) -> None:
    dialog = ask(desk, BOB)
    write(dialog, reason, BOB)
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.reason.problem.text()))
    assert dialog.typed.text() == BOB
    assert desk._context.session.history.customer_at(BOB).state.erasure_requested_at_us is None


def test_cancel_leaves_everything_as_it_was(qtbot: QtBot, desk: WorkspacePage) -> None:
    before = desk._context.session.context.ledger.log.head().position
    dialog = ask(desk, BOB)
    write(dialog, REASON, BOB)
    with qtbot.waitSignal(dialog.finished):
        dialog.cancel.click()
    assert desk._context.session.context.ledger.log.head().position == before
    assert desk.customers.page.values["name"].text() == "Bob Stone"


def test_the_forgotten_reads_erased_on_every_page_and_at_every_time(
    qtbot: QtBot, desk: WorkspacePage
) -> None:
    forget(qtbot, desk)
    page = desk.customers.page
    qtbot.waitUntil(lambda: "erased" in page.values["name"].text())
    assert "forgotten" in page.pill.text()
    assert page.buttons["forget"].isHidden()
    for version in range(1, page.timeline.count + 1):
        page.timeline.go_to(version)
        for key in ("name", "street", "email"):
            assert "erased" in page.values[key].text()
        assert "Quay" not in texts(page)
    assert "Bob" not in texts(desk)
    desk.show_account(BOBS)
    account = desk.accounts.page
    for version in range(1, 5):
        account.timeline.go_to(version)
        assert "erased" in account.panel.text_of("owner")
        assert "Secret gift" not in texts(account)
    account.timeline.go_to(2)
    assert account.header.balance.text().startswith("777")
    memo = [column.key for column in account.model.columns].index("memo")
    deposit = account.model.index(account.model.nearest_row(2), memo)
    qtbot.waitUntil(lambda: "erased" in str(deposit.data()))


def test_nobody_is_found_by_the_forgotten_name(qtbot: QtBot, desk: WorkspacePage) -> None:
    forget(qtbot, desk)
    for search, model in (
        (desk.accounts.list.search, desk.accounts.list.model),
        (desk.customers.list.search, desk.customers.list.model),
    ):
        search.setText("Stone")
        qtbot.waitUntil(lambda model=model: model.rowCount() == 0)  # type: ignore[misc]
    desk.search.setText("Bob Stone")
    QTest.keyClick(desk.search, Qt.Key.Key_Return)
    assert "Bob Stone" in desk.receipt.text()
    assert desk.search.text() == "Bob Stone"


def test_no_byte_of_the_forgotten_is_left_in_the_workspace(
    qtbot: QtBot, window: MainWindow, desk: WorkspacePage, bank_path: Path
) -> None:
    forget(qtbot, desk)
    window.close_workspace()
    assert files_holding(bank_path, b"Bob Stone", b"Quay 1", b"Secret gift") == []
    window.open_path(bank_path)
    assert window.workspace is not None
    assert window.workspace.warnings == ()


def test_each_step_is_ticked_off_and_a_second_click_forgets_once(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = ask(desk, BOB)
    write(dialog, REASON, BOB)
    said: list[str] = []
    dialog.posted.connect(lambda _erasure: said.append(dialog.progress.text()))
    with qtbot.waitSignal(dialog.posted, timeout=20_000):
        QTest.mouseClick(dialog.post, Qt.MouseButton.LeftButton)
        QTest.mouseDClick(dialog.post, Qt.MouseButton.LeftButton)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert said[0].count("✓") == 3
    assert "…" not in said[0]
    log = desk._context.session.context.ledger.log.read
    assert (
        len(list(log(types=(ErasureRequested.TAG,)))) == len(list(log(types=(CustomerForgotten.TAG,)))) == 1
    )


def test_what_a_colleague_did_meanwhile_stands_in_the_way_and_is_said(
    qtbot: QtBot, desk: WorkspacePage, colleague: Colleague
) -> None:
    dialog = ask(desk, BOB)
    write(dialog, REASON, BOB)
    colleague(lambda hers: hers.issue(OpenAccount(BOB, "EUR")))
    assert "10-00004" in refusal(qtbot, dialog, "customer")
    assert dialog.reason.text() == REASON
    assert desk._context.session.history.customer_at(BOB).state.erasure_requested_at_us is None


def test_escape_leaves_everything_as_it_was(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = ask(desk, BOB)
    write(dialog, REASON, BOB)
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog.typed.entry, Qt.Key.Key_Escape)
    assert desk._context.session.history.customer_at(BOB).state.erasure_requested_at_us is None
    assert desk.customers.page.values["street"].text() == "Quay 1"


def test_the_forgotten_reads_erased_in_both_lists_and_in_the_log(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk.show_account(BOBS)
    forget(qtbot, desk)
    for shown, number in ((desk.accounts.list, BOBS), (desk.customers.list, BOB)):
        model = shown.model
        qtbot.waitUntil(
            lambda model=model, number=number: "erased" in model.index(model.row_of(number)).data(SECOND_ROLE)  # type: ignore[misc]
        )
    desk.go_to("log")
    log = desk.log.model
    cells = "\n".join(
        str(log.index(row, column).data())
        for row in range(log.rowCount())
        for column in range(log.columnCount())
    )
    assert "Forgotten" in cells
    assert "letter 2025/17" in cells
    assert not any(secret in cells for secret in ("Stone", "Quay", "Secret"))


def test_a_page_that_was_open_on_the_forgotten_ones_account_shows_it_at_once(
    qtbot: QtBot, desk: WorkspacePage
) -> None:
    account = desk.accounts.page
    desk.show_account(BOBS)
    account.timeline.go_to(2)
    assert account.panel.text_of("owner") == "Bob Stone"
    forget(qtbot, desk)
    assert account.timeline.version == 2
    assert "erased" in account.panel.text_of("owner")
    assert "Bob" not in account.header.owner.text() + account.header.owner.toolTip()
    assert "Secret gift" not in texts(account)


def test_an_export_with_personal_data_says_erased_on_which_day(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    forget(qtbot, desk)
    desk.show_account(BOBS)
    desk.accounts.page.export_wanted.emit()
    dialog = visible(desk, ExportDialog)
    dialog.reveal.setChecked(True)
    out = tmp_path / "statement.csv"
    dialog.path.set_text(str(out))
    with qtbot.waitSignal(dialog.posted, timeout=20_000):
        dialog.post.click()
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    forgotten_at_us = desk._context.session.history.customer_at(BOB).state.forgotten_at_us
    assert forgotten_at_us is not None
    assert [row["memo"] for row in rows] == [f"erased {day_of(forgotten_at_us).isoformat()}"] * 2
    assert [row["balance"] for row in rows] == ["777", "0"]
