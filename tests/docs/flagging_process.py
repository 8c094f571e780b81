"""An auditor flags an account in a program changed as the page on extending says: what came of it."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner
from msgspec.structs import asdict

import auditdesk
from auditdesk.bootstrap import create_workspace
from auditdesk.cli.post import post
from auditdesk.domain.catalogue import ACCOUNT, EVENTS
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.base import Command
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.errors import Refused
from auditdesk.domain.moments import AtVersion
from auditdesk.services.workspace.session import Session
from tests.helpers import CHEAP_KDF, ManualClock

WORD = "correct horse"


def code_of(session: Session, command: Command) -> str:
    try:
        session.issue(command)
    except Refused as refused:
        return refused.code
    return ""


def flag(folder: Path) -> dict[str, object]:
    """Let a clerk try first, then the auditor, twice."""
    bank = create_workspace(
        folder, bank="Riverside", operator="ana", passphrase=WORD, clock=ManualClock(), kdf=CHEAP_KDF
    )
    kind = COMMANDS["flag"]
    with closing(bank):
        with closing(bank.sign_in("ana", WORD)) as ana:
            ana.operators.add("ben", WORD, roles=("clerk",), may_reveal=True)
        with closing(bank.sign_in("ben", WORD)) as ben:
            customer = ben.issue(RegisterCustomer("Zoë Kowalski")).number
            account = ben.issue(OpenAccount(customer, "EUR")).number
            clerk = code_of(ben, kind(account, reason="spite"))
        with closing(bank.sign_in("ana", WORD)) as ana:
            ana.issue(kind(account, reason="too many cash deposits"))
            again = code_of(ana, kind(account, reason="still"))
            return {"clerk": clerk, "again": again, **told(ana, account), **listed(folder)}


def told(session: Session, account: str) -> dict[str, object]:
    """What history and verification say of it."""
    states = [session.history.account_at(account, AtVersion(version)).state for version in (1, 2)]
    row = session.history.account_register(account, 2, 2)[0]
    kind = EVENTS[row.tag]
    return {
        "flagged before, then": [asdict(state)["flagged_at_us"] is not None for state in states],
        "register": f"{kind.words}: {row.memo}",
        "of its chip": session.history.versions_of_types(account, tags_of(kind.chip)),
        "findings": [str(each) for each in session.verification.run().findings],
    }


def tags_of(chip: str | None) -> list[str]:
    return [tag for tag, kind in EVENTS.items() if kind.chip == chip]


def listed(folder: Path) -> dict[str, object]:
    """Where it is found without having been written there."""
    help_text = CliRunner().invoke(post, [str(folder), "--help"]).output
    return {
        "program": str(Path(auditdesk.__file__).parent),
        "snapshots of schema": ACCOUNT.schema,
        "in the shell": " flag " in help_text,
    }


if __name__ == "__main__":
    print(json.dumps(flag(Path(sys.argv[1]))))
