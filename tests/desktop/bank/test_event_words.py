"""Events in words, one line each."""

from __future__ import annotations

import pytest
from msgspec import NODEFAULT
from msgspec.structs import fields

from auditdesk.desktop.bank.event_words import event_words
from auditdesk.domain import events as e
from auditdesk.domain.catalogue import EVENTS, EventKind
from tests.domain.test_catalogue import example


@pytest.mark.parametrize(
    ("event", "currency", "words"),
    [
        (e.MoneyWithdrawn(1_250, "2025-01-01", "T1"), "EUR", "−12.50 EUR T1"),
        (e.TransferSent(700, "2025-01-01", other_account="10-00002"), "JPY", "−700 JPY → 10-00002"),
        (e.TransferReceived(700, "2025-01-01", other_account="10-00001"), "JPY", "700 JPY ← 10-00001"),
        (e.AccountOpened("C-00001", "EUR", 50_000), "EUR", "for C-00001, overdraft 500.00 EUR"),
        (e.OverdraftLimitSet(100), "EUR", "1.00 EUR"),
        (e.AccountFrozen("all"), "EUR", "debits and credits"),
        (e.AccountUnfrozen("debits"), "EUR", "debits"),
        (
            e.CommandRefused("withdrawal", "10-00001", "frozen", "It is frozen."),
            "",
            "withdrawal 10-00001: It is frozen.",
        ),
        (e.ErasureRequested("letter 17"), "", "letter 17"),
        (e.CustomerForgotten("abcdef0123456789", 7), "", "7 events, key abcdef012345 destroyed"),
        (e.HistoryImported({}, 9, 8, 1, 0), "", "8 rows booked, 1 rejected"),
        (e.ReportExported("events", 12, "00"), "", "events, 12 rows, with personal data"),
        (e.OperatorAdded("ana", ("clerk",)), "", "ana (clerk)"),
        (e.RolesChanged("ana", ("auditor", "clerk")), "", "ana (auditor, clerk)"),
        (e.OperatorRemoved("ana"), "", "ana"),
        (e.PassphraseChanged("ana"), "", "ana"),
        (e.GrantsChanged("ana", may_reveal=True, may_sign=True), "", "ana: sees personal data, signs"),
        (e.GrantsChanged("ana"), "", "ana: neither sees personal data nor signs"),
        (e.SigningKeyRotated("0123456789abcdef"), "", "new key 0123456789abcdef"),
        (e.CustomerRegistered(reference="K1"), "", "K1"),
        (e.AccountClosed(), "EUR", ""),
    ],
)
def test_every_kind_of_event_says_what_it_is_about(event: e.Event, currency: str, words: str) -> None:
    assert event_words(event, currency) == words


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
def test_the_log_says_what_an_event_holds(kind: EventKind) -> None:
    holds_something = any(field.default is NODEFAULT for field in fields(kind.event))

    assert bool(event_words(example(kind), "EUR")) == holds_something
