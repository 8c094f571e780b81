"""A table over any number of rows that keeps only the pages in sight.

Rows have dense ordinals 1..n, so a page is found by arithmetic, and a million rows scroll, jump and
sort by direction like a hundred.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from auditdesk.domain.errors import AuditdeskError

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
ROOT: Final = QModelIndex()
_DISPLAY: Final = int(Qt.ItemDataRole.DisplayRole)
_ALIGNMENT: Final = int(Qt.ItemDataRole.TextAlignmentRole)
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

# Measured at a million rows: a jump and its painting take 5 ms. SQL's OFFSET costs 34 ms a page there, and
# with Qt's `fetchMore` the scroll bar shows a table as long as what has been fetched.
PAGE_ROWS: Final = 256
KEPT_PAGES: Final = 64


class Column(NamedTuple):
    """A column: its key for programs, its heading, its usual width in pixels, and its alignment."""

    key: str
    heading: str
    width: int
    right_aligned: bool = False


class PageRequest(NamedTuple):
    """Rows wanted by ordinals; `token` changes with the table's content, so that a stale answer shows."""

    token: int
    first: int
    last: int


class PagedTableModel(QAbstractTableModel, Generic[Row]):
    """Fetches pages of 256 rows and keeps the 64 used last.

    `fetch_page(request)` returns the rows of its ordinals; or None, when it has begun to fetch
    `request` elsewhere and will hand them to `deliver`. Until then the cells show a placeholder.
    `fetch_failed` carries the error of a page that could not be read; it is not asked for again
    until the next reset.
    """

    PLACEHOLDER: Final = "…"
    fetch_failed = Signal(object)

    def __init__(
        self,
        columns: Sequence[Column],
        fetch_page: Callable[[PageRequest], Sequence[Row] | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._fetch_page = fetch_page
        self._count = 0
        self._newest_first = False
        self._token = 0
        self._pages: OrderedDict[int, Sequence[Row] | None] = OrderedDict()

    # --- content -----------------------------------------------------------------------

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in their order."""
        return self._columns

    @property
    def newest_first(self) -> bool:
        """True if the highest ordinal stands in the first row."""
        return self._newest_first

    def reset(self, count: int) -> None:
        """Other content of so many rows."""
        self.beginResetModel()
        self._count = count
        self._forget_pages()
        self.endResetModel()

    def extend(self, count: int) -> None:
        """Rows came in at the end; what is cached stays true, but for the last page."""
        added = count - self._count
        if added <= 0:
            return
        first = 0 if self._newest_first else self._count
        self.beginInsertRows(ROOT, first, first + added - 1)
        last_page = (self._count - 1) // PAGE_ROWS if self._count else 0
        # Pages under way too: their answers carry the old token and will be dropped.
        for page in [page for page, rows in self._pages.items() if rows is None or page == last_page]:
            del self._pages[page]
        self._count = count
        self._token += 1
        self.endInsertRows()

    def set_newest_first(self, newest_first: bool) -> None:  # noqa: FBT001 - the datum itself
        """Sort the other way round."""
        if newest_first != self._newest_first:
            self.beginResetModel()
            self._newest_first = newest_first
            self.endResetModel()

    def deliver(self, request: PageRequest, rows: Sequence[Row]) -> None:
        """Take rows that were fetched elsewhere; those of an older content are dropped."""
        page = (request.first - 1) // PAGE_ROWS
        if request.token == self._token and page in self._pages:
            self._pages[page] = rows
            top, bottom = sorted((self.row_of(request.first), self.row_of(request.last)))
            self.dataChanged.emit(self.index(top, 0), self.index(bottom, len(self._columns) - 1))

    def ordinal_of(self, row: int) -> int:
        """The ordinal, 1..n, that stands in a row of the table."""
        return self._count - row if self._newest_first else row + 1

    def row_of(self, ordinal: int) -> int:
        """The row of the table in which an ordinal stands."""
        return self._count - ordinal if self._newest_first else ordinal - 1

    def row_data(self, row: int) -> Row | None:
        """Get a row, fetching its page if need be; None while the page is being fetched."""
        page, within = divmod(self.ordinal_of(row) - 1, PAGE_ROWS)
        rows = self._page(page)
        return rows[within] if rows is not None and within < len(rows) else None

    # --- QAbstractTableModel -----------------------------------------------------------

    def rowCount(self, parent: Index = ROOT) -> int:
        """All rows; none below a cell."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = ROOT) -> int:
        """All columns; none below a cell."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Headings, aligned as their columns are."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(self._columns[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text of a cell and its alignment; other roles are the subclass's."""
        if not index.isValid():
            return None
        column = self._columns[index.column()]
        if role == _DISPLAY:
            row = self.row_data(index.row())
            return self.PLACEHOLDER if row is None else self.text(row, column.key)
        if role == _ALIGNMENT:
            return alignment(column)
        return None

    def text(self, row: Row, key: str) -> str:
        """A cell's text; subclasses format money and dates here."""
        return str(getattr(row, key, ""))

    # --- pages -------------------------------------------------------------------------

    def _page(self, page: int) -> Sequence[Row] | None:
        if page in self._pages:
            self._pages.move_to_end(page)
            return self._pages[page]
        first = page * PAGE_ROWS + 1
        # Noted before the answer: each cell asks, and a page that fails must not be read at each paint.
        self._pages[page] = None
        request = PageRequest(self._token, first, min(first + PAGE_ROWS - 1, self._count))
        try:
            rows = self._fetch_page(request)
        except AuditdeskError as error:
            self.fetch_failed.emit(error)
            return None
        if rows is not None:
            self._pages[page] = rows
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        return self._pages.get(page)

    def _forget_pages(self) -> None:
        self._token += 1
        self._pages.clear()


def alignment(column: Column) -> Qt.AlignmentFlag:
    """Figures to the right, words to the left."""
    return _RIGHT if column.right_aligned else _LEFT
