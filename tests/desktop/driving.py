"""What tests do to the window as a person would: open a form, type into it, post it, hold its work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDialog, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from auditdesk.desktop.form.command_form import CommandForm
from auditdesk.desktop.form.form_dialog import FormDialog
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.account import Account
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.commands.base import subject_of
from auditdesk.services.workspace.session import Session
from tests.desktop.small_bank import JANE, MAIN

D = TypeVar("D", bound=QDialog)
Colleague = Callable[[Callable[[Session], object]], None]


class Halt:
    """Holds work where it calls `stop_here`, so that a test can look at it, or cancel it there."""

    def __init__(self) -> None:
        self.reached, self._let_go = threading.Event(), threading.Event()

    def stop_here(self) -> None:
        """Called by the work: wait until the test lets it go."""
        self.reached.set()
        assert self._let_go.wait(20)

    def release(self) -> None:
        """Called by the test."""
        self._let_go.set()


def visible(parent: QWidget, kind: type[D]) -> D:
    """The dialog of that kind that is on the screen."""
    return next(made for made in parent.findChildren(kind) if made.isVisible())


def form(desk: WorkspacePage, key: str) -> CommandForm:
    """Open an account's form by its button or menu entry."""
    command = desk.accounts.page.header.command(key)
    assert command.isEnabled(), command.toolTip()
    if isinstance(command, QWidget):
        QTest.mouseClick(command, Qt.MouseButton.LeftButton)
    else:
        command.trigger()
    return visible(desk, CommandForm)


def write(dialog: FormDialog, **texts: str) -> None:
    """Type into fields by their names, key by key where the keyboard has them."""
    for name, text in texts.items():
        field = dialog.fields[name]
        field.set_text("")
        field.entry.setFocus()
        if text.isascii():
            QTest.keyClicks(field.entry, text)
        else:  # what no key of this keyboard types is pasted
            field.set_text(text)


def pay_out(dialog: FormDialog) -> QCheckBox:
    """The box of a closing that pays the rest out."""
    box = dialog.fields["pay_out"].entry
    assert isinstance(box, QCheckBox)
    return box


def form_on(context: Context, name: str) -> CommandForm:
    """A command's form on Jane, or on her first account; of a registration, on nobody."""
    command, history = COMMANDS[name], context.session.history
    subject = subject_of(command)
    if subject is None:
        return CommandForm(context, command)
    if subject.input.kind == "account":
        return CommandForm(context, command, history.account_at(MAIN).state)
    return CommandForm(context, command, history.customer_at(JANE).state)


def double_click(widget: QWidget) -> None:
    """Two clicks as a hand makes them: the second press comes as a double click."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    if isValid(widget):
        QTest.mouseDClick(widget, Qt.MouseButton.LeftButton)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton)


def post(qtbot: QtBot, dialog: FormDialog) -> None:
    """Post, and wait until it is."""
    with qtbot.waitSignal(dialog.posted):
        QTest.mouseClick(dialog.post, Qt.MouseButton.LeftButton)


def refusal(qtbot: QtBot, dialog: FormDialog, field: str) -> str:
    """Post, and what is then said beside a field."""
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.fields[field].problem.text()))
    assert dialog.fields[field].problem.isVisible()
    assert dialog.post.isEnabled()
    return dialog.fields[field].problem.text()


def conflict(qtbot: QtBot, dialog: FormDialog) -> str:
    """Post on what a colleague has changed, and what the form then says."""
    dialog.post.click()
    qtbot.waitUntil(lambda: "has changed since" in dialog.problem.text())
    assert dialog.problem.isVisible()
    assert dialog.post.isEnabled()
    return dialog.problem.text()


def state(desk: WorkspacePage, number: str = MAIN) -> Account:
    """What the ledger holds of an account."""
    return desk._context.session.history.account_at(number).state


def grouped(desk: WorkspacePage, text: str) -> str:
    """Digits as this locale groups them."""
    return text.replace(",", desk.locale().groupSeparator())
