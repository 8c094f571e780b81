"""Reports to take away, and history to bring in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QGridLayout, QVBoxLayout, QWidget

from auditdesk.desktop.bank.export_dialog import ExportDialog, exported_text
from auditdesk.desktop.form.rights import why_not_permitted
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.progress import ProgressDialog
from auditdesk.desktop.kit.widgets import Banner, Card, button, label, set_enabled_or_explain
from auditdesk.desktop.look import formats
from auditdesk.domain.errors import Cancelled
from auditdesk.domain.instants import to_iso
from auditdesk.domain.roles import BACK_UP, IMPORT
from auditdesk.services.importing.summary import ImportSummary
from auditdesk.services.reports import REPORTS
from auditdesk.services.reports.frame import Report
from auditdesk.services.upkeep.backup import BackupResult


class ReportsPage(QWidget):
    """The page of reports: one card for each, and one for the import."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("reportsPage")
        self._context = context
        self.good = Banner("good", "check", context.palette)
        self.bad = Banner("warning", "warning", context.palette)
        self._lay_out()
        context.theme_changed.connect(self._apply_theme)

    @Slot(object)
    def import_folder(self, folder: Path) -> None:
        """Import a folder's three files; what is rejected goes into a file beside them."""
        importer = self._context.session.importer
        rejects = folder / "rejects.csv"
        task = self._context.runner.run(
            lambda task: importer.run(folder, rejects=rejects, progress=task),
            on_success=self._imported,
            on_failure=self._fail,
        )
        ProgressDialog(task, self.tr("Importing history"), self, rows=False).open()

    @Slot(object)
    def _imported(self, summary: ImportSummary) -> None:
        text = self.tr(
            "{read} rows read: {booked} booked, {known} already there, {rejected} rejected."
        ).format(
            read=f"{summary.rows_read:,}",
            booked=f"{summary.rows_booked:,}",
            known=f"{summary.rows_already_there:,}",
            rejected=f"{summary.rows_rejected:,}",
        )
        unknown = sorted({name for file in summary.files.values() for name in file.unknown_columns})
        if unknown:
            text += " " + self.tr("Columns not known and left out: {names}.").format(names=", ".join(unknown))
        if summary.rows_rejected:
            first = summary.reasons[0]
            text += " " + self.tr("The first: {file} line {line}, {reason}. All are in rejects.csv.").format(
                file=first.file, line=first.line, reason=first.reason
            )
        self.bad.say(text if summary.rows_rejected else "")
        self.good.say("" if summary.rows_rejected else text)
        self._context.done(text)

    @Slot(object)
    def back_up(self, parent: Path) -> None:
        """Make a backup in a new folder below `parent`."""
        backup, now_us = self._context.session.backup, self._context.session.now_us()
        name = f"auditdesk-backup-{to_iso(now_us)[:19].replace(':', '')}"
        task = self._context.runner.run(
            lambda task: backup.run(parent / name, progress=task),
            on_success=self._backed_up,
            on_failure=self._fail,
        )
        ProgressDialog(task, self.tr("Backing up"), self).open()

    @Slot(object)
    def _backed_up(self, result: BackupResult) -> None:
        text = self.tr("{n} events backed up to {folder} and verified.").format(
            n=f"{result.events:,}", folder=result.folder
        )
        if result.vault_expires_on is not None:
            day = formats.day(result.vault_expires_on)
            text += " " + self.tr("Keep the vault's folder apart, and destroy it by {day}.").format(day=day)
        self.bad.say("")
        self.good.say(text)
        self._context.notified.emit(text)

    @Slot(object)
    def _fail(self, error: object) -> None:
        self.good.say("")
        self.bad.say("" if isinstance(error, Cancelled) else str(error))

    def _open_export(self, report: str) -> None:
        dialog = ExportDialog(self._context, self, report=report)
        dialog.posted.connect(self._exported)
        dialog.open()

    @Slot(object)
    def _exported(self, result: object) -> None:
        self.bad.say("")
        self.good.say(exported_text(result))
        self._context.done(exported_text(result))

    def _choose_backup(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Back up to"), str(Path.home()))
        if folder:
            self.back_up(Path(folder))

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Import a folder"), str(Path.home()))
        if folder:
            self.import_folder(Path(folder))

    @Slot(object)
    def _apply_theme(self, palette: object) -> None:
        for part in (self.good, self.bad):
            part.apply_theme(palette)  # type: ignore[arg-type]

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(12)
        cards = [self._report_card(report) for report in REPORTS]
        for place, card in enumerate([*cards, self._import_card(), self._backup_card()]):
            grid.addWidget(card, place // 2, place % 2)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        box.addWidget(label(self.tr("Reports"), kind="title"))
        box.addWidget(self.good)
        box.addWidget(self.bad)
        box.addLayout(grid)
        box.addStretch(1)

    def _report_card(self, report: type[Report]) -> Card:
        made = button(self.tr("Export CSV…"), f"{report.NAME}Export")
        why = why_not_permitted(self._context.session, report.PERMISSION, writes=False)
        set_enabled_or_explain(made, why)
        made.clicked.connect(lambda: self._open_export(report.NAME))
        return _card(report.TITLE, report.WORDS, made)

    def _import_card(self) -> Card:
        bring = button(self.tr("&Import a folder…"), "importButton")
        set_enabled_or_explain(bring, why_not_permitted(self._context.session, IMPORT))
        bring.clicked.connect(self._choose_folder)
        return _card(
            self.tr("Import history"),
            self.tr(
                "A folder with customers.csv, accounts.csv and transactions.csv. All of it goes in, "
                "or nothing; rows that can't be taken are named."
            ),
            bring,
        )

    def _backup_card(self) -> Card:
        keep = button(self.tr("&Back up…"), "backupButton")
        set_enabled_or_explain(keep, why_not_permitted(self._context.session, BACK_UP, writes=False))
        keep.clicked.connect(self._choose_backup)
        return _card(
            self.tr("Backup"),
            self.tr(
                "A verified copy of the ledger, made while it is in use, and apart from it one of the "
                "vault, which must be destroyed after 30 days so that the forgotten stay forgotten."
            ),
            keep,
        )


def _card(title: str, words: str, action: QWidget) -> Card:
    card = Card(margin=18)
    card.box.addWidget(label(title, kind="section"))
    card.box.addWidget(label(words, kind="muted", wrap=True), 1)
    card.box.addWidget(action, 0, Qt.AlignmentFlag.AlignLeft)
    return card
