"""The time bar: one slider, and beside it everything that says where it stands or moves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from auditdesk.desktop.look.tokens import Palette
from auditdesk.desktop.time.moment_field import MomentField
from auditdesk.desktop.time.moment_text import written_instant
from auditdesk.desktop.time.playback import SPEEDS, Player
from auditdesk.desktop.time.time_slider import SliderMark, TimeSlider
from auditdesk.desktop.time.timeline import TimelineModel, system_now_us
from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import day_of
from auditdesk.domain.moments import Moment

FIELD_PX: Final = 164
# Room for the longest place, so that the row doesn't break up while playing.
ROOM_PX: Final = 40


class TimeBar(QWidget):
    """Slider, transport, "event n of N", date field, clock, by event or by date, and Now.

    `icon(name)` draws first, back, play, pause, forward and last in the colours of the theme.
    `marks_wanted` says that the scale has changed and marks are to be placed again.
    """

    marks_wanted = Signal()

    def __init__(
        self,
        timeline: TimelineModel,
        player: Player,
        palette: Palette,
        icon: Callable[[str], QIcon],
        *,
        now_us: Callable[[], int] = system_now_us,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._player = player
        self._icon = icon
        self.setObjectName("timeBar")
        self.setAccessibleName(self.tr("Time bar"))
        self.slider = TimeSlider(palette)
        self.field = MomentField(now_us=now_us)
        self.problem = QLabel()
        self.problem.setObjectName("momentProblem")
        self.problem.setProperty("problem", True)
        self.problem.hide()
        self._make_buttons()
        self._make_choices()
        self._lay_out()
        self._connect()
        self.apply_theme(palette)
        self._scale_changed()

    # --- making ------------------------------------------------------------------------

    def _make_buttons(self) -> None:
        timeline, player = self._timeline, self._player
        self.first = _button("firstButton", self.tr("First event (Home)"), timeline.first)
        self.back = _button("backButton", self.tr("One back (←)"), lambda: timeline.step(-1))
        self.play = _button("playButton", self.tr("Play (Space)"), player.toggle)
        self.forward = _button("forwardButton", self.tr("One forward (→)"), lambda: timeline.step(1))
        self.last = _button("lastButton", self.tr("Last event (End)"), timeline.last)
        for held in (self.back, self.forward):
            held.setAutoRepeat(True)
        self.now = QPushButton(self.tr("Now"))
        self.now.setObjectName("nowButton")
        self.now.setToolTip(self.tr("Return to the present (Esc)"))
        self.now.clicked.connect(timeline.last)

    def _make_choices(self) -> None:
        self.speed = _combo("speedCombo", self.tr("Playing speed"))
        for speed in SPEEDS:
            self.speed.addItem(
                self.tr("live") if speed == "live" else f"{speed}\N{MULTIPLICATION SIGN}", speed
            )
        self.speed.setToolTip(
            self.tr("Speed of playback. Live keeps the original rhythm, with idle times shortened.")
        )
        self.clock = _combo("clockCombo", self.tr("Time axis that dates refer to"))
        self.clock.addItem(self.tr("as booked"), "booked")
        self.clock.addItem(self.tr("as recorded"), "recorded")
        self.clock.setToolTip(
            self.tr("Booked: when the books say it happened. Recorded: when it was written.")
        )
        self.travel_by = _combo("travelByCombo", self.tr("Step of the slider"))
        self.travel_by.addItem(self.tr("by event"), "event")
        self.travel_by.addItem(self.tr("by date"), "date")
        self.place = QLabel()
        self.place.setObjectName("placeLabel")
        self.go_to = QLabel(self.tr("&Go to"))
        self.go_to.setProperty("muted", True)
        self.go_to.setBuddy(self.field)

    def _lay_out(self) -> None:
        walk = _row(self.first, self.back, self.play, self.forward, self.last, self.speed, self.place)
        walk.addStretch(1)
        jump = _row(self.go_to, self.field, self.clock, self.travel_by, self.now)
        self.field.setMinimumWidth(FIELD_PX)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._rows.setSpacing(6)
        self._rows.addLayout(walk, 1)
        self._rows.addLayout(jump)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.slider)
        layout.addLayout(self._rows)
        layout.addWidget(self.problem)
        self._parts = (walk, jump)

    def _wanted_px(self) -> tuple[int, int]:
        """The widths of the two halves of the row below the slider."""
        walk, jump = (part.minimumSize().width() for part in self._parts)
        return walk, jump

    def minimumSizeHint(self) -> QSize:
        """The least width is that of the wider half: without room side by side, they stand in two rows."""
        return QSize(max(self._wanted_px()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the bar out in one row, or in two where the width is too small."""
        side_by_side = event.size().width() >= sum(self._wanted_px()) + ROOM_PX
        directions = QBoxLayout.Direction
        self._rows.setDirection(directions.LeftToRight if side_by_side else directions.TopToBottom)
        super().resizeEvent(event)

    def _connect(self) -> None:
        self._timeline.moved.connect(self._follow)
        self._timeline.scale_changed.connect(self._scale_changed)
        self._player.playing_changed.connect(self._show_playing)
        self.slider.valueChanged.connect(self._travel)
        self.slider.sliderPressed.connect(self._player.pause)
        self.slider.sliderReleased.connect(self._timeline.settle)
        self.field.travel_requested.connect(self._go_to_moment)
        self.field.failed.connect(self._show_problem)
        self.speed.currentIndexChanged.connect(self._choose_speed)
        self.clock.currentIndexChanged.connect(self._choose_clock)
        self.travel_by.currentIndexChanged.connect(self._choose_travel_by)

    # --- what the page may ask -----------------------------------------------------------

    def set_marks(self, marks: Sequence[SliderMark]) -> None:
        """Mark the owner's events on the scale."""
        self.slider.set_marks(marks)

    def apply_theme(self, palette: Palette) -> None:
        """Apply the theme."""
        self.slider.apply_theme(palette)
        for button, name in (
            (self.first, "first"),
            (self.back, "back"),
            (self.forward, "forward"),
            (self.last, "last"),
        ):
            button.setIcon(self._icon(name))
        self._show_playing(self._player.playing)

    @Slot()
    def focus_field(self) -> None:
        """Put the cursor into the date field, its text selected."""
        self.field.setFocus()
        self.field.selectAll()

    # --- following ---------------------------------------------------------------------

    @Slot()
    def _scale_changed(self) -> None:
        timeline = self._timeline
        # A new range clamps the old value and tells so, which would travel to an event that nobody chose.
        self.slider.blockSignals(True)
        self.slider.setRange(timeline.minimum, timeline.maximum)
        self.slider.setPageStep(max((timeline.maximum - timeline.minimum) // 20, 10))
        self.slider.blockSignals(False)
        self.setEnabled(timeline.count > 0)
        self.marks_wanted.emit()
        self._follow(timeline.version)

    @Slot(object)
    def _follow(self, version: int) -> None:
        timeline = self._timeline
        self.slider.setValue(timeline.value)
        number = self.locale().toString
        self.place.setText(
            self.tr("event <b>{n}</b> of {count}").format(n=number(version), count=number(timeline.count))
        )
        self.now.setEnabled(timeline.is_past)
        if timeline.count:
            text = _field_text(timeline)
            self.field.show_moment(text, day_of(timeline.shown_us), timeline.clock)
            self.slider.setAccessibleDescription(
                self.tr("event {n} of {count}, {when}").format(n=version, count=timeline.count, when=text)
            )

    # --- leading -----------------------------------------------------------------------

    @Slot(int)
    def _travel(self, value: int) -> None:
        # The slider tells when it follows, too: by days, that would move an event to the end of its day.
        if value != self._timeline.value:
            self._timeline.go_to_value(value, moving=self.slider.moving)

    @Slot(object)
    def _go_to_moment(self, moment: Moment) -> None:
        self._player.pause()
        try:
            self._timeline.go_to_moment(moment)
        except Refused as refusal:
            self.field.refuse(str(refusal))

    @Slot(str)
    def _show_problem(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    @Slot(bool)
    def _show_playing(self, playing: bool) -> None:  # noqa: FBT001 - a signal's datum
        self.play.setIcon(self._icon("pause" if playing else "play"))
        name = self.tr("Pause (Space)") if playing else self.tr("Play (Space)")
        self.play.setToolTip(name)
        self.play.setAccessibleName(name)

    @Slot()
    def _choose_speed(self) -> None:
        self._player.set_speed(self.speed.currentData())

    @Slot()
    def _choose_clock(self) -> None:
        self._timeline.set_clock(self.clock.currentData())

    @Slot()
    def _choose_travel_by(self) -> None:
        self._timeline.set_travel_by(self.travel_by.currentData())


def _field_text(timeline: TimelineModel) -> str:
    """By date the day, else the instant: as the field itself can read it back."""
    if timeline.travel_by == "date":
        return day_of(timeline.shown_us).isoformat()
    return written_instant(timeline.shown_us)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget)
    return row


def _button(name: str, tip: str, action: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setAutoRaise(True)
    button.clicked.connect(lambda _checked: action())
    return button


def _combo(name: str, accessible: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    combo.setAccessibleName(accessible)
    return combo
