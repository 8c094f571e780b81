"""Nothing is done by whose role it isn't, and nothing is kept from whose role it is: at the services."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.domain import events as e
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.errors import Refused
from auditdesk.domain.roles import PERMISSIONS, ROLES
from auditdesk.domain.streams import operator_stream
from auditdesk.services.workspace.session import Session
from tests.roles import ALL, COMMANDS_TRIED, MAY, PASSPHRASE, SERVICES_TRIED, SETS, make_bank, name_of


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bank(tmp_path_factory.mktemp("roles") / "bank.auditdesk")


@pytest.fixture
def bank(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "bank.auditdesk"))


@pytest.fixture
def session(bank: Path, operator: str) -> Iterator[Session]:
    with (
        closing(open_workspace(bank)) as workspace,
        closing(workspace.sign_in(operator, PASSPHRASE)) as session,
    ):
        yield session


every_set = pytest.mark.parametrize(
    ("operator", "roles"), [(name_of(roles), roles) for roles in SETS], ids=map(name_of, SETS)
)


def last_event(session: Session) -> e.Event:
    stream = operator_stream(session.operator)
    return session.history.event(stream, session.history.length(stream)).event


def test_the_table_says_what_a_bank_would_write_of_every_command_and_every_service() -> None:
    table = {name: command.permission() for name, command in COMMANDS.items()} | dict(PERMISSIONS)
    assert {name: frozenset(permission.roles) for name, permission in table.items()} == MAY
    assert set(ROLES) == set(ALL)
    assert set(COMMANDS_TRIED) == set(COMMANDS)
    assert set(SERVICES_TRIED) | {"reveal"} == set(PERMISSIONS)


@every_set
@pytest.mark.parametrize("name", COMMANDS_TRIED)
def test_a_command_is_issued_by_whose_role_it_is_and_by_nobody_else(
    session: Session, roles: tuple[str, ...], name: str
) -> None:
    command, head = COMMANDS_TRIED[name], session.context.ledger.log.head().position
    if MAY[name] & set(roles):
        assert session.issue(command).envelopes[0].operator == session.operator
        return
    with pytest.raises(Refused, match="Only a ") as refused:
        session.issue(command)
    assert refused.value.code == "role_missing"
    denial = last_event(session)
    assert isinstance(denial, e.CommandRefused)
    assert (denial.command, denial.code, denial.target) == (name, "role_missing", command.target)
    assert session.context.ledger.log.head().position == head + 1


@every_set
@pytest.mark.parametrize("name", SERVICES_TRIED)
def test_a_service_is_done_for_whose_role_it_is_and_for_nobody_else(
    session: Session, roles: tuple[str, ...], name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    if MAY[name] & set(roles):
        SERVICES_TRIED[name](session, folder)
        return
    with pytest.raises(Refused, match="Only a") as refused:
        SERVICES_TRIED[name](session, folder)
    assert refused.value.code == "role_missing"
    denial = last_event(session)
    assert isinstance(denial, e.CommandRefused)
    assert denial.code == "role_missing"
    assert [path for path in folder.rglob("*") if path.name not in ("history", "customers.csv")] == []


@pytest.mark.parametrize("operator", ["keyless"])
@pytest.mark.parametrize("name", COMMANDS_TRIED)
def test_a_denial_is_an_event_also_for_an_operator_without_keys(session: Session, name: str) -> None:
    with pytest.raises(Refused, match="Only a "):
        session.issue(COMMANDS_TRIED[name])
    denial = last_event(session)
    assert isinstance(denial, e.CommandRefused)
    assert (denial.command, denial.code) == (name, "role_missing")


@pytest.mark.parametrize("operator", ["clerk"])
def test_a_role_that_is_taken_away_is_missing_at_the_next_command(session: Session, bank: Path) -> None:
    session.issue(COMMANDS_TRIED["deposit"])
    with closing(open_workspace(bank)) as other, closing(other.sign_in("ana", PASSPHRASE)) as ana:
        ana.operators.set_grants("clerk", roles=("auditor",))
    with pytest.raises(Refused) as refused:
        session.issue(COMMANDS_TRIED["deposit"])
    assert refused.value.code == "role_missing"


@pytest.mark.parametrize("operator", ["auditor"])
def test_a_denial_keeps_no_free_text_that_was_typed(session: Session) -> None:
    deposit = type(COMMANDS_TRIED["deposit"])
    with pytest.raises(Refused, match="Only a clerk"):
        session.issue(deposit("Jane Doe, Springfield", 1))
    denial = last_event(session)
    assert isinstance(denial, e.CommandRefused)
    assert denial.target == ""
