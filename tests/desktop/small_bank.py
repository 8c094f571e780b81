"""A window on a small bank, for the tests of whole flows."""

from __future__ import annotations

from pathlib import Path

from auditdesk.bootstrap import create_workspace
from auditdesk.domain.commands.account import CloseAccount, OpenAccount
from auditdesk.domain.commands.customer import ChangeAddress, RegisterCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.personal import Address, Contact, PersonalDetails
from tests.helpers import CHEAP_KDF, ManualClock

PASSPHRASE = "correct horse"
JANE, BOB = "C-00001", "C-00002"
MAIN, OTHER, BOBS = "10-00001", "10-00002", "10-00003"


def make_bank(path: Path) -> Path:
    """Jane with two accounts and a move in between; Bob with a closed one. The clock ends in 2025."""
    clock = ManualClock()
    workspace = create_workspace(
        path, bank="Test Savings", operator="ana", passphrase=PASSPHRASE, clock=clock, kdf=CHEAP_KDF
    )
    session = workspace.sign_in("ana", PASSPHRASE)
    desk = session
    jane = PersonalDetails(
        "Jane Döe", "1980-02-29", Address("12 Long Street", "Springfield"), Contact("jane@example.org")
    )
    assert desk.issue(RegisterCustomer.of(jane)).number == JANE
    assert desk.issue(RegisterCustomer.of(PersonalDetails("Bob Stone", "", Address("Quay 1")))).number == BOB
    assert desk.issue(OpenAccount(JANE, "EUR", overdraft_limit_minor=50000)).number == MAIN
    assert desk.issue(OpenAccount(JANE, "EUR")).number == OTHER
    assert desk.issue(OpenAccount(BOB, "JPY")).number == BOBS
    for day in range(1, 121):
        clock.sleep_days(1)
        if day == 60:
            desk.issue(ChangeAddress.of(JANE, Address("Oak Street 3", "Cork")))
        desk.issue(Deposit(MAIN, 100 * day, counterparty="Acme", memo=f"Wage {day}"))
    desk.issue(Deposit(BOBS, 777, memo="Secret gift"))
    desk.issue(CloseAccount(BOBS, pay_out=True))
    session.close()
    workspace.close()
    return path
