"""The documents in the window: every page opens, links lead from one to another, nothing is fetched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QTextTable
from pytestqt.qtbot import QtBot

from auditdesk.desktop.kit.help_dialog import DOCUMENTS, DocumentsDialog, title_of
from auditdesk.desktop.kit.markdown_view import MarkdownView, fragment_of, heading_of


@pytest.fixture
def dialog(qtbot: QtBot) -> DocumentsDialog:
    made = DocumentsDialog()
    qtbot.addWidget(made)
    made.show()
    return made


def _first_line(view: MarkdownView) -> str:
    return view.document().begin().text()


def test_each_title_shows_its_page(dialog: DocumentsDialog) -> None:
    for row, name in enumerate(DOCUMENTS):
        dialog.titles.setCurrentRow(row)
        assert _first_line(dialog.browser) == title_of(name) == dialog.titles.item(row).text()


def test_a_link_opens_the_other_page_and_marks_its_title_and_back_returns(dialog: DocumentsDialog) -> None:
    dialog.titles.setCurrentRow(DOCUMENTS.index(("docs", "format.md")))
    dialog.browser.anchorClicked.emit(QUrl("threat-model.md"))

    assert _first_line(dialog.browser) == "Threat model"
    assert dialog.titles.currentItem().text() == "Threat model"
    dialog.back.click()
    assert _first_line(dialog.browser) == "The format"
    assert dialog.titles.currentItem().text() == "The format"


def test_a_link_to_a_heading_brings_it_to_the_top(dialog: DocumentsDialog) -> None:
    dialog.titles.setCurrentRow(DOCUMENTS.index(("docs", "format.md")))
    dialog.browser.anchorClicked.emit(QUrl("#9-sealed-values"))

    heading = heading_of(dialog.browser.document(), "9-sealed-values")
    assert heading is not None
    top = dialog.browser.document().documentLayout().blockBoundingRect(heading).top()
    assert dialog.browser.verticalScrollBar().value() == int(top) > 0


def test_a_link_out_of_the_program_goes_to_the_readers_own_browser(
    dialog: DocumentsDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    before = dialog.browser.source()
    dialog.browser.anchorClicked.emit(QUrl("https://c2sp.org/signed-note"))

    assert opened == ["https://c2sp.org/signed-note"]
    assert dialog.browser.source() == before


def test_nothing_outside_the_shipped_files_is_read(qtbot: QtBot) -> None:
    view = MarkdownView()
    qtbot.addWidget(view)

    assert view.loadResource(0, QUrl("https://example.org/x.png")) is None
    assert view.loadResource(0, QUrl("qrc:/../pyproject.toml")) is None
    with pytest.raises(FileNotFoundError):
        view.show_page("docs", "missing.md")


def test_tables_have_lines_and_code_has_letters_of_one_width(dialog: DocumentsDialog) -> None:
    dialog.titles.setCurrentRow(DOCUMENTS.index(("docs", "format.md")))
    document = dialog.browser.document()
    tables = [frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable)]

    assert len(tables) > 20
    assert all(table.format().toTableFormat().border() == 1 for table in tables)
    found = document.find("deriv")
    code = document.find("ledger.db-wal")
    assert not found.charFormat().fontFixedPitch()
    assert "monospace" in code.charFormat().fontFamilies()


def test_fragments_are_made_as_the_web_makes_them() -> None:
    assert fragment_of("9. Sealed values") == "9-sealed-values"
    assert fragment_of("3. ledger.db") == "3-ledgerdb"
    assert fragment_of("7. The Merkle tree") == "7-the-merkle-tree"
