"""Append-only is the database's own law: whoever goes round the program is stopped by it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from auditdesk.domain import events as e
from auditdesk.domain.errors import LedgerMissing, LedgerReadOnly
from auditdesk.domain.events import NewEvent
from auditdesk.ledger.envelope import Envelope, leaf_entry, leaf_hash
from auditdesk.ledger.ledger import Ledger, StreamAppend
from auditdesk.storage.sqlite_file import DRIVER, FileKind, faults

COPY = """INSERT {} INTO events
SELECT {}, stream, {}, event_id, type, schema, {}, {}, operator, 'other', ordinal, correlation_id, subject,
payload, sealed, commitment, leaf_hash FROM events WHERE position = 1"""


@pytest.fixture
def file(ledger: Ledger, tmp_path: Path) -> Path:
    new_event = NewEvent(e.CommandRefused("deposit", "", "frozen", "No."))
    for number in (1, 2):
        append = StreamAppend("operator/ana", None, [new_event], ledger.now_us(), None)
        ledger.append([append], operator="ana", command_id=f"c{number}")
    return tmp_path / "ledger.db"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE events SET operator = 'mallory' WHERE position = 1", "never updated"),
        ("DELETE FROM events WHERE position = 2", "never deleted"),
        (COPY.format("OR REPLACE", 1, 1, "booked_at", "recorded_at"), "no gaps"),
        (COPY.format("OR REPLACE", 3, 1, "booked_at", "recorded_at"), "no gaps"),
        (COPY.format("", 4, 3, "booked_at", "recorded_at"), "positions have no gaps"),
        (COPY.format("", 3, 9, "booked_at", "recorded_at"), "versions have no gaps"),
        (COPY.format("", 3, 3, "booked_at", "recorded_at - 9"), "recorded at never decreases"),
        (COPY.format("", 3, 3, "booked_at - 9", "recorded_at + 99"), "booked at never decreases"),
    ],
)
def test_the_database_itself_refuses_to_change_the_log(file: Path, statement: str, reason: str) -> None:
    connection = DRIVER.connect(str(file))
    rows = connection.execute("SELECT * FROM events").fetchall()
    with pytest.raises(DRIVER.IntegrityError, match=reason):
        connection.execute(statement)
    assert connection.execute("SELECT * FROM events").fetchall() == rows
    connection.close()


def test_what_the_driver_says_becomes_a_fault_in_words(file: Path) -> None:
    connection = DRIVER.connect(f"file:{file}?mode=ro", uri=True)
    kind = FileKind("ledger", 0, 1, LedgerMissing)
    with pytest.raises(LedgerReadOnly, match="can't be written"), faults(kind):
        connection.execute("DELETE FROM meta")
    connection.close()


FROZEN = Envelope(
    position=4711,
    stream="account/10-00001",
    version=312,
    event_id="0190163d-8694-739b-aea5-966c26f8ad91",
    type="MoneyDeposited",
    schema=1,
    booked_at_us=1735689600000000,
    recorded_at_us=1735689600000001,
    operator="ana ruíz",
    command_id="till-1/42",
    ordinal=0,
    correlation_id="",
    subject="C-00001",
    payload=b'{"amount_minor":5000,"value_date":"2025-01-01"}',
    sealed=b"\x01sealed",
    commitment=bytes(range(32)),
)


def test_the_leafs_encoding_is_frozen() -> None:
    """Changing this changes every hash ever signed: it needs a new leaf version, never an edit here."""
    assert leaf_hash(FROZEN).hex() == "89e51b16c5a6feee9c3711cc1aa62161fd5020500b68ffa9c318e1bfaed619fe"


def test_the_leaf_can_be_made_with_the_standard_library_alone() -> None:
    members = {
        "position": 4711,
        "stream": "account/10-00001",
        "version": 312,
        "event_id": "0190163d-8694-739b-aea5-966c26f8ad91",
        "type": "MoneyDeposited",
        "schema": 1,
        "booked_at_us": 1735689600000000,
        "recorded_at_us": 1735689600000001,
        "operator": "ana ruíz",
        "command_id": "till-1/42",
        "ordinal": 0,
        "correlation_id": "",
        "subject": "C-00001",
        "payload_sha256": sha256(FROZEN.payload).hexdigest(),
        "sealed_sha256": sha256(b"\x01sealed").hexdigest(),
        "commitment": bytes(range(32)).hex(),
    }
    text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert leaf_entry(FROZEN) == text.encode()


@pytest.mark.parametrize("member", [name for name in Envelope.__struct_fields__ if name != "leaf_hash"])
def test_every_member_of_the_envelope_is_bound_by_the_leaf(member: str) -> None:
    from msgspec.structs import replace  # noqa: PLC0415 - used here alone

    old = getattr(FROZEN, member)
    new = old + 1 if isinstance(old, int) else old + (b"x" if isinstance(old, bytes) else "x")
    assert leaf_hash(replace(FROZEN, **{member: new})) != leaf_hash(FROZEN)
