"""Pages of the help, shown beside what they explain, and the documents, all in one window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from auditdesk.desktop.kit.markdown_view import MarkdownView
from auditdesk.desktop.kit.widgets import button
from auditdesk.desktop.look.assets import read_text

DISPUTE: Final = ("help", "dispute.md")
DOCUMENTS: Final = (
    ("docs", "glossary.md"),
    ("docs", "command-line.md"),
    DISPUTE,
    ("docs", "threat-model.md"),
    ("docs", "architecture.md"),
    ("docs", "format.md"),
    ("docs", "extending.md"),
    ("docs", "contributing.md"),
    ("docs", "faults.md"),
    ("docs", "benchmarks.md"),
    ("docs", "changes.md"),
)
SIZE_PX: Final = (720, 620)
LIBRARY_SIZE_PX: Final = (1060, 720)
LIST_PX: Final = 210


class HelpDialog(QDialog):
    """A dialog with one page of the help, by the path of its file below `resources`."""

    def __init__(self, page: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("helpDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title_of(page))
        self.browser = MarkdownView()
        self.browser.setObjectName("helpText")
        self.browser.setAccessibleName(self.windowTitle())
        self.browser.show_page(*page)
        close = button(self.tr("Close"), "closeButton", kind="primary")
        close.clicked.connect(self.accept)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(self.browser, 1)
        box.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(*SIZE_PX)


class DocumentsDialog(QDialog):
    """The documents by their titles, and the one that was chosen; links lead from one to another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("documentsDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Documents"))
        self.titles = QListWidget()
        self.titles.setObjectName("documentTitles")
        self.titles.setAccessibleName(self.tr("Documents"))
        for page in DOCUMENTS:
            item = QListWidgetItem(title_of(page))
            item.setData(Qt.ItemDataRole.UserRole, page)
            self.titles.addItem(item)
        self.browser = MarkdownView()
        self.browser.setObjectName("documentText")
        self.browser.setAccessibleName(self.tr("Document"))
        self.back = button(self.tr("&Back"), "documentBackButton")
        self.back.setEnabled(False)
        self._connect()
        self._lay_out()
        self.titles.setCurrentRow(0)

    @Slot(QListWidgetItem)
    def _show(self, item: QListWidgetItem) -> None:
        self.browser.show_page(*item.data(Qt.ItemDataRole.UserRole))

    @Slot(QUrl)
    def _mark(self, source: QUrl) -> None:
        """Keep the list beside what is shown, wherever a link or *Back* has led."""
        shown = tuple(source.path().strip("/").split("/"))
        # The list would open its document from the start, over the link or *Back* that it only follows.
        self.titles.blockSignals(True)
        self.titles.setCurrentRow(DOCUMENTS.index(shown) if shown in DOCUMENTS else -1)
        self.titles.blockSignals(False)

    def _connect(self) -> None:
        self.titles.currentItemChanged.connect(self._show)
        self.browser.sourceChanged.connect(self._mark)
        self.browser.backwardAvailable.connect(self.back.setEnabled)
        self.back.clicked.connect(self.browser.backward)

    def _lay_out(self) -> None:
        self.close_button = button(self.tr("Close"), "closeButton", kind="primary")
        self.close_button.clicked.connect(self.accept)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(self.titles)
        both.addWidget(self.browser)
        both.setStretchFactor(1, 1)
        both.setSizes([LIST_PX, LIBRARY_SIZE_PX[0] - LIST_PX])
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(both, 1)
        box.addLayout(foot)
        self.resize(*LIBRARY_SIZE_PX)


def title_of(page: tuple[str, ...]) -> str:
    """A page's title: its first heading."""
    return read_text(*page).partition("\n")[0].lstrip("# ")
