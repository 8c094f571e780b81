"""The window, signed in to a small bank of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from auditdesk.desktop.desk_page import DeskPage
from auditdesk.desktop.main_window import MainWindow
from auditdesk.desktop.settings import Settings
from tests.desktop.bank import PASSPHRASE, make_bank


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
def desk(qtbot: QtBot, window: MainWindow, bank_path: Path) -> DeskPage:
    window.open_path(bank_path)
    window.sign_in.passphrase.set_text(PASSPHRASE)
    window.sign_in.submit.click()
    qtbot.waitUntil(lambda: window.desk is not None)
    assert window.desk is not None
    with qtbot.waitSignal(window.desk.accounts.page.overview_shown):
        pass
    return window.desk
