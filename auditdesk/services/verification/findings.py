"""Findings of a verification."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, NamedTuple

FINDINGS_LISTED: Final = 1_000

Kind = Literal[
    "position_gap",
    "version_gap",
    "clock_backwards",
    "leaf_mismatch",
    "tree_differs",
    "checkpoint_differs",
    "anchor_differs",
    "log_truncated",
    "event_unreadable",
    "fold_impossible",
    "account_differs",
    "customer_differs",
    "entry_differs",
    "snapshot_differs",
    "seal_broken",
    "key_lost",
    "key_of_forgotten",
    "vault_damaged",
    "schema_changed",
    "pages_damaged",
    "unreadable",
    "not_listed",
]


OF_THE_VAULT: Final[tuple[Kind, ...]] = ("key_lost", "key_of_forgotten", "vault_damaged")


class Finding(NamedTuple):
    """One thing that is not as it must be: of which kind, where, and in a sentence without personal data.

    `stream` and `position` are empty and 0 where the finding is about none.
    """

    kind: Kind
    stream: str
    position: int
    sentence: str


class Findings:
    """Collects what is found: the first thousand as they are, and how many others, in bounded memory."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._unlisted = 0

    def add(self, finding: Finding) -> None:
        """Take a finding."""
        if len(self._kept) < FINDINGS_LISTED:
            self._kept.append(finding)
        else:
            self._unlisted += 1

    def add_new_one(self, finding: Finding) -> None:
        """Take a finding of a second look, unless the first had it too."""
        if finding not in self._kept:
            self.add(finding)

    def add_new(self, findings: Iterable[Finding]) -> None:
        """Take the findings of a second look that the first didn't have."""
        for finding in findings:
            self.add_new_one(finding)

    def all(self) -> tuple[Finding, ...]:
        """Everything found, with a last word on what is not listed."""
        if not self._unlisted:
            return tuple(self._kept)
        sentence = f"{self._unlisted} more findings are not listed."
        return (*self._kept, Finding("not_listed", "", 0, sentence))


Tell = Callable[[Finding], None]


class VerificationReport(NamedTuple):
    """The result: clean exactly when there are no findings. Counts say what was looked at.

    The events looked at are those `after` a position (0: all) up to `position`; `checkpoints` counts the
    signed roots that were compared, anchors included.
    """

    findings: tuple[Finding, ...]
    events: int
    accounts: int
    customers: int
    entries: int
    snapshots: int
    seals_opened: int
    checkpoints: int
    after: int
    position: int
    elapsed_us: int

    @property
    def clean(self) -> bool:
        """True if nothing was found."""
        return not self.findings

    @property
    def damage(self) -> str:
        """The first finding that says the ledger itself is not what it was; empty where none does.

        A key that is lost or too many is the vault's trouble: the ledger can go on.
        """
        return next((found.sentence for found in self.findings if found.kind not in OF_THE_VAULT), "")
