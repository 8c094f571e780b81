"""What the forms on an account refuse, in words beside what was typed; and what leaves no trace."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from auditdesk.desktop.form.command_form import CommandForm
from auditdesk.desktop.form.form_dialog import FormDialog
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands.account import CloseAccount, Freeze, Unfreeze
from auditdesk.domain.commands.money import Withdraw
from auditdesk.services.workspace.session import Session
from tests.desktop.driving import (
    Colleague,
    conflict,
    double_click,
    form,
    post,
    refusal,
    state,
    visible,
    write,
)
from tests.desktop.small_bank import JANE, MAIN, OTHER

BEFORE_MINOR = 726_000
OVER_64_BITS = "92233720368547758.08"
FORMS = {
    "deposit": {"amount": "1,000.00", "memo": "mine"},
    "withdraw": {"amount": "10", "counterparty": "Someone"},
    "interest": {"amount": "10", "date": "2025-03-01"},
    "fee": {"amount": "10", "memo": "mine"},
    "transfer": {"to_account": OTHER, "amount": "10", "memo": "mine"},
    "overdraft": {"amount": "750"},
    "freeze": {"reason": "court order"},
    "unfreeze": {"reason": "order lifted"},
    "close": {"reason": "moves away"},
}


@pytest.fixture
def page(desk: WorkspacePage) -> WorkspacePage:
    """The desk, with Jane's first account shown."""
    desk.show_account(MAIN)
    return desk


def filled(page: WorkspacePage, colleague: Colleague, key: str) -> CommandForm:
    """A form with all that it needs; for an unfreezing, what a colleague froze."""
    if key == "unfreeze":
        colleague(lambda desk: desk.issue(Freeze(MAIN, blocks="all", reason="court order")))
        page._context.changed.emit()
    dialog = form(page, key)
    write(dialog, **FORMS[key])
    return dialog


def said(qtbot: QtBot, dialog: FormDialog) -> str:
    """Post what is about no field, and what the form then says."""
    dialog.problem.setText("")
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.problem.text()))
    assert dialog.problem.isVisible()
    assert dialog.post.isEnabled()
    return dialog.problem.text()


@pytest.mark.parametrize("key", FORMS)
def test_a_double_click_posts_every_command_once(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague, key: str
) -> None:
    dialog = filled(page, colleague, key)
    before = state(page).version
    with qtbot.waitSignal(dialog.posted):
        double_click(dialog.post)
    added = 2 if key == "close" else 1  # the rest is paid out, then the account is closed
    register = page.accounts.page.model
    qtbot.waitUntil(lambda: register.rowCount() == before + added)
    assert state(page).version == before + added
    assert page._context.session.history.length(f"account/{OTHER}") == (2 if key == "transfer" else 1)


@pytest.mark.parametrize("key", FORMS)
def test_a_form_that_is_left_leaves_nothing_in_the_log(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague, key: str
) -> None:
    def escape(left: CommandForm) -> None:
        focused = left.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Escape)

    def cancel(left: CommandForm) -> None:
        QTest.mouseClick(left.cancel, Qt.MouseButton.LeftButton)

    dialog = filled(page, colleague, key)
    log = page._context.session.context.ledger
    before, receipt = log.log.head(), page.receipt.text()
    for way in (escape, cancel, CommandForm.close):
        with qtbot.waitSignal(dialog.finished):
            way(dialog)
        assert not dialog.isVisible()
        assert (log.log.head(), page.receipt.text()) == (before, receipt)
        dialog = form(page, key)
        name = next(iter(FORMS[key]))
        assert dialog.fields[name].text() == FORMS[key][name], "what was typed is kept, in memory alone"


