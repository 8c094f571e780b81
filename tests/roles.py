"""Who may do what, written down once more by hand, and a bank in which all of it can be tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Final

from auditdesk.bootstrap import create_workspace
from auditdesk.domain.commands.account import CloseAccount, Freeze, OpenAccount, SetOverdraft, Unfreeze
from auditdesk.domain.commands.base import Command
from auditdesk.domain.commands.customer import (
    ChangeAddress,
    ChangeContact,
    PlaceHold,
    RegisterCustomer,
    ReleaseHold,
    RenameCustomer,
)
from auditdesk.domain.commands.money import ChargeFee, CreditInterest, Deposit, Transfer, Withdraw
from auditdesk.services.workspace.session import Session
from tests.helpers import CHEAP_KDF

PASSPHRASE: Final = "correct horse"
ALL: Final = ("administrator", "auditor", "clerk", "privacy officer")
SETS: Final = tuple(roles for size in range(1, len(ALL) + 1) for roles in combinations(ALL, size))

CLERKS: Final = frozenset({"clerk"})
OFFICERS: Final = frozenset({"privacy officer"})
ADMINISTRATORS: Final = frozenset({"administrator"})
EVERYBODY: Final = frozenset(ALL)

# The table as a bank would write it; the product's own must say the same.
MAY: Final[Mapping[str, frozenset[str]]] = {
    "deposit": CLERKS,
    "withdraw": CLERKS,
    "transfer": CLERKS,
    "interest": CLERKS,
    "fee": CLERKS,
    "overdraft": CLERKS,
    "freeze": CLERKS,
    "unfreeze": CLERKS,
    "close": CLERKS,
    "open-account": CLERKS,
    "register-customer": CLERKS,
    "rename-customer": CLERKS,
    "change-address": CLERKS,
    "change-contact": CLERKS,
    "place-hold": OFFICERS,
    "release-hold": OFFICERS,
    "forget": OFFICERS,
    "certify": OFFICERS | {"auditor"},
    "import": ADMINISTRATORS,
    "export": OFFICERS | {"auditor"},
    "export-statement": OFFICERS | {"auditor", "clerk"},
    "reveal": EVERYBODY,
    "evidence": frozenset({"auditor"}),
    "verify": EVERYBODY,
    "checkpoint": EVERYBODY,
    "backup": ADMINISTRATORS,
    "operators": ADMINISTRATORS,
    "passphrase": EVERYBODY,
}

JANE, BOB, HELD, GONE = "C-00001", "C-00002", "C-00003", "C-00004"
MAIN, EMPTY, FROZEN = "10-00001", "10-00002", "10-00003"

COMMANDS_TRIED: Final[Mapping[str, Command]] = {
    each.NAME: each
    for each in (
        Deposit(MAIN, 500),
        Withdraw(MAIN, 500),
        Transfer(MAIN, EMPTY, 500),
        CreditInterest(MAIN, 5),
        ChargeFee(MAIN, 5),
        SetOverdraft(MAIN, 300),
        Freeze(MAIN, reason="Order 7"),
        Unfreeze(FROZEN),
        CloseAccount(EMPTY),
        OpenAccount(JANE, "EUR"),
        RegisterCustomer("Somebody New"),
        RenameCustomer(JANE, "Jane Roe"),
        ChangeAddress(JANE, street="Oak Street 3"),
        ChangeContact(JANE, email="jane@example.org"),
        PlaceHold(BOB, "Court file 12"),
        ReleaseHold(HELD, "The court is done"),
    )
}


HISTORY: Final = "customer_ref,effective_at,name\nK-77,2020-01-01,Somebody Else\n"


def _import(session: Session, folder: Path) -> object:
    source = folder / "history"
    source.mkdir()
    (source / "customers.csv").write_text(HISTORY, encoding="utf-8")
    return session.importer.run(source)


SERVICES_TRIED: Final[Mapping[str, Callable[[Session, Path], object]]] = {
    "forget": lambda session, _: session.forgetting.forget(BOB, "Letter 7"),
    "certify": lambda session, _: session.certificates.make(GONE),
    "import": _import,
    "export": lambda session, folder: session.reports.export("balances", folder / "balances.csv"),
    "export-statement": lambda session, folder: session.reports.export(
        "statement", folder / "statement.csv", account=MAIN
    ),
    "evidence": lambda session, folder: session.evidence.save(
        MAIN, 1, folder / "evidence.zip", with_opening=False
    ),
    "verify": lambda session, _: session.verification.run(),
    "checkpoint": lambda session, _: session.checkpoints.make(),
    "backup": lambda session, folder: session.backup.run(folder / "backup"),
    "operators": lambda session, _: session.operators.add(
        "newcomer", PASSPHRASE, roles=("clerk",), may_reveal=False
    ),
    "passphrase": lambda session, _: session.operators.change_passphrase(PASSPHRASE, "battery staple"),
}


def name_of(roles: tuple[str, ...]) -> str:
    """The operator who has just these roles."""
    return "-".join(role.replace(" ", "") for role in roles)


def make_bank(path: Path) -> Path:
    """A bank with an operator for each set of roles, all of whom may see personal data and sign."""
    with (
        closing(
            create_workspace(path, bank="Roles", operator="ana", passphrase=PASSPHRASE, kdf=CHEAP_KDF)
        ) as workspace,
        closing(workspace.sign_in("ana", PASSPHRASE)) as session,
    ):
        for name in ("Jane Doe", "Bob Stone", "Held Back", "Gone Away"):
            session.issue(RegisterCustomer(name))
        for _ in range(3):
            session.issue(OpenAccount(JANE, "EUR"))
        session.issue(Deposit(MAIN, 100_000, memo="First deposit"))
        session.issue(Freeze(FROZEN, reason="Order 1"))
        session.issue(PlaceHold(HELD, "Court file 1"))
        session.forgetting.forget(GONE, "Letter 1")
        for roles in SETS:
            session.operators.add(name_of(roles), PASSPHRASE, roles=roles, may_reveal=True, may_sign=True)
        session.operators.add("keyless", PASSPHRASE, roles=("auditor",), may_reveal=False)
    return path
