"""What many tests share: a clock they move themselves, and a key derivation that costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from auditdesk.domain.catalogue import ACCOUNT
from auditdesk.domain.instants import DAY_US, parse_instant
from auditdesk.proof.merkle import EMPTY_FRONTIER
from auditdesk.vault.kdf import KdfParameters

MANUAL_START_US: Final = parse_instant("2025-01-06T09:00:00Z")
CHEAP_KDF: Final = KdfParameters(memory_kib=64, iterations=1, lanes=1, purpose="tests")  # about a millisecond


class ManualClock:
    """A clock that stands still until a test moves it; it counts one microsecond a look."""

    def __init__(self, start_us: int = MANUAL_START_US) -> None:
        self.instant_us = start_us

    def __call__(self) -> int:
        self.instant_us += 1
        return self.instant_us

    def sleep_days(self, days: float) -> None:
        """Let `days` pass; fewer than zero sets the clock back."""
        self.instant_us += int(days * DAY_US)


def files_holding(folder: Path, *needles: bytes) -> list[str]:
    """The files below `folder` in whose bytes any needle is found."""
    return [
        f"{path.relative_to(folder)}: {needle!r}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for needle in needles
        if needle in path.read_bytes()
    ]


def root_over(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root of the tree over all these leaf hashes, with nothing kept."""
    return EMPTY_FRONTIER.extended(leaf_hashes).frontier.root()


def use_account_schema(monkeypatch: pytest.MonkeyPatch, schema: int) -> None:
    """Let the program be one whose account states have another schema."""
    changed = ACCOUNT._replace(schema=schema)
    monkeypatch.setattr("auditdesk.domain.catalogue.ACCOUNT", changed)
    monkeypatch.setattr("auditdesk.ledger.snapshots.ACCOUNT", changed)
