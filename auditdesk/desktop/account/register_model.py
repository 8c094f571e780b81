"""An account's register as a paged table model: one row an event, the balance always of all entries."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont

from auditdesk.desktop.kit.paged_model import Column, Index, PagedTableModel, PageRequest
from auditdesk.desktop.look.protocols import Formats
from auditdesk.desktop.look.tokens import Palette
from auditdesk.domain.personal import Mask
from auditdesk.services.history.views import BalanceBucket

VERSION_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
FUTURE_ROLE: Final = VERSION_ROLE + 1
CURRENT_ROLE: Final = VERSION_ROLE + 2
MASK_ROLE: Final = VERSION_ROLE + 3
LINK_ROLE: Final = VERSION_ROLE + 4
MONEY_COLUMNS: Final = ("debit", "credit", "balance", "stated")
_TEXT_ROLES: Final = (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.TextAlignmentRole))


class RegisterLine(Protocol):
    """The columns of one event in the register; amounts in minor units, instants in µs UTC."""

    @property
    def version(self) -> int: ...
    @property
    def booked_at_us(self) -> int: ...
    @property
    def tag(self) -> str: ...
    @property
    def amount_minor(self) -> int | None: ...
    @property
    def balance_minor(self) -> int: ...
    @property
    def operator(self) -> str: ...
    @property
    def value_date(self) -> str: ...
    @property
    def stated_balance_minor(self) -> int | None: ...
    @property
    def counterparty(self) -> str | Mask: ...
    @property
    def memo(self) -> str | Mask: ...
    @property
    def other_account(self) -> str: ...


_AMOUNTS: Final[dict[str, Callable[[RegisterLine], int | None]]] = {
    "debit": lambda row: -min(row.amount_minor or 0, 0) or None,
    "credit": lambda row: max(row.amount_minor or 0, 0) or None,
    "balance": lambda row: row.balance_minor,
    "stated": lambda row: row.stated_balance_minor,
}

OtherSide = Callable[[RegisterLine], str]
FetchVersions = Callable[[Sequence[int]], Sequence[RegisterLine]]


def register_columns(tr: Callable[[str], str]) -> tuple[Column, ...]:
    """The columns of an account's register, in their order, with the widths that suit 1280 pixels."""
    return (
        Column("version", tr("#"), 58, right_aligned=True),
        Column("booked", tr("Booked"), 132),
        Column("event", tr("Event"), 116),
        Column("debit", tr("Debit"), 78, right_aligned=True),
        Column("credit", tr("Credit"), 78, right_aligned=True),
        Column("balance", tr("Balance"), 88, right_aligned=True),
        Column("stated", tr("Stated"), 88, right_aligned=True),
        Column("value_date", tr("Value date"), 86),
        Column("by", tr("By"), 58),
        Column("counterparty", tr("Counterparty"), 94),
        Column("memo", tr("Memo"), 90),
    )


def money_bounds(series: Sequence[BalanceBucket]) -> dict[str, tuple[int, ...]]:
    """Bounds of an account's amounts by column, in minor units, from its balance over its whole life.

    An entry leads from one balance to the next: within a bucket it can't be larger than the way between
    its lowest and its highest, and where a bucket is one entry it is just that way.
    """
    amounts, balance = [0], 0
    for bucket in series:
        if bucket.entries == 1:
            amounts.append(bucket.last_minor - balance)
        else:
            span = max(bucket.max_minor, balance) - min(bucket.min_minor, balance)
            amounts += [span, -span]
        balance = bucket.last_minor
    balances = [each for bucket in series for each in (bucket.min_minor, bucket.max_minor)]
    return {"debit": (-min(amounts),), "credit": (max(amounts),), "balance": tuple(balances)}


