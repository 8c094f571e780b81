"""The rules of every command on an account, one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, get_args

import pytest

from auditdesk.domain import events as e
from auditdesk.domain.commands import account as rules
from auditdesk.domain.commands.account import NO_NOTE, MoneyKind, Note, When
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import DAY_US, parse_instant
from auditdesk.domain.money import INT64_MAX
from auditdesk.domain.personal import Remark, Remittance
from tests.domain.examples import NOW_US, WHEN, account, customer

OWNER: Final = customer()
KINDS: Final[tuple[MoneyKind, ...]] = get_args(MoneyKind)
INTO: Final[tuple[MoneyKind, ...]] = ("deposit", "interest")
OUT: Final[tuple[MoneyKind, ...]] = ("withdrawal", "fee")
MoneyCase = Callable[..., object]


def refusal(ask: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        ask()
    assert caught.value.message.endswith(".")
    return caught.value


def code(ask: Callable[[], object]) -> str:
    return refusal(ask).code


def move(
    kind: MoneyKind, amount_minor: int, *, when: When = WHEN, note: Note = NO_NOTE, **state: Any
) -> NewEvent:
    (new_event,) = rules.move_money(account(**state), OWNER, kind, amount_minor, when=when, note=note)
    return new_event


def transfer(sender: Any, receiver: Any, amount_minor: int, owners: Any = (OWNER, OWNER)) -> Any:
    return rules.transfer(sender, receiver, owners, amount_minor, when=WHEN, note=Note(memo="Rent"))


EVERY_COMMAND: Final[dict[str, Callable[..., object]]] = {
    **{
        kind: lambda state, owner, when, kind=kind: rules.move_money(
            state, owner, kind, 1, when=when, note=NO_NOTE
        )
        for kind in KINDS
    },
    "transfer out": lambda state, owner, when: rules.transfer(
        state, account(number="10-00009"), (owner, OWNER), 1, when=when, note=NO_NOTE
    ),
    "transfer in": lambda state, owner, when: rules.transfer(
        account(number="10-00009"), state, (OWNER, owner), 1, when=when, note=NO_NOTE
    ),
    "overdraft": lambda state, owner, when: rules.set_overdraft_limit(state, owner, 700, when=when),
    "freeze": lambda state, owner, when: rules.freeze(state, owner, "all", "Order 7", when=when),
    "unfreeze": lambda state, owner, when: rules.unfreeze(state, owner, "all", "", when=when),
    "close": lambda state, owner, when: rules.close(state, owner, pay_out=True, reason="", when=when),
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
def test_an_amount_is_more_than_zero(kind: MoneyKind, amount_minor: int) -> None:
    assert code(lambda: move(kind, amount_minor)) == "amount_not_positive"


@pytest.mark.parametrize("kind", KINDS)
def test_an_amount_beyond_64_bits_is_refused(kind: MoneyKind) -> None:
    assert code(lambda: move(kind, INT64_MAX + 1)) == "amount_too_large"


@pytest.mark.parametrize("kind", INTO)
def test_a_balance_beyond_64_bits_is_refused(kind: MoneyKind) -> None:
    assert code(lambda: move(kind, INT64_MAX, balance_minor=1)) == "amount_too_large"
    assert code(lambda: move(kind, INT64_MAX, balance_minor=0, overdraft_limit_minor=1)) == "amount_too_large"


@pytest.mark.parametrize("kind", INTO)
@pytest.mark.parametrize(
    "blocks", [{"credits_blocked": True}, {"credits_blocked": True, "debits_blocked": True}]
)
def test_a_credit_is_refused_under_a_credit_or_full_freeze(kind: MoneyKind, blocks: dict[str, Any]) -> None:
    assert code(lambda: move(kind, 1, **blocks)) == "frozen"
    assert move(kind, 1, debits_blocked=True).event.TAG


@pytest.mark.parametrize("kind", OUT)
@pytest.mark.parametrize(
    "blocks", [{"debits_blocked": True}, {"credits_blocked": True, "debits_blocked": True}]
)
def test_a_debit_is_refused_under_a_debit_or_full_freeze(kind: MoneyKind, blocks: dict[str, Any]) -> None:
    assert code(lambda: move(kind, 1, **blocks)) == "frozen"
    assert move(kind, 1, credits_blocked=True).event.TAG


@pytest.mark.parametrize("kind", OUT)
def test_a_debit_may_take_what_is_available_and_not_a_cent_more(kind: MoneyKind) -> None:
    assert move(kind, 10_500, overdraft_limit_minor=500).event.TAG
    refused = refusal(lambda: move(kind, 10_501, overdraft_limit_minor=500))
    assert refused.code == "insufficient_funds"
    assert "105.00 EUR" in refused.message


def test_the_value_date_is_the_booking_day_where_none_is_given() -> None:
    event = move("deposit", 1).event
    assert isinstance(event, e.MoneyDeposited)
    assert event.value_date == "2025-06-02"


def test_a_value_date_may_lie_before_the_booking_day() -> None:
    event = move("deposit", 1, note=Note(value_date="2024-02-29")).event
    assert isinstance(event, e.MoneyDeposited)
    assert event.value_date == "2024-02-29"


def test_a_value_date_that_is_none_is_refused_without_repeating_it() -> None:
    refused = refusal(lambda: move("deposit", 1, note=Note(value_date="Jane Doe")))
    assert refused.code == "date_malformed"
    assert "Jane" not in str(refused)


def test_free_text_travels_beside_the_event_and_never_in_it() -> None:
    note = Note(counterparty=" Gödecke ", memo="Miete\nMärz", reference="R-1")
    new_event = move("deposit", 1, note=note)
    assert new_event.personal == Remittance("Gödecke", "Miete\nMärz")
    assert isinstance(new_event.event, e.MoneyDeposited)
    assert new_event.event.reference == "R-1"
    assert move("deposit", 1).personal is None


@pytest.mark.parametrize(
    ("note", "refused"),
    [
        (Note(memo="a\0"), "text_invalid"),
        (Note(counterparty="two\nlines"), "text_invalid"),
        (Note(reference="\ud800"), "text_invalid"),
        (Note(memo="x" * 2_001), "text_too_long"),
    ],
)
def test_a_note_that_is_no_text_is_refused(note: Note, refused: str) -> None:
    assert code(lambda: move("deposit", 1, note=note)) == refused


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
    (new_event,) = rules.set_overdraft_limit(account(**state), OWNER, limit_minor, when=WHEN)
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
    assert code(lambda: rules.freeze(account(), OWNER, "all", "  ", when=WHEN)) == "text_missing"


def test_the_reason_of_a_freeze_travels_beside_it() -> None:
    (new_event,) = rules.freeze(account(), OWNER, "debits", " Order 7 ", when=WHEN)
    assert new_event == NewEvent(e.AccountFrozen(blocks="debits"), Remark("Order 7"))


@pytest.mark.parametrize(
    ("in_force", "blocks"),
    [("debits", "debits"), ("credits", "credits"), ("all", "debits"), ("all", "credits"), ("all", "all")],
)
def test_a_block_that_is_in_force_is_not_laid_again(in_force: str, blocks: e.Blocks) -> None:
    frozen = account(debits_blocked=in_force != "credits", credits_blocked=in_force != "debits")
    assert code(lambda: rules.freeze(frozen, OWNER, blocks, "Again", when=WHEN)) == "already_frozen"


def test_a_block_on_debits_can_be_widened_to_all() -> None:
    frozen = account(debits_blocked=True)
    assert rules.freeze(frozen, OWNER, "all", "Order 8", when=WHEN)[0].event == e.AccountFrozen(blocks="all")


@pytest.mark.parametrize(
    ("in_force", "blocks"),
    [("none", "all"), ("none", "debits"), ("debits", "credits"), ("debits", "all"), ("credits", "debits")],
)
def test_only_a_block_in_force_is_lifted(in_force: str, blocks: e.Blocks) -> None:
    state = account(debits_blocked=in_force == "debits", credits_blocked=in_force == "credits")
    assert code(lambda: rules.unfreeze(state, OWNER, blocks, "", when=WHEN)) == "not_frozen"


@pytest.mark.parametrize("blocks", ["", "everything", "ALL"])
def test_what_is_no_block_is_refused_before_it_could_be_recorded(blocks: Any) -> None:
    frozen = account(debits_blocked=True, credits_blocked=True)
    assert code(lambda: rules.freeze(account(), OWNER, blocks, "Order 9", when=WHEN)) == "blocks_unknown"
    assert code(lambda: rules.unfreeze(frozen, OWNER, blocks, "", when=WHEN)) == "blocks_unknown"


# --- opening and closing -----------------------------------------------------------------


def test_an_account_is_opened_in_a_currency_of_iso_4217() -> None:
    assert code(lambda: rules.open_account(OWNER, "eur")) == "currency_unknown"
    (new_event,) = rules.open_account(OWNER, "JPY", overdraft_limit_minor=5, reference=" A-1 ")
    assert new_event == NewEvent(
        e.AccountOpened(customer="C-00001", currency="JPY", overdraft_limit_minor=5, reference="A-1")
    )


def test_no_account_is_opened_for_a_forgotten_customer() -> None:
    assert code(lambda: rules.open_account(customer(forgotten_at_us=NOW_US), "EUR")) == "customer_erased"


@pytest.mark.parametrize(("limit_minor", "refused"), [(-1, "limit_negative"), (2**63, "amount_too_large")])
def test_an_account_is_not_opened_with_an_impossible_overdraft(limit_minor: int, refused: str) -> None:
    assert code(lambda: rules.open_account(OWNER, "EUR", overdraft_limit_minor=limit_minor)) == refused


def close(*, pay_out: bool = False, reason: str = "", **state: Any) -> tuple[NewEvent, ...]:
    return rules.close(account(**state), OWNER, pay_out=pay_out, reason=reason, when=WHEN)


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
    assert move("deposit", 1, when=same, last_booked_at_us=same.booked_at_us).event.TAG
