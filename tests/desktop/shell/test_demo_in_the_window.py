"""The demo bank is made by the window, which shows how far it is and can be told to stop."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from auditdesk import bootstrap
from auditdesk.demo.bank import DemoScale
from auditdesk.desktop.kit.progress import ProgressDialog
from auditdesk.desktop.shell import main_window
from auditdesk.desktop.shell.main_window import MainWindow
from tests.desktop.driving import Halt
from tests.helpers import CHEAP_KDF

SMALL = DemoScale(customers=12, accounts=14, deep_events=300, employed=1, leaving=2, forgotten=1, frozen=1)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo is to lie; it is made small."""
    small = partial(bootstrap.make_demo, scale=SMALL, kdf=CHEAP_KDF)
    monkeypatch.setattr(main_window, "make_demo", small)
    (tmp_path / "banks").mkdir()
    return tmp_path / "banks" / "demo.auditdesk"


def progress_of(window: MainWindow) -> ProgressDialog:
    (dialog,) = window.findChildren(ProgressDialog)
    return dialog


def test_the_progress_is_there_at_once_and_the_bank_is_opened_once_it_is_made(
    qtbot: QtBot, window: MainWindow, place: Path
) -> None:
    window.make_demo(place)
    assert progress_of(window).isVisible()
    qtbot.waitUntil(lambda: window.workspace_page is not None, timeout=60_000)
    assert window.workspace is not None
    assert window.workspace.path == place


def test_a_demo_that_is_there_is_opened_and_not_made_again(
    qtbot: QtBot, window: MainWindow, place: Path
) -> None:
    bootstrap.make_demo(place, scale=SMALL, kdf=CHEAP_KDF)
    window.make_demo(place)
    assert window.findChildren(ProgressDialog) == []
    qtbot.waitUntil(lambda: window.workspace_page is not None, timeout=60_000)


def test_a_demo_that_is_cancelled_leaves_nothing_and_the_welcome_is_there_again(
    qtbot: QtBot, window: MainWindow, place: Path, halt: Halt
) -> None:
    window.make_demo(place)
    qtbot.waitUntil(halt.reached.is_set, timeout=60_000)
    assert list(place.parent.iterdir()) != []
    progress_of(window).cancel.click()
    halt.release()
    qtbot.waitUntil(lambda: not window.runner.busy, timeout=60_000)
    assert list(place.parent.iterdir()) == []
    assert window.stack.currentWidget() is window.welcome
    assert window.workspace is None
