"""The whole log of the bank, by position: what an auditor reads from end to end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QTableView, QVBoxLayout, QWidget

from auditdesk.desktop.bank.event_words import event_words
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.paged_model import Column, PagedTableModel, PageRequest
from auditdesk.desktop.kit.widgets import Card, label
from auditdesk.desktop.look import formats
from auditdesk.domain.catalogue import ACCOUNT, CUSTOMER, stream_kind
from auditdesk.domain.moments import AtVersion
from auditdesk.domain.streams import name_in
from auditdesk.services.history.views import EventView

COLUMNS: Final = (
    Column("position", "#", 80, right_aligned=True),
    Column("recorded", "Recorded", 128),
    Column("booked", "Booked", 128),
    Column("event", "Event", 150),
    Column("about", "About", 100),
    Column("version", "Version", 60, right_aligned=True),
    Column("operator", "By", 70),
    Column("details", "Details", 160),
)


class LogModel(PagedTableModel[EventView]):
    """The log as rows, the newest first. `currencies` are those of the accounts by number."""

    currencies: dict[str, str]

    def text(self, row: EventView, key: str) -> str:
        if key == "details":
            return event_words(row.event, self.currencies.get(name_in(row.envelope.stream), ""))
        return TEXTS[key](row.envelope)


TEXTS: Final[dict[str, Callable[[Any], str]]] = {
    "position": lambda envelope: f"{envelope.position:,}",
    "recorded": lambda envelope: formats.instant(envelope.recorded_at_us),
    "booked": lambda envelope: formats.instant(envelope.booked_at_us),
    "event": lambda envelope: formats.event_name(envelope.type),
    "about": lambda envelope: name_in(envelope.stream) or envelope.stream,
    "version": lambda envelope: str(envelope.version),
    "operator": lambda envelope: envelope.operator,
}


class EventLogPage(QWidget):
    """Positions without gaps; a double click goes to the account or customer at that event."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("eventLogPage")
        self._context = context
        self._history = context.session.history
        self.model = LogModel(COLUMNS, self._fetch, self)
        self.model.currencies = {}
        self.model.set_newest_first(True)
        self.table = QTableView()
        self.table.setObjectName("eventLogTable")
        self.table.setAccessibleName(self.tr("Event log"))
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.setWordWrap(False)
        for place, column in enumerate(COLUMNS):
            self.table.setColumnWidth(place, column.width)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.count = label(kind="muted", name="eventLogCount")
        self._lay_out()
        self.table.doubleClicked.connect(self._go)
        self.table.activated.connect(self._go)
        context.changed.connect(self.reload)

    @Slot()
    def reload(self) -> None:
        """Show the log as long as it is now."""
        length = self._history.log_length()
        self.model.currencies = self._history.currencies()
        self.model.reset(length)
        self.count.setText(
            self.tr("{n} events, none ever changed. Double click to go to the account or customer.").format(
                n=f"{length:,}"
            )
        )

    def go_to_position(self, position: int) -> None:
        """Show one event of the log."""
        row = self.model.row_of(position)
        if row >= 0:
            self.table.selectRow(row)
            self.table.scrollTo(self.model.index(row, 0), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _fetch(self, request: PageRequest) -> Sequence[EventView]:
        return self._history.log_page(request.first, request.last)

    @Slot(QModelIndex)
    def _go(self, index: QModelIndex) -> None:
        view = self.model.row_data(index.row())
        if view is None:
            return
        stream, moment = view.envelope.stream, AtVersion(view.envelope.version)
        kind = stream_kind(stream)
        if kind is ACCOUNT:
            self._context.account_wanted.emit(name_in(stream), moment)
        elif kind is CUSTOMER:
            self._context.customer_wanted.emit(name_in(stream), moment)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Event log"), kind="title"))
        head.addStretch(1)
        head.addWidget(self.count, 0, Qt.AlignmentFlag.AlignBottom)
        card = Card(margin=1)
        card.box.addWidget(self.table)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(head)
        box.addWidget(card, 1)
