"""A form says whom it acts on, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.account.forms import form_of
from auditdesk.desktop.customer.forms import AddressForm, HoldForm, OpenAccountForm, RegisterForm
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.form_dialog import FormDialog
from auditdesk.desktop.look.formats import ERASED_BAR
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands.account import Freeze
from auditdesk.domain.commands.customer import PlaceHold
from auditdesk.domain.personal import PersonalDetails
from tests.desktop.small_bank import BOB, BOBS, JANE, MAIN


def account_form(context: Context, number: str, key: str) -> FormDialog:
    return form_of(context, context.session.history.account_at(number).state, key)


def customer_form(context: Context, make: Callable[..., FormDialog], *known: object) -> FormDialog:
    return make(context, context.session.history.customer_at(JANE).state, *known)


FORMS: dict[str, Callable[[Context], FormDialog]] = {
    **{
        key: lambda context, key=key: account_form(context, MAIN, key)  # type: ignore[misc]
        for key in ("deposit", "transfer", "overdraft", "freeze", "close")
    },
    "open": lambda context: customer_form(context, OpenAccountForm),
    "hold": lambda context: customer_form(context, HoldForm),
    "address": lambda context: customer_form(context, AddressForm, PersonalDetails("")),
}


@pytest.mark.parametrize("key", sorted(FORMS))
def test_every_form_names_the_customer_and_says_what_stands_in_the_way(
    qtbot: QtBot, desk: WorkspacePage, key: str
) -> None:
    session = desk._context.session
    session.issue(PlaceHold(JANE, "court"))
    session.issue(Freeze(MAIN, blocks="debits", reason="court"))
    dialog = FORMS[key](desk._context)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.subject.isVisible()
    assert (dialog.subject.number.text(), dialog.subject.name.text()) == (JANE, "Jane Döe")
    words = dialog.subject.words()
    assert any(word.startswith("legal hold since") for word in words)
    assert ("debits frozen" in words) == (key not in ("open", "hold", "address"))


def test_the_forgotten_are_named_by_their_mask(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk._context.session.forgetting.forget(BOB, reason="letter 12")
    dialog = account_form(desk._context, BOBS, "deposit")
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.subject.number.text() == BOB
    assert dialog.subject.name.text().startswith(ERASED_BAR)
    assert "closed" in dialog.subject.words()
    assert any(word.startswith("forgotten") for word in dialog.subject.words())


def test_a_form_about_nobody_yet_names_nobody(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = RegisterForm(desk._context)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.subject.isVisible()
