"""The balance chart: what it draws, and that it is one with the timeline."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from auditdesk.desktop.time.balance_chart import BalanceChart
from auditdesk.desktop.time.chart_data import busyness, date_ticks, density, step_line
from auditdesk.desktop.time.time_slider import SliderMark
from auditdesk.desktop.time.timeline import TimelineModel
from auditdesk.domain.instants import DAY_US, parse_instant
from tests.desktop.looks import DARK, LIGHT

START_US = parse_instant("2020-01-01T09:12:00Z")


class Bucket(NamedTuple):
    first_version: int
    last_version: int
    min_minor: int
    max_minor: int
    last_minor: int
    entries: int
    first_booked_at_us: int
    last_booked_at_us: int


def single(version: int, balance_minor: int) -> Bucket:
    at_us = START_US + version * DAY_US
    return Bucket(version, version, balance_minor, balance_minor, balance_minor, 1, at_us, at_us)


def by_version(version: int, _instant_us: int) -> float:
    return float(version)


def test_single_events_make_steps_in_major_units() -> None:
    xs, ys = step_line([single(1, 0), single(2, 15_050)], by_version, 2, 3.0)
    assert list(zip(xs, ys, strict=True))[-4:] == [(2.0, 0.0), (2.0, 150.5), (2.0, 150.5), (3.0, 150.5)]


def test_a_bucket_of_many_events_shows_its_whole_range() -> None:
    bucket = Bucket(1, 40, -700, 9_000, 500, 40, START_US, START_US + DAY_US)
    _xs, ys = step_line([bucket], by_version, 0, 40.0)
    assert (min(ys), max(ys), ys[-1]) == (-700.0, 9_000.0, 500.0)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30), st.sampled_from([0, 2, 3]))
def test_any_balance_can_be_drawn(balances: list[int], decimals: int) -> None:
    buckets = [single(version, balance) for version, balance in enumerate(balances, 1)]
    xs, ys = step_line(buckets, by_version, decimals, float(len(balances)))
    assert len(xs) == len(ys)
    assert xs == sorted(xs)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.integers(1, 60))
def test_the_density_strip_counts_every_event(counts: list[int], bins: int) -> None:
    buckets, version = [], 1
    for count in counts:
        last = version + count - 1
        buckets.append(Bucket(version, last, 0, 0, 0, count, START_US + version, START_US + last))
        version = last + 1
    counted = density(buckets, by_version, 1.0, float(max(version - 1, 2)), bins)
    assert round(sum(counted)) == sum(counts)


def test_busy_stretches_stand_out_along_a_scale_of_events() -> None:
    calm = Bucket(1, 50, 0, 0, 0, 50, START_US, START_US + 50 * DAY_US)
    busy = Bucket(51, 100, 0, 0, 0, 50, START_US + 50 * DAY_US, START_US + 51 * DAY_US)
    rates = busyness([calm, busy], 1.0, 100.0, 10)
    assert rates[-1] > 10 * rates[0]


def test_dates_are_labelled_as_coarsely_as_the_span_needs() -> None:
    first = date(2016, 2, 3)
    assert [label for _x, label in date_ticks(first, 0, 3650, 12)][:2] == ["2017", "2018"]
    assert date_ticks(first, 0, 180, 8)[0][1] == "2016-03"
    assert date_ticks(first, 0, 5, 8)[0][1] == "2016-02-03"


@given(st.floats(0, 40_000), st.floats(0, 40_000), st.integers(2, 20))
def test_labels_lie_in_order_within_the_scale(low: float, length: float, most: int) -> None:
    ticks = date_ticks(date(1999, 12, 31), low, low + length, most)
    places = [place for place, _label in ticks]
    assert places == sorted(set(places))
    assert all(low <= place <= low + length for place in places)


def a_chart(qtbot: QtBot, count: int = 400) -> tuple[BalanceChart, TimelineModel]:
    booked = [START_US + version * DAY_US for version in range(1, count + 1)]
    timeline = TimelineModel(
        lambda instant_us, _clock: bisect_right(booked, instant_us),
        lambda version: (booked[version - 1], booked[version - 1]),
        now_us=lambda: booked[-1] + DAY_US,
    )
    timeline.load(count)
    chart = BalanceChart(timeline, LIGHT)
    qtbot.addWidget(chart)
    chart.resize(700, 220)
    chart.set_series([single(version, version * 100) for version in range(1, count + 1)], "EUR")
    chart.show()
    return chart, timeline


def plot_of(chart: BalanceChart) -> QWidget:
    plot = chart.findChild(QWidget, "balancePlot")
    assert plot is not None
    return plot


def test_a_click_on_the_chart_moves_the_timeline_and_the_release_settles(qtbot: QtBot) -> None:
    chart, timeline = a_chart(qtbot)
    settled: list[int] = []
    timeline.settled.connect(settled.append)
    viewport = plot_of(chart).viewport()  # type: ignore[attr-defined] # a graphics view
    place = QPoint(viewport.width() // 2, viewport.height() // 2)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=place)
    assert 150 < timeline.version < 250
    assert settled == []
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=place)
    assert settled == [timeline.version]


def test_the_cursor_stands_where_the_timeline_does_and_only_in_the_past(qtbot: QtBot) -> None:
    chart, timeline = a_chart(qtbot)
    plot = chart._made_plot()
    assert not plot.cursor_line.isVisible()
    timeline.go_to(123)
    assert plot.cursor_line.isVisible()
    assert plot.cursor_line.value() == 123
    timeline.set_travel_by("date")
    timeline.go_to_value(50)
    assert plot.cursor_line.value() == 50


def test_it_tells_the_slider_where_its_plot_begins(qtbot: QtBot) -> None:
    chart, _timeline = a_chart(qtbot)
    with qtbot.waitSignal(chart.area_changed) as told:
        chart.resize(900, 260)
    assert told.args is not None
    left, right = told.args
    assert left > right > 0


def test_it_is_drawn_in_both_themes_by_event_and_by_date(qtbot: QtBot) -> None:
    chart, timeline = a_chart(qtbot)
    chart.set_marks([SliderMark(100, "Address changed")])
    chart.set_caption("24 Dec 2025 · 3,120.50")
    timeline.go_to(200)
    light = chart.grab().toImage()
    chart.apply_theme(DARK)
    timeline.set_travel_by("date")
    dark = chart.grab().toImage()
    assert light.pixelColor(2, 2) != dark.pixelColor(2, 2)
    assert chart.accessibleDescription() == "24 Dec 2025 · 3,120.50"


def test_a_single_event_and_a_currency_without_decimals_can_be_drawn(qtbot: QtBot) -> None:
    chart, _timeline = a_chart(qtbot, 1)
    chart.set_series([single(1, 84_200)], "JPY")
    assert not chart.grab().isNull()
    assert chart._made_plot().money.tickStrings([84_200.0], 1.0, 100.0)[0].startswith("84")


def test_an_account_without_entries_is_a_flat_strip() -> None:
    assert busyness([], 1.0, 50.0, 4) == [0.0] * 4
