"""What proof costs: the tree in a command, and evidence for one event of a large ledger."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

from auditdesk.domain.commands.money import Deposit
from auditdesk.ledger import tree
from auditdesk.services.evidence.bundle import check
from tests.benchmarks.banks import deep_bank
from tests.benchmarks.timing import Line, each_ms, median_and_p99, rate

NOTE = ("Shop", "Card payment")
TREE_ROUNDS = 9


def proof_lines(folder: Path, *, short: bool) -> list[Line]:
    """The tree's share of a command, and evidence: made, checked, and how large it is."""
    depth = 5_000 if short else 1_000_000
    lines = [_tree_line(folder, 20 if short else 300)]
    session, account = deep_bank(folder / "proofs", depth)
    session.checkpoints.make()
    times, sizes = [], []
    for number, version in enumerate(range(1, depth, max(1, depth // 50))):
        place = folder / f"evidence{number}"
        times += each_ms(
            lambda at, to=place: sizes.append(  # type: ignore[misc]
                session.evidence.save(account, at, to, with_opening=False).evidence_bytes
            ),
            [version],
        )
    session.close()
    checked = each_ms(lambda number: check(folder / f"evidence{number}"), range(len(sizes)))
    program = [sys.executable, "-I", "-S", "check_evidence.py"]
    first = folder / "evidence0"
    alone = each_ms(lambda _: subprocess.run(program, cwd=first, check=True, capture_output=True), range(9))
    return [
        *lines,
        Line(f"evidence of {depth:,} events, made", median_and_p99(sorted(times)), "", "", "≤ 20 ms"),
        Line("… checked", median_and_p99(checked), "", "", "≤ 100 ms"),
        Line("… checked by its own program, from its start", median_and_p99(alone), "", "", "≤ 100 ms"),
        Line("… its size without the opening", f"{max(sizes):,} bytes", "", "", "≤ 4,096"),
    ]


def _tree_line(folder: Path, commands: int) -> Line:
    """Rounds with and without the tree in turn; what a disk does in between strikes both."""
    session, account = deep_bank(folder / "tree", 2_000)

    def measure() -> float:
        return rate(lambda: session.issue(Deposit(account, 100, *NOTE)), commands)

    measure()
    pairs = []
    for _ in range(TREE_ROUNDS):
        with_tree = measure()
        with patch.object(tree, "grow", lambda *_: None):
            pairs.append((with_tree, measure()))
    session.close()
    slower = statistics.median(1 - ours / bare for ours, bare in pairs)
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    return Line(
        "the tree in a durable command",
        f"{ours:,.0f}/s",
        f"{bare:,.0f}/s without it",
        f"{100 * slower:.1f} % slower",
        "≤ 10 %",
    )
