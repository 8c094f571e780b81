"""Opening the window from the command line; only then is Qt imported."""

from __future__ import annotations

import importlib
from typing import cast


def open_window(workspace: str) -> int:
    """Open the window on a workspace, or on the list of recent ones where it is empty."""
    app = importlib.import_module("auditdesk.desktop.app")
    return cast("int", app.main([workspace] if workspace else []))
