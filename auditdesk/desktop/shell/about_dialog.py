"""The *About* dialog: the program, its versions, and the path of its log of errors."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from auditdesk.bootstrap import ProgramInfo
from auditdesk.desktop.kit.help_dialog import HelpDialog
from auditdesk.desktop.kit.widgets import button, label

LICENCE: Final = "LICENSE"
WIDTH_PX: Final = 520


class AboutDialog(QDialog):
    """Shows versions, licence and the log file; *Copy* takes all of it to a bug report."""

    def __init__(self, info: ProgramInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("aboutDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About auditdesk"))
        self._info = info
        self.rows = (
            (self.tr("Version"), info.version),
            (self.tr("Python"), info.python_version),
            (self.tr("SQLite"), f"{info.sqlite_version} ({info.sqlite_driver})"),
            (self.tr("Log of bugs and faults"), str(info.log_file)),
        )
        self.copy = button(self.tr("Copy"), "copyButton")
        self.copy.clicked.connect(self._copy)
        self.open_folder = button(self.tr("Open the log's folder"), "openFolderButton")
        self.open_folder.setEnabled(info.log_file.parent.is_dir())
        if not self.open_folder.isEnabled():
            self.open_folder.setToolTip(self.tr("Nothing has gone wrong yet: there is no log."))
        self.open_folder.clicked.connect(self._open_folder)
        self.licence = button(self.tr("Licence (MIT)…"), "licenceButton", kind="quiet")
        self.licence.clicked.connect(lambda: HelpDialog((LICENCE,), self).open())
        self.done_button = button(self.tr("Close"), "closeButton", kind="primary")
        self.done_button.clicked.connect(self.accept)
        self._lay_out()
        self.done_button.setFocus()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{name}: {value}" for name, value in self.rows))

    @Slot()
    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._info.log_file.parent)))

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self.rows):
            shown = label(value, wrap=True, name=f"aboutValue{row}")
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label(name, kind="muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, row, 1)
        buttons = QHBoxLayout()
        for made in (self.licence, self.open_folder, self.copy):
            buttons.addWidget(made)
        buttons.addStretch(1)
        buttons.addWidget(self.done_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 18, 20, 16)
        box.setSpacing(12)
        box.addWidget(label("auditdesk", kind="title"))
        box.addWidget(label(self.tr("The books of a small bank as immutable events."), kind="muted"))
        box.addLayout(grid)
        kept = self.tr("The log holds places in the program and kinds of errors, and nothing personal.")
        box.addWidget(label(kept, kind="muted", wrap=True))
        box.addLayout(buttons)
        self.setMinimumWidth(WIDTH_PX)
