"""The keys of time travel. They reach the page only when no input wanted them first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from auditdesk.desktop.time.playback import Player
from auditdesk.desktop.time.timeline import TimelineModel

Neighbour = Callable[[int, Literal[-1, 1]], int | None]

_NONE: Final = Qt.KeyboardModifier.NoModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
_CTRL: Final = Qt.KeyboardModifier.ControlModifier
# On many keyboards a bracket needs AltGr, which arrives as Ctrl+Alt or as a group switch.
_UNSHIFTED: Final = (
    _NONE,
    _CTRL | Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.GroupSwitchModifier,
)
_STEPS: Final[dict[tuple[int, Qt.KeyboardModifier], int]] = {
    (Qt.Key.Key_Left, _NONE): -1,
    (Qt.Key.Key_Right, _NONE): 1,
    (Qt.Key.Key_Left, _SHIFT): -10,
    (Qt.Key.Key_Right, _SHIFT): 10,
}


class TimeKeys(QObject):
    """Space plays, ←/→ step, Shift+←/→ ten, Home/End, [ and ] by type, Ctrl+G to the date field.

    Installed on a page, it sees the key events that the focused child did not use: a line edit
    keeps its letters and arrows, a button its Space. `neighbour(version, direction)` gives the
    previous or next event of the same type, or None.
    """

    def __init__(
        self,
        page: QWidget,
        timeline: TimelineModel,
        player: Player,
        *,
        neighbour: Neighbour,
        go_to_date: Callable[[], None],
    ) -> None:
        super().__init__(page)
        self._timeline = timeline
        self._player = player
        self._neighbour = neighbour
        self._go_to_date = go_to_date
        page.installEventFilter(self)

    def eventFilter(self, _page: QObject, event: QEvent) -> bool:
        """Take the keys of time; leave all others."""
        return isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._handle(event)

    def _handle(self, event: QKeyEvent) -> bool:
        key = event.key()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if (key, modifiers) in _STEPS:
            self._timeline.step(_STEPS[key, modifiers], moving=event.isAutoRepeat())
        elif (key, modifiers) == (Qt.Key.Key_G, _CTRL):
            self._go_to_date()
        elif modifiers in _UNSHIFTED:
            return self._handle_plain(key)
        else:
            return False
        return True

    def _handle_plain(self, key: int) -> bool:
        match key:
            case Qt.Key.Key_Space:
                self._player.toggle()
            case Qt.Key.Key_Home:
                self._timeline.first()
            case Qt.Key.Key_End:
                self._timeline.last()
            case Qt.Key.Key_BracketLeft:
                self._go_to_neighbour(-1)
            case Qt.Key.Key_BracketRight:
                self._go_to_neighbour(1)
            case _:
                return False
        return True

    def _go_to_neighbour(self, direction: Literal[-1, 1]) -> None:
        version = self._neighbour(self._timeline.version, direction)
        if version is not None:
            self._timeline.go_to(version)
