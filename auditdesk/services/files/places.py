"""Safe places for output: never onto a bank's books, under whatever name they are reached.

A workspace's files are told by their names in its folder, by being open in this process, and by what they
hold: a link elsewhere that leads to them has neither their name nor their folder.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from auditdesk.domain.errors import Fault, Refused
from auditdesk.ledger.backends.sqlite import APPLICATION_ID as OF_LEDGER
from auditdesk.vault.schema import APPLICATION_ID as OF_VAULT

BOOKS: Final = ("ledger.db", "vault.db")
MANIFEST: Final = "backup.json"  # without it, what lies beside it is no backup
OPEN_FILES: Final = Path("/dev/fd")
HEADER_BYTES: Final = 100
SQLITE: Final = b"SQLite format 3\0"
APPLICATION_ID_AT: Final = slice(68, 72)
OURS: Final = frozenset(number.to_bytes(4, "big") for number in (OF_LEDGER, OF_VAULT))
JOURNALS: Final = (bytes.fromhex("377f0682"), bytes.fromhex("377f0683"), bytes.fromhex("d9d505f920a163d7"))


def place_of(out: Path) -> Path:
    """The path of an output file or folder, links resolved.

    Raises `Refused` (`out_is_ledger`) where that is a file of any workspace, or would be taken for one, and
    a `Fault` where links lead nowhere.
    """
    target = resolved(out)
    if _is_named_like_books(target) or _is_books(target):
        raise Refused(
            "out_is_ledger", f"{out} is part of the workspace of a bank.", "Choose another file.", field="out"
        )
    return target


def resolved(out: Path) -> Path:
    """The path with links followed. Raises a `Fault` where they lead nowhere, or there is no such user."""
    try:
        home = out.expanduser()
    except RuntimeError as error:
        raise Fault(
            f"{out} begins with a user whom this machine doesn't know.", "Write the folder."
        ) from error
    try:
        return home.resolve()
    except (OSError, RuntimeError) as error:
        raise Fault(f"{out} is a symbolic link to itself.", "Choose another file.") from error


def outside_workspace(out: Path, workspace: Path, *, personal: bool) -> Path:
    """The path of an output file like `place_of`; never in the workspace, if it holds personal data.

    Raises `Refused` (`out_is_ledger`, `out_in_workspace`).
    """
    target = place_of(out)
    if personal and target.is_relative_to(workspace.resolve()):
        raise Refused(
            "out_in_workspace",
            "A file with personal data can't be kept in the workspace, where an erasure would not reach it.",
            "Choose another folder.",
            field="out",
        )
    return target


def _is_named_like_books(target: Path) -> bool:
    """True if the name is that of a ledger, a vault or a file kept beside them, and they exist there."""
    name = target.name.casefold()
    if not name.startswith(BOOKS) and name != MANIFEST:
        return False
    try:
        return any(entry.name.casefold() in BOOKS for entry in target.parent.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # the folder can't be listed: judged by the name alone


def _is_books(target: Path) -> bool:
    """True if the existing file is a ledger or vault under another name.

    A file that this process has open is never opened again: closing it would end SQLite's locks on it.
    """
    try:
        found = target.stat()
    except (OSError, ValueError):
        return False  # nothing is there, or nothing that could be replaced
    if not stat.S_ISREG(found.st_mode):
        return False
    try:
        if any(os.path.samestat(found, other) for other in (*_beside(target.parent), *_open_files())):
            return True
        with target.open("rb") as file:
            header = file.read(HEADER_BYTES)
    except OSError:
        return True  # something is there that can't be looked at: it might be
    return (header.startswith(SQLITE) and header[APPLICATION_ID_AT] in OURS) or header.startswith(JOURNALS)


def _beside(folder: Path) -> Iterator[os.stat_result]:
    """The books in a folder, which may be reached by a second spelling of their names."""
    for entry in folder.iterdir():
        if entry.name.casefold().startswith(BOOKS):
            with suppress(OSError):
                yield entry.stat()


def _open_files() -> Iterator[os.stat_result]:
    """The files this process has open, and those beside them: a vault's journal is closed in between.

    Windows can't say, and lets nobody replace an open file.
    """
    if sys.platform == "win32" or not OPEN_FILES.is_dir():
        return
    for entry in OPEN_FILES.iterdir():
        with suppress(OSError):  # the listing's own handle is closed by now
            yield os.fstat(int(entry.name))
            opened = entry.readlink()
            if opened.name in BOOKS:
                yield from _beside(opened.parent)
