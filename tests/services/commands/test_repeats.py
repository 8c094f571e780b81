"""A command id stands for one command: the same again adds nothing, another under it is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditdesk.domain import events as e
from auditdesk.domain.commands.account import CloseAccount, Freeze, OpenAccount, SetOverdraft, Unfreeze
from auditdesk.domain.commands.customer import ChangeAddress, ChangeContact, RegisterCustomer, RenameCustomer
from auditdesk.domain.commands.money import ChargeFee, CreditInterest, Deposit, Transfer, Withdraw
from auditdesk.domain.errors import Refused
from auditdesk.domain.personal import Address, PersonalDetails
from auditdesk.domain.streams import operator_stream
from auditdesk.services.commands.issue import Receipt
from auditdesk.services.workspace.session import Session

Again = Callable[[Session, str, str], Receipt]


@pytest.mark.parametrize(
    "another",
    [
        lambda desk, account, _: desk.issue(Deposit(account, 900), command_id="till-7"),
        lambda desk, account, _: desk.issue(Withdraw(account, 700), command_id="till-7"),
        lambda desk, _, second: desk.issue(Deposit(second, 700), command_id="till-7"),
        lambda desk, account, second: desk.issue(Transfer(account, second, 700), command_id="till-7"),
        lambda desk, account, _: desk.issue(CloseAccount(account), command_id="till-7"),
        lambda desk, *_: desk.issue(RegisterCustomer.of(PersonalDetails(name="Bo")), command_id="till-7"),
    ],
)
def test_another_command_under_a_used_id_is_refused_and_moves_nothing(
    session: Session, jane: str, account: str, another: Again
) -> None:
    second = session.issue(OpenAccount(jane, "EUR")).number
    session.issue(Deposit(account, 700), command_id="till-7")
    with pytest.raises(Refused, match="another command") as refused:
        another(session, account, second)
    assert refused.value.code == "command_id_taken"
    assert session.history.account_at(account).state.balance_minor == 700
    assert session.history.account_at(second).state.balance_minor == 0


def test_every_command_may_be_repeated_under_its_id(session: Session, jane: str, account: str) -> None:
    desk = session
    second = desk.issue(OpenAccount(jane, "EUR", reference="R-2"), command_id="o").number
    commands: list[Callable[[], Receipt]] = [
        lambda: desk.issue(RegisterCustomer.of(PersonalDetails(name="Bo")), command_id="r"),
        lambda: desk.issue(RenameCustomer(jane, "Jane Roe"), command_id="n"),
        lambda: desk.issue(ChangeAddress.of(jane, Address(street="Oak 3")), command_id="a"),
        lambda: desk.issue(Deposit(second, 700), command_id="d"),
        lambda: desk.issue(Withdraw("R-2", 100), command_id="w"),
        lambda: desk.issue(CreditInterest(second, 5), command_id="i"),
        lambda: desk.issue(ChargeFee(second, 5), command_id="f"),
        lambda: desk.issue(Transfer(second, account, 10), command_id="t"),
        lambda: desk.issue(SetOverdraft(second, 10), command_id="l"),
        lambda: desk.issue(Freeze(second, reason="court"), command_id="z"),
        lambda: desk.issue(Unfreeze(second), command_id="u"),
        lambda: desk.issue(CloseAccount(second, pay_out=True), command_id="c"),
    ]
    assert desk.issue(OpenAccount(jane, "EUR", reference="R-2"), command_id="o").replayed
    for command in commands:
        first, again = command(), command()
        assert (first.replayed, again.replayed) == (False, True)
        assert again.envelopes == first.envelopes


@pytest.mark.parametrize(
    "said",
    [{"reference": "INV-8"}, {"reference": ""}, {"value_date": "2025-12-23"}],
    ids=["reference", "no reference", "value date"],
)
def test_the_same_amount_for_another_invoice_or_day_is_another_command(
    session: Session, account: str, said: dict[str, str]
) -> None:
    first = {"reference": "INV-7", "value_date": "2025-12-24"}
    session.issue(Deposit(account, 700, **first), command_id="till-7")
    with pytest.raises(Refused, match="another command") as refused:
        session.issue(Deposit(account, 700, **{**first, **said}), command_id="till-7")
    assert refused.value.code == "command_id_taken"


def test_the_same_command_in_another_spelling_is_the_same(session: Session, account: str) -> None:
    desk = session
    first = desk.issue(Deposit(account, 700, value_date="2025-12-24", reference="Caf\u00e9"), command_id="d")
    for again in (
        Deposit(account, 700, value_date="20251224", reference=" Cafe\u0301 "),
        Deposit(account, 700, reference="Caf\u00e9"),
    ):
        assert desk.issue(again, command_id="d").envelopes == first.envelopes


def test_an_id_that_is_no_text_is_refused_in_words(session: Session, account: str) -> None:
    with pytest.raises(Refused) as refused:
        session.issue(Deposit(account, 700), command_id="\ud800")
    assert (refused.value.code, refused.value.field) == ("command_id_malformed", "command_id")
    assert session.history.account_at(account).state.balance_minor == 0


def test_a_transfer_to_another_receiver_is_another_command(session: Session, jane: str, account: str) -> None:
    second, third = (session.issue(OpenAccount(jane, "EUR")).number for _ in range(2))
    session.issue(Transfer(account, second, 500), command_id="t1")
    assert session.issue(Transfer(account, second, 500), command_id="t1").replayed
    with pytest.raises(Refused, match="another command"):
        session.issue(Transfer(account, third, 500), command_id="t1")
    assert session.history.account_at(third).state.balance_minor == 0


def test_a_withdrawal_is_not_the_closing_that_paid_as_much_out(
    session: Session, jane: str, account: str
) -> None:
    second = session.issue(OpenAccount(jane, "EUR")).number
    session.issue(Deposit(second, 500))
    session.issue(CloseAccount(second, pay_out=True), command_id="cl")
    assert session.issue(CloseAccount(second, pay_out=True), command_id="cl").replayed
    with pytest.raises(Refused, match="another command"):
        session.issue(Withdraw(second, 500), command_id="cl")


def test_a_repeat_is_known_by_what_was_typed_the_first_time(session: Session, account: str) -> None:
    session.issue(Deposit(f" {account}", 100), command_id="x1")
    assert session.issue(Deposit(f" {account}", 100), command_id="x1").replayed


def test_an_account_and_a_customer_of_one_reference_are_told_apart(session: Session, jane: str) -> None:
    other = session.issue(RegisterCustomer("Bo", reference="1001")).number
    session.issue(OpenAccount(jane, "EUR", reference="1001"))
    session.issue(ChangeContact("1001", email="bo@example.org"), command_id="c1")
    assert session.issue(ChangeContact("1001", email="bo@example.org"), command_id="c1").replayed
    with pytest.raises(Refused, match="already"):
        session.issue(ChangeContact("1001", email="bo@example.org"))
    stream = operator_stream("ana")
    refusal = session.history.event(stream, session.history.length(stream)).event
    assert isinstance(refusal, e.CommandRefused)
    assert refusal.target == other
