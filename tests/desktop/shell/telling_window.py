"""The program with its window, in a process that says on standard output how far it is.

`python -m tests.desktop.shell.telling_window auditdesk|auditdesk-window WORD …`
"""

from __future__ import annotations

import os
import signal
import sys

from PySide6.QtGui import QShowEvent

from auditdesk.cli.main import main as auditdesk
from auditdesk.desktop.kit.tasks import Task
from auditdesk.desktop.shell import main_window
from auditdesk.desktop.shell.app import main as auditdesk_window
from auditdesk.services.workspace.session import Session


def tell(line: str) -> None:
    """Write a line in one piece: two threads have something to say."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


class TellingWindow(main_window.MainWindow):
    """Says when somebody is signed in, when nothing is under way any more, and when it closes."""

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        tell("shown")

    def _enter(self, session: Session) -> None:
        super()._enter(session)
        tell("signed in")

    def _work_changed(self, busy: bool) -> None:  # noqa: FBT001 - a signal's datum
        super()._work_changed(busy)
        if not busy and self.session is not None:
            tell("idle")


def report(task: Task, done: int, total: int, label: str = "") -> None:
    """Say that long work is under way."""
    tell(f"{label} {done}")
    plain_report(task, done, total, label)


plain_report = Task.report

if __name__ == "__main__":
    main_window.MainWindow = TellingWindow  # type: ignore[misc]
    Task.report = report  # type: ignore[assignment, method-assign]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    program, *sys.argv[1:] = sys.argv[1:]
    sys.exit(auditdesk() if program == "auditdesk" else auditdesk_window())
