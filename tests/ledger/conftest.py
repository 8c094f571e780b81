"""Backends under test: each fixture parameter makes an empty ledger. A second backend adds a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from auditdesk.ledger.envelope import SealKind
from auditdesk.ledger.ledger import Ledger
from tests.helpers import ManualClock

MakeLedger = Callable[[], Ledger]


class ReversingSealer:
    """Turns bytes round and says where they belong: enough to see what was sealed, and for whom."""

    def seal(
        self, subject: str, stream: str, version: int, plaintext: bytes, *, kind: SealKind
    ) -> tuple[bytes, bytes]:
        return f"{kind}:{subject}:{stream}:{version}:".encode() + plaintext[::-1], sha256(plaintext).digest()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sealer() -> ReversingSealer:
    return ReversingSealer()


@pytest.fixture(params=["sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[Ledger]:
    assert request.param == "sqlite"
    made = Ledger.create(tmp_path / "ledger.db", bank="Conformance Bank", clock=clock)
    yield made
    made.close()
