"""Evidence and certificates, from the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.account.evidence_dialog import EvidenceDialog
from auditdesk.desktop.account.explain_dialog import ExplainDialog
from auditdesk.desktop.customer.certificate_dialog import CertificateDialog
from auditdesk.desktop.customer.certificate_pdf import certificate_html, certificate_pdf
from auditdesk.desktop.customer.forget_dialog import ForgetDialog
from auditdesk.desktop.kit.help_dialog import HelpDialog
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.services.evidence.bundle import check
from auditdesk.services.privacy.certificate import Certificate, SignedCertificate, check_certificate
from auditdesk.services.upkeep.restore import restore
from tests.desktop.small_bank import BOB, MAIN

SAMPLE = SignedCertificate(
    Certificate(
        kind="k",
        ledger_id="id",
        bank="A <b>Bank</b>",
        customer="C-00009",
        reason="letter <script>",
        requested_at="2025-01-06T09:00:00Z",
        requested_by="ana",
        forgotten_at="2025-01-06T09:00:01Z",
        done_by="ana",
        key_fingerprint="ab" * 16,
        accounts=(),
        sealed_events=3,
        snapshots=0,
        size_before=7,
        root_before="cd" * 32,
        size_after=9,
        root_after="ef" * 32,
        consistency=(),
        issued_at="2025-01-06T09:00:02Z",
    ),
    "key",
    "signature",
)


def evidence_dialog(desk: WorkspacePage) -> EvidenceDialog:
    found = desk.accounts.findChild(EvidenceDialog)
    assert isinstance(found, EvidenceDialog)
    return found


def test_evidence_is_saved_from_the_panel(qtbot: QtBot, desk: WorkspacePage, tmp_path: Path) -> None:
    desk.accounts.show_account(MAIN)
    desk.accounts.page.timeline.go_to(5)
    desk.accounts.page.panel.evidence.click()
    dialog = evidence_dialog(desk)
    out = tmp_path / "evidence.zip"
    dialog.path.set_text(str(out))
    dialog.opening.setChecked(True)
    with qtbot.waitSignal(dialog.posted):
        dialog.post.click()
    proven = check(out)
    assert (proven.event["stream"], proven.event["version"]) == (f"account/{MAIN}", 5)
    assert proven.personal is not None


def test_evidence_is_offered_where_an_event_is_explained(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    desk.accounts.show_account(MAIN)
    desk.accounts.page.panel.explain.click()
    explained = desk.accounts.findChild(ExplainDialog)
    assert isinstance(explained, ExplainDialog)
    explained.evidence.click()
    dialog = evidence_dialog(desk)
    dialog.path.set_text("")
    dialog.post.click()
    assert dialog.path.problem.isVisibleTo(dialog)
    dialog.path.set_text(str(tmp_path / "folder"))
    with qtbot.waitSignal(dialog.posted):
        dialog.post.click()
    assert check(tmp_path / "folder").personal is None
    explained.accept()


def test_an_event_without_personal_data_has_nothing_to_open(desk: WorkspacePage) -> None:
    desk.accounts.show_account(MAIN)
    desk.accounts.page.timeline.go_to(1)
    desk.accounts.page.panel.evidence.click()
    dialog = evidence_dialog(desk)
    assert not dialog.opening.isEnabled()
    dialog.reject()


def test_after_forgetting_a_certificate_is_offered_and_stays_to_be_had(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    page = desk.customers.page
    desk.customers.show_customer(BOB)
    assert page.buttons["certify"].isHidden()
    page.buttons["forget"].click()
    forget = desk.customers.findChild(ForgetDialog)
    assert isinstance(forget, ForgetDialog)
    forget.reason.set_text("letter 12")
    QTest.keyClicks(forget.typed.entry, BOB)
    with qtbot.waitSignal(forget.posted):
        forget.post.click()
    dialog = desk.customers.findChild(CertificateDialog)
    assert isinstance(dialog, CertificateDialog)
    dialog.path.set_text(str(tmp_path / "erasure.json"))
    with qtbot.waitSignal(dialog.posted):
        dialog.post.click()
    assert check_certificate((tmp_path / "erasure.json").read_bytes()).customer == BOB
    assert (tmp_path / "erasure.pdf").read_bytes().startswith(b"%PDF-")
    assert not page.buttons["certify"].isHidden()
    assert page.buttons["forget"].isHidden()


def test_a_backup_is_made_from_the_window(qtbot: QtBot, desk: WorkspacePage, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    desk.reports.back_up(tmp_path / "kept")
    qtbot.waitUntil(lambda: "backed up" in desk.reports.good.sentence.text())
    (folder,) = (tmp_path / "kept").iterdir()
    assert restore(folder, tmp_path / "again").vault_present


def test_the_certificate_on_paper_says_what_is_signed_and_takes_text_for_text() -> None:
    html = certificate_html(SAMPLE)
    for value in ("C-00009", "letter &lt;script&gt;", "A &lt;b&gt;Bank&lt;/b&gt;", "ab" * 16):
        assert value in html
    pdf = certificate_pdf(SAMPLE)
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert pdf.count(b"/Type /Page\n") == 1


def test_the_page_on_disputes_is_read_where_evidence_is_saved(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = EvidenceDialog(desk._context, MAIN, 40, sealed=True, parent=desk)
    dialog.open()
    dialog.help.click()
    page = next(made for made in dialog.findChildren(HelpDialog) if made.isVisible())
    assert page.windowTitle() == "When a customer disputes an entry"
    text = page.browser.toPlainText()
    assert "What it does not prove" in text
    assert "##" not in text
