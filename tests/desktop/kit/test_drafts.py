"""What was typed and not posted is there again, for the same form on the same account, until it is posted."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.bank.operator_dialogs import AddOperatorDialog
from auditdesk.desktop.customer.forget_dialog import ForgetDialog
from auditdesk.desktop.form.command_form import CommandForm
from auditdesk.desktop.form.form_dialog import FormDialog
from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from tests.desktop.driving import form, post, visible, write
from tests.desktop.small_bank import BOB, JANE, MAIN, OTHER, PASSPHRASE


def escape(qtbot: QtBot, dialog: FormDialog) -> None:
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)


def texts(dialog: FormDialog) -> dict[str, str]:
    return {name: field.text() for name, field in dialog.fields.items() if field.text()}


def register(desk: WorkspacePage) -> CommandForm:
    desk.go_to("customers")
    desk.customers.new.click()
    return visible(desk, CommandForm)


def test_escape_keeps_what_was_typed_for_this_form_on_this_account(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk.show_account(MAIN)
    typed = {"amount": "12.34", "memo": "rent of May", "counterparty": "Acme"}
    first = form(desk, "deposit")
    assert not first.draft_notice.isVisible()
    write(first, **typed)
    escape(qtbot, first)
    assert texts(form_and_cancel(qtbot, desk, "withdraw")) == {}
    desk.show_account(OTHER)
    assert texts(form_and_cancel(qtbot, desk, "deposit")) == {}
    desk.show_account(MAIN)
    again = form(desk, "deposit")
    assert texts(again) == typed
    assert again.draft_notice.isVisible()
    assert "restored" in again.draft_notice.sentence.text()
    assert "7" in again.after.text(), "the balance after is that of the draft"
    post(qtbot, again)
    posted = form(desk, "deposit")
    assert texts(posted) == {}
    assert not posted.draft_notice.isVisible()


def form_and_cancel(qtbot: QtBot, desk: WorkspacePage, key: str) -> FormDialog:
    dialog = form(desk, key)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    dialog.cancel.click()
    return dialog


def test_a_draft_is_discarded_on_request_and_stays_so(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk.show_account(MAIN)
    dialog = form(desk, "deposit")
    write(dialog, amount="12.34", memo="rent")
    escape(qtbot, dialog)
    again = form(desk, "deposit")
    again.draft_notice.action.click()
    assert texts(again) == {}
    assert not again.draft_notice.isVisible()
    escape(qtbot, again)
    assert texts(form(desk, "deposit")) == {}


def test_a_draft_of_a_change_keeps_what_differs_from_what_is_known(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk.show_customer(JANE)
    desk.customers.page.buttons["change-address"].click()
    dialog = visible(desk, CommandForm)
    known = texts(dialog)
    write(dialog, city="Galway")
    escape(qtbot, dialog)
    desk.customers.page.buttons["change-address"].click()
    again = visible(desk, CommandForm)
    assert texts(again) == known | {"city": "Galway"}
    again.draft_notice.action.click()
    assert texts(again) == known


def test_a_lock_forgets_every_draft(qtbot: QtBot, window: MainWindow, desk: WorkspacePage) -> None:
    dialog = register(desk)
    write(dialog, name="Zoe Untold")
    escape(qtbot, dialog)
    drafts = desk._context.drafts
    assert drafts._texts
    window.lock()
    assert not drafts._texts
    window.sign_in.passphrase.set_text(PASSPHRASE)
    window.sign_in.submit.click()
    qtbot.waitUntil(lambda: window.workspace_page is not None)
    assert window.workspace_page is not None
    assert texts(register(window.workspace_page)) == {}


def test_whoever_is_forgotten_is_in_no_draft_either(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk.show_customer(BOB)
    desk.customers.page.buttons["change-address"].click()
    dialog = visible(desk, CommandForm)
    write(dialog, city="Nowhere upon Sea")
    escape(qtbot, dialog)
    desk.customers.page.buttons["forget"].click()
    forget = visible(desk, ForgetDialog)
    write(forget, reason="letter 12", customer=BOB)
    escape(qtbot, forget)
    desk.customers.page.buttons["forget"].click()
    forget = visible(desk, ForgetDialog)
    assert texts(forget) == {"reason": "letter 12"}, "the confirmation is typed each time"
    write(forget, customer=BOB)
    post(qtbot, forget)
    assert "Nowhere" not in str(desk._context.drafts._texts)


def test_a_passphrase_is_never_kept(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = AddOperatorDialog(desk._context, desk)
    dialog.show()
    write(dialog, operator="cleo", passphrase="never to be kept", again="never to be kept")
    escape(qtbot, dialog)
    again = AddOperatorDialog(desk._context, desk)
    again.show()
    assert texts(again) == {"operator": "cleo"}
    assert "never to be kept" not in str(desk._context.drafts._texts)
