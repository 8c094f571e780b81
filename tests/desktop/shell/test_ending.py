"""A window that is told to end from outside closes as if somebody had closed it: with a checkpoint."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pysqlite3
import pytest
import shiboken6
from PySide6.QtGui import QSessionManager
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from auditdesk.bootstrap import create_workspace
from auditdesk.desktop.shell.ending import closed_from_outside
from auditdesk.desktop.shell.main_window import MainWindow
from tests.helpers import CHEAP_KDF

TOO_LONG_S = 60
Start = Callable[..., subprocess.Popen[str]]
SIGNALS = [signal.SIGTERM, signal.SIGINT, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A bank of the demo's name, whose operator is signed in at once; its log has no checkpoint yet."""
    path = tmp_path / "demo.auditdesk"
    create_workspace(path, bank="Riverside", operator="ana", passphrase="demo", kdf=CHEAP_KDF).close()
    assert sizes_signed(path) == []
    return path


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program in a process of its own, which remembers nothing elsewhere."""
    begun = []
    kept = {name: str(tmp_path / "kept") for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}

    def go(program: str, *words: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.desktop.shell.telling_window", program, *map(str, words)],
            env={**os.environ, **kept, "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        return process

    yield go
    for process in begun:
        process.kill()
        process.communicate()


def wait_for(process: subprocess.Popen[str], beginning: str) -> None:
    """Read up to the line that the program says; a program that says nothing for too long is ended."""
    assert process.stdout is not None
    said = []
    patience = threading.Timer(TOO_LONG_S, process.kill)
    patience.start()
    try:
        for line in process.stdout:
            said.append(line)
            if line.startswith(beginning):
                return
    finally:
        patience.cancel()
    raise AssertionError((said, process.communicate()))


def sizes_signed(path: Path) -> list[int]:
    connection = pysqlite3.connect(path / "ledger.db")
    try:
        return [size for (size,) in connection.execute("SELECT size FROM checkpoints ORDER BY size")]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("program", "told", "moment"),
    [
        *(("auditdesk", told, "idle") for told in SIGNALS),
        *(("auditdesk-window", told, "idle") for told in SIGNALS),
        ("auditdesk", signal.SIGTERM, "signed in"),  # while the first page is being read
    ],
)
def test_a_signal_closes_the_window_with_a_checkpoint(
    start: Start, bank: Path, program: str, told: signal.Signals, moment: str
) -> None:
    process = start(program, bank)
    wait_for(process, moment)
    process.send_signal(told)
    _, err = process.communicate(timeout=TOO_LONG_S)
    assert (process.returncode, [line for line in err.splitlines() if "propagateSizeHints" not in line]) == (
        0,
        [],
    )
    assert sizes_signed(bank) == [1]


@pytest.mark.parametrize("moment", ["shown", "Making the demo bank"])
def test_what_is_under_way_is_put_back_before_the_window_closes(
    start: Start, tmp_path: Path, moment: str
) -> None:
    place = tmp_path / "banks"
    place.mkdir()
    process = start("auditdesk", "demo", place / "demo.auditdesk")
    wait_for(process, "shown")
    if moment != "shown":
        wait_for(process, moment)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=TOO_LONG_S)
    assert process.returncode == 0
    assert list(place.iterdir()) == []


def log_out(app: QApplication) -> None:
    """What Qt does at a log-out. Nobody looks at the session manager, which only Qt can make."""
    stand_in = ctypes.create_string_buffer(64)
    manager = shiboken6.wrapInstance(ctypes.addressof(stand_in), QSessionManager)
    app.commitDataRequest.emit(manager)
    shiboken6.invalidate(manager)


@pytest.mark.parametrize("ending", [log_out, lambda app: app.aboutToQuit.emit()], ids=["log out", "quit"])
def test_logging_out_and_quitting_close_the_window_with_a_checkpoint(
    qtbot: QtBot,
    qapp: QApplication,
    window: MainWindow,
    bank: Path,
    ending: Callable[[QApplication], None],
) -> None:
    window.open_path(bank)
    qtbot.waitUntil(lambda: window.workspace_page is not None and not window.runner.busy)
    with closed_from_outside(window, qapp):
        assert sizes_signed(bank) == []
        ending(qapp)
        assert not window.isVisible()
        assert window.session is None
        assert sizes_signed(bank) == [1]


def test_the_signals_are_those_of_before_once_the_window_is_closed(
    qapp: QApplication, window: MainWindow
) -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    with closed_from_outside(window, qapp):
        assert signal.getsignal(signal.SIGTERM) not in before
    assert [signal.getsignal(each) for each in SIGNALS] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_a_signal_that_is_ignored_stays_ignored_as_nohup_wants_it(
    qapp: QApplication, window: MainWindow
) -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with closed_from_outside(window, qapp):
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
