"""What a verification finds."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal[
    "position_gap",
    "version_gap",
    "clock_backwards",
    "leaf_mismatch",
    "event_unreadable",
    "fold_impossible",
    "account_differs",
    "customer_differs",
    "entry_differs",
    "snapshot_differs",
    "seal_broken",
    "key_lost",
    "key_of_forgotten",
    "schema_changed",
    "unreadable",
]


class Finding(NamedTuple):
    """One thing that is not as it must be: of which kind, where, and in a sentence without personal data.

    `stream` and `position` are empty and 0 where the finding is about none.
    """

    kind: Kind
    stream: str
    position: int
    sentence: str


class VerificationReport(NamedTuple):
    """The result: clean exactly when there are no findings. Counts say what was looked at."""

    findings: tuple[Finding, ...]
    events: int
    accounts: int
    customers: int
    entries: int
    snapshots: int
    seals_opened: int
    position: int
    elapsed_us: int

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
