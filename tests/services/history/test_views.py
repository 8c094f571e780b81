"""An event flattened for display, whatever kind it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain import events as e
from auditdesk.domain.catalogue import ACCOUNT, of_stream
from auditdesk.domain.personal import REDACTED, Remark, Remittance
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.history.views import EventView, other_account, register_row, remittance_texts
from tests.domain.examples import account
from tests.domain.strategies import structs

ACCOUNT_EVENTS = st.one_of([structs(kind.event) for kind in of_stream(ACCOUNT)])


@given(ACCOUNT_EVENTS)
def test_every_account_event_has_a_row_with_just_what_it_says(event: e.Event) -> None:
    row = register_row(EventView(envelope(event), event, Remittance("Acme", "wage")), account())
    said = {name: getattr(event, name) for name in event.__struct_fields__}
    assert row.amount_minor == (event.signed_minor if isinstance(event, e.MoneyEvent) else None)
    for name, absent in (
        ("value_date", ""),
        ("stated_balance_minor", None),
        ("other_account", ""),
        ("imported", False),
    ):
        assert getattr(row, name) == said.get(name, absent)
    assert (row.tag, row.command_id, row.balance_minor) == (event.TAG, "c-1", account().balance_minor)


@pytest.mark.parametrize(
    ("personal", "texts"),
    [
        (Remittance("Acme", "wage"), ("Acme", "wage")),
        (Remark("asked for it"), ("", "asked for it")),
        (REDACTED, (REDACTED, REDACTED)),
        (None, ("", "")),
    ],
)
def test_what_travels_beside_an_event_is_a_counterparty_and_a_memo(
    personal: object, texts: tuple[object, object]
) -> None:
    assert remittance_texts(personal) == texts  # type: ignore[arg-type]  # one of the union, by parameter


def test_only_a_transfer_has_another_account() -> None:
    sent = e.TransferSent(amount_minor=1, value_date="2025-01-06", other_account="10-00002")
    assert other_account(sent) == "10-00002"
    assert not other_account(e.FeeCharged(amount_minor=1, value_date="2025-01-06"))


def envelope(event: e.Event) -> Envelope:
    return Envelope(
        position=9,
        event_id="e-1",
        stream="account/10-00001",
        version=3,
        type=event.TAG,
        schema=1,
        booked_at_us=1,
        recorded_at_us=2,
        operator="ana",
        command_id="c-1",
        correlation_id="c-1",
        ordinal=0,
        payload=b"{}",
        subject=None,
        sealed=None,
        commitment=None,
        leaf_hash=b"",
    )
