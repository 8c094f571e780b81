"""Projections and snapshots are conveniences: thrown away, they come out of the log as they were."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from auditdesk.domain import events as e
from auditdesk.domain.errors import LedgerDamaged
from auditdesk.domain.events import NewEvent
from auditdesk.domain.personal import Mask, Personal, PersonalDetails, PersonName
from auditdesk.ledger import schema
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import Ledger, StreamAppend
from tests.helpers import use_account_schema
from tests.ledger.conftest import ReversingSealer

JANE = "C-00001"
ACCOUNT = "10-00001"


@pytest.fixture
def filled(ledger: Ledger, sealer: ReversingSealer) -> Ledger:
    """A customer of 201 events and an account of 402, a freeze and its end among them."""
    renamed = [NewEvent(e.CustomerRenamed(), PersonName(f"Name {number}")) for number in range(2, 202)]
    register = [NewEvent(e.CustomerRegistered("r1"), PersonalDetails("Name 1")), *renamed]
    money = [NewEvent(e.MoneyDeposited(amount, "2025-01-06")) for amount in range(1, 400)]
    blocks = [NewEvent(e.AccountFrozen("debits")), NewEvent(e.OverdraftLimitSet(500))]
    opening = [NewEvent(e.AccountOpened(JANE, "EUR", reference="a1")), *money, *blocks]
    now_us = ledger.now_us()
    appends = [
        StreamAppend(f"customer/{JANE}", None, register, now_us, JANE),
        StreamAppend(f"account/{ACCOUNT}", None, opening, now_us, JANE),
    ]
    ledger.append(appends, operator="ana", command_id="c1", sealer=sealer)
    return ledger


def reveal(envelope: Envelope) -> Personal | Mask | None:
    if envelope.type == "CustomerRegistered":
        return PersonalDetails("Name 1")
    return PersonName(f"Name {envelope.version}")


def everything(ledger: Ledger) -> tuple[object, ...]:
    return (
        ledger.accounts.rows(),
        ledger.customers.rows(),
        [row for page in ledger.accounts.entry_pages() for row in page],
        list(ledger.snapshots.all()),
    )


def test_projections_that_were_spoiled_come_out_of_the_log_as_they_were(filled: Ledger) -> None:
    before = everything(filled)
    with filled._database.writing() as connection:
        connection.execute(update(schema.accounts).values(balance=-1, status="closed"))
        connection.execute(update(schema.customers).values(version=7))
        connection.execute(delete(schema.entries).where(schema.entries.c.version > 50))
    assert everything(filled) != before
    filled.rebuild_projections()
    assert everything(filled) == before


def test_snapshots_that_were_thrown_away_come_out_of_the_log_as_they_were(
    filled: Ledger, sealer: ReversingSealer
) -> None:
    before = everything(filled)
    with filled._database.writing() as connection:
        connection.execute(delete(schema.snapshots))
    assert filled.snapshots.count([f"account/{ACCOUNT}"]) == 0
    filled.rebuild_snapshots(reveal=reveal, sealer=sealer)
    assert everything(filled) == before


def test_without_keys_a_customers_snapshots_stay_as_they_are(filled: Ledger) -> None:
    before = everything(filled)
    with filled._database.writing() as connection:
        connection.execute(update(schema.snapshots).values(state_schema=0))
    filled.rebuild_snapshots()
    assert everything(filled) != before
    found = {(row.stream, row.version): row.state_schema for row in filled.snapshots.all()}
    assert {found[f"account/{ACCOUNT}", version] for version in (100, 200, 300, 400)} == {1}
    assert {found[f"customer/{JANE}", version] for version in (100, 200)} == {0}


def test_snapshots_of_an_older_schema_are_replaced_by_todays(
    filled: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_account_schema(monkeypatch, 2)
    passed_over = filled.accounts.load(ACCOUNT)
    assert passed_over is not None
    assert (passed_over.snapshot_version, passed_over.folded_events) == (0, 402)
    filled.rebuild_snapshots()
    loaded = filled.accounts.load(ACCOUNT)
    assert loaded is not None
    assert (loaded.snapshot_version, loaded.folded_events) == (400, 2)
    assert loaded.state == passed_over.state


def test_a_log_that_cannot_be_folded_leaves_everything_as_it_was(
    filled: Ledger, sealer: ReversingSealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(filled)

    def damaged(*_: object) -> None:
        raise LedgerDamaged("An event can't be where it is.")

    monkeypatch.setattr("auditdesk.domain.account.apply", damaged)
    with pytest.raises(LedgerDamaged):
        filled.rebuild_projections()
    with pytest.raises(LedgerDamaged):
        filled.rebuild_snapshots(reveal=reveal, sealer=sealer)
    assert everything(filled) == before


def test_rebuilding_leaves_the_log_alone(filled: Ledger) -> None:
    before = list(filled.log.read())
    filled.rebuild_projections()
    filled.rebuild_snapshots()
    assert list(filled.log.read()) == before
