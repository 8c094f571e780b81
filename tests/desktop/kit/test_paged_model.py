"""The paged model: a million rows, a few pages."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from auditdesk.desktop.kit.paged_model import (
    KEPT_PAGES,
    PAGE_ROWS,
    Column,
    PagedTableModel,
    PageRequest,
)
from auditdesk.domain.errors import AuditdeskError, LedgerLocked

pytestmark = pytest.mark.usefixtures("qapp")

COLUMNS = (Column("number", "#", 50, right_aligned=True), Column("name", "Name", 100))


class Source:
    """Rows that are their own ordinals; remembers what was asked."""

    def __init__(self, *, later: bool = False) -> None:
        self.asked: list[PageRequest] = []
        self._later = later

    def __call__(self, request: PageRequest) -> Sequence[int] | None:
        self.asked.append(request)
        return None if self._later else self.rows(request)

    @staticmethod
    def rows(request: PageRequest) -> Sequence[int]:
        return range(request.first, request.last + 1)


class Numbers(PagedTableModel[int]):
    def text(self, row: int, key: str) -> str:
        return f"{key} {row}"


def cell(model: Numbers, row: int, column: int = 0) -> str:
    return str(model.index(row, column).data())


def test_it_is_a_table_as_qt_means_it(qtmodeltester: ModelTester) -> None:
    model = Numbers(COLUMNS, Source())
    model.reset(700)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call] # pytest-qt's own
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.columnCount(model.index(0, 0)) == 0


def test_a_cell_in_a_million_fetches_one_page() -> None:
    source = Source()
    model = Numbers(COLUMNS, source)
    model.reset(1_000_000)
    assert cell(model, 899_999, 1) == "name 900000"
    assert [(request.first, request.last) for request in source.asked] == [(899_841, 900_096)]


def test_the_last_page_ends_with_the_rows() -> None:
    source = Source()
    model = Numbers(COLUMNS, source)
    model.reset(300)
    assert cell(model, 299) == "number 300"
    assert source.asked[-1].last == 300


def test_only_the_pages_used_last_are_kept() -> None:
    source = Source()
    model = Numbers(COLUMNS, source)
    model.reset(PAGE_ROWS * (KEPT_PAGES + 10))
    for page in range(KEPT_PAGES + 1):
        cell(model, page * PAGE_ROWS)
    fetched = len(source.asked)
    cell(model, KEPT_PAGES * PAGE_ROWS)
    assert len(source.asked) == fetched
    cell(model, 0)
    assert len(source.asked) == fetched + 1


def test_newest_first_turns_the_same_pages_round() -> None:
    source = Source()
    model = Numbers(COLUMNS, source)
    model.reset(1_000)
    model.set_newest_first(True)
    assert cell(model, 0) == "number 1000"
    assert cell(model, 999) == "number 1"
    assert model.row_of(model.ordinal_of(123)) == 123


def test_a_page_on_its_way_shows_a_placeholder_until_it_is_there(qtbot: QtBot) -> None:
    source = Source(later=True)
    model = Numbers(COLUMNS, source)
    model.reset(10)
    assert cell(model, 0) == model.PLACEHOLDER
    with qtbot.waitSignal(model.dataChanged):
        model.deliver(source.asked[0], source.rows(source.asked[0]))
    assert cell(model, 0) == "number 1"
    assert len(source.asked) == 1


def test_an_answer_to_an_older_question_is_dropped() -> None:
    source = Source(later=True)
    model = Numbers(COLUMNS, source)
    model.reset(10)
    cell(model, 0)
    model.reset(10)
    cell(model, 0)
    model.deliver(source.asked[0], [99] * 10)
    assert cell(model, 0) == model.PLACEHOLDER


def test_rows_that_come_in_keep_what_was_read() -> None:
    source = Source()
    model = Numbers(COLUMNS, source)
    model.reset(600)
    cell(model, 0)
    cell(model, 599)
    model.extend(601)
    assert (model.rowCount(), cell(model, 600)) == (601, "number 601")
    asked = len(source.asked)
    cell(model, 0)
    assert len(source.asked) == asked


def test_a_page_that_cannot_be_read_says_so_once() -> None:
    def locked(_request: PageRequest) -> Sequence[int]:
        raise LedgerLocked("Another program holds the ledger.")

    model = Numbers(COLUMNS, locked)
    model.reset(5)
    errors: list[AuditdeskError] = []
    model.fetch_failed.connect(errors.append)
    assert cell(model, 0) == model.PLACEHOLDER
    assert cell(model, 1) == model.PLACEHOLDER
    assert [error.message for error in errors] == ["Another program holds the ledger."]


def test_cells_and_headings_are_strings_aligned_by_kind() -> None:
    model = Numbers(COLUMNS, Source())
    model.reset(1)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Name"
    assert model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole) == right
    assert model.index(0, 0).data(Qt.ItemDataRole.TextAlignmentRole) == right
    assert model.index(0, 0).data(Qt.ItemDataRole.DecorationRole) is None
    assert isinstance(model.index(0, 0).data(), str)


@pytest.mark.parametrize("orientation", list(Qt.Orientation))
def test_headings_beyond_the_columns_are_nothing(orientation: Qt.Orientation) -> None:
    assert Numbers(COLUMNS, Source()).headerData(9, orientation) is None
