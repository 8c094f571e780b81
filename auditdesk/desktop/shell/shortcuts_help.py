"""F1: the keys, all on one page."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from auditdesk.desktop.kit.help_dialog import DISPUTE, HelpDialog
from auditdesk.desktop.kit.widgets import button, label

KEYS: Final = (
    ("Space", "Play and pause"),
    ("← →", "One event back or forward"),
    ("Shift+← →", "Ten events"),
    ("Home, End", "First event, present"),
    ("PgUp, PgDn", "In the date field: a month"),
    ("[ ]", "Previous or next event of the same type"),
    ("Ctrl+G", "Go to a date or event number"),
    ("Esc", "Return to the present"),
    ("Ctrl+E", "Export CSV"),
    ("Ctrl+F", "Filter the register"),
    ("Ctrl+K", "Search an account, customer or #position"),
    ("Alt+1 … 6", "Turn to a page"),
    ("Ctrl+L", "Lock: the keys leave the memory"),
    ("Ctrl+Q", "Quit"),
    ("F1", "These keys"),
)


class ShortcutsHelp(QDialog):
    """Lists the keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutsHelp")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keys"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        for row, (keys, words) in enumerate(KEYS):
            grid.addWidget(label(keys, kind="strong"), row, 0)
            grid.addWidget(label(words), row, 1)
        close = button(self.tr("Close"), "closeButton", kind="primary")
        close.clicked.connect(self.accept)
        self.dispute = button(self.tr("When a customer disputes an entry…"), "disputeButton", kind="quiet")
        self.dispute.clicked.connect(lambda: HelpDialog(DISPUTE, self).open())
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 18, 20, 16)
        box.setSpacing(12)
        box.addWidget(label(self.tr("Keys"), kind="section"))
        box.addLayout(grid)
        box.addWidget(self.dispute, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
