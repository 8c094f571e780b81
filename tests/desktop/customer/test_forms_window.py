"""The forms on customers, and the opening of an account, as a clerk goes through them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.customer.page import CustomerPage
from auditdesk.desktop.form.form_dialog import FormDialog
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.personal import PersonalDetails
from tests.desktop.driving import double_click, post, refusal, visible, write
from tests.desktop.small_bank import BOB, JANE


@pytest.fixture
def page(desk: WorkspacePage) -> CustomerPage:
    desk.show_customer(JANE)
    return desk.customers.page


def form(desk: WorkspacePage, key: str) -> FormDialog:
    QTest.mouseClick(desk.customers.page.buttons[key], Qt.MouseButton.LeftButton)
    return visible(desk, FormDialog)


def registering(desk: WorkspacePage) -> FormDialog:
    desk.go_to("customers")
    QTest.mouseClick(desk.customers.new, Qt.MouseButton.LeftButton)
    return visible(desk, FormDialog)


def known(desk: WorkspacePage, number: str = JANE) -> PersonalDetails:
    personal = desk._context.session.history.customer_at(number).state.personal
    assert isinstance(personal, PersonalDetails)
    return personal


def test_a_customer_is_registered_and_shown(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = registering(desk)
    assert refusal(qtbot, dialog, "name")
    write(
        dialog, name="Nora Lake", birth_date="1990-02-30", street="Pier 1", city="Town", email="n@example.org"
    )
    assert refusal(qtbot, dialog, "birth_date")
    assert dialog.fields["street"].text() == "Pier 1"
    write(dialog, birth_date="1990-02-28")
    post(qtbot, dialog)
    page = desk.customers.page
    qtbot.waitUntil(lambda: page.number == "C-00003")
    assert (page.values["name"].text(), page.values["street"].text()) == ("Nora Lake", "Pier 1")
    assert known(desk, "C-00003").contact.email == "n@example.org"


def test_a_name_changes_from_now_on(qtbot: QtBot, desk: WorkspacePage, page: CustomerPage) -> None:
    dialog = form(desk, "rename-customer")
    assert dialog.fields["name"].text() == "Jane Döe"
    write(dialog, name="   ")
    assert refusal(qtbot, dialog, "name")
    write(dialog, name="Jane Lake")
    post(qtbot, dialog)
    qtbot.waitUntil(lambda: page.values["name"].text() == "Jane Lake")
    page.timeline.step(-1)
    assert page.values["name"].text() == "Jane Döe"
    desk.customers.list.search.setText("Lake")
    qtbot.waitUntil(lambda: desk.customers.list.model.rowCount() == 1)


def test_an_address_changes_from_now_on(qtbot: QtBot, desk: WorkspacePage, page: CustomerPage) -> None:
    dialog = form(desk, "change-address")
    assert dialog.fields["street"].text() == "Oak Street 3"
    write(dialog, street="Hill 9", city="Galway", country="Ireland")
    post(qtbot, dialog)
    qtbot.waitUntil(lambda: page.values["street"].text() == "Hill 9")
    assert known(desk).address.city == "Galway"
    assert page.events.rowCount() == 3


def test_contact_details_change_from_now_on(qtbot: QtBot, desk: WorkspacePage, page: CustomerPage) -> None:
    dialog = form(desk, "change-contact")
    write(dialog, email="jane@lake.example", phone="+353 1 555 0100")
    post(qtbot, dialog)
    qtbot.waitUntil(lambda: page.values["phone"].text() == "+353 1 555 0100")
    assert known(desk).contact.email == "jane@lake.example"


def test_an_account_is_opened_and_shown(qtbot: QtBot, desk: WorkspacePage, page: CustomerPage) -> None:
    dialog = form(desk, "open-account")
    write(dialog, currency="XXX")
    assert refusal(qtbot, dialog, "currency")
    write(dialog, currency="jpy", overdraft="0.5")
    assert "decimals" in refusal(qtbot, dialog, "overdraft")
    write(dialog, overdraft="5000", reference="J-7")
    post(qtbot, dialog)
    account = desk.accounts.page
    qtbot.waitUntil(lambda: account.number == "10-00004")
    assert account.state is not None
    assert (account.state.currency, account.state.overdraft_limit_minor) == ("JPY", 5_000)
    assert account.header.available.text().replace(account.locale().groupSeparator(), ",") == "5,000 JPY"


def test_a_legal_hold_is_shown_stands_in_the_way_and_is_released(
    qtbot: QtBot, desk: WorkspacePage, page: CustomerPage
) -> None:
    desk.show_customer(BOB)
    dialog = form(desk, "place-hold")
    assert refusal(qtbot, dialog, "reason")
    write(dialog, reason="court order 7")
    post(qtbot, dialog)
    qtbot.waitUntil(lambda: "legal hold since" in page.pill.text())
    forgetting = form(desk, "forget")
    assert "under a legal hold" in forgetting.problem.text()
    assert not forgetting.post.isEnabled()
    forgetting.reject()
    assert page.buttons["place-hold"].isHidden()
    released = form(desk, "release-hold")
    write(released, reason="order lifted")
    post(qtbot, released)
    qtbot.waitUntil(lambda: page.pill.text() == "")
    newest = page.events.item(0, 3)
    assert newest is not None
    assert newest.text() == "order lifted"


FORMS = {
    "rename-customer": {"name": "Jane Lake"},
    "change-address": {"street": "Hill 9", "city": "Galway"},
    "change-contact": {"phone": "+353 1 555 0100"},
    "open-account": {"currency": "JPY", "reference": "J-7"},
    "place-hold": {"reason": "court order 7"},
}


@pytest.mark.parametrize("key", FORMS)
def test_a_double_click_posts_once(qtbot: QtBot, desk: WorkspacePage, page: CustomerPage, key: str) -> None:
    log = desk._context.session.context.ledger
    before = log.log.head().position
    dialog = form(desk, key)
    write(dialog, **FORMS[key])
    with qtbot.waitSignal(dialog.posted):
        double_click(dialog.post)
    assert log.log.head().position == before + 1
    assert f"(position {before + 1})" in desk.receipt.text()


def test_a_double_click_registers_one_customer(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = registering(desk)
    write(dialog, name="Nora Lake")
    with qtbot.waitSignal(dialog.posted):
        double_click(dialog.post)
    assert [line.number for line in desk._context.session.directory.customers("Nora")] == ["C-00003"]
    qtbot.waitUntil(lambda: desk.customers.list.model.rowCount() == 3)


@pytest.mark.parametrize("key", FORMS)
def test_a_form_that_is_left_leaves_the_ledger_as_it_was_and_keeps_a_draft(
    qtbot: QtBot, desk: WorkspacePage, page: CustomerPage, key: str
) -> None:
    before = desk._context.session.context.ledger.log.head()
    dialog = form(desk, key)
    write(dialog, **FORMS[key])
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    again = form(desk, key)
    assert {name: again.fields[name].text() for name in FORMS[key]} == FORMS[key]
    assert again.draft_notice.isVisible()
    with qtbot.waitSignal(again.finished):
        QTest.mouseClick(again.cancel, Qt.MouseButton.LeftButton)
    assert desk._context.session.context.ledger.log.head() == before


def test_a_registration_that_is_left_registers_nobody(qtbot: QtBot, desk: WorkspacePage) -> None:
    before = desk._context.session.context.ledger.log.head()
    dialog = registering(desk)
    write(dialog, name="Nora Lake")
    with qtbot.waitSignal(dialog.finished):
        QTest.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)
    assert desk._context.session.context.ledger.log.head() == before
    qtbot.waitUntil(lambda: desk.customers.list.model.rowCount() == 2)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "\N{ZERO WIDTH SPACE}", "missing"),
        ("name", "x" * 201, "longer than 200"),
        ("birth_date", "29.02.1980", "not a date"),
        ("birth_date", "2999-01-01", "between 1850 and today"),
        ("birth_date", "1849-12-31", "between 1850 and today"),
        ("email", "nora at example", "not an e-mail"),
        ("city", "y" * 201, "longer than 200"),
        ("street", "z" * 2_001, "longer than 2000"),
    ],
)
def test_what_a_registration_refuses_is_said_beside_it_and_kept(
    qtbot: QtBot, desk: WorkspacePage, field: str, typed: str, said: str
) -> None:
    dialog = registering(desk)
    write(dialog, name="Nora Lake", phone="+353 1 555 0100", email="", city="", street="")
    dialog.fields[field].set_text(typed)
    assert said in refusal(qtbot, dialog, field)
    assert dialog.fields[field].text() == typed
    assert dialog.fields["phone"].text() == "+353 1 555 0100"
    assert len(desk._context.session.directory.customers()) == 2
    QTest.keyClick(dialog.fields[field].entry, Qt.Key.Key_End)
    QTest.keyClicks(dialog.fields[field].entry, "!")
    assert dialog.fields[field].problem.isHidden()


@pytest.mark.parametrize(
    ("key", "field", "said"),
    [
        ("rename-customer", "name", "already has this name"),
        ("change-address", "street", "already"),
        ("change-contact", "email", "already"),
    ],
)
def test_a_change_to_what_is_known_already_is_refused(
    qtbot: QtBot, desk: WorkspacePage, page: CustomerPage, key: str, field: str, said: str
) -> None:
    events = page.events.rowCount()
    assert said in refusal(qtbot, form(desk, key), field)
    assert page.events.rowCount() == events
    assert page.timeline.count == events


def test_an_address_of_nothing_and_an_e_mail_that_is_none_are_refused(
    qtbot: QtBot, desk: WorkspacePage, page: CustomerPage
) -> None:
    dialog = form(desk, "change-address")
    write(dialog, street="", city="")
    assert "missing" in refusal(qtbot, dialog, "street")
    dialog.reject()
    dialog = form(desk, "change-contact")
    write(dialog, email="jane@", phone="+353 1 555 0100")
    assert "not an e-mail" in refusal(qtbot, dialog, "email")
    assert (dialog.fields["email"].text(), dialog.fields["phone"].text()) == ("jane@", "+353 1 555 0100")
    assert known(desk).contact.email == "jane@example.org"


def test_a_name_in_another_script_is_kept_as_it_is_written(
    qtbot: QtBot, desk: WorkspacePage, page: CustomerPage
) -> None:
    dialog = form(desk, "rename-customer")
    write(dialog, name="王 小明")
    post(qtbot, dialog)
    qtbot.waitUntil(lambda: page.values["name"].text() == "王 小明")
    assert known(desk).name == "王 小明"


def test_a_street_of_two_lines_stays_two_lines(qtbot: QtBot, desk: WorkspacePage, page: CustomerPage) -> None:
    dialog = form(desk, "change-address")
    street = dialog.fields["street"]
    street.set_text("")
    QTest.keyClicks(street.entry, "Hill House")
    QTest.keyClick(street.entry, Qt.Key.Key_Return)
    QTest.keyClicks(street.entry, "Hill 9")
    assert dialog.isVisible()
    post(qtbot, dialog)
    assert known(desk).address.street == "Hill House\nHill 9"
    assert "Hill House" in page.values["street"].text()