class RegisterModel(PagedTableModel[RegisterLine]):
    """The register of one account, whole or of some versions alone.

    `fetch(versions)` returns the rows of ascending versions. Rows after the timeline's version are
    marked as the future, the row at it as the current one. `widest_changed`: an amount turned up that
    needs more room than those before.
    """

    content_changed = Signal()
    widest_changed = Signal()

    def __init__(
        self,
        fetch: FetchVersions,
        palette: Palette,
        formats: Formats,
        parent: QObject | None = None,
        *,
        other_side: OtherSide = lambda row: row.other_account,
    ) -> None:
        super().__init__(register_columns(self.tr), self._fetch_lines, parent)
        self._fetch = fetch
        self._formats = formats
        self._currency = "EUR"
        self._total = 0
        self._versions: Sequence[int] | None = None
        self._current = 0
        self._widest: dict[str, tuple[int, int]] = {}
        self._other_side = other_side
        self._linked = QFont()
        self._linked.setUnderline(True)
        self._bold = QFont()
        self._bold.setBold(True)
        self._slanted = QFont()
        self._slanted.setItalic(True)
        # A step repaints hundreds of cells with a dozen roles each: a look into a table, not a chain of ifs.
        self._answers: dict[int, Callable[[Index], Any]] = {
            int(Qt.ItemDataRole.ForegroundRole): self._foreground,
            int(Qt.ItemDataRole.FontRole): self._font,
            int(Qt.ItemDataRole.BackgroundRole): lambda index: (
                self._here if self._is_current(index) else None
            ),
            int(Qt.ItemDataRole.ToolTipRole): self._long_text,
            VERSION_ROLE: lambda index: self.version_of(index.row()),
            FUTURE_ROLE: lambda index: self.version_of(index.row()) > self._current,
            CURRENT_ROLE: self._is_current,
            MASK_ROLE: self._mask,
            LINK_ROLE: self._link,
        }
        self._writers: dict[str, Callable[[RegisterLine], str]] = {
            "version": lambda row: str(row.version),
            "booked": lambda row: formats.instant(row.booked_at_us),
            "event": lambda row: formats.event_name(row.tag),
            "by": lambda row: row.operator,
            "counterparty": lambda row: self._other_side(row) or self._flat(row.counterparty),
            **{key: self._writer_of(_AMOUNTS[key]) for key in MONEY_COLUMNS},
        }
        self.apply_theme(palette)

    def apply_theme(self, palette: Palette) -> None:
        """Apply the theme."""
        self._future = QBrush(QColor(palette.text_faint))
        self._debit, self._credit = QBrush(QColor(palette.debit)), QBrush(QColor(palette.credit))
        self._masked = QBrush(QColor(palette.text_muted))
        self._here, self._accent = QBrush(QColor(palette.accent_soft)), QBrush(QColor(palette.accent))
        self.layoutChanged.emit()

    # --- content -----------------------------------------------------------------------

    def load(self, count: int, currency: str) -> None:
        """Show the whole register of another account of `count` events."""
        self._total, self._currency, self._versions, self._current = count, currency, None, count
        self._widest.clear()
        self.reset(count)
        self.widest_changed.emit()
        self.content_changed.emit()

    def grow(self, count: int) -> None:
        """Events came in at the end of the account shown."""
        self._total = count
        if self._versions is None:
            self.extend(count)
        self.content_changed.emit()

    @property
    def total(self) -> int:
        """The number of the account's events, hidden ones included."""
        return self._total

    def set_versions(self, versions: Sequence[int] | None) -> None:
        """Show these ascending versions alone, or all. Balances stay those of all entries."""
        self._versions = versions
        self.reset(self._total if versions is None else len(versions))
        self.content_changed.emit()

    def expect(self, amounts_minor: Mapping[str, Sequence[int]]) -> None:
        """Amounts that stand in a column somewhere in the account, though perhaps out of sight."""
        before = dict(self._widest)
        for key, amounts in amounts_minor.items():
            if amounts:
                known = (*amounts, *self._widest.get(key, ()))
                self._widest[key] = (min(known), max(known))
        if before != self._widest:
            self.widest_changed.emit()

    def widest_texts(self, key: str) -> tuple[str, ...]:
        """The texts of a money column among which the widest is; none while no amount is known."""
        return tuple(self._money(amount_minor) for amount_minor in self._widest.get(key, ()))

    def set_current(self, version: int) -> None:
        """The timeline stands here now: grey what comes after."""
        before, self._current = self._current, version
        if self.rowCount() and before != version:
            rows = sorted((self.nearest_row(before), self.nearest_row(version)))
            top, bottom = max(rows[0] - 1, 0), min(rows[1] + 1, self.rowCount() - 1)
            self.dataChanged.emit(self.index(top, 0), self.index(bottom, self.columnCount() - 1))

    def version_of(self, row: int) -> int:
        """The version that stands in a row, known without fetching it."""
        ordinal = self.ordinal_of(row)
        return ordinal if self._versions is None else self._versions[ordinal - 1]

    def other_account(self, row: int) -> str:
        """The other account of a transfer; empty for any other event."""
        line = self.row_data(row)
        return line.other_account if line else ""

    def nearest_row(self, version: int) -> int:
        """The row of a version, or of the last one shown before it (the first row, if there is none)."""
        ordinal = version if self._versions is None else bisect_right(self._versions, version)
        return self.row_of(min(max(ordinal, 1), max(self.rowCount(), 1)))

    # --- QAbstractTableModel -----------------------------------------------------------

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts as strings; colours and fonts by what a row is to the timeline."""
        if role in _TEXT_ROLES or not index.isValid():
            return super().data(index, role)
        answer = self._answers.get(role)
        return answer(index) if answer else None

    def text(self, row: RegisterLine, key: str) -> str:
        """A cell's text."""
        writer = self._writers.get(key)
        return writer(row) if writer else self._flat(getattr(row, key))

    # --- how ---------------------------------------------------------------------------

    def _fetch_lines(self, request: PageRequest) -> Sequence[RegisterLine] | None:
        if self._versions is None:
            rows = self._fetch(range(request.first, request.last + 1))
        else:
            rows = self._fetch(self._versions[request.first - 1 : request.last])
        self.expect(
            {
                key: [amount for amount in map(_AMOUNTS[key], rows) if amount is not None]
                for key in MONEY_COLUMNS
            }
        )
        return rows

    def _writer_of(self, amount_of: Callable[[RegisterLine], int | None]) -> Callable[[RegisterLine], str]:
        return lambda row: self._money(amount_of(row))

    def _money(self, amount_minor: int | None) -> str:
        return "" if amount_minor is None else self._formats.money(amount_minor, self._currency)

    def _flat(self, value: str | Mask) -> str:
        return self._formats.mask(value) if isinstance(value, Mask) else " ".join(value.split())

    def _mask(self, index: Index) -> Mask | None:
        key = self.columns[index.column()].key
        if key not in ("counterparty", "memo"):
            return None
        if self._link(index):
            return None
        value = getattr(self.row_data(index.row()), key, None)
        return value if isinstance(value, Mask) else None

    def _link(self, index: Index) -> str:
        """The account to which a cell leads; empty where it is only a text."""
        return self.other_account(index.row()) if self.columns[index.column()].key == "counterparty" else ""

    def _is_current(self, index: Index) -> bool:
        return self.version_of(index.row()) == self._current

    def _foreground(self, index: Index) -> QBrush | None:
        if self.version_of(index.row()) > self._current:
            return self._future
        key = self.columns[index.column()].key
        if key == "debit":
            return self._debit
        if key == "credit":
            return self._credit
        if self._link(index):
            return self._accent
        return self._masked if self._mask(index) else None

    def _font(self, index: Index) -> QFont | None:
        if self._mask(index):
            return self._slanted
        if self._link(index):
            return self._linked
        return self._bold if self._is_current(index) else None

    def _long_text(self, index: Index) -> str | None:
        key = self.columns[index.column()].key
        return str(self.data(index)) or None if key in ("counterparty", "memo", "event") else None
