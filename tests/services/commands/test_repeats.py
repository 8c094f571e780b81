"""A command id stands for one command: the same again adds nothing, another under it is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditdesk.domain.errors import Refused
from auditdesk.domain.personal import Address, PersonalDetails
from auditdesk.services.commands.issue import Desk, Receipt
from auditdesk.services.workspace.session import Session

Again = Callable[[Desk, str, str], Receipt]


@pytest.mark.parametrize(
    "another",
    [
        lambda desk, account, _: desk.deposit(account, 900, command_id="till-7"),
        lambda desk, account, _: desk.withdraw(account, 700, command_id="till-7"),
        lambda desk, _, second: desk.deposit(second, 700, command_id="till-7"),
        lambda desk, account, second: desk.transfer(account, second, 700, command_id="till-7"),
        lambda desk, account, _: desk.close_account(account, command_id="till-7"),
        lambda desk, *_: desk.register_customer(PersonalDetails(name="Bo"), command_id="till-7"),
    ],
)
def test_another_command_under_a_used_id_is_refused_and_moves_nothing(
    session: Session, jane: str, account: str, another: Again
) -> None:
    second = session.desk.open_account(jane, "EUR").number
    session.desk.deposit(account, 700, command_id="till-7")
    with pytest.raises(Refused, match="another command") as refused:
        another(session.desk, account, second)
    assert refused.value.code == "command_id_taken"
    assert session.history.account_at(account).state.balance_minor == 700
    assert session.history.account_at(second).state.balance_minor == 0


def test_every_command_may_be_repeated_under_its_id(session: Session, jane: str, account: str) -> None:
    desk = session.desk
    second = desk.open_account(jane, "EUR", command_id="o", reference="R-2").number
    commands: list[Callable[[], Receipt]] = [
        lambda: desk.register_customer(PersonalDetails(name="Bo"), command_id="r"),
        lambda: desk.rename_customer(jane, "Jane Roe", command_id="n"),
        lambda: desk.change_address(jane, Address(street="Oak 3"), command_id="a"),
        lambda: desk.deposit(second, 700, command_id="d"),
        lambda: desk.withdraw("R-2", 100, command_id="w"),
        lambda: desk.credit_interest(second, 5, command_id="i"),
        lambda: desk.charge_fee(second, 5, command_id="f"),
        lambda: desk.transfer(second, account, 10, command_id="t"),
        lambda: desk.set_overdraft_limit(second, 10, command_id="l"),
        lambda: desk.freeze(second, reason="court", command_id="z"),
        lambda: desk.unfreeze(second, command_id="u"),
        lambda: desk.close_account(second, pay_out=True, command_id="c"),
    ]
    assert desk.open_account(jane, "EUR", command_id="o", reference="R-2").replayed
    for command in commands:
        first, again = command(), command()
        assert (first.replayed, again.replayed) == (False, True)
        assert again.envelopes == first.envelopes
