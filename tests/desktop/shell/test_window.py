"""The window as a person goes through it: opening, signing in, searching, locking."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from auditdesk.desktop.bank.create_dialog import CreateDialog
from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.shortcuts_help import ShortcutsHelp
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.moments import AtVersion
from tests.desktop.small_bank import BOBS, JANE, MAIN, OTHER, PASSPHRASE


def dialog_of(window: MainWindow, kind: type[QDialog]) -> QDialog:
    found = window.findChild(kind)
    assert isinstance(found, QDialog)
    return found


def test_a_wrong_passphrase_is_said_beside_the_field_and_nothing_opens(
    qtbot: QtBot, window: MainWindow, bank_path: Path
) -> None:
    window.open_path(bank_path)
    window.sign_in.passphrase.set_text("wrong")
    window.sign_in.submit.click()
    qtbot.waitUntil(lambda: bool(window.sign_in.passphrase.problem.text()))
    assert window.workspace_page is None
    assert window.sign_in.passphrase.text() == ""
    assert window.sign_in.submit.isEnabled()


def test_a_folder_that_is_no_workspace_is_explained_on_the_welcome(
    window: MainWindow, tmp_path: Path
) -> None:
    window.open_path(tmp_path)
    assert "no workspace" in window.welcome.problem.sentence.text()
    assert window.stack.currentWidget() is window.welcome
    assert list(tmp_path.glob("*.db")) == []


def test_a_bank_is_created_and_offered_for_sign_in(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.create_bank()
    dialog = dialog_of(window, CreateDialog)
    assert isinstance(dialog, CreateDialog)
    dialog.bank.set_text("New Bank")
    dialog.operator.set_text("cleo")
    dialog.passphrase.set_text("a long passphrase")
    dialog.again.set_text("another one")
    dialog.place.set_text(str(tmp_path / "new.auditdesk"))
    dialog.post.click()
    assert "differ" in dialog.again.problem.text()
    dialog.again.set_text("a long passphrase")
    with qtbot.waitSignal(dialog.posted, timeout=20_000):
        dialog.post.click()
    assert window.stack.currentWidget() is window.sign_in
    assert window.sign_in.title.text() == "New Bank"
    assert window.settings.recent == [tmp_path / "new.auditdesk"]


def test_the_first_account_is_shown_after_signing_in(desk: WorkspacePage) -> None:
    page = desk.accounts.page
    assert page.number == MAIN
    assert page.header.balance.text() == "7,260.00 EUR".replace(",", page.locale().groupSeparator())
    assert page.model.rowCount() == 121
    assert desk.accounts.list.model.rowCount() == 3


def test_a_search_by_name_leads_to_the_customer_and_by_number_to_the_account(
    qtbot: QtBot, desk: WorkspacePage
) -> None:
    desk.search.setText("döe")
    QTest.keyClick(desk.search, Qt.Key.Key_Return)
    assert desk.pages.currentWidget() is desk.customers
    assert desk.customers.page.number == JANE
    desk.search.setText(BOBS)
    QTest.keyClick(desk.search, Qt.Key.Key_Return)
    assert desk.accounts.page.number == BOBS


def test_from_a_long_account_one_goes_to_a_short_one_and_back(qtbot: QtBot, desk: WorkspacePage) -> None:
    page = desk.accounts.page
    for number, versions in ((OTHER, 1), (MAIN, 121), (BOBS, 4)):
        with qtbot.waitSignal(page.overview_shown):
            desk.accounts.list.chosen.emit(number)
        assert (page.number, page.model.rowCount(), page.timeline.version) == (number, versions, versions)
        assert page.header.number.text() == number
        assert desk.receipt.text() == ""


def test_a_search_for_a_position_goes_to_that_event(qtbot: QtBot, desk: WorkspacePage) -> None:
    history = desk.accounts.page._history
    position = history.event(f"account/{MAIN}", 40).envelope.position
    desk.search.setText(f"#{position}")
    QTest.keyClick(desk.search, Qt.Key.Key_Return)
    assert desk.accounts.page.timeline.moment == AtVersion(40)


def test_a_search_that_finds_nothing_says_so_and_keeps_what_was_typed(
    qtbot: QtBot, desk: WorkspacePage
) -> None:
    desk.search.setText("zzz")
    QTest.keyClick(desk.search, Qt.Key.Key_Return)
    assert "zzz" in desk.receipt.text()
    assert desk.search.text() == "zzz"


def test_an_empty_search_result_says_what_to_do(qtbot: QtBot, desk: WorkspacePage) -> None:
    accounts = desk.accounts.list
    accounts.search.setText("nobody")
    qtbot.waitUntil(lambda: accounts.model.rowCount() == 0)
    assert "No account matches" in accounts.empty.sentence.text()
    accounts.empty.action.click()
    qtbot.waitUntil(lambda: accounts.model.rowCount() == 3)


def test_locking_drops_the_keys_and_asks_again(qtbot: QtBot, window: MainWindow, desk: WorkspacePage) -> None:
    session = window.session
    assert session is not None
    keyring = session.context.keyring
    assert keyring is not None
    window.lock()
    assert keyring.closed
    assert window.workspace_page is None
    assert window.stack.currentWidget() is window.sign_in
    window.sign_in.passphrase.set_text(PASSPHRASE)
    window.sign_in.submit.click()
    qtbot.waitUntil(lambda: window.workspace_page is not None)


def test_a_viewer_sees_balances_but_no_personal_data_and_every_command_says_why(
    qtbot: QtBot, window: MainWindow, bank_path: Path
) -> None:
    window.open_path(bank_path)
    window.sign_in.viewer.click()
    assert window.workspace_page is not None
    page = window.workspace_page.accounts.page
    with qtbot.waitSignal(page.overview_shown):
        pass
    assert page.panel.text_of("owner") == "redacted"
    assert not page.header.command("deposit").isEnabled()
    assert "read-only" in page.header.command("deposit").toolTip()


def test_f1_lists_the_keys(qtbot: QtBot, window: MainWindow, desk: WorkspacePage) -> None:
    QTest.keyClick(desk, Qt.Key.Key_F1)
    help_dialog = dialog_of(window, ShortcutsHelp)
    assert help_dialog.isVisible()
    help_dialog.close()


def test_the_theme_is_switched_and_remembered(window: MainWindow, desk: WorkspacePage) -> None:
    before = window.colors.theme
    window.switch_theme()
    assert window.colors.theme != before
    assert window.settings.theme == window.colors.theme
    assert desk.accounts.page.header.isVisible()


def test_the_event_log_shows_every_position_and_leads_to_the_account(
    qtbot: QtBot, window: MainWindow, desk: WorkspacePage
) -> None:
    desk.go_to("log")
    assert window.session is not None
    length = window.session.history.log_length()
    assert desk.log.model.rowCount() == length
    assert desk.log.model.index(0, 0).data() == f"{length:,}"
    desk.log.go_to_position(length)
    desk.log._go(desk.log.model.index(0, 0))
    assert desk.accounts.page.number == BOBS


def test_a_verification_in_the_window_says_up_to_where_it_is_clean(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk.go_to("integrity")
    with qtbot.waitSignal(desk.integrity.verified, timeout=20_000) as verified:
        desk.integrity.run.click()
    assert verified.args is not None
    assert verified.args[0].clean
    assert "verified to #" in desk.verified.text()
    assert desk.integrity.good.isVisible()
