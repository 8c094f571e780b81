"""The forms on an account: typed into and posted as a clerk does, refused in words, posted once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from auditdesk.bootstrap import open_workspace
from auditdesk.desktop.account_forms import AccountForm, CloseForm, FreezeForm, MoneyForm, TransferForm
from auditdesk.desktop.desk_page import DeskPage
from auditdesk.domain.account import Account
from auditdesk.domain.account_rules import Note
from tests.desktop.bank import MAIN, OTHER, PASSPHRASE

BEFORE_MINOR = 726_000


@pytest.fixture
def page(desk: DeskPage) -> DeskPage:
    """The desk, with Jane's first account shown."""
    desk.show_account(MAIN)
    return desk


def form(desk: DeskPage, key: str) -> AccountForm:
    """Open a command's form by its button or menu entry."""
    command = desk.accounts.page.header.command(key)
    assert command.isEnabled(), command.toolTip()
    if isinstance(command, QWidget):
        QTest.mouseClick(command, Qt.MouseButton.LeftButton)
    else:
        command.trigger()
    return next(made for made in desk.findChildren(AccountForm) if made.isVisible())


def write(dialog: AccountForm, **texts: str) -> None:
    """Type into fields by their names, key by key where they are lines."""
    for name, text in texts.items():
        field = dialog.fields[name]
        field.set_text("")
        field.entry.setFocus()
        if text.isascii():
            QTest.keyClicks(field.entry, text)
        else:  # what no key of this keyboard types is pasted
            field.set_text(text)


def post(qtbot: QtBot, dialog: AccountForm) -> None:
    with qtbot.waitSignal(dialog.posted):
        QTest.mouseClick(dialog.post, Qt.MouseButton.LeftButton)


def refusal(qtbot: QtBot, dialog: AccountForm, field: str) -> str:
    """Post, and what is then said beside a field."""
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.fields[field].problem.text()))
    assert dialog.isVisible()
    assert dialog.post.isEnabled()
    return dialog.fields[field].problem.text()


def state(desk: DeskPage, number: str = MAIN) -> Account:
    return desk._context.session.history.account_at(number).state


def grouped(desk: DeskPage, text: str) -> str:
    return text.replace(",", desk.locale().groupSeparator())


@pytest.mark.parametrize(
    ("key", "change_minor", "shown"),
    [
        ("deposit", 12_34, "7,272.34 EUR"),
        ("withdraw", -12_34, "7,247.66 EUR"),
        ("interest", 12_34, "7,272.34 EUR"),
        ("fee", -12_34, "7,247.66 EUR"),
    ],
)
def test_an_entry_is_posted_and_shown(
    qtbot: QtBot, page: DeskPage, key: str, change_minor: int, shown: str
) -> None:
    dialog = form(page, key)
    write(dialog, amount="12.34", memo="at the counter", counterparty="Someone")
    assert isinstance(dialog, MoneyForm)
    assert grouped(page, shown) in dialog.after.text()
    post(qtbot, dialog)
    account = page.accounts.page
    qtbot.waitUntil(lambda: account.model.rowCount() == 122)
    assert state(page).balance_minor == BEFORE_MINOR + change_minor
    assert account.header.balance.text() == grouped(page, shown)
    assert "posted as event 122" in page.receipt.text()
    assert account.panel.text_of("owner") == "Jane Döe"
    row = page._context.session.history.account_register(MAIN, 122, 122)[0]
    assert (row.amount_minor, row.memo, row.counterparty) == (change_minor, "at the counter", "Someone")


def test_enter_in_the_amount_posts(qtbot: QtBot, page: DeskPage) -> None:
    dialog = form(page, "deposit")
    assert dialog.focusWidget() is dialog.fields["amount"].entry
    write(dialog, amount="1")
    with qtbot.waitSignal(dialog.posted):
        QTest.keyClick(dialog.fields["amount"].entry, Qt.Key.Key_Return)
    assert state(page).balance_minor == BEFORE_MINOR + 100


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "not an amount"),
        ("0", "more than zero"),
        ("-1", "not an amount"),
        ("1e999", "not an amount"),
        ("1,00,0", "not an amount"),
        ("١٢", "not an amount"),
        ("0.001", "decimals"),
        ("92233720368547758.08", "large"),
    ],
)
def test_an_amount_that_is_none_is_refused_beside_its_field(
    qtbot: QtBot, page: DeskPage, typed: str, said: str
) -> None:
    dialog = form(page, "deposit")
    write(dialog, amount=typed, memo="kept")
    assert said in refusal(qtbot, dialog, "amount")
    assert (dialog.fields["amount"].text(), dialog.fields["memo"].text()) == (typed, "kept")
    assert state(page).version == 121
    write(dialog, amount="5")
    assert dialog.fields["amount"].problem.isHidden()
    post(qtbot, dialog)
    assert state(page).version == 122


@pytest.mark.parametrize("value_date", ["2025-02-30", "yesterday"])
def test_a_value_date_that_is_none_is_refused_beside_its_field(
    qtbot: QtBot, page: DeskPage, value_date: str
) -> None:
    dialog = form(page, "deposit")
    write(dialog, amount="1", date=value_date)
    assert refusal(qtbot, dialog, "date")
    assert dialog.fields["date"].text() == value_date


