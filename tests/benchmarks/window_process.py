"""One window that measures itself and prints milliseconds; run by `window`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

STEPS = 100


def main() -> None:
    """Measure what the first argument says: start, account, steps."""
    started = time.perf_counter()
    from PySide6.QtTest import QTest  # noqa: PLC0415 - importing is part of what is measured
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    from auditdesk.desktop.kit.settings import Settings  # noqa: PLC0415
    from auditdesk.desktop.shell.main_window import MainWindow  # noqa: PLC0415

    what, workspace, passphrase = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Settings(Path(folder) / "settings.ini"), app)
        window.show()
        window.repaint()
        app.processEvents()
        if what == "start":
            print((time.perf_counter() - started) * 1_000)
            return
        window.open_path(workspace)
        window.sign_in.passphrase.set_text(passphrase)
        window.sign_in.submit.click()
        while window.workspace_page is None or not window.workspace_page.accounts.page.number:
            QTest.qWait(20)
        desk = window.workspace_page
        if desk is None:
            raise SystemExit("nobody was signed in")
        page = desk.accounts.page
        QTest.qWait(500)
        number = page.number
        if what == "account":
            started = time.perf_counter()
            desk.show_account(number)
            page.repaint()
            app.processEvents()
            print((time.perf_counter() - started) * 1_000)
        else:
            for step in range(STEPS):
                started = time.perf_counter()
                page.timeline.go_to(page.timeline.count // 2 + 37 * step, moving=True)
                app.processEvents()
                print((time.perf_counter() - started) * 1_000)
        window.close()


if __name__ == "__main__":
    main()
