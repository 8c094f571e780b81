"""Integrity: prove that everything derived agrees with the log, and that the log agrees with itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from auditdesk.desktop.bank.checkpoint_card import CheckpointCard
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.progress import ProgressDialog
from auditdesk.desktop.kit.widgets import Banner, Card, EmptyState, button, label
from auditdesk.domain.errors import Cancelled
from auditdesk.services.verification.findings import VerificationReport

SECOND_US = 1_000_000


class IntegrityPage(QWidget):
    """Runs a verification. `verified(VerificationReport)`: that, or the quiet one, has ended."""

    verified = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("integrityPage")
        self._context = context
        self.run = button(self.tr("&Verify now"), "verifyButton", kind="primary")
        self.run.clicked.connect(self.verify)
        self.good = Banner("good", "check", context.palette)
        self.bad = Banner("warning", "warning", context.palette)
        self.summary = label(kind="muted", name="verifySummary", wrap=True)
        self.findings = QListWidget()
        self.findings.setObjectName("findings")
        self.findings.setAccessibleName(self.tr("Findings"))
        self.findings.setWordWrap(True)
        self.empty = EmptyState("integrity", context.palette)
        self.empty.explain(
            self.tr(
                "A verification reads the whole log, rebuilds its Merkle tree and compares it with the "
                "signed checkpoints, replays every account and customer from zero, and compares balances, "
                "entries, snapshots, seals and keys with what it finds."
            )
        )
        self.checkpoints = CheckpointCard(context)
        self.checkpoints.said.connect(self._say)
        self.checkpoints.refused.connect(self._fail)
        self._card = Card(margin=1)
        self._lay_out()
        context.theme_changed.connect(self._apply_theme)

    def reload(self) -> None:
        """Keep what the last run said, but show the newest checkpoint."""
        self.checkpoints.reload()

    @Slot()
    def verify(self) -> None:
        """Verify everything, off the GUI thread."""
        self.run.setEnabled(False)
        verification = self._context.session.verification
        task = self._context.runner.run(verification.run, on_success=self.show_report, on_failure=self._fail)
        ProgressDialog(task, self.tr("Verifying"), self).open()

    @Slot(object)
    def show_report(self, report: VerificationReport) -> None:
        """Show what a verification found."""
        self.run.setEnabled(True)
        self.good.say("")
        self.bad.say("")
        if report.clean:
            text = self.tr("Everything agrees with the log up to #{n}.").format(n=f"{report.position:,}")
            if report.after:
                text += " " + self.tr("{n} events are new; those before had been verified earlier.").format(
                    n=f"{report.events:,}"
                )
            self.good.say(text)
        else:
            self.bad.say(self.tr("{n} findings. Nothing was changed.").format(n=len(report.findings)))
        self.summary.setText(
            self.tr(
                "{events} events, {accounts} accounts, {customers} customers, {entries} entries, {snapshots} "
                "snapshots; {seals} sealed values opened; {checkpoints} checkpoints; {seconds} s."
            ).format(
                events=f"{report.events:,}",
                accounts=f"{report.accounts:,}",
                customers=f"{report.customers:,}",
                entries=f"{report.entries:,}",
                snapshots=f"{report.snapshots:,}",
                seals=f"{report.seals_opened:,}",
                checkpoints=f"{report.checkpoints:,}",
                seconds=f"{report.elapsed_us / SECOND_US:.1f}",
            )
        )
        self.findings.clear()
        self.findings.addItems([f"{finding.kind}: {finding.sentence}" for finding in report.findings])
        self._card.setVisible(not report.clean)
        self.empty.setVisible(report.clean)
        self.checkpoints.reload()
        self.verified.emit(report)

    @Slot(str)
    def _say(self, text: str) -> None:
        self.bad.say("")
        self.good.say(text)

    @Slot(object)
    def _fail(self, error: object) -> None:
        self.run.setEnabled(True)
        if not isinstance(error, Cancelled):
            self.good.say("")
            self.bad.say(str(error))

    @Slot(object)
    def _apply_theme(self, palette: object) -> None:
        for part in (self.good, self.bad, self.empty):
            part.apply_theme(palette)  # type: ignore[arg-type]

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Integrity"), kind="title"))
        head.addStretch(1)
        head.addWidget(self.run)
        self._card.box.addWidget(self.findings)
        self._card.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(head)
        for part in (self.good, self.bad, self.summary):
            box.addWidget(part)
        box.addWidget(self._card, 1)
        box.addWidget(self.empty, 1, Qt.AlignmentFlag.AlignVCenter)
        box.addWidget(self.checkpoints)
