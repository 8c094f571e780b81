"""Double entry: each money event is two postings, and the books balance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain import events as e
from auditdesk.domain.bookkeeping import Heading, Posting, Turnover, imbalance, postings, trial_balance
from auditdesk.domain.catalogue import EVENTS, IMPORTED
from tests.domain.strategies import structs

MONEY = st.one_of([structs(cls) for cls in IMPORTED.values()])
OTHER = st.one_of([structs(kind.event) for kind in EVENTS.values() if not kind.counterpart])


@pytest.mark.parametrize(
    ("cls", "counterpart", "debit_minor"),
    [
        (e.MoneyDeposited, "cash", 500),
        (e.MoneyWithdrawn, "cash", -500),
        (e.TransferSent, "clearing", -500),
        (e.TransferReceived, "clearing", 500),
        (e.InterestCredited, "interest expense", 500),
        (e.FeeCharged, "fee income", -500),
    ],
)
def test_money_is_posted_against_where_it_came_from_or_went(
    cls: type[e.MoneyEvent], counterpart: str, debit_minor: int
) -> None:
    event = cls(amount_minor=500, value_date="2025-01-01")
    assert postings("10-00001", event) == (
        (counterpart, "10-00001", debit_minor),
        ("customer accounts", "10-00001", -debit_minor),
    )


def test_every_event_that_moves_money_is_posted() -> None:
    for cls in IMPORTED.values():
        assert len(postings("10-00001", cls(amount_minor=1, value_date="2025-01-01"))) == 2


@given(OTHER)
def test_an_event_that_moves_no_money_is_not_posted(event: e.Event) -> None:
    assert postings("10-00001", event) == ()


@given(st.lists(st.tuples(st.sampled_from(["EUR", "USD", "JPY"]), MONEY)))
def test_debits_equal_credits_in_each_currency_whatever_happens(
    history: list[tuple[str, e.MoneyEvent]],
) -> None:
    journal = [(currency, posting) for currency, event in history for posting in postings("10-00001", event)]
    balance = trial_balance(journal)
    assert imbalance(balance) == {currency: 0 for currency, _ in history}
    for currency in {currency for currency, _ in history}:
        owed = balance[Heading(currency, "customer accounts", "10-00001")]
        moved = sum(event.signed_minor for other, event in history if other == currency)
        assert owed.credit_minor - owed.debit_minor == moved


def test_a_transfer_between_our_own_accounts_leaves_nothing_in_clearing() -> None:
    sent = e.TransferSent(amount_minor=900, value_date="2025-01-01", other_account="10-00002")
    received = e.TransferReceived(amount_minor=900, value_date="2025-01-01", other_account="10-00001")
    journal = [("EUR", posting) for posting in postings("10-00001", sent) + postings("10-00002", received)]
    assert trial_balance(journal)[Heading("EUR", "clearing")] == Turnover(900, 900)


def test_books_that_do_not_balance_are_told_by_how_much() -> None:
    half = Posting("cash", "10-00001", 700)
    assert imbalance(
        trial_balance([("EUR", half), ("JPY", half), ("JPY", half._replace(amount_minor=-700))])
    ) == {
        "EUR": 700,
        "JPY": 0,
    }
