"""Forgetting a customer in the window: said before, confirmed by typing, gone from every page and time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from auditdesk.desktop.certificate_dialog import CertificateDialog
from auditdesk.desktop.desk_page import DeskPage
from auditdesk.desktop.forget_dialog import ForgetDialog
from auditdesk.desktop.main_window import MainWindow
from tests.desktop.bank import BOB, BOBS, JANE
from tests.helpers import files_holding

REASON = "letter 2025/17"


def ask(desk: DeskPage, customer: str) -> ForgetDialog:
    """Press *Forget customer…* on the customer's page."""
    desk.show_customer(customer)
    button = desk.customers.page.buttons["forget"]
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    return next(made for made in desk.findChildren(ForgetDialog) if made.isVisible())


def write(dialog: ForgetDialog, reason: str, typed: str) -> None:
    for field, text in ((dialog.reason, reason), (dialog.typed, typed)):
        field.set_text("")
        QTest.keyClicks(field.entry, text)


def forget(qtbot: QtBot, desk: DeskPage) -> None:
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


def test_the_preview_says_what_is_touched_and_what_is_kept(desk: DeskPage) -> None:
    dialog = ask(desk, BOB)
    said = dialog.summary.text()
    assert "Bob Stone" in said
    assert "hold this person's data" in said
    assert f"{BOBS} (closed)" in said
    assert "a bank must keep its books" in said
    assert "can't be undone" in said
    assert not dialog.post.isEnabled()


def test_an_open_account_stands_in_the_way_and_is_named(desk: DeskPage) -> None:
    dialog = ask(desk, JANE)
    assert "10-00001" in dialog.problem.text()
    assert not dialog.post.isEnabled()
    assert not dialog.typed.isEnabled()


@pytest.mark.parametrize("typed", ["", "C-00001", "c-00002", "Bob Stone"])
def test_only_the_customers_number_confirms(desk: DeskPage, typed: str) -> None:
    dialog = ask(desk, BOB)
    write(dialog, REASON, typed)
    assert not dialog.post.isEnabled()
    dialog.submit()
    assert dialog.isVisible()
    assert desk._context.session.history.customer_at(BOB).state.forgotten_at_us is None


@pytest.mark.parametrize("reason", ["", "Bob Stone asked us to"])
def test_a_reason_is_needed_that_does_not_name_the_person(qtbot: QtBot, desk: DeskPage, reason: str) -> None:
    dialog = ask(desk, BOB)
    write(dialog, reason, BOB)
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.reason.problem.text()))
    assert dialog.typed.text() == BOB
    assert desk._context.session.history.customer_at(BOB).state.erasure_requested_at_us is None


def test_cancel_leaves_everything_as_it_was(qtbot: QtBot, desk: DeskPage) -> None:
    before = desk._context.session.books.ledger.head().position
    dialog = ask(desk, BOB)
    write(dialog, REASON, BOB)
    with qtbot.waitSignal(dialog.finished):
        dialog.cancel.click()
    assert desk._context.session.books.ledger.head().position == before
    assert desk.customers.page.values["name"].text() == "Bob Stone"


def test_the_forgotten_reads_erased_on_every_page_and_at_every_time(qtbot: QtBot, desk: DeskPage) -> None:
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


def test_nobody_is_found_by_the_forgotten_name(qtbot: QtBot, desk: DeskPage) -> None:
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
    qtbot: QtBot, window: MainWindow, desk: DeskPage, bank_path: Path
) -> None:
    forget(qtbot, desk)
    window.close_workspace()
    assert files_holding(bank_path, b"Bob Stone", b"Quay 1", b"Secret gift") == []
    window.open_path(bank_path)
    assert window.workspace is not None
    assert window.workspace.warnings == ()
