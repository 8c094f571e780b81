"""The command that the page on extending adds is in the window, with its form, without a line there."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, cast

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands import COMMANDS
from tests.desktop.driving import form, post, refusal, state, write
from tests.desktop.small_bank import MAIN
from tests.docs.pages import fences, page

NAME = "percentage-fee"


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ModuleType("new_command")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    code = compile(fences(page("extending.md"))["new-command"], NAME, "exec")
    exec(code, made.__dict__)  # noqa: S102 - our own page
    monkeypatch.setitem(cast("dict[str, Any]", COMMANDS), NAME, made.ChargePercentage)


@pytest.fixture
def account_desk(request: pytest.FixtureRequest) -> WorkspacePage:
    """The desk, made with the new command, with Jane's first account shown."""
    request.getfixturevalue("added")
    desk: WorkspacePage = request.getfixturevalue("desk")
    desk.show_account(MAIN)
    return desk


def test_the_new_command_is_in_the_menu_and_its_form_refuses_and_posts(
    qtbot: QtBot, account_desk: WorkspacePage
) -> None:
    before_minor = state(account_desk).balance_minor
    entry = account_desk.accounts.page.header.command(NAME)
    assert isinstance(entry, QAction)
    assert entry.text() == "Charge a &percentage…"

    dialog = form(account_desk, NAME)
    write(dialog, percent="a lot")
    assert refusal(qtbot, dialog, "percent") == "That is not a percentage. Write 0.25."
    write(dialog, percent="1")
    post(qtbot, dialog)

    qtbot.waitUntil(lambda: state(account_desk).balance_minor == before_minor - before_minor // 100)
    assert account_desk.receipt.text().startswith("Fee posted as event")
