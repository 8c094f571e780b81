"""The forms on customers, and the opening of an account, as a clerk goes through them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.customer_page import CustomerPage
from auditdesk.desktop.desk_page import DeskPage
from auditdesk.desktop.dialogs_base import FormDialog
from auditdesk.domain.personal import PersonalDetails
from tests.desktop.bank import BOB, JANE


@pytest.fixture
def page(desk: DeskPage) -> CustomerPage:
    desk.show_customer(JANE)
    return desk.customers.page


def shown(desk: DeskPage) -> FormDialog:
    return next(made for made in desk.findChildren(FormDialog) if made.isVisible())


def form(desk: DeskPage, key: str) -> FormDialog:
    QTest.mouseClick(desk.customers.page.buttons[key], Qt.MouseButton.LeftButton)
    return shown(desk)


def write(dialog: FormDialog, **texts: str) -> None:
    for name, text in texts.items():
        field = dialog.fields[name]
        field.set_text("")
        QTest.keyClicks(field.entry, text)


def post(qtbot: QtBot, dialog: FormDialog) -> None:
    with qtbot.waitSignal(dialog.posted):
        QTest.mouseClick(dialog.post, Qt.MouseButton.LeftButton)


def refusal(qtbot: QtBot, dialog: FormDialog, field: str) -> str:
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.fields[field].problem.text()))
    return dialog.fields[field].problem.text()


def known(desk: DeskPage, number: str = JANE) -> PersonalDetails:
    personal = desk._context.session.history.customer_at(number).state.personal
    assert isinstance(personal, PersonalDetails)
    return personal


def test_a_customer_is_registered_and_shown(qtbot: QtBot, desk: DeskPage) -> None:
    desk.go_to("customers")
    desk.customers._register()
    dialog = shown(desk)
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


def test_a_name_changes_from_now_on(qtbot: QtBot, desk: DeskPage, page: CustomerPage) -> None:
    dialog = form(desk, "rename")
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


def test_an_address_changes_from_now_on(qtbot: QtBot, desk: DeskPage, page: CustomerPage) -> None:
    dialog = form(desk, "address")
    assert dialog.fields["street"].text() == "Oak Street 3"
    write(dialog, street="Hill 9", city="Galway", country="Ireland")
    post(qtbot, dialog)
    qtbot.waitUntil(lambda: page.values["street"].text() == "Hill 9")
    assert known(desk).address.city == "Galway"
    assert page.events.rowCount() == 3


def test_contact_details_change_from_now_on(qtbot: QtBot, desk: DeskPage, page: CustomerPage) -> None:
    dialog = form(desk, "contact")
    write(dialog, email="jane@lake.example", phone="+353 1 555 0100")
    post(qtbot, dialog)
    qtbot.waitUntil(lambda: page.values["phone"].text() == "+353 1 555 0100")
    assert known(desk).contact.email == "jane@lake.example"


def test_an_account_is_opened_and_shown(qtbot: QtBot, desk: DeskPage, page: CustomerPage) -> None:
    dialog = form(desk, "open")
    write(dialog, currency="XXX")
    assert refusal(qtbot, dialog, "currency")
    write(dialog, currency="jpy", amount="0.5")
    assert "decimals" in refusal(qtbot, dialog, "amount")
    write(dialog, amount="5000", reference="J-7")
    post(qtbot, dialog)
    account = desk.accounts.page
    qtbot.waitUntil(lambda: account.number == "10-00004")
    assert account.state is not None
    assert (account.state.currency, account.state.overdraft_limit_minor) == ("JPY", 5_000)
    assert account.header.available.text().replace(account.locale().groupSeparator(), ",") == "5,000 JPY"


def test_a_legal_hold_is_shown_stands_in_the_way_and_is_released(
    qtbot: QtBot, desk: DeskPage, page: CustomerPage
) -> None:
    desk.show_customer(BOB)
    dialog = form(desk, "hold")
    assert refusal(qtbot, dialog, "reason")
    write(dialog, reason="court order 7")
    post(qtbot, dialog)
    qtbot.waitUntil(lambda: "legal hold since" in page.pill.text())
    forgetting = form(desk, "forget")
    assert "under a legal hold" in forgetting.problem.text()
    assert not forgetting.post.isEnabled()
    forgetting.reject()
    assert "lease hold" in page.buttons["hold"].text()
    released = form(desk, "hold")
    write(released, reason="order lifted")
    post(qtbot, released)
    qtbot.waitUntil(lambda: page.pill.text() == "")
    newest = page.events.item(0, 3)
    assert newest is not None
    assert newest.text() == "order lifted"


@pytest.mark.parametrize("key", ["rename", "address", "contact", "open", "hold"])
def test_cancel_leaves_everything_as_it_was(
    qtbot: QtBot, desk: DeskPage, page: CustomerPage, key: str
) -> None:
    before = desk._context.session.books.ledger.head()
    dialog = form(desk, key)
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert desk._context.session.books.ledger.head() == before
