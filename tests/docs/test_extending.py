"""The worked changes work: their code is taken from the page and run, their files are counted."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
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
from tests.docs.pages import ROOT, fences, page, rows, section
from tests.docs.pages import code as code_in
from tests.helpers import CHEAP_KDF, ManualClock

BLOCKS: Final = fences(page("extending.md"))
FILES: Final = re.compile(r"^\+\+\+ (\S+)\n(.*?)(?=^\+\+\+ |\Z)", re.MULTILINE | re.DOTALL)
FLAGGING: Final = Path(__file__).with_name("flagging_process.py")


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


def _apply(block: str, copy: Path) -> list[str]:
    """Change files of a copy of the program as a block of the page says; their names."""
    changed = []
    for name, hunks in FILES.findall(block + "\n"):
        text = (copy / name).read_text(encoding="utf-8")
        for hunk in hunks.split("@@\n"):
            lines = hunk.splitlines()
            before = "\n".join(line[1:] for line in lines if not line.startswith("+"))
            after = "\n".join(line[1:] for line in lines if not line.startswith("-"))
            assert text.count(before) == 1, f"{name} has not these lines once: {before}"
            text = text.replace(before, after)
        (copy / name).write_text(text, encoding="utf-8")
        changed.append(name)
    return changed


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the program, to be changed."""
    shutil.copytree(ROOT / "auditdesk", tmp_path / "auditdesk", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    return tmp_path


def test_the_new_event_is_folded_told_verified_and_refused_to_a_clerk(copy: Path) -> None:
    _apply(BLOCKS["new-event"], copy)

    found = subprocess.run(
        [sys.executable, str(FLAGGING), str(copy / "bank.auditdesk")],
        env={**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout) == {
        "clerk": "role_missing",
        "again": "flagged_already",
        "flagged before, then": [False, True],
        "register": "Flagged: too many cash deposits",
        "of its chip": [1, 2],
        "findings": [],
        "program": str(copy / "auditdesk"),
        "snapshots of schema": 2,
        "in the shell": True,
    }


def test_the_page_counts_the_files_of_its_changes(copy: Path) -> None:
    text = page("extending.md")
    changed = _apply(BLOCKS["new-event"], copy)
    event = section(text, "## An event: an account that is flagged")
    counted = {
        re.split(r"[\[\]]", row[0])[1]: row[1] for row in rows(text.partition("## ")[0]) if "[" in row[0]
    }

    of_command = [name for name in changed if name.startswith("auditdesk/domain/commands/")]
    assert [code_in(row[0]) for row in rows(event)][:3] == changed[: -len(of_command)]
    assert counted["an event"].startswith("2: ")
    assert "1 more where it changes a state" in counted["an event"]
    assert counted["a command"].startswith(f"{len(of_command)}: ")
