"""The one way in which files are written: whole or not at all, beside their place, synced, renamed.

A draft lies in the folder of its target, readable by its owner alone. Until `publish` returns, and
whatever fails or is cancelled on the way, older files at the targets stay as they were. A draft's name is
known before it is made, so that an interrupt between any two steps finds what to remove. What a killed
process left is swept by the next that writes into the same folder.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from auditdesk.domain.errors import DiskFull, Fault, Refused
from auditdesk.services.files.durable import sync_folder, sync_tree
from auditdesk.services.files.leftovers import FILE_SUFFIX, FOLDER_SUFFIX, OLDER_SUFFIX, FileLock, sweep
from auditdesk.services.files.places import place_of

NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FORBIDDEN: Final = (errno.EACCES, errno.EPERM, errno.EROFS)


class FileDrafts:
    """Drafts of files that are published together."""

    def __init__(self) -> None:
        self._drafts: list[Draft] = []

    def add(self, target: Path) -> Draft:
        """Begin a file for `target`, links followed.

        Raises `Refused` (`out_is_ledger`), and a `Fault` where nothing can be written there.
        """
        draft = Draft(place_of(target))
        self._drafts.append(draft)
        draft.begin()
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
            for draft in placed:  # before `afterwards`, which may record what then must be there
                with file_faults(draft.target):
                    sync_folder(draft.target.parent)
            afterwards()
        except BaseException:
            for draft in placed:
                draft.put_back_older()
            raise

    def discard(self) -> None:
        """Leave nothing behind that was not published."""
        for draft in self._drafts:
            draft.discard()


class Draft:
    """One file being written; `sha256_hex` and `size_bytes` tell of what has been written so far."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = _draft_of(target, FILE_SUFFIX)
        self.size_bytes = 0
        self._hash = sha256()
        self._older: Path | None = None
        self._file: BinaryIO | None = None
        self._holds: list[FileLock] = []

    def begin(self) -> None:
        """Make the draft. Raises a `Fault` where nothing can be written at its target."""
        with file_faults(self.target):
            _check_place(self.target)
            sweep(self.target.parent)
            self._file = _created(self.path)
        self._holds.append(FileLock(self.path))

    @property
    def sha256_hex(self) -> str:
        """SHA-256 of what has been written."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Write on. Raises `DiskFull`, or another `Fault`."""
        with file_faults(self.target):
            self._opened.write(data)
        self._hash.update(data)
        self.size_bytes += len(data)

    def finish(self) -> None:
        """Write through to the disk."""
        with file_faults(self.target):
            self._opened.flush()
            os.fsync(self._opened.fileno())
            self._opened.close()

    def keep_older(self) -> None:
        """Keep a second name of the file that is at the target now, if there is one."""
        if not self.target.exists():
            return
        older = self.path.with_name(self.path.name.removesuffix(FILE_SUFFIX) + OLDER_SUFFIX)
        self._older = older
        try:
            older.hardlink_to(self.target)
        except OSError:
            # FAT and some network drives have no hard links.
            shutil.copy2(self.target, older)
        self._holds.append(FileLock(older))

    def put_back_older(self) -> None:
        """Let the target be as it was before; where that fails, the older file stays beside it."""
        try:
            self._put_back_older()
        except OSError:
            if self._older is not None:  # the only copy there is: neither discarded nor swept under this name
                with suppress(OSError):
                    self._older.replace(self.target.with_name(f"{self.target.name}.older"))
                self._older = None

    def _put_back_older(self) -> None:
        if self._older is not None:
            self._older.replace(self.target)
            self._older.unlink(missing_ok=True)  # POSIX leaves both names where they are one file
            self._older = None
        else:
            self.target.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove what was not renamed away."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        for path in (self.path, self._older):
            if path is not None:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
        for hold in self._holds:
            hold.release()

    @property
    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise AssertionError("a draft is begun before it is written")
        return self._file


@contextmanager
def drafting() -> Iterator[FileDrafts]:
    """Drafts that leave nothing behind unless they were published."""
    drafts = FileDrafts()
    try:
        try:
            yield drafts
        finally:
            drafts.discard()
    finally:
        drafts.discard()  # again: an interrupt may have come while they were discarded


def save_file(out: Path, data: bytes) -> None:
    """Write one file, whole or not at all. Raises as `FileDrafts.add`, and `DiskFull`."""
    with drafting() as drafts:
        drafts.add(out).write(data)
        drafts.publish(lambda: None)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A draft beside `target` that takes its name once all went well, and is gone otherwise.

    What is in it must be closed by the end: it is synced then, whole. Raises `Refused` (`folder_exists`,
    `out_is_ledger`), and the `Fault` of a place that can't be written.
    """
    target = place_of(target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(
            "folder_exists",
            f"{target} already exists.",
            "Choose another name.",
            field="folder",
        )
    draft = _draft_of(target, FOLDER_SUFFIX)
    missing = [folder for folder in target.parents if not folder.exists()]
    hold: FileLock | None = None
    try:
        with file_faults(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            sweep(target.parent)
            draft.mkdir(mode=0o700)
            hold = FileLock(draft)
            yield draft
            sync_tree(draft)
            if sys.platform == "win32" and target.exists():
                target.rmdir()  # elsewhere an empty folder is replaced in one step
            draft.rename(target)
            for folder in (target, *missing):
                sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()  # only where it is empty: made for this, and nobody else has used it
        raise
    finally:
        if hold is not None:
            hold.release()


def write_new(file: Path, data: bytes) -> None:
    """Write a file into a draft's folder, where there is none of its name yet. Raises `Fault`s."""
    with file_faults(file), _created(file) as made:
        made.write(data)


def copy_new(source: Path, file: Path) -> None:
    """Copy a file into a draft's folder, where there is none of its name yet. Raises `Fault`s."""
    with file_faults(file), source.open("rb") as read, _created(file) as made:
        shutil.copyfileobj(read, made)


@contextmanager
def file_faults(target: Path) -> Iterator[None]:
    """Turn the operating system's errors into faults, in words."""
    try:
        yield
    except OSError as error:
        raise _as_fault(target, error) from error


def _draft_of(target: Path, suffix: str) -> Path:
    return target.with_name(f".{target.name[:64]}.{secrets.token_hex(4)}{suffix}")


def _created(path: Path) -> BinaryIO:
    """A new file for its owner alone; nothing is ever opened for writing that was there before."""
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _as_fault(target: Path, error: OSError) -> Fault:
    if error.errno in NO_ROOM:
        return DiskFull(
            f"The disk has no room for {target}; no partial file was left.",
            "Free some disk space and try again.",
        )
    if error.errno in FORBIDDEN:
        return Fault(f"The folder {target.parent} is not writable.", "Choose another folder.")
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
        raise Fault(f"{target} is not a regular file.", "Choose another file.")
