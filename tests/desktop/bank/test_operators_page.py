"""The operators' page: as an administrator, as a clerk, and as somebody who only looks."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from auditdesk.bootstrap import open_workspace
from auditdesk.desktop.bank.operator_dialogs import (
    AddOperatorDialog,
    ChangeOperatorDialog,
    NewKeyDialog,
    PassphraseDialog,
    RemoveOperatorDialog,
)
from auditdesk.desktop.bank.operators_page import OPERATOR_COLUMNS, OperatorsPage
from auditdesk.desktop.form.form_dialog import FormDialog
from auditdesk.desktop.kit.text_table import TextModel
from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.errors import WrongPassphrase
from auditdesk.domain.personal import REDACTED
from auditdesk.services.evidence.bundle import Evidence, check
from tests.desktop.small_bank import JANE, MAIN, PASSPHRASE

BEN = "battery staple"
Form = TypeVar("Form", bound=FormDialog)


@pytest.fixture
def page(qtbot: QtBot, desk: WorkspacePage) -> OperatorsPage:
    return turned_to(qtbot, desk)


def turned_to(qtbot: QtBot, desk: WorkspacePage) -> OperatorsPage:
    desk.go_to("operators")
    assert desk.pages.currentWidget() is desk.operators
    qtbot.waitUntil(lambda: desk.operators.table.rows.rowCount() > 0)
    return desk.operators


def rows(page: OperatorsPage) -> list[list[str]]:
    model = page.table.rows
    return [[str(model.index(row, column).data()) for column in range(3)] for row in range(model.rowCount())]


def opened(page: OperatorsPage, kind: type[Form]) -> Form:
    found = page.findChild(kind)
    assert isinstance(found, kind)
    return found


def choose(page: OperatorsPage, name: str) -> None:
    page.table.selectRow(page.table.rows.row_named(name))
    assert page.table.current == name


def add_ben(qtbot: QtBot, page: OperatorsPage, *, may_reveal: bool = True, may_sign: bool = False) -> None:
    page.add.click()
    dialog = opened(page, AddOperatorDialog)
    dialog.name.set_text("ben")
    dialog.passphrase.set_text(BEN)
    dialog.again.set_text(BEN)
    dialog.grants.reveal.setChecked(may_reveal)
    dialog.grants.sign.setChecked(may_sign)
    with qtbot.waitSignal(dialog.posted):
        dialog.post.click()
    qtbot.waitUntil(lambda: page.table.rows.rowCount() == 2)


def enter_as(qtbot: QtBot, window: MainWindow, name: str, passphrase: str) -> WorkspacePage:
    window.lock()
    window.sign_in.submitted.emit(name, passphrase)
    qtbot.waitUntil(lambda: window.workspace_page is not None)
    assert window.workspace_page is not None
    with qtbot.waitSignal(window.workspace_page.accounts.page.overview_shown):
        pass
    return window.workspace_page


def test_the_table_names_everybody_with_roles_and_grants(page: OperatorsPage) -> None:
    everything = "administrator, auditor, clerk, privacy officer"
    assert rows(page) == [["ana", everything, "sees personal data, signs"]]
    assert page.table.current == "ana"
    assert page.why.isHidden()
    assert page.add.isEnabled()
    assert not page.remove.isEnabled()
    assert "You cannot remove yourself" in page.remove.toolTip()


def test_a_model_of_texts_is_a_model() -> None:
    model = TextModel(OPERATOR_COLUMNS)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_rows([("ana", "clerk", "signs", "today")])
    assert (model.rowCount(), model.rowCount(model.index(0, 0))) == (1, 0)
    assert model.row_named("ben") == -1


def test_an_operator_is_added_and_signs_in(qtbot: QtBot, window: MainWindow, page: OperatorsPage) -> None:
    add_ben(qtbot, page)
    assert rows(page)[1] == ["ben", "clerk", "sees personal data"]
    assert window.workspace_page is not None
    assert window.workspace_page.receipt.text() == "ben may sign in from now on."
    desk = enter_as(qtbot, window, "ben", BEN)
    assert desk.operator.text() == "ben"


def test_what_was_typed_survives_a_refusal_beside_its_field(qtbot: QtBot, page: OperatorsPage) -> None:
    page.add.click()
    dialog = opened(page, AddOperatorDialog)
    dialog.name.set_text("ana")
    dialog.passphrase.set_text("short")
    dialog.passphrase.edited.emit()
    assert "12 characters" in dialog.passphrase._hint.text()
    dialog.post.click()
    assert dialog.again.problem.text() == "The two passphrases differ."
    dialog.again.set_text("short")
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.name.problem.text()))
    assert dialog.name.problem.text() == "An operator of that name already exists."
    assert dialog.passphrase.text() == "short"
    dialog.name.set_text("ben")
    dialog.roles.boxes["clerk"].setChecked(False)
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.roles.problem.text()))
    assert "at least one role" in dialog.roles.problem.text()
    dialog.reject()
    assert rows(page) == rows(page)[:1]


def test_roles_and_grants_are_changed_and_the_form_says_what_follows(
    qtbot: QtBot, page: OperatorsPage
) -> None:
    add_ben(qtbot, page, may_sign=True)
    key = page.keys.current
    choose(page, "ben")
    page.change.click()
    dialog = opened(page, ChangeOperatorDialog)
    assert dialog.roles.roles() == ("clerk",)
    assert "Takes effect immediately" in dialog.outcome.text()
    dialog.roles.boxes["auditor"].setChecked(True)
    dialog.grants.sign.setChecked(False)
    assert "signing key is replaced" in dialog.outcome.text()
    with qtbot.waitSignal(dialog.posted):
        dialog.post.click()
    qtbot.waitUntil(lambda: rows(page)[1] == ["ben", "auditor, clerk", "sees personal data"])
    assert page.table.current == "ben", "the chosen row stays chosen"
    assert page.keys.rows.rowCount() == 2
    assert page.keys.rows.row_named(key) == 1


def test_the_last_administrator_is_kept_and_the_form_says_why(qtbot: QtBot, page: OperatorsPage) -> None:
    page.change.click()
    dialog = opened(page, ChangeOperatorDialog)
    dialog.roles.boxes["administrator"].setChecked(False)
    dialog.post.click()
    qtbot.waitUntil(lambda: not dialog.problem.isHidden())
    assert "No administrator" in dialog.problem.text()
    dialog.reject()


def test_nobody_is_removed_before_his_name_was_typed(
    qtbot: QtBot, window: MainWindow, page: OperatorsPage
) -> None:
    add_ben(qtbot, page)
    choose(page, "ben")
    page.remove.click()
    dialog = opened(page, RemoveOperatorDialog)
    assert not dialog.post.isEnabled()
    QTest.keyClicks(dialog.typed.entry, "be")
    assert not dialog.post.isEnabled()
    QTest.keyClicks(dialog.typed.entry, "n")
    with qtbot.waitSignal(dialog.posted):
        dialog.post.click()
    qtbot.waitUntil(lambda: page.table.rows.rowCount() == 1)
    assert window.workspace is not None
    with pytest.raises(WrongPassphrase):
        window.workspace.sign_in("ben", BEN)


def test_a_clerk_sees_the_list_and_why_he_changes_nothing_but_his_passphrase(
    qtbot: QtBot, window: MainWindow, page: OperatorsPage
) -> None:
    add_ben(qtbot, page)
    page = turned_to(qtbot, enter_as(qtbot, window, "ben", BEN))
    assert len(rows(page)) == 2
    assert "Only an administrator" in page.why.text()
    for button in (page.add, page.change, page.remove, page.new_key):
        assert not button.isEnabled()
        assert "Only an administrator" in button.toolTip()
    assert page.passphrase.isEnabled()
    assert page.copy.isEnabled()
    page.table.activated.emit(page.table.rows.index(0, 0))
    assert page.findChild(ChangeOperatorDialog) is None


@pytest.mark.parametrize("from_menu", [True, False])
def test_everybody_changes_his_own_passphrase(
    qtbot: QtBot, window: MainWindow, page: OperatorsPage, bank_path: Path, *, from_menu: bool
) -> None:
    if from_menu:
        assert window.workspace_page is not None
        (action,) = [
            act for act in window.workspace_page.operator.menu().actions() if "passphrase" in act.text()
        ]
        action.trigger()
    else:
        page.passphrase.click()
    dialog = opened(page, PassphraseDialog)
    for field, text in ((dialog.old, "guess"), (dialog.passphrase, "new"), (dialog.again, "new")):
        field.set_text(text)
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.old.problem.text()))
    assert dialog.old.problem.text() == "That is not your passphrase."
    assert dialog.passphrase.text() == "new"
    dialog.old.set_text(PASSPHRASE)
    with qtbot.waitSignal(dialog.posted):
        dialog.post.click()
    elsewhere = open_workspace(bank_path)
    with pytest.raises(WrongPassphrase):
        elsewhere.sign_in("ana", PASSPHRASE)
    elsewhere.sign_in("ana", "new").close()
    elsewhere.close()


def test_the_key_is_copied_replaced_and_what_it_signed_stays_good(
    qtbot: QtBot, window: MainWindow, page: OperatorsPage, tmp_path: Path
) -> None:
    assert window.session is not None
    page.copy.click()
    old = QGuiApplication.clipboard().text()
    assert old == window.session.operators.public_keys[0].vkey
    evidence = Evidence(window.session.context).save(MAIN, 2, tmp_path / "old.zip", with_opening=False)
    page.new_key.click()
    dialog = opened(page, NewKeyDialog)
    with qtbot.waitSignal(dialog.posted):
        dialog.post.click()
    qtbot.waitUntil(lambda: page.keys.rows.rowCount() == 2)
    assert check(evidence.path, old).event["version"] == 2
    states = [str(page.keys.rows.index(row, 1).data()) for row in range(2)]
    assert states[0].startswith("in use since ")
    assert states[1].startswith("retired ")
    page.keys.selectRow(0)
    page.copy.click()
    assert QGuiApplication.clipboard().text() == window.session.operators.public_keys[1].vkey != old


def test_an_operator_without_the_grant_sees_himself_in_the_head_and_personal_data_redacted(
    qtbot: QtBot, window: MainWindow, page: OperatorsPage
) -> None:
    add_ben(qtbot, page, may_reveal=False)
    desk = enter_as(qtbot, window, "ben", BEN)
    assert desk.operator.text() == "ben"
    desk.show_customer(JANE)
    assert desk.customers.page.values["name"].text() == str(REDACTED)
    assert turned_to(qtbot, desk).passphrase.isEnabled()


def test_whoever_only_looks_is_told_that_nobody_is_signed_in(
    qtbot: QtBot, window: MainWindow, bank_path: Path
) -> None:
    window.open_path(bank_path)
    window.sign_in.viewer_wanted.emit()
    assert window.workspace_page is not None
    page = turned_to(qtbot, window.workspace_page)
    assert "No operator is signed in" in page.why.text()
    assert not page.passphrase.isEnabled()
    assert not page.add.isEnabled()
    assert page.copy.isEnabled()
    assert window.workspace_page.operator.text() == "viewer"


def test_without_a_vault_the_page_says_what_is_missing(
    qtbot: QtBot, window: MainWindow, bank_path: Path
) -> None:
    (bank_path / "vault.db").unlink()
    window.open_path(bank_path)
    window.sign_in.viewer_wanted.emit()
    assert window.workspace_page is not None
    window.workspace_page.go_to("operators")
    page = window.workspace_page.operators
    qtbot.waitUntil(page.empty.isVisible)
    assert "vault" in page.empty.sentence.text()
    assert not page.add.isEnabled()
