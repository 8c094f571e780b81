"""An honest bank, made once, for every case to attack a copy of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.domain.commands.account import CloseAccount, OpenAccount, SetOverdraft
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.personal import Address, PersonalDetails
from auditdesk.services.verification.findings import VerificationReport
from auditdesk.services.workspace.session import Session
from tests.helpers import CHEAP_KDF

PASSPHRASE = "correct horse"
JANE, BOB = "C-00001", "C-00002"
ACCOUNT, BOBS = "10-00001", "10-00002"
DEPOSITS = 280


@contextmanager
def signed_in(path: Path) -> Iterator[Session]:
    """A session of ana's, and everything closed after it."""
    with closing(open_workspace(path)) as workspace, closing(workspace.sign_in("ana", PASSPHRASE)) as session:
        yield session


def warnings(path: Path) -> str:
    """What is said when the workspace opens."""
    with closing(open_workspace(path)) as workspace:
        return " ".join(workspace.warnings)


def warnings_at_sign_in(path: Path) -> str:
    """What is said once ana has signed in."""
    with closing(open_workspace(path)) as workspace, closing(workspace.sign_in("ana", PASSPHRASE)):
        return " ".join(workspace.warnings)


def verified(path: Path) -> VerificationReport:
    with signed_in(path) as session:
        return session.verification.run()


def kinds(report: VerificationReport) -> set[str]:
    return {finding.kind for finding in report.findings}


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Jane with 280 deposits, Bob with one account that is closed; a checkpoint over all of it."""
    path = tmp_path_factory.mktemp("honest") / "bank"
    workspace = create_workspace(path, bank="Case Bank", operator="ana", passphrase=PASSPHRASE, kdf=CHEAP_KDF)
    with closing(workspace), closing(workspace.sign_in("ana", PASSPHRASE)) as session:
        desk = session
        for name, street in (("Jane Döe", "Long Street 12"), ("Bob Stone", "Quay 1")):
            customer = desk.issue(RegisterCustomer.of(PersonalDetails(name, address=Address(street)))).number
            desk.issue(OpenAccount(customer, "EUR", overdraft_limit_minor=10000))
        for number in range(DEPOSITS):
            desk.issue(Deposit(ACCOUNT, 100 + number, counterparty="Acme", memo=f"wage {number}"))
        desk.issue(Deposit(BOBS, 777, memo="secret gift"))
        desk.issue(SetOverdraft(BOBS, 0))
        desk.issue(CloseAccount(BOBS, pay_out=True))
        session.sign_off()
    return path


@pytest.fixture
def bank(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest, tmp_path / "bank"))


@pytest.fixture
def amount_at(bank: Path) -> int:
    """The position of Jane's first deposit."""
    with signed_in(bank) as session:
        envelopes = session.context.ledger.log.envelopes(f"account/{ACCOUNT}")
    return next(envelope.position for envelope in envelopes if envelope.type == "MoneyDeposited")
