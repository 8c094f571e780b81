"""The backends that the conformance suite holds to the same behaviour: another one is another line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from auditdesk.ledger.backends.base import Backend
from auditdesk.ledger.backends.sqlite import SqliteBackend
from auditdesk.ledger.envelope import SealKind
from auditdesk.ledger.ledger import Ledger
from tests.helpers import ManualClock


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


BACKENDS: Final[dict[str, Callable[[Path], Backend]]] = {
    "sqlite": lambda folder: SqliteBackend(folder / "ledger.db"),
}


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """A place where no ledger is yet."""
    return BACKENDS[request.param](tmp_path)


@pytest.fixture
def ledger(backend: Backend, clock: ManualClock) -> Iterator[Ledger]:
    made = Ledger.create(backend, bank="Conformance Bank", clock=clock)
    yield made
    made.close()
