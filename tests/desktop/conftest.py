"""The window, signed in to a small bank of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from auditdesk.bootstrap import open_workspace
from auditdesk.desktop.kit.settings import Settings
from auditdesk.desktop.kit.tasks import Task
from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.services.workspace.session import Session
from tests.desktop.driving import Colleague, Halt
from tests.desktop.small_bank import PASSPHRASE, make_bank


@pytest.fixture(scope="session")
def bank_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bank(tmp_path_factory.mktemp("template") / "bank.auditdesk")


@pytest.fixture
def bank_path(bank_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bank_template, tmp_path / "bank.auditdesk"))


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, settings_file: Path) -> Iterator[MainWindow]:
    made = MainWindow(Settings(settings_file), qapp)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


@pytest.fixture
def desk(qtbot: QtBot, window: MainWindow, bank_path: Path) -> WorkspacePage:
    window.open_path(bank_path)
    window.sign_in.passphrase.set_text(PASSPHRASE)
    window.sign_in.submit.click()
    qtbot.waitUntil(lambda: window.workspace_page is not None)
    assert window.workspace_page is not None
    with qtbot.waitSignal(window.workspace_page.accounts.page.overview_shown):
        pass
    return window.workspace_page


@pytest.fixture
def colleague(bank_path: Path) -> Colleague:
    """Let another session of the same bank post something, at a desk of its own."""

    def act(command: Callable[[Session], object]) -> None:
        with (
            closing(open_workspace(bank_path)) as workspace,
            closing(workspace.sign_in("ana", PASSPHRASE)) as session,
        ):
            command(session)

    return act


@pytest.fixture
def halt(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[Halt]:
    """The window's long work stands still once it has reported its first rows, until the test lets it go."""
    made, plain = Halt(), Task.report

    def report(task: Task, done: int, total: int, label: str = "") -> None:
        plain(task, done, total, label)
        task.flush()
        if done and task.parent() is window.runner:
            made.stop_here()

    monkeypatch.setattr(Task, "report", report)
    yield made
    made.release()
