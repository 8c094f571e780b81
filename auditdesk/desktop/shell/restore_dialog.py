"""Restoring a backup: which, where to, and the certificates of who was forgotten since."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QWidget

from auditdesk.desktop.form.form_dialog import FormDialog, Work
from auditdesk.desktop.kit.fields import line_field, typed_path
from auditdesk.desktop.kit.tasks import TaskRunner
from auditdesk.desktop.kit.widgets import button, label
from auditdesk.domain.errors import Refused
from auditdesk.services.upkeep.restore import read_manifest


class RestoreRequest(NamedTuple):
    """A restore to be done: backup, target folder, certificates of erasure, expired vault or not."""

    backup: Path
    target: Path
    certificates: tuple[Path, ...]
    expired_vault: bool


class RestoreDialog(FormDialog):
    """`posted(RestoreRequest)` once the backup is known to be one; whoever asked restores it."""

    def __init__(self, runner: TaskRunner, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(runner, self.tr("Restore a backup"), self.tr("Restore"), parent=parent)
        self.setObjectName("restoreDialog")
        self._certificates: tuple[Path, ...] = ()
        self.backup = line_field("backup", self.tr("&Backup"), hint=self.tr("The folder with backup.json."))
        self.place = line_field(
            "folder", self.tr("&New workspace"), hint=self.tr("A new folder; nothing is overwritten.")
        )
        self.choose = button(self.tr("&Choose…"), "chooseBackupButton")
        self.add_certificates = button(self.tr("Certificates of &erasure…"), "certificatesButton")
        self.chosen = label(kind="muted", name="certificatesChosen", wrap=True)
        self.expired = QCheckBox(self.tr("Use the vault's copy even if it has expired"))
        self.expired.setObjectName("expiredVault")
        self.choose.clicked.connect(self._choose_backup)
        self.add_certificates.clicked.connect(self._choose_certificates)
        self.add(self.backup)
        self.add(self.place)
        self.place.set_text(str(folder / "restored.auditdesk"))
        self._lay_out_rest()
        self.set_certificates(())

    def set_certificates(self, files: tuple[Path, ...]) -> None:
        """Take the certificates of those who were forgotten after the backup was made."""
        self._certificates = files
        names = ", ".join(file.name for file in files)
        self.chosen.setText(
            names
            or self.tr("Customers forgotten after the backup reappear unless you give their certificates.")
        )

    def prepare(self) -> Work:
        request = RestoreRequest(
            typed_path(self.backup, self.tr("Say which backup.")),
            typed_path(self.place, self.tr("Say where it is to be.")),
            self._certificates,
            self.expired.isChecked(),
        )

        def work(_task: object) -> RestoreRequest:
            read_manifest(request.backup.resolve())
            if request.target.exists():
                raise Refused(
                    "folder_exists",
                    self.tr("{path} already exists.").format(path=request.target),
                    self.tr("Choose another name."),
                    field="folder",
                )
            return request

        return work

    @Slot()
    def _choose_backup(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Backup"), str(Path.home()))
        if chosen:
            self.backup.set_text(chosen)

    @Slot()
    def _choose_certificates(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Certificates of erasure"), str(Path.home()), self.tr("Certificates (*.json)")
        )
        self.set_certificates(tuple(Path(file) for file in chosen))

    def _lay_out_rest(self) -> None:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        for part in (self.choose, self.add_certificates):
            line.addWidget(part)
        line.addStretch(1)
        rest: tuple[QWidget, ...] = (row, self.chosen, self.expired)
        for widget in rest:
            self.add_widget(widget)
