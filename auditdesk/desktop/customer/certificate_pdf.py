"""An erasure certificate as a PDF to hand over: its words to read, its JSON's signature to check."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from auditdesk.desktop.look import formats
from auditdesk.services.files.atomic import save_file
from auditdesk.services.files.places import place_of
from auditdesk.services.privacy.certificate import SignedCertificate

MARGIN_MM: Final = 20
DOTS_PER_INCH: Final = 150
BREAK_FROM: Final = 40  # characters


def certificate_html(signed: SignedCertificate) -> str:
    """The certificate as one page; every value is escaped, and long ones may break."""
    tr, certificate = formats.tr, signed.certificate
    rows = (
        (tr("Customer"), certificate.customer),
        (tr("Reason"), certificate.reason),
        (tr("Requested"), f"{certificate.requested_at}, {certificate.requested_by}"),
        (tr("Key destroyed"), f"{certificate.forgotten_at}, {certificate.done_by}"),
        (tr("Fingerprint of the key"), certificate.key_fingerprint or tr("there was none")),
        (tr("Accounts"), ", ".join(certificate.accounts) or tr("none")),
        (
            tr("Made unreadable"),
            tr("{n} events, {m} snapshots").format(n=certificate.sealed_events, m=certificate.snapshots),
        ),
        (
            tr("Log before"),
            tr("{n} events, root {root}").format(n=certificate.size_before, root=certificate.root_before),
        ),
        (
            tr("Log after"),
            tr("{n} events, root {root}").format(n=certificate.size_after, root=certificate.root_after),
        ),
        (tr("Issued"), certificate.issued_at),
        (tr("Signing key"), signed.key),
        (tr("Signature"), signed.signature),
    )
    cells = "".join(
        f'<tr><td style="padding:3px 14px 3px 0;color:#555">{escape(caption)}</td>'
        f'<td style="padding:3px 0">{_breakable(value)}</td></tr>'
        for caption, value in rows
    )
    title = escape(tr("Certificate of erasure"))
    proves = escape(
        tr(
            "The key to this customer's personal data was destroyed: what was sealed with it can't be read "
            "again by anybody, in this ledger or in a copy of it. The consistency proof in the JSON file "
            "shows that the log before the erasure is contained unaltered in the log after it."
        )
    )
    check = escape(tr("To check it: auditdesk check-certificate FILE.json --key KEY, with the bank's key."))
    return (
        f'<h1 style="font-size:18pt">{title}</h1><p>{escape(certificate.bank)}</p>'
        f'<table style="font-size:9pt">{cells}</table><p>{proves}</p><p style="color:#555">{check}</p>'
    )


def certificate_pdf(signed: SignedCertificate) -> bytes:
    """The certificate as a PDF of A4."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DOTS_PER_INCH)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    writer.setTitle(
        formats.tr("Certificate of erasure {customer}").format(customer=signed.certificate.customer)
    )
    writer.setCreator("auditdesk")
    document = QTextDocument()
    document.setHtml(certificate_html(signed))
    document.print_(writer)
    del writer  # the last page is written when the writer ends
    buffer.close()
    return bytes(content.data())


def save_pdf(signed: SignedCertificate, out: Path) -> None:
    """Write the PDF, whole or not at all. Raises `Refused` (`out_is_ledger`), and a `Fault`."""
    place = place_of(out)
    save_file(place, certificate_pdf(signed))


def _breakable(value: str) -> str:
    """Let long hashes break anywhere, by zero-width spaces."""
    return "\u200b".join(escape(char) for char in value) if len(value) > BREAK_FROM else escape(value)
