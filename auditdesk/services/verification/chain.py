"""The part of a verification that needs neither keys nor states: numbering, clocks, leaves, tree, roots.

Over a long log it runs in a process of its own, beside the replay, where there is a second core.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import msgspec
from msgspec import Struct

from auditdesk.domain.errors import AuditdeskError
from auditdesk.ledger.backends.addresses import backend_at
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import Ledger
from auditdesk.proof.merkle import EMPTY_FRONTIER, Frontier
from auditdesk.services.access.context import NO_PROGRESS, Progress, system_clock
from auditdesk.services.verification.damaged_log import readable_log
from auditdesk.services.verification.findings import Finding, Tell
from auditdesk.services.verification.replay import NOTHING_BEFORE, Numbering, StartingState
from auditdesk.services.verification.tree import Claim, TreeCheck

WORTH_A_PROCESS_EVENTS: Final = 60_000  # below, starting one takes longer than it saves
LOOK_EVERY_S: Final = 0.05
CORES_NEEDED: Final = 2


class ChainRequest(Struct, frozen=True):
    """A request to check the first `last` events of a ledger against the roots claimed for them."""

    address: str
    last: int
    claims: tuple[Claim, ...]


class ChainAnswer(Struct, frozen=True):
    """The findings, and the root over the events that were checked."""

    findings: tuple[Finding, ...]
    root: bytes


class Chain:
    """The checks, fed by whoever reads the log."""

    def __init__(
        self,
        ledger: Ledger,
        claims: Sequence[Claim],
        report: Tell,
        before: StartingState = NOTHING_BEFORE,
        frontier: Frontier = EMPTY_FRONTIER,
    ) -> None:
        self._numbering = Numbering(report, before)
        self._tree = TreeCheck(ledger, claims, report, frontier)

    @property
    def root(self) -> bytes:
        """The Merkle root over what has passed."""
        return self._tree.root

    def see(self, envelope: Envelope) -> None:
        """Look at the next event of the log."""
        self._numbering.see(envelope)
        self._tree.see(envelope)

    def finish(self) -> None:
        """Compare what can be compared only at the end."""
        self._tree.compare()


class ChainProcess:
    """Runs the checks in another process from construction on. Call `answer` or `stop`."""

    def __init__(self, request: ChainRequest) -> None:
        self._process = subprocess.Popen(
            # -P: nothing of the folder that one happens to stand in is run
            [sys.executable, "-P", "-m", "auditdesk.services.verification.chain"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        stdin, self._process.stdin = self._process.stdin, None
        if stdin is not None:
            with suppress(OSError), stdin:  # one that has died already answers nothing
                stdin.write(msgspec.json.encode(request))

    def answer(self, progress: Progress) -> ChainAnswer | None:
        """Wait for what it found; None where it came to no end, and somebody else has to look.

        Raises `Cancelled`.
        """
        while True:
            progress.check()
            with suppress(subprocess.TimeoutExpired):
                out, _ = self._process.communicate(timeout=LOOK_EVERY_S)
                break
        try:
            return msgspec.json.decode(out, type=ChainAnswer)
        except msgspec.DecodeError:
            return None

    def stop(self) -> None:
        """End it; what it found is not wanted any more."""
        self._process.kill()
        self._process.communicate()


def start_process(ledger: Ledger, last: int, claims: Sequence[Claim]) -> ChainProcess | None:
    """A process for the first `last` events; None where it isn't worth it, or none can be had."""
    frozen = getattr(sys, "frozen", False)
    if last < WORTH_A_PROCESS_EVENTS or frozen or (os.cpu_count() or 1) < CORES_NEEDED:
        return None
    try:
        return ChainProcess(ChainRequest(ledger.backend.address, last, tuple(claims)))
    except OSError:
        return None


def check(request: ChainRequest) -> ChainAnswer:
    """Check the chain as requested. Raises `AuditdeskError` if the ledger can't even be opened."""
    findings: list[Finding] = []
    ledger = Ledger.open(backend_at(request.address), clock=system_clock, read_only=True)
    try:
        with ledger.view():
            chain = Chain(ledger, request.claims, findings.append)
            for envelope in readable_log(ledger, 0, request.last, findings.append, NO_PROGRESS):
                chain.see(envelope)
            chain.finish()
    finally:
        ledger.close()
    return ChainAnswer(tuple(findings), chain.root)


def main() -> int:
    """Read a `ChainRequest` from standard input and write a `ChainAnswer` to standard output.

    Exit code 0 only where the answer is whole.
    """
    try:
        request = msgspec.json.decode(sys.stdin.buffer.read(), type=ChainRequest)
        answer = check(request)
    except (AuditdeskError, msgspec.DecodeError):
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
