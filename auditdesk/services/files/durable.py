"""Written through to the disk: what a power cut must not take back once it was said to be done."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Final

UNABLE: Final = (errno.EINVAL, errno.ENOTSUP)  # file systems that can't sync a folder, and needn't


def sync_file(file: Path) -> None:
    """Wait until the file's bytes are on the disk; nobody in this process may have it open as a database."""
    handle = os.open(file, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system lets a folder be synced."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in UNABLE:
            raise
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Wait until everything below a folder, and the folder itself, is on the disk."""
    for place, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync_file(Path(place, name))
        sync_folder(Path(place))
