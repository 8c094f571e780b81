"""Every command has a form that asks for each of its fields and issues just what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel
from pytestqt.qtbot import QtBot

from auditdesk.desktop.form.command_form import CommandForm
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.commands.account import CloseAccount, Freeze, OpenAccount, SetOverdraft, Unfreeze
from auditdesk.domain.commands.base import Command, CommandField, fields_of, subject_of
from auditdesk.domain.commands.customer import (
    ChangeAddress,
    ChangeContact,
    PlaceHold,
    RegisterCustomer,
    ReleaseHold,
    RenameCustomer,
)
from auditdesk.domain.commands.money import ChargeFee, CreditInterest, Deposit, Transfer, Withdraw
from auditdesk.domain.money import format_amount
from auditdesk.domain.personal import Contact, PersonalDetails
from auditdesk.services.commands.issue import Receipt
from tests.desktop.driving import Colleague, conflict, form, form_on, pay_out, post, refusal, state
from tests.desktop.small_bank import JANE, MAIN, OTHER

ENTRY: Final[Mapping[str, str]] = {
    "counterparty": "Acme",
    "memo": "Rent of May\nand of June",
    "value_date": "2025-03-01",
    "reference": "R-1",
}
ADDRESS: Final[Mapping[str, str]] = {
    "street": "Hill House\nHill 9",
    "postal_code": "H91",
    "city": "Galway",
    "region": "Connacht",
    "country": "Ireland",
}
CONTACT: Final[Mapping[str, str]] = {"email": "jane@lake.example", "phone": "+353 1 555 0100"}
TYPED: Final[Mapping[str, Command]] = {
    each.NAME: each
    for each in (
        Deposit(MAIN, 1_234, **ENTRY),
        Withdraw(MAIN, 1_234, **ENTRY),
        Transfer(MAIN, OTHER, 1_234, **ENTRY),
        CreditInterest(MAIN, 1_234, **ENTRY),
        ChargeFee(MAIN, 1_234, **ENTRY),
        SetOverdraft(MAIN, 75_000),
        Freeze(MAIN, blocks="credits", reason="court order 7"),
        Unfreeze(MAIN, blocks="debits", reason="order lifted"),
        CloseAccount(MAIN, pay_out=True, reason="moves away"),
        RegisterCustomer("Nora Lake", "1990-02-28", **ADDRESS, **CONTACT, reference="K-7"),
        RenameCustomer(JANE, "Jane Lake"),
        ChangeAddress(JANE, **ADDRESS),
        ChangeContact(JANE, **CONTACT),
        OpenAccount(JANE, "JPY", 5_000, "J-7"),
        PlaceHold(JANE, "court order 7"),
        ReleaseHold(JANE, "order lifted"),
    )
}
FIRST: Final[Mapping[str, Command]] = {
    "unfreeze": Freeze(MAIN, blocks="all", reason="order 1"),
    "release-hold": PlaceHold(JANE, "order 1"),
}


@pytest.fixture
def dialog(qtbot: QtBot, desk: WorkspacePage, name: str) -> CommandForm:
    """The form of a command that nothing stands in the way of."""
    if name in FIRST:
        desk._context.session.issue(FIRST[name])
    return shown(qtbot, desk, name)


def shown(qtbot: QtBot, desk: WorkspacePage, name: str) -> CommandForm:
    made = form_on(desk._context, name)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.show()
    return made


def inputs(name: str) -> Iterator[CommandField]:
    """What a command's form asks for."""
    return (asked for asked in fields_of(COMMANDS[name]) if asked != subject_of(COMMANDS[name]))


def text_of(asked: CommandField, command: Command) -> str:
    """What is typed for a field to have the value that it has in a command."""
    value = getattr(command, asked.field)
    if asked.input.kind == "amount":
        return format_amount(value, getattr(command, "currency", "EUR"))
    return ("yes" if value else "") if asked.input.kind == "check" else str(value)


def test_what_is_typed_here_is_every_command_with_every_field() -> None:
    assert list(TYPED) == list(COMMANDS)
    for name, command in TYPED.items():
        assert all(getattr(command, each.field) != each.default for each in inputs(name)), name


