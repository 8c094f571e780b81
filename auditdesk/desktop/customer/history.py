"""A customer's own register: every change with its day, what it says, and who entered it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from auditdesk.desktop.look import formats
from auditdesk.desktop.look.tokens import Palette
from auditdesk.domain import events as e
from auditdesk.domain.personal import Address, Contact, Mask, Personal, PersonalDetails, PersonName, Remark
from auditdesk.services.history.views import EventView

COLUMNS = ("#", "Since", "Event", "What", "By")
WIDTHS_PX = (40, 130, 150, 260, 90)
VERSION_ROLE = int(Qt.ItemDataRole.UserRole)


class CustomerHistory(QTableWidget):
    """`chosen(version)` when a row is chosen. Customers have few events, so a plain table does."""

    chosen = Signal(object)

    def __init__(self, palette: Palette) -> None:
        super().__init__(0, len(COLUMNS))
        self.setObjectName("customerEvents")
        self.setAccessibleName(self.tr("The customer's events"))
        self.setHorizontalHeaderLabels(COLUMNS)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        for column, width in enumerate(WIDTHS_PX):
            self.setColumnWidth(column, width)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._palette = palette
        self._current = 0
        self.currentCellChanged.connect(self._choose)

    def show_events(self, events: list[EventView]) -> None:
        """Show a customer's events, the newest first."""
        self.blockSignals(True)
        self.setRowCount(len(events))
        for row, view in enumerate(reversed(events)):
            envelope = view.envelope
            words = what_it_says(view)
            texts = (
                str(envelope.version),
                formats.instant(envelope.booked_at_us),
                formats.event_name(envelope.type),
                words,
                envelope.operator,
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                item.setData(VERSION_ROLE, envelope.version)
                if column == COLUMNS.index("What") and isinstance(view.personal, Mask):
                    font = QFont(self.font())
                    font.setItalic(True)
                    item.setFont(font)
                self.setItem(row, column, item)
        self.blockSignals(False)

    def set_current(self, version: int) -> None:
        """Mark the event that led to what is shown; later ones are faint."""
        self._current = version
        # Selecting the row that is shown is no choice of a person: told, it would travel there again.
        self.blockSignals(True)
        for row in range(self.rowCount()):
            of_row = self._version_of(row)
            color = self._palette.text if of_row <= version else self._palette.text_faint
            for column in range(self.columnCount()):
                if (item := self.item(row, column)) is not None:
                    item.setForeground(QColor(color))
            if of_row == version:
                self.selectRow(row)
        self.blockSignals(False)

    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        self._palette = palette
        self.set_current(self._current)

    def _version_of(self, row: int) -> int:
        item = self.item(row, 0)
        return int(item.data(VERSION_ROLE)) if item is not None else 0

    @Slot(int, int, int, int)
    def _choose(self, row: int, _column: int, before: int, _before_column: int) -> None:
        if row >= 0 and row != before:
            self.chosen.emit(self._version_of(row))


def what_it_says(view: EventView) -> str:
    """The content of a customer's event in one line."""
    personal = _personal_words(view.personal)
    event = view.event
    if isinstance(event, e.ErasureRequested):
        return event.reason
    if isinstance(event, e.CustomerForgotten):
        return formats.tr("key {key} destroyed").format(key=event.key_id[:12])
    return personal


def _personal_words(personal: Personal | Mask | None) -> str:
    words = ""
    match personal:
        case Mask():
            words = formats.mask(personal)
        case PersonalDetails(name=name, address=address):
            words = " · ".join(part for part in (name, address.one_line()) if part)
        case PersonName(name=name):
            words = name
        case Address():
            words = personal.one_line()
        case Remark(text=text):
            words = text
        case Contact(email=email, phone=phone):
            words = " · ".join(part for part in (email, phone) if part)
    return words
