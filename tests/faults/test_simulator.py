"""Thousands of random orders and faults, each course given by its seed, against a model of plain numbers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from tests.faults.simulator import FIRST_SEED, simulate

ASKED_FOR: Final = os.environ.get("AUDITDESK_SEED")
SHORT: Final = os.environ.get("AUDITDESK_HEAVY") == "short"
IN_EVERY_RUN: Final = [int(ASKED_FOR)] if ASKED_FOR else [1, 2, 3]
STEPS_IN_EVERY_RUN: Final = int(os.environ.get("AUDITDESK_STEPS", "300"))
SEEDS, STEPS = (10, 600) if SHORT else (50, 2_000)


@pytest.mark.parametrize("seed", IN_EVERY_RUN)
def test_whatever_befalls_them_the_books_are_what_was_acknowledged(tmp_path: Path, seed: int) -> None:
    tally = simulate(tmp_path, seed, STEPS_IN_EVERY_RUN)
    assert tally["steps"] == STEPS_IN_EVERY_RUN


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SEEDS))
def test_whatever_befalls_them_for_long_the_books_are_what_was_acknowledged(
    tmp_path: Path, seed: int
) -> None:
    tally = simulate(tmp_path, seed, STEPS)
    assert tally["steps"] == STEPS
    assert tally["orders"] > STEPS // 5
