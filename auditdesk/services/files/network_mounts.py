"""Detection of network file systems, on which SQLite's locks can't be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mounts")
NETWORK_TYPES: Final = frozenset(
    (
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "glusterfs",
        "fuse.sshfs",
        "davfs",
        "fuse.davfs2",
    )
)


def network_warning(folder: Path, mounts: Path = MOUNTS) -> str:
    """A sentence if the folder is on a network file system; empty where it isn't, or nobody can tell.

    `mounts` is a table in the form of Linux's proc(5) `mounts`; other systems have none.
    """
    kind = _type_of(folder.resolve(), mounts)
    if kind not in NETWORK_TYPES:
        return ""
    return (
        f"The workspace lies on a network file system ({kind}), whose locks can't be trusted: "
        "keep it on a local disk, and copy it elsewhere with a backup."
    )


def _type_of(folder: Path, mounts: Path) -> str:
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = -1, ""
    for line in lines:
        fields = line.split(" ")
        point = Path(_unescaped(fields[1]))
        if folder.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind


def _unescaped(text: str) -> str:
    """Undo the octal escapes of mount points with spaces, tabs and backslashes."""
    for escape, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(escape, char)
    return text
