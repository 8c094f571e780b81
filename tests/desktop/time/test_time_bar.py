"""The time bar and its slider: everything that moves moves the one timeline."""

from __future__ import annotations

from bisect import bisect_right

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QIcon, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from auditdesk.desktop.time.playback import Player
from auditdesk.desktop.time.time_bar import TimeBar
from auditdesk.desktop.time.time_keys import TimeKeys
from auditdesk.desktop.time.time_slider import SliderMark
from auditdesk.desktop.time.timeline import TimelineModel
from auditdesk.domain.instants import DAY_US, parse_instant
from tests.desktop.looks import DARK, LIGHT

START_US = parse_instant("2025-01-01T09:00:00Z")
COUNT = 50_000
HOUR_US = DAY_US // 24


def a_bar(qtbot: QtBot) -> tuple[TimeBar, TimelineModel, Player]:
    booked = [START_US + hour * HOUR_US for hour in range(COUNT)]
    timeline = TimelineModel(
        lambda instant_us, _clock: bisect_right(booked, instant_us),
        lambda version: (booked[version - 1], booked[version - 1]),
        now_us=lambda: booked[-1] + DAY_US,
    )
    player = Player(timeline)
    bar = TimeBar(timeline, player, LIGHT, lambda _name: QIcon(), now_us=lambda: booked[-1] + DAY_US)
    qtbot.addWidget(bar)
    bar.resize(800, 90)
    timeline.load(COUNT)
    bar.show()
    return bar, timeline, player


def test_it_is_a_slider_with_a_value_in_words(qtbot: QtBot) -> None:
    bar, timeline, _player = a_bar(qtbot)
    timeline.go_to(312)
    assert isinstance(bar.slider, QAbstractSlider)
    assert (bar.slider.minimum(), bar.slider.maximum(), bar.slider.value()) == (1, COUNT, 312)
    assert bar.slider.accessibleName()
    assert bar.slider.accessibleDescription() == "event 312 of 50000, 2025-01-14 08:00:00"


def test_an_assistive_tool_that_sets_the_value_travels(qtbot: QtBot) -> None:
    bar, timeline, _player = a_bar(qtbot)
    bar.slider.setValue(77)
    assert timeline.version == 77


@pytest.mark.parametrize(
    ("key", "modifier", "version"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 999),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 1001),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, 990),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 1010),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, COUNT),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, 1000 + 2499),
    ],
)
def test_keys_on_the_slider_step(
    qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, version: int
) -> None:
    bar, timeline, _player = a_bar(qtbot)
    timeline.go_to(1000)
    QTest.keyClick(bar.slider, key, modifier)
    assert timeline.version == version


