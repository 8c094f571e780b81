"""The worked changes work: their code is taken from the page and run."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

from auditdesk.bootstrap import create_workspace
from auditdesk.domain import events as e
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Refused
from auditdesk.services import reports
from auditdesk.services.workspace.session import Session
from tests.docs.pages import fences, page
from tests.helpers import CHEAP_KDF, ManualClock

BLOCKS: Final = fences(page("extending.md"))


def _module(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The block of this name as a module, where annotations find what they name."""
    made = ModuleType(name.replace("-", "_"))
    monkeypatch.setitem(__import__("sys").modules, made.__name__, made)
    exec(compile(BLOCKS[name], name, "exec"), made.__dict__)  # noqa: S102 - our own page
    return made


@pytest.fixture
def session(tmp_path: Path) -> Any:
    workspace = create_workspace(
        tmp_path / "bank.auditdesk",
        bank="Riverside",
        operator="ana",
        passphrase="correct horse",
        clock=ManualClock(),
        kdf=CHEAP_KDF,
    )
    with closing(workspace), closing(workspace.sign_in("ana", "correct horse")) as made:
        yield made


def _account(session: Session, balance_minor: int) -> str:
    customer = session.issue(RegisterCustomer("Zoë Kowalski")).number
    account = session.issue(OpenAccount(customer, "EUR")).number
    session.issue(Deposit(account, balance_minor))
    return account


def test_the_new_command_charges_refuses_and_is_known_by_its_id(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = _module("new-command", monkeypatch).ChargePercentage
    account = _account(session, 100_200)

    receipt = session.issue(kind(account, "0.25"), command_id="fee-1")
    again = session.issue(kind(account, "0.25"), command_id="fee-1")

    fee = receipt.envelopes[0].event()
    assert isinstance(fee, e.FeeCharged)
    assert fee.amount_minor == 250  # 250.5 to even
    assert again.replayed
    assert session.history.account_at(account).state.balance_minor == 99_950
    for percent, code in (
        ("a lot", "percent_malformed"),
        ("0", "amount_not_positive"),
        ("101", "insufficient_funds"),
    ):
        with pytest.raises(Refused) as caught:
            session.issue(kind(account, percent))
        assert caught.value.code == code
    refused = [each.event() for each in session.context.ledger.log.envelopes("operator/ana")]
    assert [each.command for each in refused if isinstance(each, e.CommandRefused)] == ["percentage-fee"] * 3


def test_the_new_report_is_written_with_its_manifest(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kind = _module("new-report", monkeypatch).Dormant
    monkeypatch.setattr(reports, "REPORTS", (*reports.REPORTS, kind))
    older, newer = _account(session, 500), _account(session, 700)

    session.reports.export("dormant", tmp_path / "dormant.csv")

    with (tmp_path / "dormant.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["account"], row["balance"]) for row in rows] == [(older, "5.00"), (newer, "7.00")]
    manifest = json.loads((tmp_path / "dormant.csv.manifest.json").read_text(encoding="utf-8"))
    assert manifest["control_totals"]["EUR"] == {"debit": "0.00", "credit": "12.00"}
