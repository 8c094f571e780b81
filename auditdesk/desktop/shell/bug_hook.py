"""Bugs that no task caught: in a slot, in an event, on a thread of somebody else's."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from auditdesk.desktop.kit.tasks import without_values


class BugHook(QObject):
    """Hears of every uncaught exception while it is installed: records it, tells its place, emits `met`.

    What the exception says is never shown or kept: it may quote what somebody typed.
    """

    met = Signal()

    def __init__(self, record: Callable[[BaseException], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._record = record
        self._before = sys.excepthook, threading.excepthook

    def install(self) -> None:
        """Hear of what is raised from here on."""
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._hear
        threading.excepthook = self._hear_thread

    def remove(self) -> None:
        """Let whoever heard before hear again."""
        sys.excepthook, threading.excepthook = self._before

    def _hear(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):  # Ctrl+C, and what ends the process, are no bugs
            self._before[0](kind, error, trace)
            return
        self._record(error)
        if sys.stderr is not None:  # a program started from a desktop has none
            sys.stderr.write(f"auditdesk: {without_values(error)}\n")
        self.met.emit()

    def _hear_thread(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            self._hear(told.exc_type, told.exc_value, told.exc_traceback)
