"""Print the benchmarks: `python -m tests.benchmarks [--short]`.

Everything is measured in this one run; the ratios are what counts, as machines differ and are noisy.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
from pathlib import Path

from tests.benchmarks.bulk import bulk_lines
from tests.benchmarks.commands import command_lines
from tests.benchmarks.looking import looking_lines
from tests.benchmarks.proofs import proof_lines
from tests.benchmarks.timing import print_table
from tests.benchmarks.window import window_lines


def main() -> None:
    """Run all benchmarks and print their table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="smaller ledgers, for a run that must be quick")
    short = parser.parse_args().short
    print(f"Python {platform.python_version()}, {platform.machine()}, {'short' if short else 'full'} form\n")
    with tempfile.TemporaryDirectory(prefix="auditdesk-bench-") as name:
        folder = Path(name)
        print_table(
            [
                *command_lines(folder, short=short),
                *looking_lines(folder, short=short),
                *bulk_lines(folder, short=short),
                *proof_lines(folder, short=short),
                *window_lines(folder, short=short),
            ]
        )


if __name__ == "__main__":
    main()
