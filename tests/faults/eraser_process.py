"""A privacy officer whose machine loses power inside a forget: at a step's end, or inside the vault.

Run as `python eraser_process.py WORKSPACE CUSTOMER WHERE`, where WHERE is `requested`, `shredded`, or
`vault:N` for the N-th line that the vault's shredding executes.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from auditdesk.bootstrap import open_workspace
from auditdesk.services.privacy.forgetting import Step


def power_cut() -> None:
    """Die as in a power cut: no handlers, no flushing."""
    os.kill(os.getpid(), signal.SIGKILL)


def cut_at_line(wanted: int) -> Any:
    """A tracer that cuts the power at the wanted line executed in the vault package."""
    seen = 0

    def tracer(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal seen
        if "/vault/" not in frame.f_code.co_filename.replace(os.sep, "/"):
            return None
        if event == "line":
            seen += 1
            if seen == wanted:
                power_cut()
        return tracer

    return tracer


def main() -> None:
    """Forget, and die on the way; print `done` if the way was shorter than WHERE."""
    workspace = open_workspace(Path(sys.argv[1]))
    session = workspace.sign_in("ana", "correct horse")
    where = sys.argv[3]

    def on_step(step: Step) -> None:
        if step == where:
            power_cut()

    if where.startswith("vault:"):
        sys.settrace(cut_at_line(int(where.removeprefix("vault:"))))
    session.forgetting.forget(sys.argv[2], "case 4711", on_step=on_step)
    sys.settrace(None)
    print("done", flush=True)


if __name__ == "__main__":
    main()
