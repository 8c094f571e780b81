"""Checkpoints on the integrity page: the newest, one to keep elsewhere, and one to compare with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from auditdesk.desktop.form.save_field import choose_file, proposed_path, refuse_taken
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.widgets import Card, button, label
from auditdesk.domain.errors import AuditdeskError
from auditdesk.proof.checkpoint import Checkpoint
from auditdesk.services.evidence.checkpoints import CheckpointRow

FILE_NAME: Final = "auditdesk-anchor"


class CheckpointCard(Card):
    """`said(sentence)` when something was done, `refused(error)` when it could not be."""

    said = Signal(str)
    refused = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(margin=16)
        self._context = context
        self.newest = label(name="newestCheckpoint", wrap=True)
        self.save = button(self.tr("&Save an anchor…"), "saveAnchorButton")
        self.compare = button(self.tr("&Compare with an anchor…"), "compareAnchorButton")
        self.save.clicked.connect(self._choose_target)
        self.compare.clicked.connect(self._choose_anchor)
        self._lay_out()

    @Slot()
    def reload(self) -> None:
        """Show the newest checkpoint, and whether another can be signed."""
        session = self._context.session
        try:
            newest = session.checkpoints.newest()
        except AuditdeskError as error:
            self.newest.setText(str(error))
            return
        text = self.tr("No checkpoint has been signed yet.")
        if newest is not None:
            text = self.tr("The newest covers the log up to #{n}, root {root}…").format(
                n=f"{newest.size:,}", root=newest.root.hex()[:16]
            )
        self.newest.setText(text)
        self.save.setEnabled(session.may_sign)
        why = (
            ""
            if session.may_sign
            else self.tr("Only operators who may sign can do this, and only in an undamaged ledger.")
        )
        self.save.setToolTip(why)

    def save_to(self, file: Path) -> None:
        """Sign the log as it is now into a new file: an anchor that is there already is never replaced."""
        try:
            refuse_taken(file)
        except AuditdeskError as error:
            self.refused.emit(error)
            return
        checkpoints = self._context.session.checkpoints
        self._context.runner.run(
            lambda _task: (checkpoints.save_anchor(file), file),
            on_success=self._saved,
            on_failure=self.refused.emit,
        )

    def compare_with(self, file: Path) -> None:
        """Compare the log with a file that was kept elsewhere."""
        checkpoints = self._context.session.checkpoints
        self._context.runner.run(
            lambda _task: checkpoints.check_anchor(file),
            on_success=self._agreed,
            on_failure=self.refused.emit,
        )

    @Slot(object)
    def _saved(self, made: tuple[CheckpointRow, Path]) -> None:
        checkpoint, file = made
        self.reload()
        self.said.emit(
            self.tr("The anchor over {n} events is at {file}. Keep it out of reach of this computer.").format(
                n=f"{checkpoint.size:,}", file=file
            )
        )

    @Slot(object)
    def _agreed(self, anchor: Checkpoint) -> None:
        self.said.emit(
            self.tr("The log begins with exactly the {n} events of the anchor.").format(n=f"{anchor.size:,}")
        )

    @Slot()
    def _choose_target(self) -> None:
        now_us = self._context.session.now_us()
        proposed = proposed_path(FILE_NAME, now_us=now_us, suffix=".txt")
        chosen = choose_file(self, self.tr("Save an anchor"), str(proposed))
        if chosen:
            self.save_to(Path(chosen))

    @Slot()
    def _choose_anchor(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("Compare with an anchor"), str(Path.home()))
        if chosen:
            self.compare_with(Path(chosen))

    def _lay_out(self) -> None:
        self.box.addWidget(label(self.tr("Checkpoints"), kind="heading"))
        self.box.addWidget(
            label(
                self.tr(
                    "A checkpoint signs how many events the log has and what their root is: each day, every "
                    "few minutes of work, and when you leave. An anchor is one you keep elsewhere: whoever "
                    "could change ledger and vault together is caught by it."
                ),
                kind="muted",
                wrap=True,
            )
        )
        self.box.addWidget(self.newest)
        row = QHBoxLayout()
        for part in (self.save, self.compare):
            row.addWidget(part)
        row.addStretch(1)
        self.box.addLayout(row)
