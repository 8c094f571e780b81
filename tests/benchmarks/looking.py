"""State at any moment, and the full replay, against the peer."""

from __future__ import annotations

import random
from pathlib import Path

from auditdesk.domain.moments import AtInstant, AtVersion
from auditdesk.domain.streams import account_stream
from auditdesk.services.workspace.session import Session
from tests.benchmarks.banks import deep_bank
from tests.benchmarks.peer import fill_peer, make_peer, peer_replay
from tests.benchmarks.timing import Line, each_ms, median_and_p99, seconds


def looking_lines(folder: Path, *, short: bool) -> list[Line]:
    """Times of looks at random moments by version and by date, and of a replay from zero."""
    depths = (5_000,) if short else (50_000, 1_000_000)
    lines = []
    for depth in depths:
        session, account = deep_bank(folder / "looking", depth)
        lines += _looks(session, account, depth, 200 if short else 1_000)
        if depth == depths[0]:
            lines.append(_replay(folder, session, account, depth))
        session.close()
    return lines


def _looks(session: Session, account: str, depth: int, rounds: int) -> list[Line]:
    chance = random.Random(depth)
    history = session.history
    first_us, last_us = (history.instants(account_stream(account), version)[0] for version in (1, depth))
    by_version = each_ms(
        lambda version: history.account_at(account, AtVersion(version)),
        (chance.randint(1, depth) for _ in range(rounds)),
    )
    by_date = each_ms(
        lambda at_us: history.account_at(account, AtInstant(at_us)),
        (chance.randint(first_us, last_us) for _ in range(rounds)),
    )
    by_step = each_ms(
        lambda version: history.step(account, version), (chance.randint(1, depth) for _ in range(rounds))
    )
    return [
        Line(f"{what}, account of {depth:,}", median_and_p99(times), "", "", "≤ 1 ms, p99 ≤ 3 ms")
        for what, times in (
            ("state with owner at any version", by_version),
            ("state with owner at any date", by_date),
            ("slider step", by_step),
        )
    ]


def _replay(folder: Path, session: Session, account: str, depth: int) -> Line:
    peer = make_peer(folder, encrypted=False)
    peer_account = fill_peer(peer, depth)
    theirs = min(seconds(lambda: peer_replay(peer, peer_account)) for _ in range(3))
    ours = min(seconds(lambda: session.history.replay_account(account)) for _ in range(3))
    return Line(
        f"full replay of {depth:,} events",
        f"{ours * 1_000:.0f} ms",
        f"{theirs * 1_000:.0f} ms, unencrypted",
        f"{theirs / ours:.1f} ×",
        "≥ 8 ×",
    )
