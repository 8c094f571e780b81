"""A SQLite ledger brought to another format beside itself, and put in place in one transaction.

The file is held alone from the first copy to the last page: a program that has it open would go on writing to
what is being replaced. The draft takes its place through SQLite's own backup, which is a transaction on the
file: after a crash in the middle of it the next opening rolls it back. Renaming would leave a journal beside
a file that it doesn't belong to, and other programs at work on a file that has no name any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from itertools import count
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

from auditdesk.storage.sqlite_file import connect, sync_folder

PAGES_AT_ONCE: Final = 1_024
SIDE_FILES: Final = ("", "-journal", "-wal", "-shm")
B = TypeVar("B")


class ExclusiveFile(NamedTuple):
    """A file that this process holds alone: where it is, its one connection, the words for its faults."""

    path: Path
    raw: Any
    faults: Callable[[], AbstractContextManager[None]]


class SqliteUpgrade(Generic[B]):
    """Two copies of a file that is held alone; `backend_of` makes the backend of a copy."""

    def __init__(self, held: ExclusiveFile, kept_name: str, backend_of: Callable[[Path], B]) -> None:
        self._held = held
        self._kept_name = kept_name
        self._original, self._draft = drafts_of(held.path)
        discard_drafts(held.path)
        try:
            for copy in (self._original, self._draft):
                copy.touch(mode=0o600)
                with held.faults(), closing(connect(copy)) as writer:
                    held.raw.backup(writer, pages=PAGES_AT_ONCE)
        except BaseException:
            discard_drafts(held.path)  # of a full disk they would be what filled it
            raise
        self.original = backend_of(self._original)
        self.draft = backend_of(self._draft)

    def put_in_place(self) -> str:
        """Keep the copy of the original, then let the draft's content take the file's place; says where."""
        path, raw = self._held.path, self._held.raw
        kept = next(name for name in self._free_names() if not name.exists())
        self._original.rename(kept)
        # The original is safe under its new name before its own file is touched.
        sync_folder(path.parent)
        with self._held.faults(), closing(connect(self._draft)) as reader:
            reader.backup(raw, pages=PAGES_AT_ONCE)
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return str(kept)

    def discard(self) -> None:
        """Let the file go, as it is, and remove the drafts."""
        self._held.raw.close()
        discard_drafts(self._held.path)

    def _free_names(self) -> Iterator[Path]:
        yield self._held.path.with_name(self._kept_name)
        for number in count(2):
            yield self._held.path.with_name(f"{self._kept_name}-{number}")


def drafts_of(path: Path) -> tuple[Path, Path]:
    """Paths of the original's copy and of the draft during an upgrade."""
    return path.with_name(f"{path.name}.before-upgrade"), path.with_name(f"{path.name}.upgrade-draft")


def discard_drafts(path: Path) -> None:
    """Remove what an upgrade has beside a file, one that was broken off too."""
    for draft in drafts_of(path):
        for suffix in SIDE_FILES:
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)
