"""Nobody keeps the program from acting by giving a command the id under which it would act."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditdesk.domain.commands.money import Deposit, Withdraw
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import CommandRefused, CustomerForgotten, MoneyDeposited, NewEvent
from auditdesk.domain.streams import account_stream, customer_stream, operator_stream
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.command_ids import MAX_TYPED, ORIGINS, check_typed_id, program_id
from auditdesk.services.access.lookup import load_account
from auditdesk.services.workspace.session import Session
from tests.security.conftest import ACCOUNT, BOB, JANE, signed_in

FILES = {
    "customers.csv": "customer_ref,effective_at,name\nx,2020-01-01,Bo Ek\n",
    "accounts.csv": "account_ref,customer_ref,currency,opened_at\nx,x,EUR,2020-01-01\n",
    "transactions.csv": "transaction_ref,account_ref,booked_at,kind,amount\nx,x,2020-02-01,deposit,1.00\n",
}


@pytest.fixture
def session(bank: Path) -> Iterator[Session]:
    with signed_in(bank) as session:
        yield session


@pytest.fixture
def history(tmp_path: Path) -> Path:
    folder = tmp_path / "history"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def as_an_older_program_let_it(session: Session, command_id: str) -> int:
    """A deposit of 1.00 under an id that is refused today."""
    ledger = session.context.ledger
    state = load_account(session.context, ACCOUNT)
    append = StreamAppend(
        account_stream(ACCOUNT), state, (NewEvent(MoneyDeposited(100, "2025-01-06")),), ledger.now_us(), JANE
    )
    return ledger.append([append], operator="ana", command_id=command_id).envelopes[0].position


@pytest.mark.parametrize(
    "command_id",
    [
        f"forget:{BOB}",
        f"forgotten:{BOB}",
        "import:customer:x",
        "import:transaction:x",
        "demo:7",
        f"FORGET:{BOB}",
        f" forget:{BOB}",
        f"forgotten:{BOB} ",
        "import:",
    ],
)
def test_an_id_of_the_programs_own_is_refused_and_the_refusal_kept(session: Session, command_id: str) -> None:
    head = session.context.ledger.log.head().position
    with pytest.raises(Refused) as refused:
        session.issue(Deposit(ACCOUNT, 100), command_id=command_id)
    assert refused.value.code == "command_id_malformed"
    (kept,) = session.context.ledger.log.read(after_position=head)
    event = kept.event()
    assert isinstance(event, CommandRefused)
    assert (kept.stream, event.code) == (operator_stream("ana"), "command_id_malformed")
    assert session.forgetting.forget(BOB, "letter 7").customer == BOB


@pytest.mark.parametrize("text", ["x" * (MAX_TYPED + 1), "till\n7", "till\x1b[2J", "till\u202e7", " till-7"])
def test_an_id_that_could_steer_a_terminal_or_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        check_typed_id(text)
    assert refused.value.code == "command_id_malformed"


@pytest.mark.parametrize("text", ["till-1/42", "x" * MAX_TYPED, "import", "forget-7", "till:7", "0192f3c1"])
def test_any_other_id_may_be_given(text: str) -> None:
    check_typed_id(text)


def test_each_name_of_the_programs_own_is_reserved() -> None:
    for origin in ORIGINS:
        with pytest.raises(Refused):
            check_typed_id(f"{origin}:1")
    assert program_id("import", "account", "R-1") == "import:account:R-1"


def test_an_id_from_before_the_rule_still_returns_its_first_result(session: Session) -> None:
    position = as_an_older_program_let_it(session, "import:mine")
    again = session.issue(Deposit(ACCOUNT, 100), command_id="import:mine")
    assert (again.replayed, again.position) == (True, position)
    with pytest.raises(Refused) as refused:
        session.issue(Withdraw(ACCOUNT, 100), command_id="import:mine")
    assert refused.value.code == "command_id_taken"


@pytest.mark.parametrize("taken", [("forget",), ("forgotten",), ("forget", "forgotten")])
def test_a_forget_goes_its_whole_way_though_an_older_command_bears_its_id(
    session: Session, taken: tuple[str, ...]
) -> None:
    for origin in taken:
        as_an_older_program_let_it(session, f"{origin}:{BOB}")
    assert session.forgetting.forget(BOB, "letter 7").key_id
    last = session.context.ledger.log.envelopes(customer_stream(BOB))[-1]
    assert isinstance(last.event(), CustomerForgotten)
    assert session.certificates.make(BOB).certificate.customer == BOB
    assert session.forgetting.forget(BOB, "again").already


@pytest.mark.parametrize("name", ["customer", "account", "transaction"])
def test_an_import_counts_as_booked_only_what_it_booked(
    session: Session, history: Path, tmp_path: Path, name: str
) -> None:
    position = as_an_older_program_let_it(session, f"import:{name}:x")
    rejects = tmp_path / "rejects.csv"
    before = session.context.ledger.log.head().position
    summary = session.importer.run(history, rejects=rejects)
    file = summary.files[f"{name}s.csv"]
    assert (file.booked, file.rejected, file.already_there) == (0, 1, 0)
    with rejects.open(encoding="utf-8", newline="") as opened:
        first = next(csv.DictReader(opened))
    assert (first["file"], first["line"]) == (f"{name}s.csv", "2")
    assert f"at position {position}" in first["reason"] or "already in the ledger" in first["reason"]
    added = list(session.context.ledger.log.read(after_position=before))
    assert len(added) == summary.rows_booked + (1 if summary.rows_booked else 0)  # and what says so
    assert session.verification.run().clean


def test_an_import_that_is_repeated_adds_nothing(session: Session, history: Path) -> None:
    assert session.importer.run(history).rows_booked == 3
    head = session.context.ledger.log.head()
    again = session.importer.run(history)
    assert (again.rows_booked, again.rows_already_there) == (0, 3)
    assert session.context.ledger.log.head() == head
