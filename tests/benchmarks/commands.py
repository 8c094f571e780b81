"""One durable clerk command, everything on, against the encrypting peer; and flat with depth."""

from __future__ import annotations

from pathlib import Path

from auditdesk.domain.commands.money import Deposit
from tests.benchmarks.banks import deep_bank
from tests.benchmarks.peer import fill_peer, make_peer, peer_command
from tests.benchmarks.timing import Line, rate

PEER_DEPTH = 2_000
NOTE = ("Shop", "Card payment")


def command_lines(folder: Path, *, short: bool) -> list[Line]:
    """Commands a second at several depths; the peer at depth 2,000."""
    rounds = 100 if short else 500
    peer = make_peer(folder, encrypted=True)
    peer_account = fill_peer(peer, PEER_DEPTH)
    peer_rate = rate(lambda: peer_command(peer, peer_account), rounds)
    depths = (10, PEER_DEPTH) if short else (10, PEER_DEPTH, 50_000, 1_000_000)
    lines = []
    for depth in depths:
        session, account = deep_bank(folder, depth)
        ours = rate(lambda: session.issue(Deposit(account, 100, *NOTE)), rounds)  # noqa: B023 - called at once
        lines.append(
            Line(
                f"durable command at depth {depth:,}",
                f"{ours:,.0f}/s",
                f"{peer_rate:,.0f}/s at depth {PEER_DEPTH:,}",
                f"{ours / peer_rate:.1f} ×",
                "≥ 3 ×, flat",
            )
        )
        session.close()
    return lines
