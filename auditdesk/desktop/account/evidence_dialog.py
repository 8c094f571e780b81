"""Saving evidence of one event, to be handed to somebody who need not trust the bank."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from auditdesk.desktop.form.form_dialog import FormDialog, Work
from auditdesk.desktop.form.save_field import SaveField, proposed_path
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.help_dialog import DISPUTE, HelpDialog
from auditdesk.desktop.kit.widgets import button, label
from auditdesk.desktop.look import formats
from auditdesk.services.evidence.bundle import EvidenceResult


class EvidenceDialog(FormDialog):
    """`posted(EvidenceResult)`. `sealed` says whether the event has personal data that can be opened."""

    def __init__(
        self, context: Context, account: str, version: int, *, sealed: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            context.runner,
            self.tr("Save evidence of event {n}").format(n=version),
            self.tr("Save"),
            parent=parent,
        )
        self.setObjectName("evidenceDialog")
        self._evidence = context.session.evidence
        self._account, self._version = account, version
        self.path = SaveField(
            self.tr("Save evidence"),
            self.tr("Evidence (*.zip)"),
            hint=self.tr("A name without .zip makes a folder."),
        )
        now_us = context.session.now_us()
        self.path.set_text(
            str(proposed_path("evidence", account, str(version), now_us=now_us, suffix=".zip"))
        )
        self.help = button(self.tr("&What it proves…"), "helpButton", kind="quiet")
        self.help.clicked.connect(lambda: HelpDialog(DISPUTE, self).open())
        self.opening = QCheckBox(self.tr("&With its personal data (this is recorded in the log)"))
        self.opening.setObjectName("openingInput")
        self.opening.setEnabled(sealed and context.session.may_write)
        self._lay_out()

    def prepare(self) -> Work:
        path = self.path.new_path()
        evidence, account, version = self._evidence, self._account, self._version
        opening = self.opening.isChecked()
        return lambda _task: evidence.save(account, version, path, with_opening=opening)

    def _lay_out(self) -> None:
        self.add_widget(
            label(
                self.tr(
                    "The event, the way from it to the signed root of the ledger, and a short program that "
                    "checks them without auditdesk."
                ),
                kind="muted",
                name="evidenceExplained",
                wrap=True,
            )
        )
        self.add(self.path)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.help)
        row.addStretch(1)
        holder = QWidget()
        holder.setLayout(row)
        self.add_widget(holder)
        self.add_widget(self.opening)


def saved_text(result: object) -> str:
    """The receipt for written evidence: event, path and signed position, in a sentence."""
    if not isinstance(result, EvidenceResult):
        raise TypeError(result)
    return formats.tr("Evidence of event {n} written to {path}: position {at} of {size} signed.").format(
        n=result.version, path=result.path, at=f"{result.position:,}", size=f"{result.log_size:,}"
    )
