"""The register on the account page: chips, the table, and a word where nothing is to be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QStackedWidget,
    QStyle,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from auditdesk.desktop.account.filter_chips import Chip, FilterChips
from auditdesk.desktop.account.register_model import CURRENT_ROLE, LINK_ROLE, MONEY_COLUMNS, RegisterModel
from auditdesk.desktop.time.timeline import TimelineModel

ROW_PX: Final = 27
FOLLOW_MS: Final = 40
MONEY_GAP_PX: Final = 8
COUNTERPARTY_SPARE_PX: Final = 160
NARROW_WIDTHS_PX: Final = {"version": 48, "booked": 124, "event": 106, "by": 50, "memo": 50}
NARROW_HIDES: Final = ("counterparty", "by")  # the panel beside the register says both
OPTIONAL_COLUMNS: Final = ("stated", "value_date")

VersionsOf = Callable[[tuple[str, ...]], Sequence[int]]


class RegisterTable(QTableView):
    """A table of fixed row height whose keys of time are left to the page."""

    _LEFT_TO_THE_PAGE: Final[frozenset[int]] = frozenset(
        (
            Qt.Key.Key_Left,
            Qt.Key.Key_Right,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
            Qt.Key.Key_Space,
            Qt.Key.Key_BracketLeft,
            Qt.Key.Key_BracketRight,
        )
    )

    def __init__(self, model: RegisterModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("registerTable")
        self.setAccessibleName(self.tr("Register"))
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        # The model marks the current row itself: a selection would hide the colours of debit and credit.
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        # Widths are set, not measured from the rows: ResizeToContents costs 100 ms a change.
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        self._register = model
        self._keys = [column.key for column in model.columns]
        self._widths = {column.key: column.width for column in model.columns}
        self._narrow: bool | None = None
        self._counterparty_px = 0
        for key in OPTIONAL_COLUMNS:
            self.setColumnHidden(self._keys.index(key), True)
        self._fit_columns(narrow=False)
        # An amount turns up while a page is painted, when no column may change.
        model.widest_changed.connect(self._fit_money, Qt.ConnectionType.QueuedConnection)
        header.sectionResized.connect(self._keep_money_whole)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the width: counterparty and operator give way, the memo stays visible."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit_money(self) -> None:
        """Fit the columns of money to the widest amount, in the current row's bold: none is ever cut."""
        for key in MONEY_COLUMNS:
            self.setColumnWidth(self._keys.index(key), self._money_px(key))
        self._fit()

    def _fit(self) -> None:
        wanted = sum(
            self._money_px(key) if key in MONEY_COLUMNS else self._widths[key]
            for key in self._keys
            if key in NARROW_HIDES or not self.isColumnHidden(self._keys.index(key))
        )
        spare_px = self.viewport().width() - wanted
        if (spare_px < 0) != self._narrow:
            self._fit_columns(narrow=spare_px < 0)
        if not self._narrow:
            self._share(spare_px)

    def _share(self, spare_px: int) -> None:
        """Half of the spare room is the counterparty's, unless a person has set its width by hand."""
        index = self._keys.index("counterparty")
        if self.columnWidth(index) == self._counterparty_px:
            usual = self._widths["counterparty"]
            self._counterparty_px = usual + min(spare_px // 2, COUNTERPARTY_SPARE_PX)
            self.setColumnWidth(index, self._counterparty_px)

    def _fit_columns(self, *, narrow: bool) -> None:
        """Widths that a person sets by hand hold until the table turns narrow or wide."""
        self._narrow = narrow
        for index, key in enumerate(self._keys):
            if key in MONEY_COLUMNS:
                width = self._money_px(key)
            else:
                width = NARROW_WIDTHS_PX.get(key, self._widths[key]) if narrow else self._widths[key]
            self.setColumnWidth(index, width)
        self._counterparty_px = self._widths["counterparty"]
        for key in NARROW_HIDES:
            self.setColumnHidden(self._keys.index(key), narrow)

    def _money_px(self, key: str) -> int:
        """The width that a money column needs, its heading too."""
        bold = QFont(self.font())
        bold.setBold(True)
        metrics = QFontMetrics(bold)
        heading = self._register.columns[self._keys.index(key)].heading
        texts = (heading, *self._register.widest_texts(key))
        margin = self.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, self) + 1
        return max(metrics.horizontalAdvance(text) for text in texts) + 2 * margin + MONEY_GAP_PX

    @Slot(int, int, int)
    def _keep_money_whole(self, index: int, _before: int, width: int) -> None:
        """A hand may make a column of money wider, never so narrow that a figure is cut."""
        if self._keys[index] in MONEY_COLUMNS and 0 < width < (needed := self._money_px(self._keys[index])):
            self.setColumnWidth(index, needed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, Down and pages walk the rows; the rest is the page's."""
        if event.key() in self._LEFT_TO_THE_PAGE:
            event.ignore()
        else:
            super().keyPressEvent(event)


class RegisterView(QWidget):
    """Chips with counts, the register, and an explanation where it is empty.

    `versions_of(tags)` returns the ascending versions of the events of these types.
    `explain_requested` carries the version of a row that was double-clicked, `other_side_requested` that of
    a transfer whose other account was clicked.
    """

    explain_requested = Signal(object)
    other_side_requested = Signal(object)

    def __init__(
        self,
        timeline: TimelineModel,
        model: RegisterModel,
        versions_of: VersionsOf,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._model = model
        self._versions_of = versions_of
        self._following = False
        # Scrolling the table costs as much as all else of a step: while dragged it follows 25 times a second.
        self._behind = QTimer(self)
        self._behind.setSingleShot(True)
        self._behind.setInterval(FOLLOW_MS)
        self._behind.timeout.connect(self._catch_up)
        self.setObjectName("registerView")
        self.chips = FilterChips(self)
        self.chips.chosen.connect(self._filter)
        self.note = QLabel(self.tr("Filters hide rows; the balance stays that of all entries."))
        self.note.setObjectName("balanceNote")
        self.note.setProperty("muted", True)
        self.table = RegisterTable(model, self)
        self.empty = QLabel()
        self.empty.setObjectName("registerEmpty")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setProperty("muted", True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.empty)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.chips)
        top.addStretch(1)
        self.note.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.note)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._timeline.moved.connect(self._follow_soon)
        self._timeline.settled.connect(self._follow)
        self._model.content_changed.connect(self._content_changed)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.table.doubleClicked.connect(self._explain)
        self.table.clicked.connect(self._follow_link)
        self.table.entered.connect(self._point_at_link)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self._content_changed()

    def set_chips(self, chips: Sequence[Chip]) -> None:
        """Offer the types that the account has, the first being all of them."""
        self.chips.set_chips(chips)

    def show_column(self, key: str, *, shown: bool) -> None:
        """Show or hide an optional column (`stated`, `value_date`)."""
        keys = [column.key for column in self._model.columns]
        self.table.setColumnHidden(keys.index(key), not shown)

    # --- following and leading ---------------------------------------------------------

    @Slot(object)
    def _follow_soon(self, _version: int) -> None:
        if not self._behind.isActive():
            self._behind.start()

    @Slot()
    def _catch_up(self) -> None:
        self._follow(self._timeline.version)

    @Slot(object)
    def _follow(self, version: int) -> None:
        self._behind.stop()
        self._model.set_current(version)
        if not self._model.rowCount():
            return
        # The current row is set below because time moved: it must not move time in its turn.
        self._following = True
        row = self._model.nearest_row(version)
        index = self._model.index(row, 0)
        if not self.table.viewport().rect().contains(self.table.visualRect(index).center()):
            self.table.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        if index.data(CURRENT_ROLE):
            self.table.setCurrentIndex(index)
        else:
            self.table.setCurrentIndex(QModelIndex())
        self._following = False

    @Slot(QModelIndex, QModelIndex)
    def _row_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and not self._following:
            self._timeline.go_to(self._model.version_of(current.row()))

    @Slot(object)
    def _filter(self, chip: Chip) -> None:
        self._model.set_versions(self._versions_of(chip.tags) if chip.tags else None)
        self.note.setVisible(bool(chip.tags))

    @Slot()
    def _content_changed(self) -> None:
        rows = self._model.rowCount()
        self._stack.setCurrentWidget(self.table if rows else self.empty)
        if self._model.total:
            self.empty.setText(self.tr("No event is of this type. Choose “All” to see every event."))
        else:
            self.empty.setText(self.tr("No event yet. What is posted to the account appears here."))
        if rows and self._timeline.count:
            self._follow(self._timeline.version)

    # --- what a row offers -------------------------------------------------------------

    @Slot(QModelIndex)
    def _explain(self, index: QModelIndex) -> None:
        self.explain_requested.emit(self._model.version_of(index.row()))

    @Slot(QModelIndex)
    def _follow_link(self, index: QModelIndex) -> None:
        if index.data(LINK_ROLE):
            self.other_side_requested.emit(self._model.version_of(index.row()))

    @Slot(QModelIndex)
    def _point_at_link(self, index: QModelIndex) -> None:
        hand = Qt.CursorShape.PointingHandCursor
        self.table.viewport().setCursor(hand if index.data(LINK_ROLE) else Qt.CursorShape.ArrowCursor)

    @Slot(QPoint)
    def _open_menu(self, where: QPoint) -> None:
        index = self.table.indexAt(where)
        if index.isValid():
            self.menu_of(index.row()).popup(self.table.viewport().mapToGlobal(where))

    def menu_of(self, row: int) -> QMenu:
        """The context menu of a row."""
        menu = QMenu(self)
        menu.setObjectName("registerMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        version = self._model.version_of(row)
        menu.addAction(self.tr("Go to this moment"), lambda: self._timeline.go_to(version))
        menu.addAction(self.tr("Explain…"), lambda: self.explain_requested.emit(version))
        if self._model.other_account(row):
            menu.addAction(
                self.tr("Go to the other account"), lambda: self.other_side_requested.emit(version)
            )
        menu.addAction(self.tr("Copy row"), lambda: self.copy_row(row))
        return menu

    def copy_row(self, row: int) -> None:
        """Put a row's texts on the clipboard, separated by tabs."""
        cells = [
            str(self._model.index(row, column).data())
            for column in range(self._model.columnCount())
            if not self.table.isColumnHidden(column)
        ]
        QGuiApplication.clipboard().setText("\t".join(cells))
