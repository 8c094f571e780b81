"""The rules of every command on an account, one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.commands.account import CloseAccount, Freeze, OpenAccount, SetOverdraft, Unfreeze
from auditdesk.domain.commands.base import Command, When
from auditdesk.domain.commands.money import (
    ChargeFee,
    CreditInterest,
    Deposit,
    MoneyCommand,
    Transfer,
    Withdraw,
)
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import DAY_US, parse_instant
from auditdesk.domain.money import INT64_MAX
from auditdesk.domain.personal import Remark, Remittance
from tests.domain.examples import NOW_US, WHEN, account, customer, decided, decided_one

Money = type[MoneyCommand]

OWNER: Final = customer()
INTO: Final[tuple[Money, ...]] = (Deposit, CreditInterest)
OUT: Final[tuple[Money, ...]] = (Withdraw, ChargeFee)
KINDS: Final = (*INTO, *OUT)
NUMBER: Final = "10-00001"


def refusal(ask: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        ask()
    assert caught.value.message.endswith(".")
    return caught.value


def code(ask: Callable[[], object]) -> str:
    return refusal(ask).code


def move(
    kind: Money, amount_minor: int, *, when: When = WHEN, note: dict[str, str] | None = None, **state: Any
) -> NewEvent:
    command = kind(NUMBER, amount_minor, **(note or {}))
    (new_event,) = decided_one(command, account(**state), OWNER, when=when)
    return new_event


def transfer(sender: Account, receiver: Account, amount_minor: int) -> Any:
    command = Transfer(sender.number, receiver.number, amount_minor, memo="Rent")
    sent, received = decided(command, sender, receiver, OWNER)
    return sent.new_events, received.new_events


def on_account(command: Command) -> Callable[[Account, Customer, When], object]:
    return lambda state, owner, when: decided(command, state, owner, when=when)


def transfer_in(state: Account, owner: Customer, when: When) -> object:
    other, its_owner = account(number="10-00009", customer="C-00002"), customer(number="C-00002")
    return decided(Transfer(other.number, state.number, 1), other, its_owner, state, owner, when=when)


def transfer_out(state: Account, owner: Customer, when: When) -> object:
    other, its_owner = account(number="10-00009", customer="C-00002"), customer(number="C-00002")
    return decided(Transfer(state.number, other.number, 1), other, its_owner, state, owner, when=when)


EVERY_COMMAND: Final[dict[str, Callable[..., object]]] = {
    **{kind.NAME: on_account(kind(NUMBER, 1)) for kind in KINDS},
    "transfer out": transfer_out,
    "transfer in": transfer_in,
    "overdraft": on_account(SetOverdraft(NUMBER, 700)),
    "freeze": on_account(Freeze(NUMBER, reason="Order 7")),
    "unfreeze": on_account(Unfreeze(NUMBER)),
    "close": on_account(CloseAccount(NUMBER, pay_out=True)),
}
every_command = pytest.mark.parametrize("command", EVERY_COMMAND.values(), ids=EVERY_COMMAND.keys())


# --- any command -------------------------------------------------------------------------


@every_command
def test_nothing_can_be_done_on_a_closed_account(command: Callable[..., object]) -> None:
    assert code(lambda: command(account(status="closed"), OWNER, WHEN)) == "account_closed"


@every_command
@pytest.mark.parametrize("step", ["erasure_requested_at_us", "forgotten_at_us"])
def test_nothing_can_be_done_for_a_customer_who_is_being_forgotten(
    command: Callable[..., object], step: str
) -> None:
    assert code(lambda: command(account(), customer(**{step: NOW_US}), WHEN)) == "customer_erased"


@every_command
def test_nothing_is_booked_in_the_future(command: Callable[..., object]) -> None:
    assert code(lambda: command(account(), OWNER, When(NOW_US + 1, NOW_US))) == "booked_in_future"


@every_command
def test_nothing_is_booked_before_the_accounts_last_event(command: Callable[..., object]) -> None:
    moved = account(last_booked_at_us=NOW_US)
    assert code(lambda: command(moved, OWNER, When(NOW_US - 1, NOW_US))) == "booked_before_last"


# --- money -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("amount_minor", [0, -1])
def test_an_amount_is_more_than_zero(kind: Money, amount_minor: int) -> None:
    assert code(lambda: move(kind, amount_minor)) == "amount_not_positive"


@pytest.mark.parametrize("kind", KINDS)
def test_an_amount_beyond_64_bits_is_refused(kind: Money) -> None:
    assert code(lambda: move(kind, INT64_MAX + 1)) == "amount_too_large"


@pytest.mark.parametrize("kind", INTO)
def test_a_balance_beyond_64_bits_is_refused(kind: Money) -> None:
    assert code(lambda: move(kind, INT64_MAX, balance_minor=1)) == "amount_too_large"
    assert code(lambda: move(kind, INT64_MAX, balance_minor=0, overdraft_limit_minor=1)) == "amount_too_large"


@pytest.mark.parametrize("kind", INTO)
@pytest.mark.parametrize(
    "blocks", [{"credits_blocked": True}, {"credits_blocked": True, "debits_blocked": True}]
)
def test_a_credit_is_refused_under_a_credit_or_full_freeze(kind: Money, blocks: dict[str, Any]) -> None:
    assert code(lambda: move(kind, 1, **blocks)) == "frozen"
    assert move(kind, 1, debits_blocked=True).event.TAG


@pytest.mark.parametrize("kind", OUT)
@pytest.mark.parametrize(
    "blocks", [{"debits_blocked": True}, {"credits_blocked": True, "debits_blocked": True}]
)
def test_a_debit_is_refused_under_a_debit_or_full_freeze(kind: Money, blocks: dict[str, Any]) -> None:
    assert code(lambda: move(kind, 1, **blocks)) == "frozen"
    assert move(kind, 1, credits_blocked=True).event.TAG


@pytest.mark.parametrize("kind", OUT)
def test_a_debit_may_take_what_is_available_and_not_a_cent_more(kind: Money) -> None:
    assert move(kind, 10_500, overdraft_limit_minor=500).event.TAG
    refused = refusal(lambda: move(kind, 10_501, overdraft_limit_minor=500))
    assert refused.code == "insufficient_funds"
    assert "105.00 EUR" in refused.message


def test_the_value_date_is_the_booking_day_where_none_is_given() -> None:
    event = move(Deposit, 1).event
    assert isinstance(event, e.MoneyDeposited)
    assert event.value_date == "2025-06-02"


def test_a_value_date_may_lie_before_the_booking_day() -> None:
    event = move(Deposit, 1, note={"value_date": "2024-02-29"}).event
    assert isinstance(event, e.MoneyDeposited)
    assert event.value_date == "2024-02-29"


def test_a_value_date_that_is_none_is_refused_without_repeating_it() -> None:
    refused = refusal(lambda: move(Deposit, 1, note={"value_date": "Jane Doe"}))
    assert refused.code == "date_malformed"
    assert "Jane" not in str(refused)


def test_free_text_travels_beside_the_event_and_never_in_it() -> None:
    note = {"counterparty": " Gödecke ", "memo": "Miete\nMärz", "reference": "R-1"}
    new_event = move(Deposit, 1, note=note)
    assert new_event.personal == Remittance("Gödecke", "Miete\nMärz")
    assert isinstance(new_event.event, e.MoneyDeposited)
    assert new_event.event.reference == "R-1"
    assert move(Deposit, 1).personal is None


@pytest.mark.parametrize(
    ("note", "refused"),
    [
        ({"memo": "a\0"}, "text_invalid"),
        ({"counterparty": "two\nlines"}, "text_invalid"),
        ({"reference": "\ud800"}, "text_invalid"),
        ({"memo": "x" * 2_001}, "text_too_long"),
    ],
)
def test_a_note_that_is_no_text_is_refused(note: dict[str, str], refused: str) -> None:
    assert code(lambda: move(Deposit, 1, note=note)) == refused


# --- transfer ----------------------------------------------------------------------------


def test_a_transfer_is_two_facts_that_name_each_other() -> None:
    (sent,), (received,) = transfer(account(), account(number="10-00002"), 300)
    assert sent.event == e.TransferSent(amount_minor=300, value_date="2025-06-02", other_account="10-00002")
    assert received.event == e.TransferReceived(
        amount_minor=300, value_date="2025-06-02", other_account="10-00001"
    )
    assert sent.personal == received.personal == Remittance(memo="Rent")


def test_a_transfer_to_the_same_account_is_refused() -> None:
    assert code(lambda: transfer(account(), account(), 1)) == "same_account"


def test_a_transfer_between_currencies_is_refused() -> None:
    assert (
        code(lambda: transfer(account(), account(number="10-00002", currency="USD"), 1)) == "currency_differs"
    )


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_a_transfer_of_nothing_is_refused(amount_minor: int) -> None:
    assert (
        code(lambda: transfer(account(), account(number="10-00002"), amount_minor)) == "amount_not_positive"
    )


def test_each_leg_of_a_transfer_is_tested_against_its_own_freeze() -> None:
    free, other = account(), account(number="10-00002")
    no_debits, no_credits = account(debits_blocked=True), account(number="10-00002", credits_blocked=True)
    assert code(lambda: transfer(no_debits, other, 1)) == "frozen"
    assert code(lambda: transfer(free, no_credits, 1)) == "frozen"
    assert transfer(account(credits_blocked=True), account(number="10-00002", debits_blocked=True), 1)


def test_a_transfer_takes_at_most_what_is_available() -> None:
    assert code(lambda: transfer(account(), account(number="10-00002"), 10_001)) == "insufficient_funds"


# --- overdraft ---------------------------------------------------------------------------


def limit(limit_minor: int, **state: Any) -> NewEvent:
    (new_event,) = decided_one(SetOverdraft(NUMBER, limit_minor), account(**state), OWNER)
    return new_event


def test_an_overdraft_limit_is_never_negative() -> None:
    assert code(lambda: limit(-1)) == "limit_negative"


def test_an_overdraft_limit_that_is_in_force_already_changes_nothing() -> None:
    assert code(lambda: limit(0)) == "nothing_changes"


def test_an_overdraft_limit_is_never_below_what_is_owed() -> None:
    owing: dict[str, Any] = {"balance_minor": -300, "overdraft_limit_minor": 500}
    assert code(lambda: limit(299, **owing)) == "overdraft_in_use"
    assert limit(300, **owing).event == e.OverdraftLimitSet(limit_minor=300)


def test_an_overdraft_limit_beyond_64_bits_is_refused() -> None:
    assert code(lambda: limit(INT64_MAX + 1)) == "amount_too_large"
    assert code(lambda: limit(INT64_MAX)) == "amount_too_large"


# --- freeze and unfreeze -----------------------------------------------------------------


def test_a_freeze_needs_a_reason() -> None:
    assert code(lambda: decided(Freeze(NUMBER, reason="  "), account(), OWNER)) == "text_missing"


def test_the_reason_of_a_freeze_travels_beside_it() -> None:
    (new_event,) = decided_one(Freeze(NUMBER, blocks="debits", reason=" Order 7 "), account(), OWNER)
    assert new_event == NewEvent(e.AccountFrozen(blocks="debits"), Remark("Order 7"))


@pytest.mark.parametrize(
    ("in_force", "blocks"),
    [("debits", "debits"), ("credits", "credits"), ("all", "debits"), ("all", "credits"), ("all", "all")],
)
def test_a_block_that_is_in_force_is_not_laid_again(in_force: str, blocks: e.Blocks) -> None:
    frozen = account(debits_blocked=in_force != "credits", credits_blocked=in_force != "debits")
    assert (
        code(lambda: decided(Freeze(NUMBER, blocks=blocks, reason="Again"), frozen, OWNER))
        == "already_frozen"
    )


def test_a_block_on_debits_can_be_widened_to_all() -> None:
    frozen = account(debits_blocked=True)
    (new_event,) = decided_one(Freeze(NUMBER, reason="Order 8"), frozen, OWNER)
    assert new_event.event == e.AccountFrozen(blocks="all")


@pytest.mark.parametrize(
    ("in_force", "blocks"),
    [("none", "all"), ("none", "debits"), ("debits", "credits"), ("debits", "all"), ("credits", "debits")],
)
def test_only_a_block_in_force_is_lifted(in_force: str, blocks: e.Blocks) -> None:
    state = account(debits_blocked=in_force == "debits", credits_blocked=in_force == "credits")
    assert code(lambda: decided(Unfreeze(NUMBER, blocks), state, OWNER)) == "not_frozen"


@pytest.mark.parametrize("blocks", ["", "everything", "ALL"])
def test_what_is_no_block_is_refused_before_it_could_be_recorded(blocks: Any) -> None:
    frozen = account(debits_blocked=True, credits_blocked=True)
    assert (
        code(lambda: decided(Freeze(NUMBER, blocks=blocks, reason="Order 9"), account(), OWNER))
        == "blocks_unknown"
    )
    assert code(lambda: decided(Unfreeze(NUMBER, blocks), frozen, OWNER)) == "blocks_unknown"


# --- opening and closing -----------------------------------------------------------------


def test_an_account_is_opened_in_a_currency_of_iso_4217() -> None:
    assert code(lambda: decided(OpenAccount("C-00001", "eur"), OWNER)) == "currency_unknown"
    (new_event,) = decided_one(OpenAccount("C-00001", "JPY", 5, " A-1 "), OWNER)
    assert new_event == NewEvent(
        e.AccountOpened(customer="C-00001", currency="JPY", overdraft_limit_minor=5, reference="A-1")
    )


def test_no_account_is_opened_for_a_forgotten_customer() -> None:
    assert (
        code(lambda: decided(OpenAccount("C-00001", "EUR"), customer(forgotten_at_us=NOW_US)))
        == "customer_erased"
    )


@pytest.mark.parametrize(("limit_minor", "refused"), [(-1, "limit_negative"), (2**63, "amount_too_large")])
def test_an_account_is_not_opened_with_an_impossible_overdraft(limit_minor: int, refused: str) -> None:
    assert code(lambda: decided(OpenAccount("C-00001", "EUR", limit_minor), OWNER)) == refused


def close(*, pay_out: bool = False, reason: str = "", **state: Any) -> tuple[NewEvent, ...]:
    return decided_one(CloseAccount(NUMBER, pay_out, reason), account(**state), OWNER)


def test_an_account_closes_at_a_balance_of_exactly_zero() -> None:
    assert close(balance_minor=0, reason=" Moves away ") == (
        NewEvent(e.AccountClosed(), Remark("Moves away")),
    )
    assert code(close) == "balance_not_zero"
    assert code(lambda: close(balance_minor=-1, pay_out=True)) == "balance_not_zero"


def test_the_rest_can_be_paid_out_in_the_same_command() -> None:
    paid, closed = close(pay_out=True)
    assert paid.event == e.MoneyWithdrawn(amount_minor=10_000, value_date="2025-06-02")
    assert closed.event == e.AccountClosed()


@pytest.mark.parametrize("block", ["debits_blocked", "credits_blocked"])
def test_a_frozen_account_does_not_close(block: str) -> None:
    frozen: dict[str, Any] = {"balance_minor": 0, block: True}
    assert code(lambda: close(**frozen)) == "frozen"


def test_booking_at_the_very_instant_of_the_last_event_is_in_order() -> None:
    same = When(parse_instant("2025-06-01"), parse_instant("2025-06-01") + DAY_US)
    assert move(Deposit, 1, when=same, last_booked_at_us=same.booked_at_us).event.TAG
