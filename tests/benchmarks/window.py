"""The window: start to first paint, a deep account to its first paint, a slider step to repaint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.banks import PASSPHRASE, new_bank, write_history
from tests.benchmarks.timing import Line, median_and_p99

STARTS = 3


def window_lines(folder: Path, *, short: bool) -> list[Line]:
    """Measured offscreen, in processes of their own, so that nothing is warm."""
    depth = 5_000 if short else 50_000
    session = new_bank(folder, "window")
    session.importer.run(write_history(folder / "window-history", depth - 1))
    session.verification.run()  # or the window would verify it all while it is measured
    session.close()
    workspace = folder / "window.auditdesk"
    starts = [_measure("start", workspace) for _ in range(STARTS)]
    opened = sorted(_measure("account", workspace)[0] for _ in range(STARTS))
    steps = sorted(_measure("steps", workspace))
    aims = ("≤ 1,500 ms", "≤ 150 ms", "≤ 16 ms")
    measured = (
        ("process start to first paint of the window", f"{min(starts)[0]:,.0f} ms"),
        (f"account of {depth:,} opened to first paint", f"{opened[0]:,.0f} ms"),
        (f"slider step to repaint, account of {depth:,}", median_and_p99(steps)),
    )
    return [Line(work, ours, "", "", aim) for (work, ours), aim in zip(measured, aims, strict=True)]


def _measure(what: str, workspace: Path) -> list[float]:
    """Milliseconds that `window_process` reports."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.window_process", what, str(workspace), PASSPHRASE],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(line) for line in finished.stdout.split()]
