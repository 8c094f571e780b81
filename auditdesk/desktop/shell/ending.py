"""Close the window on a signal (SIGINT, SIGTERM), a log-out, or the application's own end.

Python runs a signal's handler only when it next runs Python, which idle Qt does not, and an exception that
a handler raises is swallowed where Qt called Python. So the handlers do nothing: the interpreter writes the
signal's number into a socket at once (`signal.set_wakeup_fd`), and Qt, which watches the socket, closes the
window.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from PySide6.QtCore import QObject, QSocketNotifier, Slot
from PySide6.QtWidgets import QApplication, QWidget

SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


class _Ending(QObject):
    """Closes the window once it is told to, and ends the event loop, also that of a dialog that is open."""

    def __init__(self, window: QWidget, app: QApplication, heard: socket.socket) -> None:
        super().__init__()
        self._window = window
        self._app = app
        self._heard = heard
        self._notifier = QSocketNotifier(heard.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._signalled)
        app.commitDataRequest.connect(self._close)
        app.aboutToQuit.connect(self._close)

    def stop(self) -> None:
        """Listen no longer."""
        self._notifier.setEnabled(False)
        self._app.commitDataRequest.disconnect(self._close)
        self._app.aboutToQuit.disconnect(self._close)

    @Slot()
    def _signalled(self) -> None:
        self._heard.recv(4_096)
        self._close()
        self._app.exit(0)

    @Slot()
    def _close(self) -> None:
        """Close the window like a person: cancel tasks, sign a checkpoint, drop the keys."""
        if self._window.isVisible():
            self._window.close()


@contextmanager
def closed_from_outside(window: QWidget, app: QApplication) -> Iterator[None]:
    """Within, whoever ends the program closes the window; after, the signals do what they did before."""
    heard, told = socket.socketpair()
    # `set_wakeup_fd` refuses a socket that blocks; and to read one must never hold up the window.
    told.setblocking(False)
    heard.setblocking(False)
    ending = _Ending(window, app, heard)
    wakeup_before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    heeded = [
        each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN
    ]  # nohup's stay ignored
    # A handler in Python is needed, though it does nothing: without one no number is written to the socket.
    handlers_before = {each: signal.signal(each, _only_wake) for each in heeded}
    try:
        yield
    finally:
        # The handlers first, the sockets last: a signal in between still finds a place to be written to.
        for each, handler in handlers_before.items():
            signal.signal(each, handler)
        signal.set_wakeup_fd(wakeup_before)
        ending.stop()
        heard.close()
        told.close()


def _only_wake(_number: int, _frame: FrameType | None) -> None:
    """The number is in the socket by now."""
