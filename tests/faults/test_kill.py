"""kill -9 at random moments: nothing acknowledged is lost, nothing half done is there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.domain.commands.account import CloseAccount, OpenAccount
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Refused
from auditdesk.domain.personal import Address, PersonalDetails
from tests.helpers import CHEAP_KDF, files_holding

HERE = Path(__file__).parent
HEAVY = os.environ.get("AUDITDESK_HEAVY", "full")
KILL_ROUNDS = 12 if HEAVY == "short" else 50
PASSPHRASE = "correct horse"


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    path = tmp_path / "bank.auditdesk"
    create_workspace(path, bank="Fault Bank", operator="ana", passphrase=PASSPHRASE, kdf=CHEAP_KDF).close()
    return path


def new_customer(bank: Path) -> tuple[str, str]:
    workspace = open_workspace(bank)
    desk = workspace.sign_in("ana", PASSPHRASE)
    details = PersonalDetails(name="Secret Name", address=Address(street="Secret Street 1"))
    customer = desk.issue(RegisterCustomer.of(details)).number
    account = desk.issue(OpenAccount(customer, "EUR")).number
    workspace.close()
    return customer, account


def killed_clerk(bank: Path, account: str, after_s: float) -> list[int]:
    """Run a clerk, kill him `after_s` seconds after he began, and return what he was told was kept."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "clerk_process.py"), str(bank), account],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    killer = Timer(after_s, process.send_signal, [signal.SIGKILL])
    killer.start()
    acknowledged = [int(line) for line in process.stdout if line.endswith("\n")]
    killer.join()
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    return acknowledged


def check_after_kills(bank: Path, account: str, acknowledged: int) -> int:
    workspace = open_workspace(bank)
    session = workspace.sign_in("ana", PASSPHRASE)
    state = session.history.account_at(account).state
    assert state.version >= acknowledged
    assert state.balance_minor == 100 * (state.version - 1)
    assert session.history.replay_account(account) == state
    report = session.verification.run()
    assert report.findings == ()
    workspace.close()
    return state.version


@pytest.mark.parametrize("after_s", [0.0, 0.07, 0.2])
def test_a_killed_clerk_loses_nothing_that_was_acknowledged(bank: Path, after_s: float) -> None:
    _, account = new_customer(bank)
    acknowledged = killed_clerk(bank, account, after_s)
    kept = check_after_kills(bank, account, max(acknowledged, default=1))
    assert kept in (max(acknowledged, default=1), max(acknowledged, default=1) + 1)


@pytest.mark.heavy
def test_many_kills_in_a_row_lose_nothing_that_was_acknowledged(bank: Path) -> None:
    _, account = new_customer(bank)
    chance = random.Random(4711)
    version = 1
    for _ in range(KILL_ROUNDS):
        acknowledged = killed_clerk(bank, account, chance.random() * 0.3)
        assert acknowledged == list(range(version + 1, version + 1 + len(acknowledged)))
        version = check_after_kills(bank, account, max(acknowledged, default=version))
    assert version > KILL_ROUNDS


def cut_eraser(bank: Path, customer: str, where: str) -> bool:
    """Run an erasure that dies at `where`; False if it was done before it came there."""
    finished = subprocess.run(
        [sys.executable, str(HERE / "eraser_process.py"), str(bank), customer, where],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode in (0, -signal.SIGKILL), finished.stderr
    return finished.returncode != 0


def check_forgotten(bank: Path, customer: str, account: str) -> None:
    workspace = open_workspace(bank)
    session = workspace.sign_in("ana", PASSPHRASE)
    state = session.history.customer_at(customer).state
    if state.erasure_requested_at_us is not None:
        assert state.forgotten_at_us is not None
        assert str(state.personal).startswith("erased ")
        with pytest.raises(Refused):
            session.issue(OpenAccount(customer, "EUR"))
    assert session.verification.run().findings == ()
    assert session.history.account_at(account).state.balance_minor == 0
    workspace.close()
    assert files_holding(bank, b"Secret Name", b"Secret Street", b"Secret Memo") == []


def closed_customer(bank: Path) -> tuple[str, str]:
    customer, account = new_customer(bank)
    workspace = open_workspace(bank)
    desk = workspace.sign_in("ana", PASSPHRASE)
    desk.issue(Deposit(account, 5000, memo="Secret Memo"))
    desk.issue(CloseAccount(account, pay_out=True))
    workspace.close()
    return customer, account


@pytest.mark.parametrize("where", ["requested", "shredded", "vault:20", "vault:60"])
def test_a_power_cut_inside_a_forget_is_resumed_at_the_next_sign_in(bank: Path, where: str) -> None:
    customer, account = closed_customer(bank)
    assert cut_eraser(bank, customer, where)
    check_forgotten(bank, customer, account)


@pytest.mark.heavy
def test_a_power_cut_at_any_line_of_the_vault_leaves_the_customer_known_or_forgotten(bank: Path) -> None:
    stride = 17 if HEAVY == "short" else 5
    line = 1
    cut = True
    while cut:
        customer, account = closed_customer(bank)
        cut = cut_eraser(bank, customer, f"vault:{line}")
        check_forgotten(bank, customer, account)
        line += stride
    assert line > stride
