"""A panel that stands beside the main thing, or folds into a drawer over it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from tests.desktop.small_bank import MAIN


def test_at_1024_pixels_the_register_keeps_its_room_and_the_state_is_a_drawer(
    qtbot: QtBot, window: MainWindow, desk: WorkspacePage
) -> None:
    desk.show_account(MAIN)
    page = desk.accounts.page
    assert not page.header.state.isVisible()
    assert page.panel.isVisible()
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: window.width() == 1024)
    assert page.header.state.isVisible()
    assert not page.panel.isVisible()
    page.header.state.click()
    assert page.panel.isVisible()
    assert page.panel.text_of("owner") == "Jane Döe"
    page.header.state.click()
    assert not page.panel.isVisible()
    window.resize(1440, 900)
    qtbot.waitUntil(page.panel.isVisible)
    assert not page.header.state.isVisible()


def test_every_page_fits_into_1024_by_700(window: MainWindow, desk: WorkspacePage) -> None:
    window.resize(1024, 700)
    for name in ("accounts", "customers", "log", "reports", "integrity", "operators"):
        desk.go_to(name)
        assert (window.width(), window.height()) == (1024, 700), name
