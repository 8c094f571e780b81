"""The first page: make a bank, open one, or look at the demo."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from auditdesk.desktop.kit.widgets import Banner, Card, button, centred, label
from auditdesk.desktop.look.icons import icon, pixmap
from auditdesk.desktop.look.tokens import Palette
from auditdesk.desktop.shell.help_menu import HelpButton

WIDTH_PX = 560


class WelcomePage(QWidget):
    """Asks for `create_wanted`, `open_wanted(path)`, `demo_wanted` or `restore_wanted`."""

    create_wanted = Signal()
    open_wanted = Signal(object)
    demo_wanted = Signal()
    restore_wanted = Signal()

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.setObjectName("welcomePage")
        self.problem = Banner("warning", "warning", palette)
        self.recent = QListWidget()
        self.recent.setObjectName("recentList")
        self.recent.setAccessibleName(self.tr("Recent workspaces"))
        self.recent.itemActivated.connect(self._open_recent)
        self.recent.itemClicked.connect(self._open_recent)
        self.recent_title = label(self.tr("Recent"), kind="heading")
        self.create_bank = button(self.tr("Create a bank…"), "createButton", kind="primary")
        self.open = button(self.tr("Open a workspace…"), "openButton")
        self.demo = button(self.tr("Open the demo bank"), "demoButton")
        self.restore = button(self.tr("Restore a backup…"), "restoreButton", kind="quiet")
        self.restore.clicked.connect(self.restore_wanted)
        self.create_bank.clicked.connect(self.create_wanted)
        self.open.clicked.connect(self._choose_folder)
        self.demo.clicked.connect(self.demo_wanted)
        self._logo = label()
        self.help = HelpButton(palette, self)
        self._lay_out()
        self.apply_theme(palette)

    def show_recent(self, paths: list[Path]) -> None:
        """List the workspaces opened last."""
        self.recent.clear()
        for path in paths:
            item = QListWidgetItem(path.name.removesuffix(".auditdesk"))
            item.setToolTip(str(path))
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            self.recent.addItem(item)
        self.recent.setVisible(bool(paths))
        self.recent_title.setVisible(bool(paths))

    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        self._logo.setPixmap(pixmap("accounts", palette.accent, 48, scale=2))
        self.open.setIcon(icon("folder", palette.text_muted))
        self.demo.setIcon(icon("play", palette.text_muted))
        self.problem.apply_theme(palette)
        self.help.apply_theme(palette)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Open a workspace"), str(Path.home()))
        if folder:
            self.open_wanted.emit(Path(folder))

    def _open_recent(self, item: QListWidgetItem) -> None:
        self.open_wanted.emit(Path(item.data(Qt.ItemDataRole.UserRole)))

    def _lay_out(self) -> None:
        card = Card(margin=28)
        card.setFixedWidth(WIDTH_PX)
        card.box.setSpacing(12)
        head = QHBoxLayout()
        head.addWidget(self._logo)
        head.addWidget(label("auditdesk", kind="title"), 1)
        card.box.addLayout(head)
        card.box.addWidget(
            label(
                self.tr(
                    "A bank's books as events that are never overwritten. Open a workspace to serve "
                    "customers, look at any account at any moment, or forget a customer for good."
                ),
                kind="muted",
                wrap=True,
            )
        )
        card.box.addWidget(self.problem)
        row = QHBoxLayout()
        for part in (self.create_bank, self.open, self.demo):
            row.addWidget(part)
        row.addStretch(1)
        card.box.addLayout(row)
        less = QHBoxLayout()
        less.addWidget(self.restore)
        less.addStretch(1)
        less.addWidget(self.help)
        card.box.addLayout(less)
        card.box.addWidget(self.recent_title)
        card.box.addWidget(self.recent)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(centred(card))
