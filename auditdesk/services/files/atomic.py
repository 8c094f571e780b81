"""Files that are there whole or not at all: written beside their place, synced, renamed.

A draft lies in the folder of its target, readable by its owner alone. Until `publish` returns, and
whatever fails or is cancelled on the way, older files at the targets stay as they were. What a killed
process left is swept by the next that writes into the same folder.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from auditdesk.domain.errors import DiskFull, Fault, Refused
from auditdesk.services.files.leftovers import FILE_SUFFIX, OLDER_SUFFIX, FileLock, sweep

NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FORBIDDEN: Final = (errno.EACCES, errno.EPERM, errno.EROFS)


class Drafts:
    """Drafts of files that are published together."""

    def __init__(self) -> None:
        self._drafts: list[Draft] = []

    def add(self, target: Path) -> Draft:
        """Begin a file for `target`. Raises a `Fault` where nothing can be written there."""
        draft = Draft(target)
        self._drafts.append(draft)
        return draft

    def publish(self, afterwards: Callable[[], object]) -> None:
        """Put every draft in its place, then call `afterwards`; if any of it fails, all is undone."""
        for draft in self._drafts:
            draft.finish()
        placed: list[Draft] = []
        try:
            for draft in self._drafts:
                with file_faults(draft.target):
                    draft.keep_older()
                    placed.append(draft)
                    draft.path.replace(draft.target)
            afterwards()
        except BaseException:
            for draft in placed:
                draft.put_back_older()
            raise
        for draft in self._drafts:
            draft.sync_folder()

    def discard(self) -> None:
        """Leave nothing behind that was not published."""
        for draft in self._drafts:
            draft.discard()


class Draft:
    """One file being written; `sha256_hex` and `size_bytes` tell of what has been written so far."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.size_bytes = 0
        self._hash = sha256()
        self._older: Path | None = None
        with file_faults(target):
            _check_place(target)
            sweep(target.parent)
            handle, name = tempfile.mkstemp(
                prefix=f".{target.name[:64]}.", suffix=FILE_SUFFIX, dir=target.parent
            )
        self.path = Path(name)
        self._file = os.fdopen(handle, "wb")
        self._holds = [FileLock(self.path)]

    @property
    def sha256_hex(self) -> str:
        """SHA-256 of what has been written."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Write on. Raises `DiskFull`, or another `Fault`."""
        with file_faults(self.target):
            self._file.write(data)
        self._hash.update(data)
        self.size_bytes += len(data)

    def finish(self) -> None:
        """Write through to the disk."""
        with file_faults(self.target):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def keep_older(self) -> None:
        """Keep a second name of the file that is at the target now, if there is one."""
        if not self.target.exists():
            return
        older = self.path.with_name(self.path.name.removesuffix(FILE_SUFFIX) + OLDER_SUFFIX)
        try:
            older.hardlink_to(self.target)
        except OSError:
            shutil.copy2(self.target, older)
        self._older = older
        self._holds.append(FileLock(older))

    def put_back_older(self) -> None:
        """Let the target be as it was before."""
        if self._older is not None:
            self._older.replace(self.target)
            self._older.unlink(missing_ok=True)  # POSIX leaves both names where they are one file
            self._older = None
        else:
            self.target.unlink(missing_ok=True)

    def sync_folder(self) -> None:
        """Make the new name durable, where the system lets a folder be synced."""
        with suppress(OSError):
            handle = os.open(self.target.parent, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def discard(self) -> None:
        """Remove what was not renamed away."""
        with suppress(OSError):
            self._file.close()
        for path in (self.path, self._older):
            if path is not None:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
        for hold in self._holds:
            hold.let_go()


@contextmanager
def drafting() -> Iterator[Drafts]:
    """Drafts that leave nothing behind unless they were published."""
    drafts = Drafts()
    try:
        yield drafts
    finally:
        drafts.discard()


def outside_workspace(out: Path, workspace: Path, *, personal: bool) -> Path:
    """Where a file is to be, links followed: never in the place of the ledger or the vault.

    What holds personal data can't lie in the workspace, which is to forget when asked.
    Raises `Refused` (`out_is_ledger`, `out_in_workspace`).
    """
    target, home = out.expanduser().resolve(), workspace.resolve()
    if target.parent == home and target.name.partition(".")[0] in ("ledger", "vault"):
        raise Refused(
            "out_is_ledger", f"{out} is part of the workspace.", "Choose another file.", field="out"
        )
    if personal and target.is_relative_to(home):
        raise Refused(
            "out_in_workspace",
            "What holds personal data can't lie in the workspace, which is to forget when asked.",
            "Choose another folder.",
            field="out",
        )
    return target


@contextmanager
def file_faults(target: Path) -> Iterator[None]:
    """Turn the operating system's errors into faults, in words."""
    try:
        yield
    except OSError as error:
        raise _as_fault(target, error) from error


def _as_fault(target: Path, error: OSError) -> Fault:
    if error.errno in NO_ROOM:
        return DiskFull(f"There is no room for {target}; nothing was left there.", "Make room and try again.")
    if error.errno in FORBIDDEN:
        return Fault(f"Nothing may be written in {target.parent}.", "Choose another folder.")
    if error.errno == errno.ENOENT:
        return Fault(f"There is no folder {target.parent}.", "Make it, or choose another.")
    return Fault(f"{target} can't be written: {error.strerror or error}.", "Choose another file.")


def _check_place(target: Path) -> None:
    """A folder, a device or a pipe is never replaced by a file."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise Fault(f"{target} is a folder.", "Add the name of a file.")
    if not stat.S_ISREG(mode):
        raise Fault(f"{target} is no ordinary file.", "Choose another file.")
