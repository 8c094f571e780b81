"""The account of fifty thousand events: any moment folds at most a hundred, and equals the full replay."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate

import pytest

from auditdesk.domain.moments import AtInstant, AtVersion
from auditdesk.domain.streams import account_stream
from auditdesk.ledger.rows import EntryRow
from auditdesk.services.workspace.session import Session
from tests.benchmarks.banks import deep_bank

EVENTS = 50_000
MOMENTS = 1_000


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, str]]:
    session, account = deep_bank(tmp_path_factory.mktemp("deep"), EVENTS)
    yield session, account
    session.close()


def test_a_thousand_random_moments_fold_at_most_a_hundred_events_and_equal_the_full_replay(
    deep: tuple[Session, str],
) -> None:
    session, account = deep
    history = session.history
    amounts = [row.amount_minor for row in _entries(session, account)]
    balances = [0, *accumulate(amounts)]  # the opening is event 1, so event n leaves balances[n - 1]
    chance = random.Random(2026)
    assert history.length(account_stream(account)) == EVENTS
    for number in range(MOMENTS):
        version = chance.randint(1, EVENTS)
        booked_at_us, recorded_at_us = history.instants(account_stream(account), version)
        assert recorded_at_us >= booked_at_us
        moment = AtVersion(version) if number % 2 else AtInstant(booked_at_us)
        view = history.account_at(account, moment)
        assert view.folded_events <= 100
        assert view.state.version == version
        assert view.state.balance_minor == balances[version - 1]
        if number % 50 == 0:
            assert view.state == history.replay_account(account, version)


def test_the_last_state_is_the_replay_of_all_of_them(deep: tuple[Session, str]) -> None:
    session, account = deep
    assert session.history.account_at(account).state == session.history.replay_account(account)


def test_its_balance_is_drawn_from_at_most_1200_buckets_that_hold_every_entry(
    deep: tuple[Session, str],
) -> None:
    session, account = deep
    series = session.history.balance_series(account)
    assert len(series) <= 1_201
    assert sum(bucket.entries for bucket in series) == EVENTS - 1


def _entries(session: Session, account: str) -> list[EntryRow]:
    rows: list[EntryRow] = []
    after = 0
    while page := session.context.ledger.accounts.entries(account, after_version=after):
        rows += page
        after = page[-1].version
    return rows
