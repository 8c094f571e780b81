"""The list beside a page says what the page shows, whatever way led there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.form.command_form import CommandForm
from auditdesk.desktop.kit.lists import NUMBER_ROLE, SearchList
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.customer import RegisterCustomer
from tests.desktop.driving import post, visible, write
from tests.desktop.small_bank import BOB, BOBS, JANE, MAIN, OTHER


def marked(shown: SearchList) -> list[str]:
    """The numbers that the list marks as the chosen one, above it or in it."""
    inside = [index.data(NUMBER_ROLE) for index in shown.view.selectionModel().selectedIndexes()]
    above = [shown.shown_now.currentIndex().data(NUMBER_ROLE)] if shown.shown_now.isVisible() else []
    return above + inside


def search(desk: WorkspacePage, text: str) -> None:
    desk.search.setText(text)
    QTest.keyClick(desk.search, Qt.Key.Key_Return)


def narrow(qtbot: QtBot, shown: SearchList, text: str, rows: int) -> None:
    shown.search.setText(text)
    qtbot.waitUntil(lambda: shown.model.rowCount() == rows)


def test_after_a_search_in_the_header_the_list_marks_what_was_found(
    qtbot: QtBot, desk: WorkspacePage
) -> None:
    search(desk, OTHER)
    assert marked(desk.accounts.list) == [OTHER]
    search(desk, BOB)
    qtbot.waitUntil(lambda: marked(desk.customers.list) == [BOB])


def test_what_the_filter_hides_is_shown_above_the_list(qtbot: QtBot, desk: WorkspacePage) -> None:
    shown = desk.accounts.list
    narrow(qtbot, shown, "stone", 1)
    assert marked(shown) == [MAIN], "the page still shows what it showed"
    search(desk, OTHER)
    assert marked(shown) == [OTHER]
    assert desk.accounts.page.number == OTHER
    narrow(qtbot, shown, "", 3)
    assert marked(shown) == [OTHER]
    assert not shown.shown_now.isVisible()


def test_a_new_customer_is_marked_though_the_filter_hides_them(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk.go_to("customers")
    shown = desk.customers.list
    qtbot.waitUntil(lambda: shown.model.rowCount() == 2)
    narrow(qtbot, shown, "stone", 1)
    desk.customers.new.click()
    dialog = visible(desk, CommandForm)
    assert dialog.command is RegisterCustomer
    write(dialog, name="Mareike")
    post(qtbot, dialog)
    assert desk.customers.page.number == "C-00003"
    qtbot.waitUntil(lambda: marked(shown) == ["C-00003"])
    narrow(qtbot, shown, "", 3)
    assert marked(shown) == ["C-00003"]


def test_a_new_account_is_marked_in_the_list(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk.show_customer(JANE)
    desk.customers.page.buttons["open-account"].click()
    dialog = visible(desk, CommandForm)
    assert dialog.command is OpenAccount
    post(qtbot, dialog)
    assert desk.accounts.page.number == "10-00004"
    assert marked(desk.accounts.list) == ["10-00004"]
    qtbot.waitUntil(lambda: desk.accounts.list.model.rowCount() == 4)
    assert marked(desk.accounts.list) == ["10-00004"]


def test_what_is_marked_is_in_sight(qtbot: QtBot, desk: WorkspacePage) -> None:
    session = desk._context.session
    for serial in range(30):
        session.issue(RegisterCustomer(f"Somebody {serial}"))
    desk.go_to("customers")
    shown = desk.customers.list
    qtbot.waitUntil(lambda: shown.model.rowCount() == 32)
    search(desk, "C-00032")
    index = shown.view.currentIndex()
    qtbot.waitUntil(lambda: shown.view.viewport().rect().contains(shown.view.visualRect(index)))
    assert marked(shown) == ["C-00032"]


@pytest.mark.parametrize(("typed", "number"), [("stone", BOBS), ("00002", OTHER)])
def test_enter_opens_the_first_of_what_is_typed_however_fast(
    qtbot: QtBot, desk: WorkspacePage, typed: str, number: str
) -> None:
    shown = desk.accounts.list
    QTest.keyClicks(shown.search, typed)
    QTest.keyClick(shown.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.accounts.page.number == number)
    assert marked(shown) == [number]
