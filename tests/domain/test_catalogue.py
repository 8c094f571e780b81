"""Each event and stream is declared once, and the declarations are whole."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec import NODEFAULT
from msgspec.structs import fields

from auditdesk.domain import bookkeeping, catalogue
from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.catalogue import ACCOUNT, CHIPS, CUSTOMER, EVENTS, STREAMS, EventKind, of_stream
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import LedgerDamaged
from auditdesk.domain.personal import REDACTED
from tests.domain.examples import NOW_US, account, customer

every_event = pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)


def concrete(base: type[e.Event]) -> set[type[e.Event]]:
    below = {found for cls in base.__subclasses__() for found in concrete(cls)}
    own = bool(base.TAG) and base.__module__ == e.__name__  # tests declare events, too
    return below | ({base} if own else set())


def example(kind: EventKind) -> e.Event:
    values: dict[str, object] = {
        "amount_minor": 300,
        "value_date": "2025-06-02",
        "blocks": "all",
        "currency": "EUR",
    }
    needed = (field for field in fields(kind.event) if field.default is NODEFAULT)
    plain: dict[object, object] = {int: 700, str: "x", dict[str, str]: {}}
    return kind.event(**{field.name: values.get(field.name, plain.get(field.type)) for field in needed})


def test_every_event_that_is_written_is_in_the_catalogue() -> None:
    assert {kind.event for kind in EVENTS.values()} == concrete(e.Event)


@every_event
def test_an_event_has_words_of_its_own_and_a_stream(kind: EventKind) -> None:
    assert kind.words
    assert [other.words for other in EVENTS.values()].count(kind.words) == 1
    assert kind.streams
    assert all(stream in STREAMS.values() for stream in kind.streams)


@every_event
def test_an_event_is_posted_where_money_moves_and_nowhere_else(kind: EventKind) -> None:
    moves = issubclass(kind.event, e.MoneyEvent)
    assert (kind.counterpart is not None) == moves == bool(kind.import_kind)
    assert kind.counterpart is None or kind.counterpart in get_args(catalogue.LedgerAccount)
    if moves:
        posted = bookkeeping.postings("10-00001", example(kind))
        assert sum(posting.amount_minor for posting in posted) == 0
        assert [posting.ledger_account for posting in posted] == [kind.counterpart, "customer accounts"]


@every_event
def test_an_event_of_an_account_has_a_chip_and_no_other_has(kind: EventKind) -> None:
    assert (kind.chip is not None) == (ACCOUNT in kind.streams)
    assert kind.chip is None or kind.chip in CHIPS


@pytest.mark.parametrize("stream", [ACCOUNT, CUSTOMER], ids=["account", "customer"])
def test_a_stream_folds_just_the_events_that_it_may_hold(stream: catalogue.StreamKind) -> None:
    assert stream.fold is not None
    first = {ACCOUNT.name: e.AccountOpened, CUSTOMER.name: e.CustomerRegistered}[stream.name]
    for kind in EVENTS.values():
        begins = kind.event is first
        before: Account | Customer | None = None if begins else account() if stream is ACCOUNT else customer()
        fold = stream.fold
        if kind in of_stream(stream):
            state = fold("X-1", before, example(kind), REDACTED, NOW_US)
            assert isinstance(state, Account if stream is ACCOUNT else Customer)
            assert catalogue.kind_of(state) is stream
        else:
            with pytest.raises(LedgerDamaged):
                fold("X-1", before, example(kind), REDACTED, NOW_US)


def test_a_stream_without_a_state_has_no_fold_and_an_unknown_one_neither() -> None:
    assert {name for name, kind in STREAMS.items() if kind.fold is None} == {"operator", "bank"}
    assert catalogue.stream_kind("bank") is STREAMS["bank"]
    assert catalogue.stream_kind("account/10-00001") is ACCOUNT
    assert catalogue.stream_kind("account") is ACCOUNT
    assert catalogue.stream_kind("accounts/10-00001").fold is None


def test_every_command_leaves_an_event_of_the_catalogue() -> None:
    assert all(command.LEAVES.TAG in EVENTS for command in COMMANDS.values())
