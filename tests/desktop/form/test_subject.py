"""A form says whom it acts on, and what stands in the way."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.form.command_form import CommandForm
from auditdesk.desktop.form.rights import commands_on
from auditdesk.desktop.look.formats import ERASED_BAR
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands.account import Freeze
from auditdesk.domain.commands.customer import PlaceHold
from auditdesk.domain.commands.money import Deposit
from tests.desktop.driving import form_on
from tests.desktop.small_bank import BOB, BOBS, JANE, MAIN

ON_ACCOUNTS = [command.NAME for command in commands_on("account")]
ON_CUSTOMERS = [command.NAME for command in commands_on("customer")]


@pytest.mark.parametrize("name", ON_ACCOUNTS + ON_CUSTOMERS)
def test_every_form_names_the_customer_and_says_what_stands_in_the_way(
    qtbot: QtBot, desk: WorkspacePage, name: str
) -> None:
    session = desk._context.session
    session.issue(PlaceHold(JANE, "court"))
    session.issue(Freeze(MAIN, blocks="debits", reason="court"))
    dialog = form_on(desk._context, name)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.subject.isVisible()
    assert (dialog.subject.number.text(), dialog.subject.name.text()) == (JANE, "Jane Döe")
    words = dialog.subject.words()
    assert any(word.startswith("legal hold since") for word in words)
    assert ("debits frozen" in words) == (name in ON_ACCOUNTS)


def test_the_forgotten_are_named_by_their_mask(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk._context.session.forgetting.forget(BOB, reason="letter 12")
    state = desk._context.session.history.account_at(BOBS).state
    dialog = CommandForm(desk._context, Deposit, state)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.subject.number.text() == BOB
    assert dialog.subject.name.text().startswith(ERASED_BAR)
    assert "closed" in dialog.subject.words()
    assert any(word.startswith("forgotten") for word in dialog.subject.words())


def test_a_form_about_nobody_yet_names_nobody(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = form_on(desk._context, "register-customer")
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.subject.isVisible()
