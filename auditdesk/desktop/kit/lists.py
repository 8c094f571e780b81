"""The lists of accounts and customers: two lines an item, searched by number and by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QListView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from auditdesk.desktop.kit.fields import SearchField
from auditdesk.desktop.kit.widgets import Card, EmptyState, label
from auditdesk.desktop.look.tokens import Palette

ROW_PX: Final = 46
SEARCH_AFTER_MS: Final = 150
LIST_PX: Final = 226
NUMBER_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
FIGURE_ROLE: Final = NUMBER_ROLE + 1
SECOND_ROLE: Final = NUMBER_ROLE + 2
MASKED_ROLE: Final = NUMBER_ROLE + 3
Index = QModelIndex | QPersistentModelIndex


class ListItem:
    """An item of a list: number, figure at the right, second line; `masked` if that line is a mask."""

    __slots__ = ("figure", "masked", "number", "second")

    def __init__(self, number: str, figure: str, second: str, *, masked: bool) -> None:
        self.number = number
        self.figure = figure
        self.second = second
        self.masked = masked


class LinesModel(QAbstractListModel):
    """A plain list of lines."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[ListItem] = []

    def set_lines(self, lines: Sequence[ListItem]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._lines = list(lines)
        self.endResetModel()

    def row_of(self, number: str) -> int:
        """The row of a number; -1 where it isn't shown."""
        return next((row for row, line in enumerate(self._lines) if line.number == number), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{line.number} {line.figure} {line.second}"
        return {
            int(Qt.ItemDataRole.DisplayRole): line.number,
            NUMBER_ROLE: line.number,
            FIGURE_ROLE: line.figure,
            SECOND_ROLE: line.second,
            MASKED_ROLE: line.masked,
        }.get(role)


class LineDelegate(QStyledItemDelegate):
    """Draws an item on two lines."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.palette = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's
        return QSize(LIST_PX - 40, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        style: Any = option
        rect: QRect = style.rect
        selected = bool(style.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, QColor(self.palette.accent_soft))
        elif style.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(self.palette.sunken))
        inner = rect.adjusted(10, 6, -10, -6)
        upper, lower = QRect(inner), QRect(inner)
        upper.setHeight(inner.height() // 2)
        lower.setTop(upper.bottom())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        bold, plain = QFont(style.font), QFont(style.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setPen(QColor(self.palette.text))
        painter.setFont(bold)
        painter.drawText(upper, int(left), index.data(NUMBER_ROLE))
        painter.setFont(plain)
        painter.drawText(upper, int(right), index.data(FIGURE_ROLE))
        plain.setItalic(bool(index.data(MASKED_ROLE)))
        painter.setFont(plain)
        painter.setPen(QColor(self.palette.text_muted))
        second = painter.fontMetrics().elidedText(
            index.data(SECOND_ROLE), Qt.TextElideMode.ElideRight, lower.width()
        )
        painter.drawText(lower, int(left), second)
        painter.restore()


class PinnedLine(QListView):
    """The one line of what the page shows, above a list that does not have it."""

    def __init__(self, name: str, delegate: LineDelegate) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Shown now"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(ROW_PX)
        for policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lines = LinesModel()
        self.setItemDelegate(delegate)
        self.setModel(self.lines)

    def show_line(self, line: ListItem) -> None:
        """Show a line, as the chosen one."""
        self.lines.set_lines([line])
        self.setCurrentIndex(self.lines.index(0))


class SearchList(QWidget):
    """A search, a list under it, how many there are, and a sentence where there are none.

    `chosen(number)` when an item becomes the current one; `searched(text)` a moment after typing. The
    current item is the one that the page shows (`show_now`), or none: where the list does not have it,
    it stands above the list.
    """

    chosen = Signal(str)
    searched = Signal(str)

    def __init__(self, name: str, placeholder: str, icon_name: str, palette: Palette) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFixedWidth(LIST_PX)
        self.search = SearchField(f"{name}Search", placeholder, palette)
        self.model = LinesModel()
        self.view = QListView()
        self.view.setObjectName(f"{name}View")
        self.view.setAccessibleName(placeholder)
        self.view.setMouseTracking(True)
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shown: ListItem | None = None
        self._following = False
        self._choosing = False
        self._searched_once = False
        self._delegate = LineDelegate(palette, self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setModel(self.model)
        self.shown_now = PinnedLine(f"{name}ShownNow", self._delegate)
        self.empty = EmptyState(icon_name, palette)
        self.count = label(kind="muted", name=f"{name}Count")
        self._stack = QStackedWidget()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(SEARCH_AFTER_MS)
        self._lay_out()
        self.view.selectionModel().currentChanged.connect(self._choose)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.down_pressed.connect(self.view.setFocus)
        self.search.returnPressed.connect(self._choose_first)
        self._typing.timeout.connect(lambda: self.searched.emit(self.search.text()))

    @property
    def current(self) -> str:
        """The number of the current item; empty where there is none."""
        return str(self.view.currentIndex().data(NUMBER_ROLE) or "")

    def show_lines(self, lines: Sequence[ListItem], count: str, *, why_empty: str, action: str = "") -> None:
        """Show lines, what the page shows being the current one; or why there are none and what to do."""
        self._searched_once = True
        self._following = True
        self.model.set_lines(lines)
        self._following = False
        self.count.setText(count)
        self.empty.explain(why_empty, action)
        self._stack.setCurrentIndex(0 if lines else 1)
        self._follow()
        if self._choosing and lines:
            self.view.setCurrentIndex(self.model.index(0))
        self._choosing = False

    def show_now(self, line: ListItem) -> None:
        """The page shows this now: make it the current item without choosing it."""
        self._shown = line
        self._follow()

    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        self._delegate.palette = palette
        self.search.apply_theme(palette)
        self.empty.apply_theme(palette)
        for view in (self.view, self.shown_now):
            view.viewport().update()

    def _follow(self) -> None:
        if self._shown is None:
            return
        row = self.model.row_of(self._shown.number)
        self._following = True
        index = self.model.index(row) if row >= 0 else QModelIndex()
        self.view.setCurrentIndex(index)
        self._following = False
        if row >= 0:
            self.view.scrollTo(index)
        else:
            self.view.clearSelection()
            self.shown_now.show_line(self._shown)
        self._pinned.setVisible(row < 0 and self._searched_once)

    @Slot(QModelIndex, QModelIndex)
    def _choose(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and not self._following:
            self.chosen.emit(index.data(NUMBER_ROLE))

    @Slot()
    def _choose_first(self) -> None:
        """Choose the first that fits what is typed, which may not have been searched yet."""
        self._typing.stop()
        self._choosing = True
        self.searched.emit(self.search.text())

    def _lay_out(self) -> None:
        card = Card(margin=1)
        card.box.addWidget(self.view)
        self._pinned = Card(margin=1)
        self._pinned.box.setSpacing(0)
        title = label(self.tr("Shown now"), kind="heading", name="shownNowTitle")
        title.setContentsMargins(10, 6, 10, 2)
        self._pinned.box.addWidget(title)
        self._pinned.box.addWidget(self.shown_now)
        self._pinned.hide()
        self._stack.addWidget(card)
        self._stack.addWidget(self.empty)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.search)
        box.addWidget(self._pinned)
        box.addWidget(self._stack, 1)
        box.addWidget(self.count)
