"""After an erasure: its certificate, to be saved as JSON to check and as PDF to hand over."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from auditdesk.desktop.customer.certificate_pdf import save_pdf
from auditdesk.desktop.form.form_dialog import FormDialog, Work
from auditdesk.desktop.form.save_field import SaveField, proposed_path
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.tasks import Task
from auditdesk.desktop.kit.widgets import label
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
        self.path = SaveField(
            self.tr("Certificate of erasure"),
            self.tr("Certificates (*.json)"),
            hint=self.tr("JSON to check it with; a PDF to hand over lies beside it."),
            files_of=_files_of,
        )
        now_us = context.session.now_us()
        proposed = proposed_path("erasure", customer, now_us=now_us, suffix=".json", files_of=_files_of)
        self.path.set_text(str(proposed))
        self.cancel.setText(self.tr("Not now"))
        self.add(self.path)

    def prepare(self) -> Work:
        certificates, customer = self._certificates, self._customer
        certificate, pdf = _files_of(self.path.new_path())

        def work(_task: Task) -> tuple[Path, Path]:
            save_pdf(certificates.save(customer, certificate), pdf)
            return certificate, pdf

        return work


def _files_of(path: Path) -> tuple[Path, Path]:
    """The certificate, and the PDF beside it."""
    return path.with_suffix(".json"), path.with_suffix(".pdf")


def certified_text(result: object) -> str:
    """The receipt for a certificate of erasure: the paths of its JSON and its PDF."""
    if not isinstance(result, tuple):
        raise TypeError(result)
    return formats.tr("Certificate written to {json} and {pdf}.").format(json=result[0], pdf=result[1])
