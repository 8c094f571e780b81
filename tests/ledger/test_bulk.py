"""Appends that fail or race: each command is there whole, once, or not at all. Of any backend."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Conflict, VaultLocked
from auditdesk.domain.events import NewEvent
from auditdesk.domain.moments import AtInstant
from auditdesk.domain.personal import PersonalDetails, Remittance
from auditdesk.ledger.batch import Appended
from auditdesk.ledger.ledger import Ledger, StreamAppend
from tests.ledger.conftest import ReversingSealer

JANE = "C-00001"
FIRST, SECOND = "account/10-00001", "account/10-00002"


@pytest.fixture
def opened(ledger: Ledger, sealer: ReversingSealer) -> Ledger:
    """A ledger with one customer and two accounts."""
    register = NewEvent(e.CustomerRegistered(), PersonalDetails("Jane Doe"))
    opening = NewEvent(e.AccountOpened(JANE, "EUR"))
    appends = [StreamAppend(f"customer/{JANE}", None, [register], ledger.now_us(), JANE)]
    appends += [StreamAppend(stream, None, [opening], ledger.now_us(), JANE) for stream in (FIRST, SECOND)]
    ledger.append(appends, operator="ana", command_id="begin", sealer=sealer)
    return ledger


def state_of(ledger: Ledger, stream: str) -> Account:
    loaded = ledger.accounts.load(stream.removeprefix("account/"))
    assert loaded is not None
    return loaded.state


def deposit(ledger: Ledger, stream: str, before: Account | Customer | None, amount: int = 1) -> StreamAppend:
    return StreamAppend(
        stream, before, [NewEvent(e.MoneyDeposited(amount, "2025-01-06"))], ledger.now_us(), JANE
    )


def test_a_command_that_fails_in_bulk_is_taken_back_whole_and_the_rest_is_kept(opened: Ledger) -> None:
    first, second = state_of(opened, FIRST), state_of(opened, SECOND)
    with opened.writing() as batch:
        batch.append([deposit(opened, FIRST, first, 10)], operator="ana", command_id="c1")
        moved_on = batch.state(FIRST)
        head = batch.head
        with pytest.raises(Conflict):
            batch.append(
                [deposit(opened, FIRST, moved_on), deposit(opened, SECOND, moved_on)],
                operator="ana",
                command_id="c2",
            )
        assert batch.head == head
        assert batch.state(FIRST) == moved_on
        assert batch.state(SECOND) is None
        batch.append([deposit(opened, SECOND, second, 5)], operator="ana", command_id="c3")
        batch.append([deposit(opened, FIRST, moved_on, 7)], operator="ana", command_id="c4")
    assert [envelope.command_id for envelope in opened.log.read(after_position=3)] == ["c1", "c3", "c4"]
    assert [envelope.position for envelope in opened.log.read()] == [1, 2, 3, 4, 5, 6]
    assert (state_of(opened, FIRST).balance_minor, state_of(opened, SECOND).balance_minor) == (17, 5)
    assert [entry.balance_minor for entry in opened.accounts.entries("10-00001")] == [10, 17]


def test_a_command_whose_second_fact_cannot_be_sealed_leaves_nothing_of_the_first(opened: Ledger) -> None:
    new_events = [
        NewEvent(e.MoneyDeposited(1, "2025-01-06")),
        NewEvent(e.MoneyDeposited(2, "2025-01-06"), Remittance("Bob", "Gift")),
    ]
    append = StreamAppend(FIRST, state_of(opened, FIRST), new_events, opened.now_us(), JANE)
    with opened.writing() as batch, pytest.raises(VaultLocked):
        batch.append([append], operator="ana", command_id="c1")
    assert opened.log.head().position == 3
    assert opened.log.command_result("c1") == ()
    assert state_of(opened, FIRST).version == 1


def test_a_stream_may_be_appended_to_twice_by_one_command(opened: Ledger) -> None:
    before = state_of(opened, FIRST)
    new_events = [NewEvent(e.MoneyDeposited(1, "2025-01-06"))]
    with opened.writing() as batch:
        batch.append([StreamAppend("bank", None, new_events, 0, None)] * 2, operator="ana", command_id="c1")
        batch.append([deposit(opened, FIRST, before)], operator="ana", command_id="c2")
    assert [(found.version, found.ordinal) for found in opened.log.envelopes("bank")] == [(1, 0), (2, 1)]


def test_threads_that_race_with_one_command_leave_one_result(opened: Ledger) -> None:
    before = state_of(opened, FIRST)

    def carry_out(_: int) -> Appended:
        return opened.append([deposit(opened, FIRST, before)], operator="ana", command_id="double click")

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(carry_out, range(8)))
    assert [result.replayed for result in results].count(False) == 1
    assert len({result.envelopes for result in results}) == 1
    assert state_of(opened, FIRST).version == 2


def test_threads_that_race_with_different_commands_get_one_winner_and_conflicts(opened: Ledger) -> None:
    before = state_of(opened, FIRST)

    def carry_out(number: int) -> bool:
        try:
            opened.append([deposit(opened, FIRST, before)], operator="ana", command_id=f"c{number}")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(carry_out, range(8))) == 1
    assert state_of(opened, FIRST).version == 2


@given(
    steps=st.lists(st.integers(min_value=0, max_value=3), min_size=1, max_size=60),
    asked=st.lists(st.integers(min_value=-5, max_value=200), min_size=1, max_size=10),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_moment_counts_the_events_at_or_before_it(
    opened: Ledger, steps: list[int], asked: list[int]
) -> None:
    number = f"10-{opened.accounts.next_serial():05d}"
    stream, start = f"account/{number}", opened.log.head().position * 1_000
    booked = [start]
    opening = NewEvent(e.AccountOpened(JANE, "EUR"))
    with opened.writing() as batch:
        batch.append(
            [StreamAppend(stream, None, [opening], start, JANE)], operator="ana", command_id=f"open {number}"
        )
        for index, step in enumerate(steps):
            booked.append(booked[-1] + step)
            append = deposit(opened, stream, batch.state(stream))._replace(booked_at_us=booked[-1])
            batch.append([append], operator="ana", command_id=f"{number}/{index}")
    recorded = [envelope.recorded_at_us for envelope in opened.log.envelopes(stream)]
    for offset in asked:
        at = AtInstant(start + offset, "booked")
        assert opened.log.version_at(stream, at) == sum(instant <= start + offset for instant in booked)
        at = AtInstant(recorded[0] + offset, "recorded")
        assert opened.log.version_at(stream, at) == sum(instant <= at.instant_us for instant in recorded)
    assert opened.log.version_at("account/unknown", AtInstant(start)) == 0
