"""Nothing is done by whose role it isn't, and nothing is kept from whose role it is: at the shell."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.cli.conftest import Run
from tests.roles import (
    BOB,
    EMPTY,
    FROZEN,
    HELD,
    HISTORY,
    JANE,
    MAIN,
    MAY,
    PASSPHRASE,
    SETS,
    make_bank,
    name_of,
)

POSTED: Final[Mapping[str, tuple[str, ...]]] = {
    "deposit": (MAIN, "5.00"),
    "withdraw": (MAIN, "5.00"),
    "transfer": (MAIN, EMPTY, "5.00"),
    "interest": (MAIN, "0.05"),
    "fee": (MAIN, "0.05"),
    "overdraft": (MAIN, "3.00"),
    "freeze": (MAIN, "--reason", "Order 7"),
    "unfreeze": (FROZEN,),
    "close": (EMPTY,),
    "open-account": (JANE, "EUR"),
    "register-customer": ("Somebody New",),
    "rename-customer": (JANE, "Jane Roe"),
    "change-address": (JANE, "--street", "Oak Street 3"),
    "change-contact": (JANE, "--email", "jane@example.org"),
    "place-hold": (BOB, "--reason", "Court file 12"),
    "release-hold": (HELD, "--reason", "The court is done"),
}

Words = Callable[[Path, Path], tuple[object, ...]]

ASKED: Final[Mapping[str, Words]] = {
    "forget": lambda bank, _: ("forget", bank, BOB, "--reason", "Letter 7", "--yes"),
    "import": lambda bank, out: ("import", bank, out / "history"),
    "export": lambda bank, out: ("export", bank, "balances", "--out", out / "balances.csv"),
    "export-statement": lambda bank, out: ("export", bank, "statement", "--out", out / "statement.csv"),
    "evidence": lambda bank, out: ("evidence", bank, MAIN, "#1", "--out", out / "evidence.zip"),
    "verify": lambda bank, _: ("verify", bank),
    "checkpoint": lambda bank, _: ("checkpoint", bank),
    "backup": lambda bank, out: ("backup", bank, out / "backup"),
    "operators": lambda bank, _: ("operators", bank, "add", "newcomer", "--role", "clerk"),
    "passphrase": lambda bank, _: ("passphrase", bank),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bank(tmp_path_factory.mktemp("roles") / "bank.auditdesk")


@pytest.fixture
def bank(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUDITDESK_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("AUDITDESK_NEW_PASSPHRASE", "battery staple")
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "customers.csv").write_text(HISTORY, encoding="utf-8")
    return Path(shutil.copytree(template, tmp_path / "bank.auditdesk"))


every_set = pytest.mark.parametrize("roles", SETS, ids=map(name_of, SETS))


def expect(run: Run, name: str, roles: tuple[str, ...], *words: object) -> None:
    outcome = run(*words, "--as", name_of(roles))
    if MAY[name] & set(roles):
        assert (outcome.code, outcome.err) == (0, "")
    else:
        assert outcome.code == 1
        assert "Only a" in outcome.err
        assert outcome.out == ""


@every_set
@pytest.mark.parametrize("name", POSTED)
def test_post_asks_for_the_role_of_the_command(
    run: Run, bank: Path, roles: tuple[str, ...], name: str
) -> None:
    expect(run, name, roles, "post", bank, name, *POSTED[name])


@every_set
@pytest.mark.parametrize("name", ASKED)
def test_every_sub_command_asks_for_its_role(
    run: Run, bank: Path, tmp_path: Path, roles: tuple[str, ...], name: str
) -> None:
    expect(run, name, roles, *ASKED[name](bank, tmp_path))
