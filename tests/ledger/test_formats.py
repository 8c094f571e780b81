"""Formats that were released stay what they are: a change, be it an index, is a format of its own."""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_mock_engine

from auditdesk.domain.errors import Refused
from auditdesk.ledger.backends.addresses import backend_at
from auditdesk.ledger.backends.dialects import install_law
from auditdesk.ledger.backends.sqlite import SqliteBackend
from auditdesk.ledger.formats import FORMATS
from auditdesk.ledger.ledger import Ledger
from auditdesk.storage.sqlite_file import DRIVER, read_schema
from tests.helpers import ManualClock

FROZEN = {1: "190418cb4620d89535a8dd07938e28ee3a276aada21350ec901e9c32f9c26867"}


def test_formats_are_numbered_from_one_without_a_gap_and_each_leads_to_the_next() -> None:
    assert [known.number for known in FORMATS] == list(range(1, len(FORMATS) + 1))
    assert [known.number for known in FORMATS if known.bring_up is None] == [1]


def test_the_schema_of_a_released_format_is_frozen(tmp_path: Path) -> None:
    """Where this fails, a change of `schema` needs a new format: never another sum here."""
    found = {}
    for known in FORMATS:
        path = tmp_path / f"{known.number}.db"
        Ledger.create(SqliteBackend(path, [known]), bank="b", clock=ManualClock()).close()
        with closing(DRIVER.connect(str(path))) as raw:
            schema = sorted(read_schema(raw.execute).items())
        found[known.number] = sha256(repr(schema).encode()).hexdigest()
    assert found == FROZEN


def test_a_database_without_a_law_of_its_own_keeps_no_ledger() -> None:
    other: Any = create_mock_engine("oracle://", lambda *_: None)
    with pytest.raises(ValueError, match="No append-only triggers are defined for oracle"):
        install_law(other)


def test_an_address_leads_to_the_backend_that_it_was_made_from(tmp_path: Path) -> None:
    backend = SqliteBackend(tmp_path / "ledger.db")
    with closing(Ledger.create(backend, bank="Far Bank", clock=ManualClock())):
        pass
    with closing(Ledger.open(backend_at(backend.address), clock=ManualClock())) as ledger:
        assert ledger.bank == "Far Bank"


def test_an_address_of_no_database_that_we_know_is_refused() -> None:
    with pytest.raises(Refused, match="There is no backend for postgresql"):
        backend_at("postgresql://bank.example/books")
