"""The vault's schema is that of its own format, or nobody unlocks it and nothing is written."""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from auditdesk.domain.errors import Tampered
from auditdesk.storage.sqlite_file import DRIVER, read_schema
from auditdesk.vault.schema import FORMATS, NEWEST_FORMAT
from auditdesk.vault.vault import Keyring, Vault
from tests.helpers import ManualClock
from tests.vault.conftest import LEDGER_ID, PASSPHRASE

FROZEN = {1: "b693418c3c84a6f00b87a2ed1da5c7f8f15bde48d95064b924c0326717112c80"}
SPY = """CREATE TRIGGER spy AFTER DELETE ON customer_keys
BEGIN INSERT INTO outer_checkpoints (size, note, kept_at_us) VALUES (0, hex(OLD.wrapped_key), 0); END"""


def alter(path: Path, *statements: str) -> None:
    with closing(DRIVER.connect(str(path), isolation_level=None)) as raw:
        for statement in statements:
            raw.execute(statement)


def test_the_schema_of_a_released_format_is_frozen() -> None:
    """Where this fails, a change of the tables, a comment too, needs a new format: never another sum here."""
    found = {}
    for number, tables in FORMATS.items():
        with closing(DRIVER.connect(":memory:")) as raw:
            for table in tables:
                raw.execute(table)
            schema = sorted(read_schema(raw.execute).items())
        found[number] = sha256(repr(schema).encode()).hexdigest()
    assert found == FROZEN
    assert max(FORMATS) == NEWEST_FORMAT


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (SPY, "The trigger spy does not belong there."),
        ("CREATE TABLE notes (text TEXT)", "The table notes does not belong there."),
        ("CREATE VIEW all_keys AS SELECT * FROM customer_keys", "The view all_keys does not belong there."),
        ("DROP TABLE verifications", "The table verifications is missing."),
        ("ALTER TABLE fences ADD COLUMN note TEXT", "The table fences was changed."),
    ],
)
def test_nobody_unlocks_a_vault_whose_schema_was_changed(
    path: Path, vault: Vault, clock: ManualClock, statement: str, sentence: str
) -> None:
    vault.close()
    alter(path, statement)
    with closing(Vault.open(path, ledger_id=LEDGER_ID, clock=clock)) as changed:
        with pytest.raises(Tampered, match=sentence):
            changed.sign_in("ana", PASSPHRASE)
        with pytest.raises(Tampered, match=sentence):
            changed.shred("C-00001")


def test_a_trigger_planted_while_someone_is_signed_in_gets_no_key(
    path: Path, vault: Vault, ana: Keyring
) -> None:
    ana.create_keys(["C-00001"])
    alter(path, SPY)
    with pytest.raises(Tampered, match="The trigger spy"):
        vault.shred("C-00001", keyring=ana)
    assert vault.newest_checkpoint() is None
    alter(path, "DROP TRIGGER spy")
    vault.shred("C-00001", keyring=ana)
    assert not vault.holds_key("C-00001")
