"""A short table of texts: all rows at once, one of them chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QTableView

from auditdesk.desktop.kit.paged_model import Column

Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()


class TextModel(QAbstractTableModel):
    """Rows of texts. The first column's text is the row's name."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self._columns = columns
        self._rows: list[tuple[str, ...]] = []

    def set_rows(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def row_named(self, name: str) -> int:
        """The place of the row of this name; -1 where there is none."""
        return next((place for place, row in enumerate(self._rows) if row[0] == name), -1)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if index.isValid() and role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._rows[index.row()][index.column()]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].heading
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


class TextTable(QTableView):
    """Shows rows of texts. `chosen(name)`: another row is the current one; empty for none."""

    chosen = Signal(str)

    def __init__(self, name: str, title: str, columns: Sequence[Column]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.rows = TextModel(columns)
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        for place, column in enumerate(columns):
            self.setColumnWidth(place, column.width)
        self.horizontalHeader().setStretchLastSection(True)
        self.selectionModel().currentRowChanged.connect(self._tell)

    @property
    def current(self) -> str:
        """The name of the current row; empty where there is none."""
        place = self.currentIndex().row()
        return str(self.rows.index(place, 0).data() or "") if place >= 0 else ""

    def show_rows(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Show other rows; the current one stays so, else the first becomes it."""
        name = self.current
        self.rows.set_rows(rows)
        if rows:
            self.selectRow(max(self.rows.row_named(name), 0))
        else:
            self.chosen.emit("")

    @Slot(QModelIndex, QModelIndex)
    def _tell(self, _index: QModelIndex, _before: QModelIndex) -> None:
        self.chosen.emit(self.current)
