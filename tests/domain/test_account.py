"""The fold of an account."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from auditdesk.domain import events as e
from auditdesk.domain.account import Account, apply, fold
from auditdesk.domain.catalogue import IMPORTED
from auditdesk.domain.commands.account import CloseAccount, Freeze, SetOverdraft, Unfreeze
from auditdesk.domain.commands.base import Command, When
from auditdesk.domain.commands.money import ChargeFee, CreditInterest, Deposit, MoneyCommand, Withdraw
from auditdesk.domain.errors import LedgerDamaged, Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import DAY_US
from tests.domain.examples import EARLIER_US, NOW_US, account, customer, decided_one

OPENED = e.AccountOpened(customer="C-00001", currency="EUR", overdraft_limit_minor=5_000, reference="A-1")
BLOCKS: st.SearchStrategy[e.Blocks] = st.sampled_from(["debits", "credits", "all"])
AMOUNT = st.integers(-5, 20_000)


class Wait(NamedTuple):
    days: int


NUMBER = "10-00001"
MONEY: st.SearchStrategy[type[MoneyCommand]] = st.sampled_from([Deposit, Withdraw, CreditInterest, ChargeFee])
Wish = Command | Wait
WISHES: st.SearchStrategy[Wish] = st.one_of(
    st.builds(lambda kind, amount_minor: kind(NUMBER, amount_minor), MONEY, AMOUNT),
    st.builds(lambda limit_minor: SetOverdraft(NUMBER, limit_minor), AMOUNT),
    st.builds(lambda blocks: Freeze(NUMBER, blocks=blocks, reason="Court order"), BLOCKS),
    st.builds(lambda blocks: Unfreeze(NUMBER, blocks), BLOCKS),
    st.builds(lambda pay_out: CloseAccount(NUMBER, pay_out), st.booleans()),
    st.builds(Wait, st.integers(-3, 3)),
)


def decide(state: Account, wish: Wish, when: When) -> tuple[NewEvent, ...]:
    return () if isinstance(wish, Wait) else decided_one(wish, state, customer(), when=when)


@given(st.lists(WISHES, max_size=60))
def test_whatever_is_asked_what_is_accepted_keeps_the_account_sound(wishes: list[Wish]) -> None:
    at_us = EARLIER_US
    state = apply("10-00001", None, OPENED, at_us)
    entries: list[int] = []
    events = 1
    for wish in wishes:
        at_us += wish.days * DAY_US if isinstance(wish, Wait) else 1
        try:
            new_events = decide(state, wish, When(at_us, NOW_US))
        except Refused:
            continue
        for event, _ in new_events:
            before, state = state, apply("10-00001", state, event, at_us)
            events += 1
            assert before.status == "open"
            if isinstance(event, e.MoneyEvent):
                entries.append(event.signed_minor)
        assert state.version == events
        assert state.balance_minor == sum(entries)
        assert state.balance_minor >= -state.overdraft_limit_minor
        assert state.last_booked_at_us <= NOW_US
        if state.status == "closed":
            assert (state.balance_minor, state.available_minor, state.blocks) == (0, 0, "none")
            assert state.closed_at_us == state.last_booked_at_us


def test_an_account_begins_as_it_was_opened() -> None:
    state = apply("10-00001", None, OPENED, EARLIER_US)
    assert (state.number, state.version, state.customer, state.currency) == ("10-00001", 1, "C-00001", "EUR")
    assert (state.balance_minor, state.available_minor, state.reference) == (0, 5_000, "A-1")
    assert (state.status, state.blocks, state.opened_at_us) == ("open", "none", EARLIER_US)


@pytest.mark.parametrize("cls", tuple(IMPORTED.values()))
def test_money_moves_the_balance_by_its_sign(cls: type[e.MoneyEvent]) -> None:
    event = cls(amount_minor=300, value_date="2025-06-02")
    state = apply("10-00001", account(), event, NOW_US)
    assert event.signed_minor == cls.SIGN * 300
    assert state.balance_minor == 10_000 + cls.SIGN * 300
    assert (state.version, state.last_booked_at_us) == (3, NOW_US)
    assert cls.SIGN in (1, -1)


def test_a_stated_balance_is_evidence_and_never_used_to_compute() -> None:
    event = e.MoneyDeposited(amount_minor=1, value_date="2025-06-02", imported=True, stated_balance_minor=999)
    assert apply("10-00001", account(), event, NOW_US).balance_minor == 10_001


def test_an_imported_day_may_be_overdrawn() -> None:
    event = e.MoneyWithdrawn(amount_minor=50_000, value_date="2025-06-02", imported=True)
    assert apply("10-00001", account(), event, NOW_US).balance_minor == -40_000


def test_a_closed_account_has_neither_blocks_nor_an_overdraft_left() -> None:
    used = account(balance_minor=0, overdraft_limit_minor=5_000, debits_blocked=True)
    state = apply("10-00001", used, e.AccountClosed(), NOW_US)
    assert (state.status, state.closed_at_us, state.blocks) == ("closed", NOW_US, "none")
    assert (state.overdraft_limit_minor, state.available_minor) == (0, 0)


@pytest.mark.parametrize(
    ("events", "blocks"),
    [
        ([e.AccountFrozen(blocks="debits")], "debits"),
        ([e.AccountFrozen(blocks="credits")], "credits"),
        ([e.AccountFrozen(blocks="debits"), e.AccountFrozen(blocks="credits")], "all"),
        ([e.AccountFrozen(blocks="all"), e.AccountUnfrozen(blocks="debits")], "credits"),
        ([e.AccountFrozen(blocks="all"), e.AccountUnfrozen(blocks="all")], "none"),
    ],
)
def test_blocks_are_laid_and_lifted_one_by_one(events: list[e.Event], blocks: str) -> None:
    state = account()
    for event in events:
        state = apply("10-00001", state, event, NOW_US)
    assert state.blocks == blocks


@pytest.mark.parametrize(
    "event", [e.MoneyDeposited(amount_minor=1, value_date="2025-01-01"), e.AccountClosed()]
)
def test_an_event_before_the_opening_is_damage(event: e.Event) -> None:
    with pytest.raises(LedgerDamaged, match="begins with"):
        apply("10-00001", None, event, NOW_US)


@pytest.mark.parametrize("event", [OPENED, e.CustomerRenamed(), e.OperatorAdded(operator="ana")])
def test_an_event_that_belongs_to_no_open_account_is_damage(event: e.Event) -> None:
    with pytest.raises(LedgerDamaged, match=event.TAG):
        apply("10-00001", account(), event, NOW_US)


def test_states_are_frozen() -> None:
    assert isinstance(account(), Struct)
    with pytest.raises(AttributeError):
        account().balance_minor = 1  # type: ignore[misc]


@given(st.lists(WISHES, max_size=60), st.integers(min_value=0, max_value=60))
def test_folding_many_events_at_once_is_folding_them_one_by_one(wishes: list[Wish], cut: int) -> None:
    at_us = EARLIER_US
    state = apply("10-00001", None, OPENED, at_us)
    events: list[tuple[e.Event, int]] = [(OPENED, at_us)]
    for wish in wishes:
        at_us += wish.days * DAY_US if isinstance(wish, Wait) else 1
        try:
            new_events = decide(state, wish, When(at_us, NOW_US))
        except Refused:
            continue
        for new_event in new_events:
            state = apply("10-00001", state, new_event.event, at_us)
            events.append((new_event.event, at_us))
    half = fold("10-00001", None, events[:cut])
    assert fold("10-00001", None, events) == state
    assert fold("10-00001", half, events[cut:]) == state
