"""Making a new bank: its name, its first operator, a passphrase typed twice, and a place."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from auditdesk.bootstrap import create_workspace
from auditdesk.desktop.form.form_dialog import FormDialog, Work
from auditdesk.desktop.kit.fields import line_field, typed_path
from auditdesk.desktop.kit.tasks import TaskRunner
from auditdesk.desktop.kit.widgets import label
from auditdesk.domain.errors import Refused
from auditdesk.domain.text import search_key

ADVISED_LENGTH = 12


class CreateDialog(FormDialog):
    """`posted(path)` once the workspace is there."""

    def __init__(self, runner: TaskRunner, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(runner, self.tr("Create a bank"), self.tr("Create"), parent=parent)
        self.setObjectName("createDialog")
        self._folder = folder
        self.bank = line_field("bank", self.tr("&Name of the bank"))
        self.operator = line_field("operator", self.tr("&Your name as operator"))
        self.passphrase = line_field("passphrase", self.tr("&Passphrase"), secret=True)
        self.again = line_field("again", self.tr("Passphrase &again"), secret=True)
        self.place = line_field(
            "path", self.tr("&Folder"), hint=self.tr("A new folder; it will hold ledger and vault.")
        )
        self.add(self.bank)
        self.add(self.operator)
        self.add(self.passphrase, self.again)
        self.add(self.place)
        self.add_widget(
            label(
                self.tr(
                    "If you lose the passphrase, you lose the customers' personal data: nobody can reset it."
                ),
                kind="muted",
                wrap=True,
            )
        )
        self.place.set_text(str(folder / "bank.auditdesk"))
        self.bank.edited.connect(self._propose_place)

    def prepare(self) -> Work:
        bank, operator, passphrase = self.bank.text(), self.operator.text(), self.passphrase.text()
        if passphrase != self.again.text():
            raise Refused("passphrases_differ", self.tr("The two passphrases differ."), field="again")
        path = typed_path(self.place, self.tr("Say where it is to be kept."))

        def work(_task: object) -> Path:
            create_workspace(path, bank=bank, operator=operator, passphrase=passphrase).close()
            return path

        return work

    def preview(self) -> None:
        length = len(self.passphrase.text())
        short = 0 < length < ADVISED_LENGTH
        advice = self.tr("Short: {n} characters or more are better.").format(n=ADVISED_LENGTH)
        self.passphrase.set_hint(advice if short else "")

    def _propose_place(self) -> None:
        words = "".join(char if char.isalnum() else " " for char in search_key(self.bank.text())).split()
        self.place.set_text(str(self._folder / f"{'-'.join(words) or 'bank'}.auditdesk"))
