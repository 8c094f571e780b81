"""Forms on a customer whom a colleague changes meanwhile: neither's change is lost."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from auditdesk.bootstrap import open_workspace
from auditdesk.desktop.form.form_dialog import FormDialog
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands.customer import ChangeAddress, ChangeContact, RenameCustomer
from auditdesk.domain.personal import Address, Contact, PersonalDetails
from tests.desktop.driving import Colleague, conflict, post, visible, write
from tests.desktop.small_bank import BOB, JANE, PASSPHRASE


@pytest.fixture
def page(desk: WorkspacePage) -> WorkspacePage:
    """The desk, with Jane shown."""
    desk.show_customer(JANE)
    return desk


def form(desk: WorkspacePage, key: str) -> FormDialog:
    QTest.mouseClick(desk.customers.page.buttons[key], Qt.MouseButton.LeftButton)
    return visible(desk, FormDialog)


def known(desk: WorkspacePage, number: str = JANE) -> PersonalDetails:
    personal = desk._context.session.history.customer_at(number).state.personal
    assert isinstance(personal, PersonalDetails)
    return personal


def test_a_phone_that_a_colleague_noted_outlives_another_e_mail(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    dialog = form(page, "change-contact")
    write(dialog, email="jane@lake.example")
    colleague(lambda desk: desk.issue(ChangeContact.of(JANE, Contact("jane@example.org", "+353 1 555 0100"))))
    assert JANE in conflict(qtbot, dialog)
    assert known(page).contact == Contact("jane@example.org", "+353 1 555 0100")
    assert dialog.fields["email"].text() == "jane@lake.example"
    assert dialog.fields["phone"].text() == "+353 1 555 0100"
    post(qtbot, dialog)
    assert known(page).contact == Contact("jane@lake.example", "+353 1 555 0100")
    qtbot.waitUntil(lambda: page.customers.page.values["email"].text() == "jane@lake.example")


def test_what_both_wrote_is_the_clerks_own_once_he_posts_again(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    dialog = form(page, "change-address")
    write(dialog, street="Hill 9")
    colleague(lambda desk: desk.issue(ChangeAddress.of(JANE, Address("Quay 2", "Galway", country="Ireland"))))
    conflict(qtbot, dialog)
    typed = {name: field.text() for name, field in dialog.fields.items()}
    assert (typed["street"], typed["city"], typed["country"]) == ("Hill 9", "Galway", "Ireland")
    assert page.customers.page.values["street"].text() == "Quay 2"
    post(qtbot, dialog)
    assert known(page).address == Address("Hill 9", "Galway", country="Ireland")


def test_a_form_nobody_typed_into_shows_what_the_colleague_wrote(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    dialog = form(page, "change-address")
    colleague(lambda desk: desk.issue(ChangeAddress.of(JANE, Address("Quay 2", "Galway"))))
    conflict(qtbot, dialog)
    assert dialog.fields["street"].text() == "Quay 2"
    dialog.post.click()
    qtbot.waitUntil(lambda: "already" in dialog.fields["street"].problem.text())
    assert known(page).address == Address("Quay 2", "Galway")


def test_a_page_that_was_read_long_ago_renames_nobody_unseen(
    qtbot: QtBot, page: WorkspacePage, colleague: Colleague
) -> None:
    colleague(lambda desk: desk.issue(RenameCustomer(JANE, "Jane Stone")))
    dialog = form(page, "rename-customer")
    assert dialog.fields["name"].text() == "Jane Döe"
    write(dialog, name="Jane Lake")
    conflict(qtbot, dialog)
    assert known(page).name == "Jane Stone"
    assert page.customers.page.values["name"].text() == "Jane Stone"
    assert dialog.fields["name"].text() == "Jane Lake"
    post(qtbot, dialog)
    assert known(page).name == "Jane Lake"


def test_of_somebody_forgotten_meanwhile_only_what_the_clerk_typed_is_left(
    qtbot: QtBot, page: WorkspacePage, bank_path: Path
) -> None:
    page.show_customer(BOB)
    dialog = form(page, "change-address")
    write(dialog, city="Galway")
    assert dialog.fields["street"].text() == "Quay 1"
    with (
        closing(open_workspace(bank_path)) as workspace,
        closing(workspace.sign_in("ana", PASSPHRASE)) as session,
    ):
        session.forgetting.forget(BOB, "letter 12")
    conflict(qtbot, dialog)
    assert (dialog.fields["street"].text(), dialog.fields["city"].text()) == ("", "Galway")
    dialog.post.click()
    qtbot.waitUntil(lambda: "has been forgotten" in dialog.problem.text())
    assert "forgotten" in page.customers.page.pill.text()
    assert not page.customers.page.buttons["change-address"].isEnabled()