@pytest.mark.parametrize("name", COMMANDS)
def test_a_form_asks_for_each_field_and_issues_just_what_was_typed(
    qtbot: QtBot, desk: WorkspacePage, dialog: CommandForm, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, session, issued = TYPED[name], desk._context.session, []
    issue, before = session.issue, session.context.ledger.log.head().position
    version = dialog.state.version if dialog.state else None

    def issue_and_keep(command: Command, **how: Any) -> Receipt:
        issued.append((command, how))
        return issue(command, **how)

    monkeypatch.setattr(session, "issue", issue_and_keep)
    assert (dialog.windowTitle(), dialog.post.text()) == (command.TITLE, command.POST)
    assert bool(dialog.post.property("danger")) == command.DANGER
    assert sorted(dialog.fields) == sorted(each.name for each in inputs(name))
    for each in inputs(name):
        assert dialog.fields[each.name].isVisible(), each.name
        dialog.fields[each.name].set_text(text_of(each, command))
    command_id = dialog.command_id
    post(qtbot, dialog)
    assert issued == [(command, {"command_id": command_id, "expected_version": version})]
    assert session.context.ledger.log.head().position > before


@pytest.mark.parametrize("name", COMMANDS)
def test_a_required_field_left_empty_is_said_beside_it_before_anything_is_issued(
    qtbot: QtBot, desk: WorkspacePage, dialog: CommandForm, name: str
) -> None:
    log = desk._context.session.context.ledger.log
    before = log.head()
    for each in inputs(name):
        dialog.fields[each.name].set_text(text_of(each, TYPED[name]))
    for each in inputs(name):
        if each.required and each.input.kind not in ("choice", "check"):
            dialog.fields[each.name].set_text("")
            assert refusal(qtbot, dialog, each.name).endswith(".")
            assert not desk._context.runner.busy
            dialog.fields[each.name].set_text(text_of(each, TYPED[name]))
    assert log.head() == before, "a refusal of the books would have been recorded"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_input_of_a_form_is_reached_by_a_key_of_its_own(dialog: CommandForm, name: str) -> None:
    labels = [made for made in dialog.findChildren(QLabel) if made.buddy() is not None]
    captions = [made.text() for made in labels if made.text()]
    captions += [made.text() for made in dialog.findChildren(QCheckBox)]
    assert len(captions) == len(dialog.fields)
    assert len({caption[caption.index("&") + 1].lower() for caption in captions}) == len(captions)


def test_a_hold_on_somebody_who_has_changed_meanwhile_is_a_conflict_and_keeps_what_was_typed(
    qtbot: QtBot, desk: WorkspacePage, colleague: Colleague
) -> None:
    dialog = shown(qtbot, desk, "place-hold")
    dialog.fields["reason"].set_text("court order 7")
    colleague(lambda theirs: theirs.issue(RenameCustomer(JANE, "Jane Stone")))
    conflict(qtbot, dialog)
    assert dialog.subject.name.text() == "Jane Stone"
    assert dialog.fields["reason"].text() == "court order 7"
    post(qtbot, dialog)
    assert desk._context.session.history.customer_at(JANE).state.held_since_us is not None


def test_a_box_that_was_unticked_is_kept_as_a_draft(qtbot: QtBot, desk: WorkspacePage) -> None:
    desk.show_account(MAIN)
    dialog = form(desk, "close")
    pay_out(dialog).click()
    assert not pay_out(dialog).isChecked()
    with qtbot.waitSignal(dialog.finished):
        dialog.reject()
    again = form(desk, "close")
    assert again.draft_notice.isVisible()
    assert not pay_out(again).isChecked()
    again.discard_draft()
    assert pay_out(again).isChecked()
    assert state(desk).status == "open"


def test_whatever_is_unusable_is_said_at_once_and_the_first_of_it_is_where_one_types(
    qtbot: QtBot, desk: WorkspacePage
) -> None:
    dialog = shown(qtbot, desk, "transfer")
    dialog.fields["amount"].set_text("1e999")
    dialog.post.click()
    assert dialog.fields["to_account"].problem.text() == "Say which account."
    assert "not an amount" in dialog.fields["amount"].problem.text()
    assert dialog.fields["memo"].problem.isHidden()
    assert dialog.focusWidget() is dialog.fields["to_account"].entry
    assert not desk._context.runner.busy


def test_what_is_emptied_is_known_no_longer(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = shown(qtbot, desk, "change-contact")
    assert dialog.fields["email"].text() == "jane@example.org"
    dialog.fields["email"].set_text("")
    dialog.fields["phone"].set_text("+353 1 555 0100")
    post(qtbot, dialog)
    personal = desk._context.session.history.customer_at(JANE).state.personal
    assert isinstance(personal, PersonalDetails)
    assert personal.contact == Contact("", "+353 1 555 0100")
