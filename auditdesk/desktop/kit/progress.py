"""Progress of long work: a bar that counts real rows, the time that is left, and Cancel."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from auditdesk.desktop.kit.tasks import Task
from auditdesk.desktop.kit.widgets import button, label

SCALE = 10_000
WIDTH_PX = 420
ESTIMATE_AFTER_S = 1.0


class ProgressDialog(QDialog):
    """Follows one task to its end. Closing it cancels, like the button.

    `rows` says that the task counts rows, which are shown; else only the share is.
    """

    def __init__(self, task: Task, title: str, parent: QWidget | None = None, *, rows: bool = True) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumWidth(WIDTH_PX)
        self._task = task
        self._rows = rows
        self._ended = self._cancelling = False
        self._label = ""
        self._started_s = time.monotonic()
        self.step = label(title, name="progressStep")
        self.bar = QProgressBar()
        self.bar.setObjectName("progressBar")
        self.bar.setAccessibleName(title)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.count = label(kind="muted", name="progressCount")
        self.cancel = button(self.tr("Cancel"), "cancelButton")
        self.cancel.clicked.connect(self._cancel)
        self._lay_out()
        task.progressed.connect(self._progressed)
        task.finished.connect(self._finished)
        if task.told is not None:
            self._progressed(*task.told)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._ended:
            self._cancel()
            event.ignore()

    def reject(self) -> None:
        """Escape cancels too."""
        if self._ended:
            super().reject()
        else:
            self._cancel()

    @Slot(object, object, str)
    def _progressed(self, done: int, total: int, text: str) -> None:
        if text != self._label:
            self._label, self._started_s = text, time.monotonic()
        if not self._cancelling:
            self.step.setText(text or self.windowTitle())
        if total <= 0:
            self.bar.setRange(0, 0)
            self.count.setText(self.locale().toString(done))
            return
        # A share, not the counts themselves: the bar's range has 32 bits.
        self.bar.setRange(0, SCALE)
        self.bar.setValue(done * SCALE // total)
        self.count.setText(self._how_far(done, total) + self._left(done, total))

    def _how_far(self, done: int, total: int) -> str:
        number = self.locale().toString
        if self._rows:
            return self.tr("{done} of {total}").format(done=number(done), total=number(total))
        return self.tr("{share} %").format(share=number(100 * done // total))

    def _left(self, done: int, total: int) -> str:
        elapsed_s = time.monotonic() - self._started_s
        if elapsed_s < ESTIMATE_AFTER_S or not 0 < done < total:
            return ""
        left_s = round(elapsed_s * (total - done) / done)
        return self.tr(" · about {seconds} s left").format(seconds=max(left_s, 1))

    @Slot()
    def _cancel(self) -> None:
        self._cancelling = True
        self._task.cancel()
        self.cancel.setEnabled(False)
        self.step.setText(self.tr("Cancelling; everything is put back as it was…"))

    @Slot()
    def _finished(self) -> None:
        self._ended = True
        self.accept()
        self.deleteLater()

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 18, 20, 16)
        box.setSpacing(10)
        box.addWidget(self.step)
        box.addWidget(self.bar)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.cancel)
        box.addLayout(row)
