"""The help: keys, documents, what this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from auditdesk.bootstrap import program_info
from auditdesk.desktop.kit.help_dialog import DocumentsDialog
from auditdesk.desktop.look.icons import icon
from auditdesk.desktop.look.tokens import Palette
from auditdesk.desktop.shell.about_dialog import AboutDialog
from auditdesk.desktop.shell.shortcuts_help import ShortcutsHelp


class HelpButton(QToolButton):
    """Opens the menu *Help*; F1 shows the keys anywhere in the page that it is put on."""

    def __init__(self, palette: Palette, page: QWidget) -> None:
        super().__init__(page)
        self.setObjectName("helpMenu")
        self.setText(self.tr("Help"))
        self.setAccessibleName(self.tr("Help"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addAction(self.tr("&Keys…\tF1"), self.show_keys)
        menu.addAction(self.tr("&Documents…"), self.show_documents)
        menu.addSeparator()
        menu.addAction(self.tr("&About auditdesk…"), self.show_about)
        self.setMenu(menu)
        QShortcut(QKeySequence(Qt.Key.Key_F1), page, self.show_keys)
        self.apply_theme(palette)

    @Slot()
    def show_keys(self) -> None:
        """List the keys."""
        ShortcutsHelp(self.parentWidget()).open()

    @Slot()
    def show_documents(self) -> None:
        """Open the documents, at the first of them."""
        DocumentsDialog(self.parentWidget()).show()

    @Slot()
    def show_about(self) -> None:
        """Say what this program is."""
        AboutDialog(program_info(), self.parentWidget()).open()

    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        self.setIcon(icon("info", palette.text_muted))
