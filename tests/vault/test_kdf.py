"""Argon2id: what it costs is stored, measured, and bounded from both sides."""

from __future__ import annotations

import itertools
import time

import pytest

from auditdesk.domain.errors import Tampered
from auditdesk.vault import kdf
from auditdesk.vault.kdf import KdfParameters
from tests.helpers import CHEAP_KDF


@pytest.mark.parametrize(
    ("memory_kib", "iterations", "lanes"),
    [
        (4 * 1024**3, 3, 4),  # 4 TiB
        (1024**2 + 1, 3, 4),
        (8, 3, 1),  # 8 KiB
        (19 * 1024 - 1, 3, 4),
        (64 * 1024, 65, 4),
        (64 * 1024, 0, 4),
        (64 * 1024, 3, 17),
        (64 * 1024, 3, 0),
    ],
)
def test_stored_parameters_out_of_bounds_are_refused_before_any_memory_is_taken(
    memory_kib: int, iterations: int, lanes: int
) -> None:
    with pytest.raises(Tampered, match="key derivation was altered"):
        KdfParameters.stored(memory_kib, iterations, lanes, "production")


def test_an_absurd_cost_is_refused_for_tests_too() -> None:
    with pytest.raises(Tampered):
        KdfParameters.stored(4 * 1024**3, 1, 1, "tests")


def test_a_purpose_nobody_knows_counts_as_production() -> None:
    with pytest.raises(Tampered):
        KdfParameters.stored(64, 1, 1, "anything")


def test_the_defaults_are_64_mib_3_passes_4_lanes() -> None:
    assert KdfParameters().binding() == (65_536, 3, 4, "production")


@pytest.mark.parametrize(("taken_s", "passes"), [(0.1, 15), (0.5, 3), (9.0, 3), (0.000_1, 64)])
def test_calibration_adds_passes_towards_the_target_and_never_takes_any_away(
    monkeypatch: pytest.MonkeyPatch, taken_s: float, passes: int
) -> None:
    ticks = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: next(ticks) * taken_s)
    monkeypatch.setattr(KdfParameters, "derive", lambda *_: b"")
    assert KdfParameters.calibrated(0.5).iterations == pytest.approx(passes, abs=1)
    assert KdfParameters.calibrated(0.5).memory_kib == 64 * 1024


def test_every_way_to_type_a_letter_gives_the_same_key() -> None:
    cheap, salt = CHEAP_KDF, bytes(kdf.SALT_BYTES)
    assert cheap.derive("Zo\u00eb", salt) == cheap.derive("Zoe\u0308", salt)
    assert cheap.derive("Zoe", salt) != cheap.derive("Zo\u00eb", salt)
    assert len(cheap.derive("\ud800", salt)) == kdf.KEY_BYTES