def test_a_double_click_on_a_command_opens_one_form(page: WorkspacePage) -> None:
    command = page.accounts.page.header.command("deposit")
    assert isinstance(command, QWidget)
    screen = page.window().windowHandle()
    place = command.mapTo(page.window(), command.rect().center())
    for _click in range(2):  # through the window system, which keeps clicks from what a form stands before
        QTest.mouseClick(screen, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert len(page.findChildren(CommandForm)) == 1


def test_thousands_are_read_as_they_are_shown(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "deposit")
    write(dialog, amount="1,000.00")
    post(qtbot, dialog)
    assert state(page).balance_minor == BEFORE_MINOR + 100_000


@pytest.mark.parametrize("key", ["withdraw", "interest", "fee", "transfer", "overdraft"])
def test_no_form_takes_what_the_books_cannot_hold(qtbot: QtBot, page: WorkspacePage, key: str) -> None:
    dialog = form(page, key)
    for typed in (OVER_64_BITS, "9" * 4_400, "١٢", "1,00,0", " "):
        texts = {**FORMS[key], "amount": typed}
        write(dialog, **{**texts, "amount": ""})
        dialog.fields["amount"].set_text(typed)
        assert refusal(qtbot, dialog, "amount")
        assert {name: dialog.fields[name].text() for name in texts} == texts
    assert state(page).version == 121


@pytest.mark.parametrize("key", ["deposit", "interest"])
def test_a_balance_beyond_64_bits_is_refused(qtbot: QtBot, page: WorkspacePage, key: str) -> None:
    dialog = form(page, key)
    write(dialog, amount="92233720368547758.07")
    assert "larger than the books can hold" in refusal(qtbot, dialog, "amount")
    assert state(page).balance_minor == BEFORE_MINOR


@pytest.mark.parametrize("key", ["withdraw", "fee", "transfer"])
def test_no_more_goes_out_than_there_is(qtbot: QtBot, page: WorkspacePage, key: str) -> None:
    dialog = form(page, key)
    write(dialog, **{**FORMS[key], "amount": "7760.01"})
    assert "Only 7760.00 EUR" in refusal(qtbot, dialog, "amount")
    assert state(page).balance_minor == BEFORE_MINOR


def test_the_limit_that_is_agreed_already_is_refused(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "overdraft")
    write(dialog, amount="500")
    assert "already" in refusal(qtbot, dialog, "amount")
    assert state(page).version == 121


def test_a_limit_below_what_is_owed_is_refused(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    colleague(lambda desk: desk.issue(Withdraw(MAIN, BEFORE_MINOR + 20000)))
    page._context.changed.emit()
    dialog = form(page, "overdraft")
    write(dialog, amount="199.99")
    assert "overdrawn by 200.00 EUR" in refusal(qtbot, dialog, "amount")
    assert state(page).overdraft_limit_minor == 50_000


def test_what_is_frozen_already_is_refused_beside_the_choice(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    colleague(lambda desk: desk.issue(Freeze(MAIN, blocks="debits", reason="order 1")))
    page._context.changed.emit()
    dialog = form(page, "freeze")
    dialog.fields["blocks"].setFocus()
    QTest.keyClick(dialog.fields["blocks"].entry, Qt.Key.Key_Down)
    assert dialog.fields["blocks"].text() == "debits"
    write(dialog, reason="order 2")
    assert "already" in refusal(qtbot, dialog, "blocks")
    assert dialog.fields["reason"].text() == "order 2"
    dialog.fields["blocks"].setFocus()
    QTest.keyClick(dialog.fields["blocks"].entry, Qt.Key.Key_Down)
    assert dialog.fields["blocks"].problem.isHidden()
    post(qtbot, dialog)
    assert state(page).blocks == "all"
    assert page.accounts.page.header.blocks.text() == "debits and credits frozen"


def test_a_transfer_to_a_closed_account_is_refused_beside_its_number(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    colleague(lambda desk: desk.issue(CloseAccount(OTHER)))
    dialog = form(page, "transfer")
    write(dialog, **FORMS["transfer"])
    assert f"{OTHER} is closed" in refusal(qtbot, dialog, "to_account")
    assert dialog.fields["to_account"].text() == OTHER
    assert state(page).balance_minor == BEFORE_MINOR


def test_a_transfer_to_a_frozen_account_is_refused_beside_its_number(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    colleague(lambda desk: desk.issue(Freeze(OTHER, blocks="credits", reason="order 1")))
    dialog = form(page, "transfer")
    write(dialog, **FORMS["transfer"])
    assert f"{OTHER} is frozen for credits" in refusal(qtbot, dialog, "to_account")
    assert state(page).balance_minor == BEFORE_MINOR


@pytest.mark.parametrize("key", ["deposit", "fee", "unfreeze"])
def test_an_account_that_a_colleague_closed_meanwhile_takes_nothing_any_more(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague, key: str
) -> None:
    dialog = filled(page, colleague, key)

    def close(desk: Session) -> None:
        if key == "unfreeze":
            desk.issue(Unfreeze(MAIN, "all"))
        desk.issue(CloseAccount(MAIN, pay_out=True))

    colleague(close)
    conflict(qtbot, dialog)
    assert f"Account {MAIN} is closed" in said(qtbot, dialog)
    assert {name: dialog.fields[name].text() for name in FORMS[key]} == FORMS[key]
    assert page.accounts.page.header.status.text() == "closed"
    assert state(page).status == "closed"


def test_an_account_that_a_colleague_froze_meanwhile_says_so(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    dialog = filled(page, colleague, "withdraw")
    colleague(lambda desk: desk.issue(Freeze(MAIN, blocks="debits", reason="order 1")))
    conflict(qtbot, dialog)
    assert "frozen for debits" in said(qtbot, dialog)
    assert dialog.fields["amount"].text() == "10"
    assert state(page).balance_minor == BEFORE_MINOR


@pytest.mark.parametrize("key", FORMS)
def test_every_label_of_a_form_leads_to_an_input_by_a_key_of_its_own(
    page: WorkspacePage, colleague: Colleague, key: str
) -> None:
    dialog = filled(page, colleague, key)
    captions = [
        made.text() for made in dialog.findChildren(QLabel) if made.buddy() is not None and made.text()
    ]
    captions += [made.text() for made in dialog.findChildren(QCheckBox)]
    keys = [caption[caption.index("&") + 1].lower() for caption in captions]
    assert len(captions) == len(dialog.fields)
    assert len(set(keys)) == len(keys)


def test_a_form_is_filled_and_posted_with_the_keyboard_alone(qtbot: QtBot, page: WorkspacePage) -> None:
    dialog = form(page, "transfer")
    with qtbot.waitSignal(dialog.posted):
        for typed in (OTHER, "60", "2025-03-01", "Acme", "R-1", "rent"):
            QTest.keyClicks(dialog.focusWidget(), typed)
            QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        while dialog.focusWidget() is not dialog.post:
            QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        QTest.keyClick(dialog.post, Qt.Key.Key_Space)
    row = page._context.session.history.account_register(MAIN, 122, 122)[0]
    assert (row.amount_minor, row.value_date, row.memo) == (-6_000, "2025-03-01", "rent")
    assert (row.counterparty, row.reference) == ("Acme", "R-1")
    assert state(page, OTHER).balance_minor == 6_000


def test_an_account_is_opened_once_by_a_double_click_and_by_none_that_is_left(
    qtbot: QtBot, page: WorkspacePage
) -> None:
    page.show_customer(JANE)
    command = page.customers.page.buttons["open-account"]
    QTest.mouseClick(command, Qt.MouseButton.LeftButton)
    left = visible(page, FormDialog)
    with qtbot.waitSignal(left.destroyed):
        QTest.keyClick(left, Qt.Key.Key_Escape)
    QTest.mouseClick(command, Qt.MouseButton.LeftButton)
    dialog = visible(page, FormDialog)
    for typed in ("-1", "1e999", "0.001", OVER_64_BITS):
        write(dialog, overdraft=typed, reference="J-7")
        assert refusal(qtbot, dialog, "overdraft")
        assert (dialog.fields["overdraft"].text(), dialog.fields["reference"].text()) == (typed, "J-7")
    write(dialog, overdraft="")
    with qtbot.waitSignal(dialog.posted):
        double_click(dialog.post)
    qtbot.waitUntil(lambda: page.accounts.page.number == "10-00004")
    assert len(page._context.session.directory.accounts()) == 4
