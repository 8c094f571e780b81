"""A vault that costs nothing to open, with its first operator signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from auditdesk.vault.vault import Keyring, Vault
from tests.helpers import CHEAP_KDF, ManualClock

LEDGER_ID: Final = "0197-ledger"
PASSPHRASE: Final = "correct horse"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.db"


@pytest.fixture
def vault(path: Path, clock: ManualClock) -> Iterator[Vault]:
    made = Vault.create(
        path,
        ledger_id=LEDGER_ID,
        operator="ana",
        passphrase=PASSPHRASE,
        roles=("clerk", "administrator"),
        clock=clock,
        kdf=CHEAP_KDF,
    )
    yield made
    made.close()


@pytest.fixture
def ana(vault: Vault) -> Keyring:
    keyring = vault.sign_in("ana", PASSPHRASE)
    keyring.create_keys(["C-00001", "C-00002", "C-00003"])
    return keyring


@pytest.fixture
def another(path: Path, clock: ManualClock, vault: Vault) -> Iterator[Vault]:
    """The same file as another process sees it: through a connection of its own."""
    opened = Vault.open(path, ledger_id=vault.ledger_id, clock=clock)
    yield opened
    opened.close()
