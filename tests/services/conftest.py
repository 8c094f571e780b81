"""A small bank to try the services on, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditdesk.bootstrap import create_workspace
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.personal import Address, Contact, PersonalDetails
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from tests.helpers import CHEAP_KDF, MANUAL_START_US, ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MANUAL_START_US)


@pytest.fixture
def bank(tmp_path: Path, clock: ManualClock) -> Iterator[Workspace]:
    workspace = create_workspace(
        tmp_path / "riverside.auditdesk",
        bank="Riverside Savings",
        operator="ana",
        passphrase="correct horse",
        clock=clock,
        kdf=CHEAP_KDF,
    )
    yield workspace
    workspace.close()


@pytest.fixture
def session(bank: Workspace) -> Iterator[Session]:
    session = bank.sign_in("ana", "correct horse")
    yield session
    session.close()


@pytest.fixture
def jane(session: Session) -> str:
    details = PersonalDetails(
        name="Jane Döe",
        birth_date="1980-02-29",
        address=Address(street="12 Long Street", city="Springfield", postal_code="04711", country="Ireland"),
        contact=Contact(email="jane@example.org", phone="+353 1 555 0100"),
    )
    return session.issue(RegisterCustomer.of(details)).number


@pytest.fixture
def account(session: Session, jane: str) -> str:
    return session.issue(OpenAccount(jane, "EUR", overdraft_limit_minor=50000)).number
