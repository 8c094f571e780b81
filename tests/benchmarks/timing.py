"""Stop-watches and the table that the benchmarks print."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Line(NamedTuple):
    """One line of the table."""

    work: str
    ours: str
    peer: str
    ratio: str
    aim: str


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def rate(work: Callable[[], object], rounds: int) -> float:
    """Calls a second, over `rounds` calls."""
    return rounds / seconds(lambda: [work() for _ in range(rounds)])


def each_ms(work: Callable[[int], object], arguments: Iterable[int]) -> list[float]:
    """The milliseconds of each call, sorted."""
    taken = []
    for argument in arguments:
        start = time.perf_counter()
        work(argument)
        taken.append((time.perf_counter() - start) * 1_000)
    return sorted(taken)


def median_and_p99(sorted_ms: list[float]) -> str:
    """`median 0.42 ms, p99 1.10 ms` of sorted times."""
    p99 = sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * 0.99))]
    return f"median {statistics.median(sorted_ms):.2f} ms, p99 {p99:.2f} ms"


def print_table(lines: list[Line]) -> None:
    """Print the lines as a Markdown table."""
    print("| work | auditdesk | peer | ratio | aim |")
    print("| --- | --- | --- | --- | --- |")
    for line in lines:
        print(f"| {line.work} | {line.ours} | {line.peer} | {line.ratio} | {line.aim} |")
