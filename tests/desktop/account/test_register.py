"""The register: whole or filtered, greyed after the moment, one with the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from auditdesk.desktop.account.filter_chips import Chip
from auditdesk.desktop.account.register_model import (
    CURRENT_ROLE,
    FUTURE_ROLE,
    MASK_ROLE,
    RegisterModel,
    money_bounds,
)
from auditdesk.desktop.account.register_view import RegisterView
from auditdesk.desktop.time.timeline import TimelineModel
from auditdesk.domain.instants import DAY_US, parse_instant
from auditdesk.domain.personal import Mask
from auditdesk.services.history.views import BalanceBucket
from tests.desktop.looks import DARK, FORMATS, LIGHT

START_US = parse_instant("2020-01-01T09:12:00Z")
ERASED = Mask("erased", date(2026, 3, 14))
COUNT = 50_000


class Line(NamedTuple):
    version: int
    booked_at_us: int
    tag: str
    amount_minor: int | None
    balance_minor: int
    operator: str = "a.ruiz"
    value_date: str = "2020-01-01"
    stated_balance_minor: int | None = None
    counterparty: str | Mask = "Northwind Ltd"
    memo: str | Mask = "Rent\nNovember"
    other_account: str = ""


def line(version: int) -> Line:
    withdrawn = version % 3 == 0
    return Line(
        version=version,
        booked_at_us=START_US + version * DAY_US // 100,
        tag="MoneyWithdrawn" if withdrawn else "MoneyDeposited",
        amount_minor=-5_000 if withdrawn else 7_050,
        balance_minor=312_050,
        memo=ERASED if version == 11 else "Rent\nNovember",
    )


def lines(versions: Sequence[int]) -> Sequence[Line]:
    return [line(version) for version in versions]


def a_model(count: int = COUNT) -> RegisterModel:
    model = RegisterModel(lines, LIGHT, FORMATS)
    model.load(count, "EUR")
    return model


def a_view(qtbot: QtBot, count: int = COUNT) -> tuple[RegisterView, RegisterModel, TimelineModel]:
    timeline = TimelineModel(lambda _us, _clock: 0, lambda version: (START_US + version,) * 2)
    model = RegisterModel(lines, LIGHT, FORMATS)
    view = RegisterView(
        timeline, model, lambda tags: range(3, count + 1, 3) if tags == ("MoneyWithdrawn",) else []
    )
    qtbot.addWidget(view)
    view.resize(810, 320)
    model.load(count, "EUR")
    timeline.load(count)
    view.set_chips(
        [
            Chip("all", "All", (), count),
            Chip("withdrawals", "Withdrawals", ("MoneyWithdrawn",), count // 3),
            Chip("fees", "Fees", ("FeeCharged",), 0),
        ]
    )
    view.show()
    return view, model, timeline


def text(model: RegisterModel, row: int, key: str) -> str:
    return str(model.index(row, column(model, key)).data())


def column(model: RegisterModel, key: str) -> int:
    return [shown.key for shown in model.columns].index(key)


def test_the_register_is_a_table_as_qt_means_it(qtmodeltester: ModelTester, qtbot: QtBot) -> None:
    assert qtbot is not None
    qtmodeltester.check(a_model(300))  # type: ignore[no-untyped-call] # pytest-qt's own


def test_debit_and_credit_stand_apart_and_balance_runs(qtbot: QtBot) -> None:
    assert qtbot is not None
    model = a_model()
    assert (text(model, 2, "debit"), text(model, 2, "credit")) == ("50.00", "")
    assert (text(model, 0, "debit"), text(model, 0, "credit")) == ("", "70.50")
    assert text(model, 0, "balance").endswith("120.50")
    assert text(model, 0, "memo") == "Rent November"


def test_rows_after_the_moment_are_the_future_and_one_row_is_current(qtbot: QtBot) -> None:
    assert qtbot is not None
    model = a_model()
    model.set_current(100)
    assert [bool(model.index(row, 0).data(FUTURE_ROLE)) for row in (98, 99, 100)] == [False, False, True]
    assert [bool(model.index(row, 0).data(CURRENT_ROLE)) for row in (98, 99, 100)] == [False, True, False]
    font = model.index(99, 0).data(Qt.ItemDataRole.FontRole)
    assert isinstance(font, QFont)
    assert font.bold()
    grey = model.index(100, 1).data(Qt.ItemDataRole.ForegroundRole)
    model.apply_theme(DARK)
    assert model.index(100, 1).data(Qt.ItemDataRole.ForegroundRole) != grey


def test_an_erased_memo_says_so_in_its_own_style(qtbot: QtBot) -> None:
    assert qtbot is not None
    model = a_model()
    cell = model.index(10, column(model, "memo"))
    assert "erased" in cell.data()
    assert "2026" in cell.data()
    assert cell.data(MASK_ROLE) == ERASED
    assert cell.data(Qt.ItemDataRole.FontRole).italic()
    assert model.index(9, column(model, "memo")).data(MASK_ROLE) is None


def test_a_filtered_register_knows_its_versions_and_the_nearest_row(qtbot: QtBot) -> None:
    assert qtbot is not None
    model = a_model()
    model.set_versions([3, 6, 9, 4_000])
    assert (model.rowCount(), text(model, 3, "version")) == (4, "4000")
    assert [model.nearest_row(version) for version in (1, 3, 8, 50_000)] == [0, 0, 1, 3]


def test_the_row_follows_the_timeline_and_leads_it(qtbot: QtBot) -> None:
    view, _model, timeline = a_view(qtbot)
    timeline.go_to(40_000)
    assert view.table.currentIndex().row() == 39_999
    shown = view.table.visualRect(view.table.currentIndex())
    assert view.table.viewport().rect().contains(shown.center())
    QTest.keyClick(view.table, Qt.Key.Key_Down)
    assert timeline.version == 40_001
    view.table.setCurrentIndex(view.table.model().index(39_990, 0))
    assert timeline.version == 39_991


def test_a_drag_is_followed_by_and_by(qtbot: QtBot) -> None:
    view, model, timeline = a_view(qtbot)
    for version in (30_000, 20_000, 10_000):
        timeline.go_to(version, moving=True)
    qtbot.waitUntil(lambda: bool(model.index(9_999, 0).data(CURRENT_ROLE)))
    assert view.table.currentIndex().row() == 9_999


def test_the_memo_is_in_sight_without_scrolling_sideways(qtbot: QtBot) -> None:
    view, model, _timeline = a_view(qtbot)
    assert view.table.horizontalScrollBar().maximum() == 0
    memo = column(model, "memo")
    assert view.table.columnViewportPosition(memo) + 80 <= view.table.viewport().width()
    view.show_column("stated", shown=True)
    assert not view.table.isColumnHidden(column(model, "stated"))


def test_in_a_narrow_window_the_counterparty_gives_way_to_the_memo(qtbot: QtBot) -> None:
    view, model, _timeline = a_view(qtbot)
    view.resize(640, 320)
    qtbot.waitUntil(lambda: view.table.isColumnHidden(column(model, "counterparty")))
    assert view.table.horizontalScrollBar().maximum() == 0
    view.resize(900, 320)
    qtbot.waitUntil(lambda: not view.table.isColumnHidden(column(model, "counterparty")))


def test_a_chip_filters_and_the_same_chip_clears(qtbot: QtBot) -> None:
    view, model, timeline = a_view(qtbot)
    timeline.go_to(100)
    chip = view.chips.findChild(QPushButton, "chip_withdrawals")
    assert isinstance(chip, QPushButton)
    chip.click()
    assert model.rowCount() == COUNT // 3
    assert text(model, 0, "version") == "3"
    assert timeline.version == 100
    chip.click()
    assert model.rowCount() == COUNT


def test_an_empty_filter_says_why_and_what_to_do(qtbot: QtBot) -> None:
    view, _model, _timeline = a_view(qtbot)
    chip = view.chips.findChild(QPushButton, "chip_fees")
    assert isinstance(chip, QPushButton)
    chip.click()
    assert view.empty.isVisible()
    assert "All" in view.empty.text()
    everything = view.chips.findChild(QPushButton, "chip_all")
    assert isinstance(everything, QPushButton)
    everything.click()
    assert view.table.isVisible()


def test_a_row_can_be_copied_explained_and_travelled_to(qtbot: QtBot) -> None:
    view, _model, timeline = a_view(qtbot)
    actions = {action.text(): action for action in view.menu_of(6).actions()}
    actions["Go to this moment"].trigger()
    assert timeline.version == 7
    with qtbot.waitSignal(view.explain_requested) as explained:
        actions["Explain…"].trigger()
    assert explained.args == [7]
    actions["Copy row"].trigger()
    copied = QGuiApplication.clipboard().text().split("\t")
    assert copied[0] == "7"
    assert "70.50" in copied


def test_new_events_appear_at_the_end(qtbot: QtBot) -> None:
    view, model, timeline = a_view(qtbot, 10)
    model.grow(11)
    timeline.extend(11)
    assert (model.rowCount(), view.table.currentIndex().row()) == (11, 10)


def cut_money(view: RegisterView, model: RegisterModel, rows: Sequence[int]) -> list[str]:
    """The amounts of these rows that are wider than their column."""
    table = view.table
    return [
        str(index.data())
        for row in rows
        for key in ("debit", "credit", "balance")
        for index in (model.index(row, column(model, key)),)
        if table.sizeHintForIndex(index).width() > table.columnWidth(index.column())
    ]


@pytest.mark.parametrize("width", [380, 560, 810, 1400])
def test_money_is_never_cut_however_narrow_the_register(qtbot: QtBot, width: int) -> None:
    view, model, timeline = a_view(qtbot, 40)
    view.resize(width, 320)
    rich = [
        line(version)._replace(amount_minor=sign * 99_999_999_999_99, balance_minor=-(2**62))
        for version, sign in zip(range(1, 41), [1, -1] * 20, strict=True)
    ]
    model._fetch = lambda versions: [rich[version - 1] for version in versions]
    model.load(40, "EUR")
    timeline.load(40)
    qtbot.waitUntil(lambda: not cut_money(view, model, range(40)))
    view.table.setColumnWidth(column(model, "balance"), 30)
    assert not cut_money(view, model, range(40)), "a hand made a figure too narrow to read"


def test_money_has_room_before_its_row_is_in_sight(qtbot: QtBot) -> None:
    view, model, _timeline = a_view(qtbot)
    series = [
        BalanceBucket(1, 1, 7_050, 7_050, 7_050, 1, 0, 0),
        BalanceBucket(2, 40, -(10**15), 9_000, 5_000, 39, 0, 0),
    ]
    model.expect(money_bounds(series))
    assert model.widest_texts("balance")[0].startswith("-1000000000")
    needed = view.table.fontMetrics().horizontalAdvance(model.widest_texts("debit")[1])
    qtbot.waitUntil(lambda: view.table.columnWidth(column(model, "debit")) > needed)
    model.load(3, "EUR")
    qtbot.waitUntil(lambda: view.table.columnWidth(column(model, "debit")) < needed)


def test_counterparty_takes_its_share_of_the_spare_room_but_not_from_a_hand(qtbot: QtBot) -> None:
    view, model, _timeline = a_view(qtbot, 40)
    table, place = view.table, column(model, "counterparty")
    view.resize(1600, 320)
    shared = table.columnWidth(place)
    assert shared > 200
    view.resize(950, 320)
    assert 94 < table.columnWidth(place) < shared
    table.setColumnWidth(place, 120)
    view.resize(1600, 320)
    assert table.columnWidth(place) == 120
