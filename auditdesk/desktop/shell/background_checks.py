"""Verify new events and sign checkpoints in the background, while an operator is signed in.

It has a thread of its own, so that a long verification keeps nobody from working.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from auditdesk.desktop.kit.tasks import Task, TaskRunner
from auditdesk.domain.errors import Cancelled
from auditdesk.services.verification.findings import VerificationReport
from auditdesk.services.workspace.session import Session

LOOK_EVERY_MS: Final = 60_000
SIGN_EVERY_LOOKS: Final = 5  # while events come in, no more than five minutes are without a checkpoint


class BackgroundChecks(QObject):
    """`progressed(done, total, label)` and `verified(report)` of the first look; `alarmed(text)`: a fault.

    `record` is given every error of the work.
    """

    progressed = Signal(object, object, str)
    verified = Signal(object)
    alarmed = Signal(str)

    def __init__(
        self, session: Session, record: Callable[[BaseException], object], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner = TaskRunner(self, record=record)
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.sign_when_due)

    def start(self) -> None:
        """Verify what came since the last good verification, and keep looking."""
        task = self._runner.run(self._verify, on_success=self._tell, on_failure=self._fail)
        task.progressed.connect(self.progressed)
        self._timer.start()

    def stop(self) -> None:
        """Stop, and wait until nothing of the session is in use any more."""
        self._timer.stop()
        self._runner.close()

    @Slot()
    def sign_when_due(self) -> None:
        """Sign a checkpoint when the last event's day is over, and every few minutes while events come in."""
        self._looks += 1
        checkpoints = self._session.checkpoints
        if not self._session.may_sign:
            return
        if checkpoints.is_day_closed() or (self._looks % SIGN_EVERY_LOOKS == 0 and checkpoints.is_due()):
            self._runner.run(lambda _task: checkpoints.make(), on_failure=self._fail)

    def _verify(self, task: Task) -> VerificationReport:
        return self._session.verification.run(task, incremental=True)

    @Slot(object)
    def _tell(self, report: VerificationReport) -> None:
        self.verified.emit(report)

    @Slot(object)
    def _fail(self, error: object) -> None:
        if not isinstance(error, Cancelled):
            self.alarmed.emit(str(error))
