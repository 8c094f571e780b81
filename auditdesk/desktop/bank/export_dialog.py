"""Export of a report as CSV, as of the moment that is shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from auditdesk.desktop.form.form_dialog import FormDialog, Work
from auditdesk.desktop.form.rights import why_only_look
from auditdesk.desktop.form.save_field import SaveField, free_path, proposed_path
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.fields import choice_field, line_field
from auditdesk.desktop.kit.progress import ProgressDialog
from auditdesk.desktop.kit.widgets import label, set_enabled_or_explain
from auditdesk.desktop.look import formats
from auditdesk.domain.errors import Refused
from auditdesk.domain.moments import NOW, AtInstant, AtVersion, Moment
from auditdesk.services.reports import REPORTS, find_report
from auditdesk.services.reports.export import ExportResult
from auditdesk.services.reports.frame import Report
from auditdesk.services.reports.manifest import manifest_path
from auditdesk.services.reports.statement import Statement


class ExportDialog(FormDialog):
    """`posted(ExportResult)`. The file is there whole, with its manifest, or not at all.

    Where `moment` is an event of the account, `instant` says when that was for the whole bank; None where
    no instant names just that state.
    """

    def __init__(
        self,
        context: Context,
        parent: QWidget | None = None,
        *,
        report: str = Statement.NAME,
        account: str = "",
        moment: Moment = NOW,
        instant: AtInstant | None = None,
    ) -> None:
        super().__init__(context.runner, self.tr("Export CSV"), self.tr("Export"), parent=parent)
        self.setObjectName("exportDialog")
        self._reports = context.session.reports
        self._shown, self._moment, self._instant = account, moment, instant
        self.report = choice_field(
            "report", self.tr("&Report"), [(known.NAME, known.TITLE) for known in REPORTS]
        )
        self.report.set_text(report)
        self.account = line_field(
            "account", self.tr("&Account"), hint=self.tr("Number or reference; empty: all accounts.")
        )
        self.account.set_text(account)
        self._now_us = context.session.now_us()
        self.path = SaveField(
            self.tr("Export CSV"), self.tr("CSV files (*.csv)"), files_of=_files_of, replaceable=True
        )
        self.reveal = QCheckBox(self.tr("&With personal data (this is recorded in the log)"))
        self.reveal.setObjectName("revealInput")
        set_enabled_or_explain(self.reveal, why_only_look(context.session))
        self.bom = QCheckBox(self.tr("With a byte order &mark, for Excel"))
        self.bom.setObjectName("bomInput")
        self.add(self.report)
        self.add(self.account)
        self.add(self.path)
        self.add_widget(self.reveal)
        self.add_widget(self.bom)
        self.as_of = label(kind="muted", name="asOfLine", wrap=True)
        self.add_widget(self.as_of)
        self.path.set_text(str(self._proposed()))
        combo = self.report.entry
        if isinstance(combo, QComboBox):
            combo.currentIndexChanged.connect(self._choose)
        self._show_what_it_takes()

    def prepare(self) -> Work:
        path = self.path.new_path()
        report = self._kind.NAME
        account, moment = self._account(), self._moment_meant()
        if isinstance(moment, AtVersion) and account != self._shown:
            raise Refused(
                "moment_needs_account",
                self.tr(
                    "Event {n} is a moment of one account only: others happened at the same time."
                ).format(n=moment.version),
                self.tr("Go to a date first."),
                field="account" if account else "report",
            )
        reveal = self.reveal.isChecked() and self._kind.TAKES.reveal
        bom, reports = self.bom.isChecked(), self._reports
        return lambda task: reports.export(
            report, path, account=account, as_of=moment, reveal=reveal, bom=bom, progress=task
        )

    def preview(self) -> None:
        self.as_of.setText(_as_of(self._moment_meant()))

    @property
    def _kind(self) -> type[Report]:
        """The report that is chosen."""
        return find_report(self.report.text())

    def _account(self) -> str:
        """The account whose report it is to be; empty: the bank's."""
        return self.account.text().strip() if self._kind.TAKES.account == "shown" else ""

    def _moment_meant(self) -> Moment:
        """An event is a moment of the account shown; to the bank, or another, the instant when it was."""
        if isinstance(self._moment, AtVersion) and self._account() != self._shown:
            return self._instant or self._moment
        return self._moment

    def submit(self) -> None:
        super().submit()
        if self._task is not None:
            ProgressDialog(self._task, self.tr("Writing the report"), self).open()

    def _proposed(self) -> Path:
        return proposed_path(
            self.report.text(), self._account(), now_us=self._now_us, suffix=".csv", files_of=_files_of
        )

    def _choose(self) -> None:
        self._show_what_it_takes()
        path = Path(self.path.text())
        if path.name:
            self.path.set_text(str(free_path(path.with_name(self._proposed().name), _files_of)))

    def _show_what_it_takes(self) -> None:
        self.report.set_hint(self._kind.WORDS)
        self.account.setVisible(self._kind.TAKES.account == "shown")
        self.reveal.setVisible(self._kind.TAKES.reveal)


def _files_of(path: Path) -> tuple[Path, ...]:
    """The report, and its manifest beside it."""
    return path, manifest_path(path)


def exported_text(result: object) -> str:
    """The receipt for an export: rows, path and manifest, and UNVERIFIED for a damaged ledger."""
    if not isinstance(result, ExportResult):
        raise TypeError(result)
    text = formats.tr("{rows} rows written to {path}, with a manifest beside it.").format(
        rows=f"{result.rows:,}", path=result.path
    )
    if result.unverified:
        text += " " + formats.tr("UNVERIFIED: the ledger is damaged, and each row says so.")
    return text


def _as_of(moment: Moment) -> str:
    match moment:
        case AtInstant(instant_us=instant_us, clock=clock):
            return formats.tr("As of {when} UTC, by the {clock} clock.").format(
                when=formats.instant(instant_us), clock=clock
            )
        case AtVersion(version=version):
            return formats.tr("As of event {n} of the account.").format(n=version)
        case _:
            return formats.tr("As of now.")
