"""Forms on an account that a colleague changes meanwhile: nothing typed is lost, nothing stale is posted."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands.account import Freeze, SetOverdraft, Unfreeze
from auditdesk.domain.commands.money import Deposit
from tests.desktop.driving import Colleague, conflict, form, grouped, pay_out, post, state, write
from tests.desktop.small_bank import MAIN, OTHER

BEFORE_MINOR = 726_000


@pytest.fixture
def page(desk: WorkspacePage) -> WorkspacePage:
    """The desk, with Jane's first account shown."""
    desk.show_account(MAIN)
    return desk


def test_what_was_typed_outlives_a_conflict_and_the_form_says_who_was_first(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    dialog = form(page, "withdraw")
    write(dialog, amount="10", memo="mine")
    colleague(lambda desk: desk.issue(Deposit(MAIN, 500, memo="hers")))
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


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("transfer", {"to_account": OTHER, "amount": "10", "memo": "mine"}),
        ("interest", {"amount": "10", "date": "2025-03-01"}),
        ("overdraft", {"amount": "750"}),
        ("freeze", {"reason": "court order"}),
    ],
)
def test_every_form_keeps_what_was_typed_and_is_posted_on_what_is_there_now(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague, key: str, typed: dict[str, str]
) -> None:
    dialog = form(page, key)
    write(dialog, **typed)
    colleague(lambda desk: desk.issue(Deposit(MAIN, 500)))
    conflict(qtbot, dialog)
    assert {name: dialog.fields[name].text() for name in typed} == typed
    assert state(page).version == 122
    post(qtbot, dialog)
    assert state(page).version == 123


def test_a_rest_that_a_colleague_brought_can_be_paid_out_at_closing(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    page.show_account(OTHER)
    dialog = form(page, "close")
    assert not pay_out(dialog).isVisible()
    colleague(lambda desk: desk.issue(Deposit(OTHER, 500)))
    conflict(qtbot, dialog)
    assert pay_out(dialog).isVisible()
    assert "5.00 EUR" in pay_out(dialog).text()
    assert not pay_out(dialog).isChecked()
    dialog.post.click()
    qtbot.waitUntil(lambda: "Pay the rest out" in dialog.fields["pay_out"].problem.text())
    pay_out(dialog).setChecked(True)
    post(qtbot, dialog)
    assert (state(page, OTHER).status, state(page, OTHER).balance_minor) == ("closed", 0)


def test_a_rest_is_not_paid_out_after_a_conflict_where_that_was_not_wanted(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    dialog = form(page, "close")
    pay_out(dialog).setChecked(False)
    colleague(lambda desk: desk.issue(Deposit(MAIN, 500)))
    conflict(qtbot, dialog)
    assert not pay_out(dialog).isChecked()
    assert grouped(page, "7,265.00 EUR") in pay_out(dialog).text()


def test_what_is_agreed_and_what_is_frozen_is_said_anew_after_a_conflict(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    dialog = form(page, "overdraft")
    write(dialog, amount="750")
    colleague(lambda desk: desk.issue(SetOverdraft(MAIN, 12300)))
    conflict(qtbot, dialog)
    assert any("Agreed now: 123.00 EUR" in made.text() for made in dialog.findChildren(QLabel))
    assert dialog.fields["amount"].text() == "750"
    dialog.reject()
    colleague(lambda desk: desk.issue(Freeze(MAIN, blocks="all", reason="order 1")))
    page._context.changed.emit()
    lifted = form(page, "unfreeze")
    colleague(lambda desk: desk.issue(Unfreeze(MAIN, "credits")))
    conflict(qtbot, lifted)
    assert lifted.fields["blocks"].text() == "debits"
    post(qtbot, lifted)
    assert state(page).blocks == "none"
