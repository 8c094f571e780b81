"""Written through to the disk: what a power cut must not take back once it was said to be done."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from auditdesk.storage.sqlite_file import sync_folder

__all__ = ["sync_file", "sync_folder", "sync_tree"]


def sync_file(file: Path) -> None:
    """Wait until the file's bytes are on the disk; nobody in this process may have it open as a database."""
    handle = os.open(file, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Wait until everything below a folder, and the folder itself, is on the disk."""
    for place, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync_file(Path(place, name))
        sync_folder(Path(place))