def test_more_than_there_is_is_refused_with_what_there_is(qtbot: QtBot, page: DeskPage) -> None:
    dialog = form(page, "withdraw")
    write(dialog, amount="7760.01")
    assert "Only 7760.00 EUR is available" in refusal(qtbot, dialog, "amount")
    assert state(page).balance_minor == BEFORE_MINOR


def test_a_transfer_moves_money_between_both(qtbot: QtBot, page: DeskPage) -> None:
    dialog = form(page, "transfer")
    write(dialog, to_account=OTHER, amount="60", memo="rent")
    post(qtbot, dialog)
    assert state(page).balance_minor == BEFORE_MINOR - 6_000
    assert state(page, OTHER).balance_minor == 6_000
    page.show_account(OTHER)
    assert page.accounts.page.header.balance.text() == "60.00 EUR"


@pytest.mark.parametrize(
    ("to", "said"), [("", "which account"), ("99-00001", "no account"), (MAIN, "same"), ("10-00003", "")]
)
def test_a_transfer_to_nowhere_is_refused(qtbot: QtBot, page: DeskPage, to: str, said: str) -> None:
    dialog = form(page, "transfer")
    assert isinstance(dialog, TransferForm)
    write(dialog, to_account=to, amount="60")
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.to.problem.text() or dialog.problem.text()))
    assert said in (dialog.to.problem.text() or dialog.problem.text())
    assert dialog.to.text() == to
    assert state(page).balance_minor == BEFORE_MINOR


def test_an_overdraft_is_agreed_and_ended(qtbot: QtBot, page: DeskPage) -> None:
    dialog = form(page, "overdraft")
    write(dialog, amount="750")
    post(qtbot, dialog)
    assert state(page).overdraft_limit_minor == 75_000
    assert page.accounts.page.header.available.text() == grouped(page, "8,010.00 EUR")
    dialog = form(page, "overdraft")
    write(dialog, amount="0")
    post(qtbot, dialog)
    assert state(page).overdraft_limit_minor == 0


def test_a_freeze_needs_a_reason_and_stops_what_it_says(qtbot: QtBot, page: DeskPage) -> None:
    dialog = form(page, "freeze")
    assert isinstance(dialog, FreezeForm)
    dialog.blocks.set_text("debits")
    assert "reason" in refusal(qtbot, dialog, "reason").lower()
    write(dialog, reason="court order")
    post(qtbot, dialog)
    assert (state(page).debits_blocked, state(page).credits_blocked) == (True, False)
    header = page.accounts.page.header
    assert not header.command("withdraw").isEnabled()
    assert header.command("withdraw").toolTip()
    assert header.command("deposit").isEnabled()
    lifted = form(page, "unfreeze")
    assert isinstance(lifted, FreezeForm)
    assert lifted.blocks.text() == "debits"
    post(qtbot, lifted)
    assert not state(page).debits_blocked
    assert header.command("withdraw").isEnabled()


def test_an_account_is_closed_with_its_rest_paid_out(qtbot: QtBot, page: DeskPage) -> None:
    dialog = form(page, "close")
    assert isinstance(dialog, CloseForm)
    assert dialog.pay_out.isChecked()
    dialog.pay_out.setChecked(False)
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.problem.text() or dialog.reason.problem.text()))
    assert state(page).status == "open"
    dialog.pay_out.setChecked(True)
    post(qtbot, dialog)
    assert (state(page).status, state(page).balance_minor) == ("closed", 0)
    header = page.accounts.page.header
    assert header.status.text() == "closed"
    assert not header.command("deposit").isEnabled()
    assert "closed" in header.command("deposit").toolTip()


@pytest.mark.parametrize("key", ["deposit", "transfer", "overdraft", "freeze", "close"])
def test_escape_and_cancel_leave_everything_as_it_was(qtbot: QtBot, page: DeskPage, key: str) -> None:
    dialog = form(page, key)
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    again = form(page, key)
    with qtbot.waitSignal(again.finished):
        again.cancel.click()
    assert state(page).version == 121


def test_a_double_click_books_once(qtbot: QtBot, page: DeskPage) -> None:
    dialog = form(page, "deposit")
    write(dialog, amount="1")
    with qtbot.waitSignal(dialog.posted):
        QTest.mouseClick(dialog.post, Qt.MouseButton.LeftButton)
        QTest.mouseDClick(dialog.post, Qt.MouseButton.LeftButton)
        dialog.submit()
    assert state(page).version == 122


def test_what_was_typed_outlives_a_conflict_and_the_form_says_who_was_first(
    qtbot: QtBot, page: DeskPage, bank_path: Path
) -> None:
    dialog = form(page, "withdraw")
    write(dialog, amount="10", memo="mine")
    with (
        closing(open_workspace(bank_path)) as second,
        closing(second.sign_in("ana", PASSPHRASE)) as colleague,
    ):
        colleague.desk.deposit(MAIN, 500, note=Note(memo="hers"))
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.problem.text()))
    assert "has changed since" in dialog.problem.text()
    assert (dialog.fields["amount"].text(), dialog.fields["memo"].text()) == ("10", "mine")
    assert state(page).balance_minor == BEFORE_MINOR + 500
    assert grouped(page, "7,265.00") in dialog.line.text()
    qtbot.waitUntil(lambda: page.accounts.page.model.rowCount() == 122)
    dialog.post.click()
    qtbot.waitUntil(lambda: state(page).version == 123)
    assert state(page).balance_minor == BEFORE_MINOR + 500 - 1_000
