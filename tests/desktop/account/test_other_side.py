"""A transfer says where the money went: while it is typed, in the receipt, and ever after."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.account.register_model import LINK_ROLE
from auditdesk.desktop.look.formats import ERASED_BAR
from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands.account import CloseAccount, Freeze, OpenAccount
from auditdesk.domain.commands.money import Transfer
from tests.desktop.driving import form, post, write
from tests.desktop.small_bank import BOB, BOBS, MAIN, OTHER

BOBS_EUR = "10-00004"


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, desk: WorkspacePage) -> WorkspacePage:
    """Jane's account is shown, with room for every column, and Bob has one in EUR too."""
    desk._context.session.issue(OpenAccount(BOB, "EUR", reference="B-1"))
    window.resize(1500, 900)
    desk.show_account(MAIN)
    with qtbot.waitSignal(desk.accounts.page.overview_shown):
        pass
    return desk


def pay(desk: WorkspacePage, to: str = BOBS_EUR) -> None:
    desk._context.session.issue(Transfer(MAIN, to, 6_000, memo="rent"))
    desk._context.session.directory.refresh()
    desk._context.changed.emit()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Number or reference of an account of this bank."),
        ("10-0000", "No account has this number or reference."),
        (BOBS_EUR, "10-00004 · Bob Stone · EUR"),
        (" B-1 ", "10-00004 · Bob Stone · EUR"),
        (OTHER, "10-00002 · Jane Döe · EUR · credits frozen"),
        (BOBS, "10-00003 · Bob Stone · JPY · closed"),
    ],
)
def test_the_form_says_whose_account_it_is_while_one_types(
    page: WorkspacePage, typed: str, said: str
) -> None:
    page._context.session.issue(Freeze(OTHER, blocks="credits", reason="court"))
    dialog = form(page, "transfer")
    write(dialog, to_account=typed)
    assert dialog.fields["to_account"]._hint.text() == said
    assert dialog.fields["to_account"]._hint.isVisible()


def test_who_may_not_see_names_sees_the_account_alone(
    qtbot: QtBot, window: MainWindow, page: WorkspacePage
) -> None:
    pay(page)
    window.lock()
    window.sign_in.viewer.click()
    qtbot.waitUntil(lambda: window.workspace_page is not None)
    desk = window.workspace_page
    assert desk is not None
    with qtbot.waitSignal(desk.accounts.page.overview_shown):
        pass
    desk.show_account(MAIN)
    panel = desk.accounts.page.panel
    assert panel.text_of("counterparty") == "to 10-00004 · redacted"


def test_register_and_panel_say_where_it_went_and_where_it_came_from(page: WorkspacePage) -> None:
    pay(page)
    account = page.accounts.page
    column = [each.key for each in account.model.columns].index("counterparty")
    assert account.model.index(account.model.rowCount() - 1, column).data() == "to 10-00004 · Bob Stone"
    assert account.panel.text_of("counterparty") == "to 10-00004 · Bob Stone"
    page.show_account(BOBS_EUR)
    assert account.panel.text_of("counterparty") == "from 10-00001 · Jane Döe"
    account.timeline.go_to(1)
    assert account.panel.text_of("counterparty") == ""
    assert not account.panel.other_side.isVisible()


def test_the_panel_leads_to_the_other_leg_at_that_event_and_back(page: WorkspacePage) -> None:
    pay(page)
    pay(page)
    account = page.accounts.page
    account.timeline.go_to(122)
    assert account.panel.other_side.text() == f"Go to {BOBS_EUR}"
    account.panel.other_side.click()
    assert (account.number, account.timeline.version, account.timeline.count) == (BOBS_EUR, 2, 3)
    account.panel.other_side.click()
    assert (account.number, account.timeline.version) == (MAIN, 122)


def test_a_click_on_the_counterparty_in_the_register_leads_there(page: WorkspacePage) -> None:
    pay(page)
    account = page.accounts.page
    table, model = account.register.table, account.model
    column = [each.key for each in model.columns].index("counterparty")
    index = model.index(model.rowCount() - 1, column)
    assert index.data(LINK_ROLE) == BOBS_EUR
    assert not model.index(5, column).data(LINK_ROLE)
    table.scrollTo(index)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(index).center())
    assert (account.number, account.timeline.version) == (BOBS_EUR, 2)


def test_the_menu_of_a_row_leads_there_too(page: WorkspacePage) -> None:
    pay(page)
    account = page.accounts.page
    menu = account.register.menu_of(account.model.rowCount() - 1)
    action = next(each for each in menu.actions() if each.text() == "Go to the other account")
    action.trigger()
    assert account.number == BOBS_EUR
    assert all(each.text() != "Go to the other account" for each in account.register.menu_of(0).actions())


def test_the_receipt_says_where_it_went_and_leads_there(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "transfer")
    write(dialog, to_account="B-1", amount="60")
    post(qtbot, dialog)
    assert "It went to 10-00004 · Bob Stone." in page.receipt.text()
    assert page.receipt_link.isVisible()
    page.receipt_link.click()
    assert page.accounts.page.number == BOBS_EUR
    assert page.accounts.page.timeline.version == 2
    page.show_account(MAIN)
    dialog = form(page, "deposit")
    write(dialog, amount="1")
    post(qtbot, dialog)
    assert not page.receipt_link.isVisible()


def test_names_of_the_other_side_are_looked_up_when_shown_and_stored_nowhere(
    qtbot: QtBot, page: WorkspacePage, bank_path: Path
) -> None:
    pay(page)
    session = page._context.session
    session.issue(CloseAccount(BOBS_EUR, pay_out=True))
    session.forgetting.forget(BOB, reason="letter 12")
    page._context.changed.emit()
    qtbot.waitUntil(lambda: not page._context.runner.busy)
    page.show_account(MAIN)
    said = page.accounts.page.panel.text_of("counterparty")
    assert said.startswith(f"to {BOBS_EUR} · {ERASED_BAR}")
    assert not any(b"Bob Stone" in file.read_bytes() for file in bank_path.iterdir() if file.is_file())
    assert session.history.other_leg(MAIN, 1) is None
