"""After an erasure: its certificate, to be saved as JSON to check and as PDF to hand over."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from auditdesk.desktop.customer.certificate_pdf import save_pdf
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.fields import line_field, typed_path
from auditdesk.desktop.kit.form_dialog import FormDialog, Work
from auditdesk.desktop.kit.tasks import Task
from auditdesk.desktop.kit.widgets import button, label
from auditdesk.desktop.look import formats


class CertificateDialog(FormDialog):
    """`posted(tuple of the two paths)`. `outcome` says what was erased, where it just was."""

    def __init__(
        self, context: Context, customer: str, outcome: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(
            context.runner, self.tr("Certificate of erasure"), self.tr("Save both"), parent=parent
        )
        self.setObjectName("certificateDialog")
        self._certificates = context.session.certificates
        self._customer = customer
        words = outcome or self.tr("Customer {number} is forgotten.").format(number=customer)
        self.add_widget(label(words, name="certificateOutcome", wrap=True))
        self.path = line_field(
            "path",
            self.tr("&File"),
            hint=self.tr("JSON to check it with; a PDF to hand over lies beside it."),
        )
        self.path.set_text(str(Path.home() / f"erasure-{customer}.json"))
        self.browse = button(self.tr("&Choose…"), "browseButton")
        self.browse.clicked.connect(self._browse)
        self.cancel.setText(self.tr("Not now"))
        self.add(self.path)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self.browse)
        holder = QWidget()
        holder.setLayout(row)
        self.add_widget(holder)

    def prepare(self) -> Work:
        certificates, customer = self._certificates, self._customer
        out = typed_path(self.path, self.tr("Say where the file is to go.")).with_suffix(".json")

        def work(_task: Task) -> tuple[Path, Path]:
            signed = certificates.save(customer, out)
            save_pdf(signed, out.with_suffix(".pdf"))
            return out, out.with_suffix(".pdf")

        return work

    def _browse(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Certificate of erasure"), self.path.text(), self.tr("Certificates (*.json)")
        )
        if chosen:
            self.path.set_text(chosen)


def certified_text(result: object) -> str:
    """What was written, in a sentence."""
    if not isinstance(result, tuple):
        raise TypeError(result)
    return formats.tr("Certificate written to {json} and {pdf}.").format(json=result[0], pdf=result[1])
