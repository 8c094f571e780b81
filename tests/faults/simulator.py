"""The simulator: one seed drives two writers through a bank's days and everything that can befall a machine.

Every order goes to the ledger and to a model that is nothing but numbers; after every fault, and between,
both must agree on all that was acknowledged. What the seed decides is the whole course: orders, faults, their
places and the clock. Keys and nonces stay random, as in the product.

`python -m tests.faults.simulator SEEDS STEPS PROCESSES` runs many and says what they went through.
"""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from tests.faults.sim_bank import Bank
from tests.faults.sim_checks import check_all, check_now, check_past
from tests.faults.sim_copies import DAMAGES
from tests.faults.sim_draws import draw_order
from tests.faults.sim_faults import FAULTS, Mishap
from tests.faults.sim_writer import Writer

FIRST_SEED: Final = 20_261_123
FAULTY: Final = 0.07  # of all steps
DAMAGED: Final = 0.012
CHECK_NOW_STEPS: Final = 40
CHECK_ALL_STEPS: Final = 400


class SimulationFailed(AssertionError):
    """The ledger was not what it must be. Says of which seed and step, and how to see it again."""


def simulate(folder: Path, seed: int, steps: int) -> Counter[str]:
    """Run one seed in a folder; how often what was done. Raises `SimulationFailed`."""
    chance = Random(seed)
    bank = Bank(folder, chance)
    number = 0
    try:
        for number in range(1, steps + 1):
            writer = chance.choice(bank.writers)
            _step(bank, writer, number)
            bank.tally["steps"] += 1
            if number % CHECK_NOW_STEPS == 0:
                check_now(bank, writer)
                check_past(bank, writer)
            if number % CHECK_ALL_STEPS == 0 or number == steps:
                for one in bank.writers:
                    check_all(bank, one)
        bank.tally["events"] += len(bank.model.log)
    except Exception as error:
        raise SimulationFailed(_report(bank, seed, number, steps, error)) from error
    finally:
        bank.close()
    return bank.tally


def _step(bank: Bank, writer: Writer, number: int) -> None:
    what = bank.chance.random()
    if what < DAMAGED:
        _befall(bank, writer, number, DAMAGES)
    elif what < DAMAGED + FAULTY:
        _befall(bank, writer, number, FAULTS)
        check_now(bank, writer)
    else:
        _ordinary(bank, writer, number)


def _befall(bank: Bank, writer: Writer, number: int, what: dict[str, tuple[Mishap, int]]) -> None:
    (name,) = bank.chance.choices(list(what), [weight for _, weight in what.values()])
    bank.last.append(f"{number}: {name}")
    bank.tally[name] += 1
    what[name][0](bank, writer, number)


def _ordinary(bank: Bank, writer: Writer, number: int) -> None:
    what = bank.chance.random()
    if what < 0.06 and bank.orders:
        bank.perform(writer, bank.chance.choice(bank.orders))
    elif what < 0.07:
        bank.last.append(f"{number}: checkpoint")
        assert writer.session.checkpoints.make().size == len(bank.model.log)
        bank.tally["checkpoints"] += 1
    elif what < 0.08:
        bank.last.append(f"{number}: reopened")
        writer.reopen(sign_off=bank.chance.random() < 0.5)
        bank.tally["reopened"] += 1
    else:
        bank.perform(writer, draw_order(bank.chance, bank.model, number))


def _report(bank: Bank, seed: int, number: int, steps: int, error: Exception) -> str:
    again = f"AUDITDESK_SEED={seed} AUDITDESK_STEPS={steps} python -m pytest tests/faults/test_simulator.py"
    where = traceback.extract_tb(error.__traceback__)[-1]
    return "\n".join(
        (
            f"seed {seed}, step {number}: {type(error).__name__}: {error}",
            f"at {Path(where.filename).name}:{where.lineno}: {where.line}",
            f"To see it again: {again}",
            "The last that was done:",
            *(f"  {line}" for line in bank.last),
        )
    )


def run(seed: int, steps: int) -> Counter[str] | str:
    """Run one seed in a folder of its own; what was done, or how it failed."""
    with tempfile.TemporaryDirectory(prefix="auditdesk-sim-") as folder:
        try:
            return simulate(Path(folder), seed, steps)
        except SimulationFailed as failure:
            return str(failure)


def main() -> int:
    """Run many seeds and say what they went through; 1 if any failed."""
    seeds, steps, processes = (int(word) for word in sys.argv[1:4])
    started = time.monotonic()
    tally: Counter[str] = Counter()
    failures = []
    with ProcessPoolExecutor(processes) as pool:
        for one in pool.map(partial(run, steps=steps), range(FIRST_SEED, FIRST_SEED + seeds)):
            if isinstance(one, str):
                failures.append(one)
            else:
                tally.update(one)
            print(f"{tally['steps']} steps, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    print(f"{seeds} seeds in {time.monotonic() - started:.0f} s, {len(failures)} failed")
    for name, count in tally.most_common():
        print(f"{count:>9,} {name}")
    print(*failures, sep="\n\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
