"""A row of filter chips: one is down, each says how many events it would leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget


class Chip(NamedTuple):
    """A filter: its key for programs, its name, the event types it leaves (none: all), how many these are."""

    key: str
    name: str
    tags: tuple[str, ...]
    events: int


class FilterChips(QWidget):
    """Exclusive chips; `chosen` carries the `Chip`. Clicking a chip that is down again clears the filter."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filterChips")
        self.setAccessibleName(self.tr("Show events of type"))
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self._choose)
        self._chips: tuple[Chip, ...] = ()
        self._chosen = 0

    @property
    def current(self) -> Chip | None:
        """The chip that is down; None while there are none."""
        return self._chips[self._chosen] if self._chips else None

    def set_chips(self, chips: Sequence[Chip]) -> None:
        """Offer other chips; the first is the one that shows all. A chosen key that remains stays down."""
        kept = self.current.key if self.current else ""
        for button in self._group.buttons():
            self._group.removeButton(button)
            # Out of the layout now: deleteLater leaves it there until the event loop runs.
            self._layout.removeWidget(button)
            button.deleteLater()
        self._chips = tuple(chips)
        keys = [chip.key for chip in self._chips]
        self._chosen = keys.index(kept) if kept in keys else 0
        for index, chip in enumerate(self._chips):
            self._add(index, chip)

    def _add(self, index: int, chip: Chip) -> None:
        button = QPushButton(f"{chip.name} {self.locale().toString(chip.events)}", self)
        button.setObjectName(f"chip_{chip.key}")
        button.setProperty("chip", True)
        button.setCheckable(True)
        button.setChecked(index == self._chosen)
        button.setAccessibleName(self.tr("{name}, {count} events").format(name=chip.name, count=chip.events))
        self._group.addButton(button, index)
        self._layout.addWidget(button)

    @Slot(int)
    def _choose(self, index: int) -> None:
        self._chosen = 0 if index == self._chosen else index
        self._group.button(self._chosen).setChecked(True)
        self.chosen.emit(self._chips[self._chosen])
