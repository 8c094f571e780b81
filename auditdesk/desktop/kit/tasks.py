"""Work off the GUI thread: one serialised thread for the ledger, results back where the widgets live."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from auditdesk.domain.errors import AuditdeskError, Cancelled

REPORT_EVERY_S: Final = 0.05


class Task(QObject):
    """A background task: `progressed(done, total, label)`, `succeeded(result)`, `failed(error)`, `finished`.

    All arrive on the GUI thread; counts travel as objects, since a signal's int has 32 bits.
    """

    progressed = Signal(object, object, str)
    succeeded = Signal(object)
    failed = Signal(object)
    finished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancelled = Event()
        self._last_report = 0.0
        self.told: tuple[int, int, str] | None = None  # for who begins to listen once the work is under way
        self._held_back: tuple[int, int, str] | None = None

    def cancel(self) -> None:
        """Ask the work to stop; it ends with `failed(Cancelled)` once it has undone what it did."""
        self._cancelled.set()

    # The work's side: the `Progress` of the services, called on the worker's thread.

    def report(self, done: int, total: int, label: str = "") -> None:
        """Tell how far the work is; passed on twenty times a second, and the last time always."""
        now = time.monotonic()
        self.told = self._held_back = (done, total, label)
        if now - self._last_report >= REPORT_EVERY_S:
            self._last_report = now
            self.flush()

    def flush(self) -> None:
        """Pass on what was held back; called once the work has ended."""
        if self._held_back is not None:
            self.progressed.emit(*self._held_back)
            self._held_back = None

    def check(self) -> None:
        """Raise `Cancelled` if it was asked for."""
        if self._cancelled.is_set():
            raise Cancelled


class TaskRunner(QObject):
    """Runs tasks one after the other on a thread of its own. `bug(text)`: an error that is no refusal.

    `busy_changed(bool)` tells whether anything is under way. `record` is given every error of the work,
    on the work's thread.
    """

    bug = Signal(str)
    busy_changed = Signal(bool)
    _done = Signal(object, object, object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        record: Callable[[BaseException], object] = lambda _error: None,
    ) -> None:
        super().__init__(parent)
        self.record = record
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._running: set[Task] = set()
        self._latest: dict[str, Task] = {}
        self._closed = False
        # Emitted on the work's thread; queued, it arrives on the GUI thread, where widgets may be touched.
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """True while a task is running or waiting."""
        return bool(self._running)

    def run(
        self,
        work: Callable[[Task], object],
        *,
        on_success: Callable[[Any], object] | None = None,
        on_failure: Callable[[Any], object] | None = None,
    ) -> Task:
        """Start work, which gets its task as the services' `Progress`."""
        task = Task(self)
        if on_success is not None:
            task.succeeded.connect(on_success)
        if on_failure is not None:
            task.failed.connect(on_failure)
        self._running.add(task)
        if len(self._running) == 1:
            self.busy_changed.emit(True)
        self._pool.submit(self._work, task, work)
        return task

    def latest(
        self,
        key: str,
        work: Callable[[Task], object],
        *,
        on_success: Callable[[Any], object],
        on_failure: Callable[[Any], object] | None = None,
    ) -> Task:
        """Like `run`, but of one key only the newest result is delivered; older work is cancelled."""
        older = self._latest.get(key)
        if older is not None:
            older.cancel()

        def if_newest(deliver: Callable[[Any], object] | None) -> Callable[[Any], None]:
            def deliver_if_newest(value: object) -> None:
                if self._latest.get(key) is task and deliver is not None and _is_alive(deliver):
                    deliver(value)

            return deliver_if_newest

        task = self.run(work, on_success=if_newest(on_success), on_failure=if_newest(on_failure))
        self._latest[key] = task
        return task

    def close(self) -> None:
        """Cancel what is under way and wait for its end; who asked for it is told nothing any more."""
        self._closed = True
        for task in self._running:
            task.cancel()
        self._pool.shutdown(wait=True)

    def _work(self, task: Task, work: Callable[[Task], object]) -> None:
        try:
            # A task that was cancelled while it waited for its turn does not begin.
            task.check()
            try:
                result = work(task)
            finally:
                task.flush()
        except AuditdeskError as error:
            self.record(error)
            self._done.emit(task, None, without_frames(error))
        except Exception as error:  # noqa: BLE001 - a bug in the work must not kill the thread unheard
            # Recorded and told as a bug first: `without_frames` takes the places away that both need.
            self.record(error)
            self.bug.emit(without_values(error))
            self._done.emit(task, None, without_frames(error))
        else:
            self._done.emit(task, result, None)

    @Slot(object, object, object)
    def _deliver(self, task: Task, result: object, error: BaseException | None) -> None:
        self._running.discard(task)
        if self._closed:
            return
        if error is None:
            task.succeeded.emit(result)
        else:
            task.failed.emit(error)
        task.finished.emit()
        # Not at once: the receivers of its signals may still hold it.
        task.deleteLater()
        # Asked last: a receiver may have begun the next task.
        if not self._running:
            self.busy_changed.emit(False)


def _is_alive(deliver: Callable[[Any], object]) -> bool:
    """True unless the receiver is a deleted widget, as when the window was locked meanwhile."""
    owner = getattr(deliver, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)


def without_frames(error: BaseException) -> BaseException:
    """The error without the frames that it came through, and those of what it was raised from.

    They would keep alive what the work had in hand, personal data and the task itself, for as long as
    somebody keeps the error; and a task that is taken apart with them by the garbage collector crashes Qt.
    """
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error


def without_values(error: BaseException) -> str:
    """Format an error's type and traceback, without its message, which may hold personal data."""
    places = traceback.extract_tb(error.__traceback__)
    lines = [f"  {Path(place.filename).name}:{place.lineno} in {place.name}" for place in places]
    return "\n".join([type(error).__name__, *lines])
