"""Files that are shipped with the program."""

from __future__ import annotations

from importlib.resources import files


def read_asset(*path: str) -> bytes:
    """The bytes of a file below `resources`. Raises FileNotFoundError."""
    return files("auditdesk.resources").joinpath(*path).read_bytes()


def read_text(*path: str) -> str:
    """The text of a file below `resources`. Raises FileNotFoundError."""
    return read_asset(*path).decode("utf-8")
