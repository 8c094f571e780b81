"""The help menu, what *About* says, and bugs: heard, kept without a value, told to the person."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from auditdesk import __version__
from auditdesk.bootstrap import error_log, program_info
from auditdesk.desktop.kit.help_dialog import DocumentsDialog
from auditdesk.desktop.kit.settings import Settings
from auditdesk.desktop.kit.tasks import Task, TaskRunner
from auditdesk.desktop.shell.about_dialog import AboutDialog
from auditdesk.desktop.shell.bug_hook import BugHook
from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.shortcuts_help import ShortcutsHelp
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.errors import DiskFull
from auditdesk.services.files.log_file import FOLDER_VARIABLE
from tests.desktop.small_bank import PASSPHRASE
from tests.helpers import files_holding

NAME: Final = "Zoë Kowalski"


@pytest.fixture
def log_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "logs"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


def _stumble(_task: object = None) -> None:
    raise ValueError(NAME)


def test_the_help_menu_opens_keys_documents_and_about(desk: WorkspacePage) -> None:
    for action, kind in zip(
        [action for action in desk.help.menu().actions() if not action.isSeparator()],
        (ShortcutsHelp, DocumentsDialog, AboutDialog),
        strict=True,
    ):
        action.trigger()
        opened = desk.findChild(kind)
        assert opened is not None
        assert opened.isVisible()
        opened.close()


def test_f1_shows_the_keys_once_on_the_welcome_and_once_signed_in(
    qtbot: QtBot, window: MainWindow, bank_path: Path
) -> None:
    def press(page: QWidget) -> None:
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        page.setFocus()
        QTest.keyClick(page, Qt.Key.Key_F1)
        shown = [each for each in window.findChildren(ShortcutsHelp) if each.isVisible()]
        assert len(shown) == 1
        shown[0].close()

    press(window.welcome)
    window.open_path(bank_path)
    window.sign_in.passphrase.set_text(PASSPHRASE)
    window.sign_in.submit.click()
    qtbot.waitUntil(lambda: window.workspace_page is not None)
    assert window.workspace_page is not None
    with qtbot.waitSignal(window.workspace_page.accounts.page.overview_shown):
        pass
    press(window.workspace_page)


def test_the_keyboard_begins_on_the_first_page_where_a_bank_is_made(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert window.welcome.create_bank.hasFocus()


def test_about_says_versions_and_the_log_and_copies_them(
    qtbot: QtBot, log_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = program_info()
    dialog = AboutDialog(info)
    qtbot.addWidget(dialog)
    assert not dialog.open_folder.isEnabled()
    dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert f"Version: {__version__}" in copied
    assert f"SQLite: {info.sqlite_version} ({info.sqlite_driver})" in copied
    assert str(log_folder / "auditdesk.log") in copied

    log_folder.mkdir()
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    again = AboutDialog(info)
    qtbot.addWidget(again)
    again.open_folder.click()
    assert opened == [str(log_folder)]


def test_a_bug_and_a_fault_on_the_workers_thread_are_kept_without_what_was_typed(
    qtbot: QtBot, log_folder: Path
) -> None:
    runner = TaskRunner(record=error_log().record)

    def run_out(_task: Task) -> None:
        raise DiskFull(f"There is no room for {NAME}.csv.")

    for work in (_stumble, run_out):
        with qtbot.waitSignal(runner.run(work).finished):
            pass
    runner.close()
    text = (log_folder / "auditdesk.log").read_text(encoding="utf-8")
    assert "ValueError" in text
    assert "DiskFull" in text
    assert "desktop/kit/tasks.py:" in text
    assert files_holding(log_folder, NAME.encode(), b"Kowalski") == []


def test_a_workspace_that_does_not_open_is_kept_by_its_kind_and_not_by_its_name(
    qtbot: QtBot, qapp: QApplication, settings_file: Path, log_folder: Path, tmp_path: Path
) -> None:
    window = MainWindow(Settings(settings_file), qapp)
    qtbot.addWidget(window)
    window.open_path(tmp_path / f"{NAME}.auditdesk")
    window.close()

    assert "LedgerMissing" in (log_folder / "auditdesk.log").read_text(encoding="utf-8")
    assert files_holding(log_folder, NAME.encode(), b"Kowalski") == []


class _Clumsy(QObject):
    @Slot()
    def act(self) -> None:
        _stumble()


def test_a_bug_in_a_slot_is_kept_told_by_its_place_and_ends_nothing(
    qtbot: QtBot, log_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    hook, clumsy = BugHook(error_log().record), _Clumsy()
    before = sys.excepthook, threading.excepthook
    hook.install()
    try:
        with qtbot.waitSignal(hook.met):
            QTimer.singleShot(0, clumsy.act)
        thread = threading.Thread(target=_stumble)
        with qtbot.waitSignal(hook.met):
            thread.start()
        thread.join()
    finally:
        hook.remove()
    assert (sys.excepthook, threading.excepthook) == before
    told = capfd.readouterr().err
    assert told.count("auditdesk: ValueError") == 2
    assert "Kowalski" not in told
    text = (log_folder / "auditdesk.log").read_text(encoding="utf-8")
    assert text.count(" bug (") == 2
    assert "Kowalski" not in text


def test_ctrl_c_is_no_bug(log_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: heard.append(kind))
    hook = BugHook(error_log().record)
    hook.install()
    try:
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    finally:
        hook.remove()
    assert heard == [KeyboardInterrupt]
    assert not log_folder.exists()


def test_the_window_says_that_a_bug_was_met(qtbot: QtBot, window: MainWindow, desk: WorkspacePage) -> None:
    with qtbot.waitSignal(window.runner.run(_stumble).finished):
        pass
    assert "bug" in desk.receipt.text()


def test_the_welcome_says_that_a_bug_was_met(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.runner.run(_stumble).finished):
        pass
    assert "bug" in window.welcome.problem.sentence.text()
