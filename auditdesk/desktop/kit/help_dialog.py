"""Pages of the help, shown beside what they explain."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from auditdesk.desktop.kit.widgets import button
from auditdesk.desktop.look.assets import read_text

DISPUTE: Final = "dispute.md"
SIZE_PX: Final = (720, 620)


class HelpDialog(QDialog):
    """One page of the help, by the name of its file."""

    def __init__(self, page: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("helpDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = read_text("help", page)
        self.setWindowTitle(text.partition("\n")[0].lstrip("# "))
        self.browser = QTextBrowser()
        self.browser.setObjectName("helpText")
        self.browser.setAccessibleName(self.windowTitle())
        self.browser.setMarkdown(text)
        close = button(self.tr("Close"), "closeButton", kind="primary")
        close.clicked.connect(self.accept)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(self.browser, 1)
        box.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(*SIZE_PX)
