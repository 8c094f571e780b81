"""The editable date of the time bar: write when, and be there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from auditdesk.desktop.time.moment_text import later_by_days, later_by_months, parse_when
from auditdesk.desktop.time.timeline import system_now_us
from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import day_of, end_of_day
from auditdesk.domain.moments import AtInstant, TimeAxis

_DAYS: Final[dict[int, int]] = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Minus: -1}
_MONTHS: Final[dict[int, int]] = {Qt.Key.Key_PageUp: 1, Qt.Key.Key_PageDown: -1}


class MomentField(QLineEdit):
    """A line that takes dates, instants, periods, `#version` and `now`, and steps by keys.

    While the text stands as it was shown, `+`/`-` go a day, PgUp/PgDn a month later or earlier and
    T goes to today. `travel_requested` carries the `Moment`; `failed` carries the sentence that
    says what is wrong, or an empty one. What was typed stays.
    """

    travel_requested = Signal(object)
    failed = Signal(str)

    def __init__(self, *, now_us: Callable[[], int] = system_now_us, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now_us = now_us
        self._clock: TimeAxis = "booked"
        self._day = date(1970, 1, 1)
        self._shown = ""
        self.setObjectName("momentField")
        self.setAccessibleName(self.tr("Go to date, instant or event"))
        self.setToolTip(
            self.tr(
                "2025-12-24, 2025-12, 2025-Q4, 2025-12-24 18:30, #312 or now. A day means its end, UTC.\n"
                "+ and - go a day, PgUp and PgDn a month, T goes to today. (Ctrl+G)"
            )
        )
        self.setMaxLength(64)
        self.returnPressed.connect(self._travel)
        self.textEdited.connect(self._clear_failure)

    def show_moment(self, text: str, day: date, clock: TimeAxis) -> None:
        """Show where the timeline is, unless something is being written."""
        self._day, self._clock = day, clock
        pristine = self.text() == self._shown
        self._shown = text
        if pristine or not self.hasFocus():
            self.setText(text)
            self._clear_failure()

    def refuse(self, sentence: str) -> None:
        """Say what is wrong with the text, and keep it."""
        self.setProperty("invalid", True)
        self.setAccessibleDescription(sentence)
        self.failed.emit(sentence)

    def event(self, event: QEvent) -> bool:
        """Escape takes back what was typed, before the page's own Escape leaves the past."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.text() != self._shown
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step by days and months; otherwise edit."""
        key = event.key()
        untouched = self.text() == self._shown
        if key in _MONTHS:
            self._go_to_day(later_by_months(self._day, _MONTHS[key]))
        elif untouched and key in _DAYS:
            self._go_to_day(later_by_days(self._day, _DAYS[key]))
        elif (
            untouched and key == Qt.Key.Key_T and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._go_to_day(day_of(self._now_us()))
        elif key == Qt.Key.Key_Escape and not untouched:
            self._restore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Offer the whole text for overwriting."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectAll()

    @Slot()
    def _travel(self) -> None:
        if self.text() == self._shown:
            return
        try:
            moment = parse_when(self.text(), today=day_of(self._now_us()), clock=self._clock)
        except Refused as refusal:
            self.refuse(str(refusal))
            return
        self._request(moment)

    def _go_to_day(self, day: date) -> None:
        self._request(AtInstant(end_of_day(day), self._clock))

    def _request(self, moment: object) -> None:
        typed, self._shown = self._shown, self.text()
        self._clear_failure()
        self.travel_requested.emit(moment)
        if self.property("invalid"):
            self._shown = typed

    def _restore(self) -> None:
        self.setText(self._shown)
        self.selectAll()
        self._clear_failure()

    @Slot()
    def _clear_failure(self) -> None:
        if self.property("invalid"):
            self.setProperty("invalid", False)
            self.setAccessibleDescription("")
            self.failed.emit("")
