"""Drafts that a killed process left: told from those in use by a lock that dies with its process.

A draft is named `.NAME.RANDOM` and one of our own suffixes, so that no other program's file is touched.
Windows has no such lock, but refuses to remove an open file; there folders are left alone.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import fcntl

FILE_SUFFIX: Final = ".auditdesk.part"
OLDER_SUFFIX: Final = ".auditdesk.older"
FOLDER_SUFFIX: Final = ".auditdesk.draft"
_SUFFIXES: Final = (FILE_SUFFIX, OLDER_SUFFIX, FOLDER_SUFFIX)


class FileLock:
    """Marks a file or folder as in use by this process, until `release` or the process's end."""

    def __init__(self, path: Path) -> None:
        self._handle = -1
        if sys.platform != "win32":
            with suppress(OSError):
                self._handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
                # Not a POSIX record lock, which would end when this process closes any other handle of
                # the file: a draft is written and closed through one.
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Release the lock: another process may sweep the file from now on."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)


def sweep(folder: Path) -> None:
    """Remove every abandoned draft in the folder; what can't be removed is left without a word."""
    with suppress(OSError):
        for path in list(folder.glob(".*")):
            if path.name.endswith(_SUFFIXES):
                with suppress(OSError):
                    _remove_if_abandoned(path)


def _remove_if_abandoned(path: Path) -> None:
    mode = path.lstat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return
    if sys.platform == "win32":
        if path.name.endswith(FILE_SUFFIX):
            path.unlink()
        return
    # A link or a pipe may have taken its place since: neither is followed, nor waited for.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while its process lives
        if stat.S_ISDIR(mode):
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    finally:
        os.close(handle)