def test_a_click_jumps_and_a_drag_moves_on_until_it_rests(qtbot: QtBot) -> None:
    bar, timeline, _player = a_bar(qtbot)
    settled: list[int] = []
    timeline.settled.connect(settled.append)
    middle = QPoint(round(bar.slider.x_of(25_000)), bar.slider.height() // 2)
    QTest.mousePress(bar.slider, Qt.MouseButton.LeftButton, pos=middle)
    assert abs(timeline.version - 25_000) <= 50
    QTest.mouseMove(bar.slider, middle + QPoint(100, 0))
    assert timeline.version > 30_000
    assert settled == []
    QTest.mouseRelease(bar.slider, Qt.MouseButton.LeftButton, pos=middle + QPoint(100, 0))
    assert settled == [timeline.version]


def test_a_notch_of_the_wheel_is_a_step(qtbot: QtBot) -> None:
    bar, timeline, _player = a_bar(qtbot)
    timeline.go_to(500)
    for notch, version in ((120, 501), (-120, 500), (60, 500), (60, 501)):
        event = QWheelEvent(
            QPointF(10, 10),
            QPointF(10, 10),
            QPoint(),
            QPoint(0, notch),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(bar.slider, event)
        assert timeline.version == version


def test_marks_are_named_under_the_mouse_and_lie_on_the_scale(qtbot: QtBot) -> None:
    bar, _timeline, _player = a_bar(qtbot)
    bar.set_marks([SliderMark(10_000, "Address changed"), SliderMark(40_000, "Look here")])
    assert bar.slider.text_at(bar.slider.x_of(10_000) + 2) == "Address changed"
    assert bar.slider.text_at(bar.slider.x_of(40_000)) == "Look here"
    assert bar.slider.text_at(bar.slider.x_of(25_000)) == ""
    bar.apply_theme(DARK)
    assert not bar.grab().isNull()


def test_the_slider_shares_the_scale_of_the_chart_above(qtbot: QtBot) -> None:
    bar, _timeline, _player = a_bar(qtbot)
    bar.slider.set_inset(60, 20)
    assert bar.slider.x_of(1) == 60
    assert bar.slider.x_of(COUNT) == bar.slider.width() - 20
    assert bar.slider.value_at(bar.slider.x_of(31_415)) == 31_415


def test_buttons_step_and_return_to_the_present(qtbot: QtBot) -> None:
    bar, timeline, _player = a_bar(qtbot)
    assert not bar.now.isEnabled()
    bar.first.click()
    bar.forward.click()
    assert timeline.version == 2
    bar.back.click()
    assert timeline.version == 1
    bar.now.click()
    assert (timeline.version, bar.now.isEnabled()) == (COUNT, False)


def test_the_place_and_the_field_say_where_it_stands(qtbot: QtBot) -> None:
    bar, timeline, _player = a_bar(qtbot)
    timeline.go_to(25)
    assert "25" in bar.place.text()
    assert bar.field.text() == "2025-01-02 09:00:00"
    bar.travel_by.setCurrentIndex(bar.travel_by.findData("date"))
    assert bar.field.text() == "2025-01-02"
    assert (bar.slider.minimum(), bar.slider.value()) == (0, 1)


def test_a_written_date_goes_there_and_one_before_the_first_event_says_why_not(qtbot: QtBot) -> None:
    bar, timeline, _player = a_bar(qtbot)
    bar.field.setText("2025-01")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert timeline.version == 31 * 24 - 9
    bar.field.setText("1999-12-31")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.problem.isVisible()
    assert "2025-01-01" in bar.problem.text()
    assert bar.field.text() == "1999-12-31"
    assert timeline.version == 31 * 24 - 9


def test_the_clock_and_the_speed_are_chosen_here(qtbot: QtBot) -> None:
    bar, timeline, player = a_bar(qtbot)
    bar.clock.setCurrentIndex(bar.clock.findData("recorded"))
    bar.speed.setCurrentIndex(bar.speed.findData("live"))
    assert (timeline.clock, player.speed) == ("recorded", "live")


def test_play_turns_into_pause_and_a_hand_on_the_slider_stops_it(qtbot: QtBot) -> None:
    bar, _timeline, player = a_bar(qtbot)
    bar.play.click()
    assert bar.play.accessibleName().startswith("Pause")
    QTest.mousePress(bar.slider, Qt.MouseButton.LeftButton, pos=QPoint(300, 15))
    assert not player.playing
    assert bar.play.accessibleName().startswith("Play")


def test_where_it_is_narrow_its_row_breaks_in_two(qtbot: QtBot) -> None:
    bar, _timeline, _player = a_bar(qtbot)
    bar.resize(1200, 90)
    qtbot.waitUntil(lambda: bar.play.y() + 20 > bar.field.y() > bar.play.y() - 20)
    assert bar.minimumSizeHint().width() < 620
    bar.resize(620, 120)
    qtbot.waitUntil(lambda: bar.field.y() >= bar.play.y() + bar.play.height())
    assert bar.now.geometry().right() <= bar.width()


def test_every_control_has_a_name_for_tests_and_for_ears(qtbot: QtBot) -> None:
    bar, _timeline, _player = a_bar(qtbot)
    controls = (bar.first, bar.back, bar.play, bar.forward, bar.last, bar.slider, bar.field)
    for control in (*controls, bar.speed, bar.clock, bar.travel_by):
        assert control.objectName()
        assert control.accessibleName()


def a_page(qtbot: QtBot) -> tuple[QWidget, TimelineModel, Player, QLineEdit, QPushButton]:
    bar, timeline, player = a_bar(qtbot)
    page = QWidget()
    qtbot.addWidget(page)
    memo, button = QLineEdit(), QPushButton("Deposit")
    layout = QVBoxLayout(page)
    for widget in (bar, memo, button):
        layout.addWidget(widget)
    keys = TimeKeys(
        page, timeline, player, neighbour=lambda at, way: at + 5 * way, go_to_date=bar.focus_field
    )
    assert keys.parent() is page
    page.show()
    return page, timeline, player, memo, button


def test_the_page_takes_the_keys_of_time(qtbot: QtBot) -> None:
    page, timeline, player, _memo, _button = a_page(qtbot)
    timeline.go_to(100)
    for key, version in (
        (Qt.Key.Key_Right, 101),
        (Qt.Key.Key_BracketRight, 106),
        (Qt.Key.Key_BracketLeft, 101),
        (Qt.Key.Key_Home, 1),
    ):
        QTest.keyClick(page, key)
        assert timeline.version == version
    QTest.keyClick(page, Qt.Key.Key_Space)
    assert player.playing
    QTest.keyClick(page, Qt.Key.Key_Space)
    assert not player.playing


def test_keys_of_time_never_fire_inside_inputs(qtbot: QtBot) -> None:
    _page, timeline, player, memo, button = a_page(qtbot)
    timeline.go_to(100)
    QTest.keyClicks(memo, "a [note] of mine")
    QTest.keyClick(memo, Qt.Key.Key_Left)
    QTest.keyClick(memo, Qt.Key.Key_Home)
    assert memo.text() == "a [note] of mine"
    assert (timeline.version, player.playing) == (100, False)
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, Qt.Key.Key_Space)
    assert not player.playing
