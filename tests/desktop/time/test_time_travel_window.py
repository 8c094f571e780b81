"""Moving through an account's and a customer's time: four views as one, and a past that can't be missed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QWidget
from pytestqt.qtbot import QtBot

from auditdesk.desktop.account.page import AccountPage
from auditdesk.desktop.account.register_model import CURRENT_ROLE
from auditdesk.desktop.customer.page import CustomerPage
from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands.customer import ChangeAddress
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.moments import NOW, AtInstant, AtVersion
from tests.desktop.driving import Colleague
from tests.desktop.small_bank import JANE, MAIN

BALANCE_AT_41 = "820.00 EUR"  # forty wages, of 1.00 to 40.00, the first event being the opening


@pytest.fixture
def page(qtbot: QtBot, desk: WorkspacePage) -> AccountPage:
    shown = desk.accounts.page
    if not shown.model.rowCount():
        qtbot.waitUntil(lambda: shown.model.rowCount() == 121)
    return shown


@pytest.fixture
def customer(desk: WorkspacePage) -> CustomerPage:
    desk.show_customer(JANE)
    return desk.customers.page


def current_rows(page: AccountPage) -> list[int]:
    """The versions of the rows that the register marks as the one we are at."""
    model = page.model
    return [
        model.version_of(row) for row in range(model.rowCount()) if model.index(row, 0).data(CURRENT_ROLE)
    ]


def everything_is_at(qtbot: QtBot, page: AccountPage, version: int, balance: str) -> None:
    assert page.timeline.version == version
    assert f"<b>{version}</b> of 121" in page.bar.place.text()
    assert page.header.balance.text().replace(page.locale().groupSeparator(), ",") == balance
    qtbot.waitUntil(lambda: current_rows(page) == [version])
    panel = page.panel.text_of("balance").replace(page.locale().groupSeparator(), ",")
    assert panel.startswith(balance.removesuffix(" EUR"))
    shown = page.chart.accessibleDescription().replace(page.locale().groupSeparator(), ",")
    assert shown.endswith(balance.removesuffix(" EUR"))


def test_all_views_begin_at_the_present(qtbot: QtBot, page: AccountPage) -> None:
    everything_is_at(qtbot, page, 121, "7,260.00 EUR")
    assert page.timeline.moment == NOW
    assert page.banner.isHidden()
    assert page.header.balance_caption.text() == "ledger balance now"
    assert not page.bar.now.isEnabled()


def test_the_slider_leads_and_all_follow_into_a_past_that_cant_be_missed(
    qtbot: QtBot, page: AccountPage
) -> None:
    page.bar.slider.setValue(41)
    everything_is_at(qtbot, page, 41, BALANCE_AT_41)
    assert page.banner.isVisible()
    assert "Commands are off" in page.banner.sentence.text()
    assert page.header.balance_caption.text() == "ledger balance then"
    for key in ("deposit", "withdraw", "transfer", "fee", "freeze", "close"):
        assert not page.header.command(key).isEnabled()
        assert "past" in page.header.command(key).toolTip()
    assert page.panel.text_of("owner") == "Jane Döe"
    assert "12 Long Street" in page.panel.text_of("address")


@pytest.mark.parametrize(
    "back",
    [
        lambda page: page.banner.action.click(),
        lambda page: page.bar.now.click(),
        lambda page: page.bar.last.click(),
        lambda page: QTest.keyClick(page, Qt.Key.Key_Escape),
        lambda page: QTest.keyClick(page.bar.slider, Qt.Key.Key_End),
    ],
    ids=["banner", "now", "last", "escape", "end"],
)
def test_every_way_back_leads_to_the_present(
    qtbot: QtBot, page: AccountPage, back: Callable[[AccountPage], None]
) -> None:
    page.timeline.go_to(41)
    back(page)
    everything_is_at(qtbot, page, 121, "7,260.00 EUR")
    assert page.banner.isHidden()
    assert page.header.command("deposit").isEnabled()


@pytest.mark.parametrize(
    ("key", "modifier", "version"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 40),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 42),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, 31),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 51),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_BracketLeft, Qt.KeyboardModifier.NoModifier, 40),
        (Qt.Key.Key_BracketRight, Qt.KeyboardModifier.NoModifier, 42),
    ],
)
def test_keys_step_through_the_events(
    page: AccountPage, key: Qt.Key, modifier: Qt.KeyboardModifier, version: int
) -> None:
    page.timeline.go_to(41)
    QTest.keyClick(page.bar.slider, key, modifier)
    assert page.timeline.version == version


def test_the_buttons_step_to_first_back_forward_and_last(page: AccountPage) -> None:
    bar, seen = page.bar, []
    for button in (bar.first, bar.forward, bar.forward, bar.back, bar.last):
        button.click()
        seen.append(page.timeline.version)
    assert seen == [1, 2, 3, 2, 121]


def test_play_goes_on_by_itself_to_the_end_and_stops_when_asked(qtbot: QtBot, page: AccountPage) -> None:
    page.timeline.go_to(110)
    page.bar.play.click()
    assert page.player.playing
    assert "Pause" in page.bar.play.toolTip()
    qtbot.waitUntil(lambda: page.timeline.version > 111)
    page.bar.play.click()
    assert not page.player.playing
    stopped = page.timeline.version
    page.bar.speed.setCurrentIndex(page.bar.speed.findData(5))
    page.bar.play.click()
    qtbot.waitUntil(lambda: page.timeline.version == 121, timeout=10_000)
    qtbot.waitUntil(lambda: not page.player.playing)
    assert stopped > 111
    assert page.banner.isHidden()


@pytest.mark.parametrize(
    ("typed", "version"),
    [("2025-02-15", 41), ("#7", 7), ("2025-Q1", 85), ("2025-02-15T09:00:00Z", 40)],
)
def test_a_moment_that_is_typed_is_gone_to(qtbot: QtBot, page: AccountPage, typed: str, version: int) -> None:
    page.bar.field.setFocus()
    page.bar.field.selectAll()
    QTest.keyClicks(page.bar.field, typed)
    QTest.keyClick(page.bar.field, Qt.Key.Key_Return)
    assert page.timeline.version == version
    assert page.banner.isVisible()


@pytest.mark.parametrize("typed", ["yesterday-ish", "2025-02-30", "1999-01-01", "#500"])
def test_a_moment_that_is_none_is_said_beside_the_field_and_stays_typed(
    page: AccountPage, typed: str
) -> None:
    page.bar.field.selectAll()
    QTest.keyClicks(page.bar.field, typed)
    QTest.keyClick(page.bar.field, Qt.Key.Key_Return)
    assert page.bar.problem.isVisible()
    assert page.bar.problem.text()
    assert page.bar.field.text() == typed
    assert page.timeline.version == 121


def test_by_date_a_step_is_a_day_and_the_whole_day_counts(qtbot: QtBot, page: AccountPage) -> None:
    page.bar.travel_by.setCurrentIndex(page.bar.travel_by.findData("date"))
    assert page.bar.slider.maximum() == 120
    page.bar.slider.setValue(40)
    assert page.timeline.version == 41
    moment = page.timeline.moment
    assert isinstance(moment, AtInstant)
    assert page.bar.field.text() == "2025-02-15"
    QTest.keyClick(page.bar.slider, Qt.Key.Key_Right)
    assert page.bar.field.text() == "2025-02-16"
    page.bar.travel_by.setCurrentIndex(page.bar.travel_by.findData("event"))
    assert page.bar.slider.maximum() == 121


def test_the_clock_is_chosen_and_the_banner_names_it(page: AccountPage) -> None:
    page.timeline.go_to(41)
    assert "as booked" in page.banner.sentence.text()
    page.bar.clock.setCurrentIndex(page.bar.clock.findData("recorded"))
    assert "as recorded" in page.banner.sentence.text()
    assert page.timeline.version == 41


def test_a_row_of_the_register_leads_too(qtbot: QtBot, page: AccountPage) -> None:
    table = page.register.table
    row = page.model.nearest_row(30)
    table.scrollTo(page.model.index(row, 0))
    QTest.mouseClick(
        table.viewport(),
        Qt.MouseButton.LeftButton,
        pos=table.visualRect(page.model.index(row, 2)).center(),
    )
    everything_is_at(qtbot, page, 30, "435.00 EUR")
    assert page.timeline.moment == AtVersion(30)


def test_a_click_on_the_slider_goes_there(page: AccountPage) -> None:
    slider = page.bar.slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, slider.height() // 2))
    assert 50 < page.timeline.version < 72


def test_the_panel_says_what_changed(page: AccountPage) -> None:
    page.timeline.go_to(41)
    assert "40.00" in page.panel.change_of("balance")
    texts = [label.text() for label in page.panel.findChildren(QWidget) if hasattr(label, "text")]
    assert any("Wage 40" in text for text in texts)
    assert any("Acme" in text for text in texts)


def test_where_a_customer_lived_is_seen_in_the_account_and_on_the_customers_page(
    qtbot: QtBot, desk: WorkspacePage, page: AccountPage
) -> None:
    assert "Oak Street 3" in page.panel.text_of("address")
    page.timeline.go_to(50)
    assert "12 Long Street" in page.panel.text_of("address")
    desk.show_customer(JANE)
    customer = desk.customers.page
    assert "Oak Street 3" in customer.values["street"].text()
    customer.bar.field.selectAll()
    QTest.keyClicks(customer.bar.field, "2025-02-01")
    QTest.keyClick(customer.bar.field, Qt.Key.Key_Return)
    assert "12 Long Street" in customer.values["street"].text()
    assert customer.banner.isVisible()
    assert not customer.buttons["rename-customer"].isEnabled()
    assert "past" in customer.buttons["rename-customer"].toolTip()
    QTest.keyClick(customer, Qt.Key.Key_Escape)
    assert "Oak Street 3" in customer.values["street"].text()
    assert customer.buttons["rename-customer"].isEnabled()


def test_an_account_can_be_opened_at_a_moment(desk: WorkspacePage, page: AccountPage) -> None:
    desk.show_account(MAIN, AtVersion(12))
    assert page.timeline.version == 12
    assert page.banner.isVisible()


def test_the_slider_is_dragged_and_the_register_follows_when_it_rests(
    qtbot: QtBot, page: AccountPage
) -> None:
    slider = page.bar.slider
    here, there = (QPoint(round(slider.x_of(version)), slider.height() // 2) for version in (100, 41))
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=here)
    QTest.mouseMove(slider, there)
    assert page.header.balance.text() == BALANCE_AT_41
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=there)
    everything_is_at(qtbot, page, 41, BALANCE_AT_41)


def test_a_click_into_the_chart_leads_too(qtbot: QtBot, page: AccountPage) -> None:
    plot = page.chart.findChild(QAbstractScrollArea, "balancePlot")
    assert isinstance(plot, QAbstractScrollArea)
    area = plot.viewport()
    QTest.mouseClick(area, Qt.MouseButton.LeftButton, pos=area.rect().center())
    at = page.timeline.version
    assert 30 < at < 90
    balance_minor = 100 * at * (at - 1) // 2
    balance = f"{balance_minor // 100:,}.{balance_minor % 100:02d} EUR"
    everything_is_at(qtbot, page, at, balance)


def test_space_plays_from_the_register_and_is_typed_in_the_date_field(page: AccountPage) -> None:
    page.timeline.go_to(41)
    QTest.keyClick(page.register.table, Qt.Key.Key_Space)
    assert page.player.playing
    QTest.keyClick(page.register.table, Qt.Key.Key_Space)
    assert not page.player.playing
    QTest.keyClick(page, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(page.bar.field, "2025 [")
    QTest.keyClick(page.bar.field, Qt.Key.Key_Home)
    assert not page.player.playing
    assert page.bar.field.text() == "2025 ["
    assert page.timeline.version == 41


def test_escape_in_the_date_field_takes_back_what_was_typed_and_then_the_past(
    window: MainWindow, page: AccountPage
) -> None:
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    page.timeline.go_to(41)
    shown = page.bar.field.text()
    page.bar.focus_field()
    QTest.keyClicks(page.bar.field, "2025-02-30")
    QTest.keyClick(page.bar.field, Qt.Key.Key_Return)
    assert page.bar.problem.isVisible()
    QTest.keyClick(page.bar.field, Qt.Key.Key_Escape)
    assert (page.bar.field.text(), page.timeline.version) == (shown, 41)
    assert page.bar.problem.isHidden()
    QTest.keyClick(page.bar.field, Qt.Key.Key_Escape)
    assert page.timeline.version == 121


def test_who_looks_at_the_past_stays_there_while_the_log_grows(
    qtbot: QtBot, desk: WorkspacePage, page: AccountPage, customer: CustomerPage, colleague: Colleague
) -> None:
    page.timeline.go_to(41)
    customer.timeline.go_to(1)
    colleague(lambda hers: (hers.issue(Deposit(MAIN, 500)), hers.issue(ChangeAddress(JANE, "Hill 9"))))
    desk._context.changed.emit()
    assert (page.timeline.version, page.timeline.count) == (41, 122)
    assert (customer.timeline.version, customer.timeline.count) == (1, 3)
    assert "12 Long Street" in customer.values["street"].text()
    assert customer.banner.isVisible()
    assert not customer.buttons["rename-customer"].isEnabled()
    assert customer.events.rowCount() == 3
    customer.banner.action.click()
    assert "Hill 9" in customer.values["street"].text()


def test_who_looks_at_the_present_follows_the_log(
    desk: WorkspacePage, page: AccountPage, customer: CustomerPage, colleague: Colleague
) -> None:
    colleague(lambda hers: (hers.issue(Deposit(MAIN, 500)), hers.issue(ChangeAddress(JANE, "Hill 9"))))
    desk._context.changed.emit()
    assert (page.timeline.version, customer.timeline.version) == (122, 3)
    assert page.banner.isHidden()
    assert page.header.balance.text().replace(page.locale().groupSeparator(), ",") == "7,265.00 EUR"
    assert "Hill 9" in customer.values["street"].text()


def test_a_customers_time_bar_goes_by_event_by_date_and_by_the_other_clock(customer: CustomerPage) -> None:
    bar = customer.bar
    bar.first.click()
    assert "12 Long Street" in customer.values["street"].text()
    QTest.keyClick(bar.slider, Qt.Key.Key_End)
    assert "Oak Street 3" in customer.values["street"].text()
    bar.travel_by.setCurrentIndex(bar.travel_by.findData("date"))
    bar.slider.setValue(59)
    assert "12 Long Street" in customer.values["street"].text()
    assert bar.field.text() == "2025-03-06"
    bar.clock.setCurrentIndex(bar.clock.findData("recorded"))
    assert "12 Long Street" in customer.values["street"].text()
    customer.banner.action.click()
    assert "Oak Street 3" in customer.values["street"].text()
    assert customer.banner.isHidden()


@pytest.mark.parametrize(("version", "street"), [(1, "12 Long Street"), (2, "Oak Street 3")])
def test_a_customers_event_in_the_log_leads_to_the_customer_at_that_event(
    desk: WorkspacePage, version: int, street: str
) -> None:
    history = desk._context.session.history
    desk.go_to("log")
    log = desk.log
    log.go_to_position(history.event(f"customer/{JANE}", version).envelope.position)
    row = log.table.visualRect(log.table.currentIndex())
    QTest.mouseClick(log.table.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    QTest.mouseDClick(log.table.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    customer = desk.customers.page
    assert desk.pages.currentWidget() is desk.customers
    assert (customer.number, customer.timeline.version) == (JANE, version)
    assert customer.values["street"].text() == street
    assert customer.banner.isVisible() is (version == 1)
