"""No field is squashed and no sentence cut, whatever a form has to say."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from auditdesk.desktop.account.evidence_dialog import EvidenceDialog
from auditdesk.desktop.account.find_dialog import FindDialog
from auditdesk.desktop.bank.create_dialog import CreateDialog
from auditdesk.desktop.bank.export_dialog import ExportDialog
from auditdesk.desktop.bank.operator_dialogs import AddOperatorDialog, PassphraseDialog
from auditdesk.desktop.customer.certificate_dialog import CertificateDialog
from auditdesk.desktop.customer.forget_dialog import ForgetDialog
from auditdesk.desktop.form.form_dialog import FormDialog
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.restore_dialog import RestoreDialog
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.errors import Refused
from tests.desktop.driving import form_on
from tests.desktop.small_bank import JANE, MAIN

SENTENCES = (
    "The account 10-00003 is in JPY, and this one is in EUR: money is never exchanged in a transfer. "
    "Choose an account of the same currency, or withdraw and deposit instead, and say so in the memo."
)


FORMS: dict[str, Callable[[Context], FormDialog]] = {
    **{name: partial(form_on, name=name) for name in COMMANDS},
    "forget": lambda context: ForgetDialog(context, context.session.forgetting.preview(JANE)),
    "certificate": lambda context: CertificateDialog(context, JANE),
    "export": ExportDialog,
    "evidence": lambda context: EvidenceDialog(context, MAIN, 3, sealed=True),
    "find": lambda context: FindDialog(context, context.session.history.account_at(MAIN).state),
    "operator": AddOperatorDialog,
    "passphrase": PassphraseDialog,
    "create": lambda context: CreateDialog(context.runner, Path("/nowhere")),
    "restore": lambda context: RestoreDialog(context.runner, Path("/nowhere")),
}


@pytest.fixture(params=sorted(FORMS))
def dialog(request: pytest.FixtureRequest, qtbot: QtBot, desk: WorkspacePage) -> FormDialog:
    made = FORMS[request.param](desk._context)
    qtbot.addWidget(made)
    made.show()
    QApplication.processEvents()
    return made


def inputs(dialog: FormDialog) -> dict[str, int]:
    kinds = (QLineEdit, QComboBox, QPlainTextEdit, QCheckBox)
    return {
        each.objectName(): each.height()
        for kind in kinds
        for each in dialog.findChildren(kind)
        if each.isVisible()
    }


def cut(parent: QWidget) -> list[str]:
    """The sentences for which there is no room."""
    return [
        made.text()
        for made in parent.findChildren(QLabel)
        if made.isVisible()
        and made.wordWrap()
        and made.text()
        and made.height() < made.heightForWidth(made.width())
    ]


def test_every_field_keeps_its_height_beside_every_error(dialog: FormDialog) -> None:
    before = inputs(dialog)
    for each in dialog.findChildren(QLineEdit):
        if each.isVisible():
            assert each.height() == each.sizeHint().height(), each.objectName()
    for name in ["", *dialog.fields]:
        dialog.show_problem(Refused("some_code", SENTENCES, field=name))
        QApplication.processEvents()
        assert inputs(dialog) == before, name
        assert cut(dialog) == [], name
    assert dialog.height() <= dialog.screen().availableSize().height()


def test_on_a_low_screen_a_form_scrolls_to_what_is_wrong(
    qtbot: QtBot, desk: WorkspacePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FormDialog, "_room_px", lambda _self: 330)
    dialog = form_on(desk._context, "register-customer")
    qtbot.addWidget(dialog)
    dialog.show()
    QApplication.processEvents()
    before = inputs(dialog)
    dialog.show_problem(Refused("some_code", SENTENCES, field="phone"))
    QApplication.processEvents()
    assert dialog.height() == 330
    assert inputs(dialog) == before
    problem, seen = dialog.fields["phone"].problem, dialog._scroll.viewport()
    qtbot.waitUntil(lambda: seen.rect().contains(problem.mapTo(seen, problem.rect().bottomRight())))
    assert dialog.post.isVisible()
    assert dialog.rect().contains(dialog.post.mapTo(dialog, dialog.post.rect().bottomRight()))


@pytest.mark.parametrize("size", [(1024, 700), (1920, 1080)])
def test_the_sign_in_says_an_alarm_to_its_end(
    window: MainWindow, bank_path: Path, size: tuple[int, int]
) -> None:
    window.resize(*size)
    window.open_path(bank_path)
    page = window.sign_in
    page.notice.say(f"ALARM: {SENTENCES} The trigger events_are_never_updated is not as it must be.")
    page.refuse(SENTENCES)
    QApplication.processEvents()
    assert page.notice.sentence.isVisible()
    assert cut(page) == []
    entry = page.passphrase.entry
    assert entry.height() == entry.sizeHint().height()
