"""The forms on an account: typed into and posted as a clerk does, refused in words, posted once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.shell.workspace_page import WorkspacePage
from tests.desktop.driving import Halt, form, grouped, pay_out, post, refusal, state, write
from tests.desktop.small_bank import BOBS, MAIN, OTHER

BEFORE_MINOR = 726_000


@pytest.fixture
def page(desk: WorkspacePage) -> WorkspacePage:
    """The desk, with Jane's first account shown."""
    desk.show_account(MAIN)
    return desk


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
    qtbot: QtBot, page: WorkspacePage, key: str, change_minor: int, shown: str
) -> None:
    dialog = form(page, key)
    write(dialog, amount="12.34", memo="at the counter", counterparty="Someone")
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


def test_enter_in_the_amount_posts(qtbot: QtBot, page: WorkspacePage) -> None:
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
    qtbot: QtBot, page: WorkspacePage, typed: str, said: str
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
    qtbot: QtBot, page: WorkspacePage, value_date: str
) -> None:
    dialog = form(page, "deposit")
    write(dialog, amount="1", date=value_date)
    assert refusal(qtbot, dialog, "date")
    assert dialog.fields["date"].text() == value_date


def test_more_than_there_is_is_refused_with_what_there_is(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "withdraw")
    write(dialog, amount="7760.01")
    assert "Only 7760.00 EUR is available" in refusal(qtbot, dialog, "amount")
    assert state(page).balance_minor == BEFORE_MINOR


def test_a_transfer_moves_money_between_both(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "transfer")
    write(dialog, to_account=OTHER, amount="60", memo="rent")
    post(qtbot, dialog)
    assert state(page).balance_minor == BEFORE_MINOR - 6_000
    assert state(page, OTHER).balance_minor == 6_000
    page.show_account(OTHER)
    assert page.accounts.page.header.balance.text() == "60.00 EUR"


@pytest.mark.parametrize(
    ("to", "said"),
    [("", "which account"), ("99-00001", "no account"), (MAIN, "same"), (BOBS, "in JPY")],
)
def test_a_transfer_to_nowhere_is_refused(qtbot: QtBot, page: WorkspacePage, to: str, said: str) -> None:
    dialog = form(page, "transfer")
    write(dialog, to_account=to, amount="60")
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.fields["to_account"].problem.text()))
    assert said in dialog.fields["to_account"].problem.text()
    assert (dialog.fields["to_account"].text(), dialog.fields["amount"].text()) == (to, "60")
    assert state(page).balance_minor == BEFORE_MINOR


def test_an_overdraft_is_agreed_and_ended(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "overdraft")
    write(dialog, amount="750")
    post(qtbot, dialog)
    assert state(page).overdraft_limit_minor == 75_000
    assert page.accounts.page.header.available.text() == grouped(page, "8,010.00 EUR")
    dialog = form(page, "overdraft")
    write(dialog, amount="0")
    post(qtbot, dialog)
    assert state(page).overdraft_limit_minor == 0


def test_a_freeze_needs_a_reason_and_stops_what_it_says(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "freeze")
    dialog.fields["blocks"].set_text("debits")
    assert "reason" in refusal(qtbot, dialog, "reason").lower()
    write(dialog, reason="court order")
    post(qtbot, dialog)
    assert (state(page).debits_blocked, state(page).credits_blocked) == (True, False)
    header = page.accounts.page.header
    assert not header.command("withdraw").isEnabled()
    assert header.command("withdraw").toolTip()
    assert header.command("deposit").isEnabled()
    lifted = form(page, "unfreeze")
    assert lifted.fields["blocks"].text() == "debits"
    post(qtbot, lifted)
    assert not state(page).debits_blocked
    assert header.command("withdraw").isEnabled()


def test_an_account_is_closed_with_its_rest_paid_out(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "close")
    assert pay_out(dialog).isChecked()
    pay_out(dialog).setChecked(False)
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.fields["pay_out"].problem.text()))
    assert state(page).status == "open"
    pay_out(dialog).setChecked(True)
    post(qtbot, dialog)
    assert (state(page).status, state(page).balance_minor) == ("closed", 0)
    header = page.accounts.page.header
    assert header.status.text() == "closed"
    assert not header.command("deposit").isEnabled()
    assert "closed" in header.command("deposit").toolTip()


@pytest.mark.parametrize("key", ["deposit", "transfer", "overdraft", "freeze", "close"])
def test_escape_and_cancel_leave_everything_as_it_was(qtbot: QtBot, page: WorkspacePage, key: str) -> None:
    dialog = form(page, key)
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    again = form(page, key)
    with qtbot.waitSignal(again.finished):
        again.cancel.click()
    assert state(page).version == 121


def test_a_double_click_books_once(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "deposit")
    write(dialog, amount="1")
    with qtbot.waitSignal(dialog.posted):
        QTest.mouseClick(dialog.post, Qt.MouseButton.LeftButton)
        QTest.mouseDClick(dialog.post, Qt.MouseButton.LeftButton)
        dialog.submit()
    assert state(page).version == 122


@pytest.mark.parametrize("key", ["withdraw", "interest", "fee", "transfer", "overdraft"])
@pytest.mark.parametrize("typed", ["-1", "1e999", "0.001"])
def test_every_form_refuses_an_amount_that_is_none(
    qtbot: QtBot, page: WorkspacePage, key: str, typed: str
) -> None:
    dialog = form(page, key)
    write(dialog, amount=typed)
    assert refusal(qtbot, dialog, "amount")
    assert dialog.fields["amount"].text() == typed
    assert state(page).version == 121


@pytest.fixture
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    yield
    QLocale.setDefault(before)


def test_an_amount_is_read_as_the_operators_country_writes_it(
    qtbot: QtBot, page: WorkspacePage, german: None
) -> None:
    dialog = form(page, "deposit")
    write(dialog, amount="1,000.00")
    assert "1" in refusal(qtbot, dialog, "amount")
    assert state(page).version == 121
    write(dialog, amount="1.000,50")
    post(qtbot, dialog)
    assert state(page).balance_minor == BEFORE_MINOR + 100_050


def test_a_memo_that_is_too_long_is_refused_beside_it_and_kept(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "deposit")
    write(dialog, amount="1")
    dialog.fields["memo"].set_text("x" * 2_001)
    assert "longer than 2000" in refusal(qtbot, dialog, "memo")
    assert len(dialog.fields["memo"].text()) == 2_001


def test_while_it_is_posted_a_form_neither_closes_nor_posts_again(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog, held = form(page, "deposit"), Halt()
    page._context.runner.run(lambda _task: held.stop_here())
    write(dialog, amount="1")
    dialog.post.click()
    assert not dialog.post.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    dialog.close()
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.posted):
        held.release()
    assert state(page).version == 122
