"""Opening the window from the command line; only then is Qt imported."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import cast


def open_window(workspace: str) -> int:
    """Open the window on a workspace, or on the list of recent ones where it is empty."""
    if workspace and not (Path(workspace).expanduser() / "ledger.db").exists():
        sys.stderr.write(
            f"auditdesk: There is no workspace at {workspace}, and it is no command.\nTry: auditdesk --help\n"
        )
        return 1
    app = importlib.import_module("auditdesk.desktop.shell.app")
    return cast("int", app.main([workspace] if workspace else []))
