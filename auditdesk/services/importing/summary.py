"""The result of an import."""

from __future__ import annotations

from typing import NamedTuple


class FileSummary(NamedTuple):
    """One file: every row read was booked, was there already, or was rejected."""

    read: int
    booked: int
    already_there: int
    rejected: int
    unknown_columns: tuple[str, ...]
    sha256: str


class Reject(NamedTuple):
    """One row that was not taken, and why. Nothing of what is in it."""

    file: str
    line: int
    reason: str


class ImportSummary(NamedTuple):
    """A whole import. `reasons` are the first rejects; `correlation_id` marks its events.

    `clamped_us`: how far the machine's clock was behind the log's, so that its own was used.
    """

    files: dict[str, FileSummary]
    reasons: tuple[Reject, ...]
    correlation_id: str
    clamped_us: int = 0

    @property
    def rows_read(self) -> int:
        """Rows in all files, headers apart."""
        return sum(file.read for file in self.files.values())

    @property
    def rows_booked(self) -> int:
        """Rows that became events."""
        return sum(file.booked for file in self.files.values())

    @property
    def rows_rejected(self) -> int:
        """Rows that were not taken."""
        return sum(file.rejected for file in self.files.values())

    @property
    def rows_already_there(self) -> int:
        """Rows that an earlier import had taken."""
        return sum(file.already_there for file in self.files.values())
