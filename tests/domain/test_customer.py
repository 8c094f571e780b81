"""The fold of a customer, with personal data in the clear or behind a mask."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditdesk.domain import events as e
from auditdesk.domain.commands.customer import ChangeAddress, ChangeContact, RenameCustomer
from auditdesk.domain.customer import Customer, apply
from auditdesk.domain.errors import LedgerDamaged, Refused
from auditdesk.domain.personal import (
    KEY_LOST,
    REDACTED,
    TAMPERED,
    Address,
    Contact,
    Mask,
    Personal,
    PersonalDetails,
    PersonName,
    Remark,
)
from tests.domain.examples import DETAILS, EARLIER_US, NOW_US, WHEN, customer, decided_one
from tests.domain.strategies import structs

ERASED = Mask("erased", date(2025, 3, 14))


def registered(personal: Personal | Mask | None = DETAILS) -> Customer:
    return apply("C-00001", None, e.CustomerRegistered(reference="K-1"), personal, EARLIER_US)


def test_a_customer_begins_as_registered() -> None:
    state = registered()
    assert (state.number, state.version, state.reference, state.personal) == ("C-00001", 1, "K-1", DETAILS)
    assert state.name == "Åsa Öberg"


def test_each_change_replaces_its_own_part_and_keeps_the_rest() -> None:
    state = registered()
    changes: list[tuple[e.Event, Personal]] = [
        (e.CustomerRenamed(), PersonName("Åsa Lindqvist")),
        (e.AddressChanged(), Address(city="Cork")),
        (e.ContactDetailsChanged(), Contact(phone="+353 21 555")),
    ]
    for event, personal in changes:
        state = apply("C-00001", state, event, personal, NOW_US)
    assert state.personal == PersonalDetails(
        "Åsa Lindqvist", "1980-02-29", Address(city="Cork"), Contact(phone="+353 21 555")
    )
    assert (state.version, state.last_booked_at_us) == (4, NOW_US)


@pytest.mark.parametrize("mask", [REDACTED, KEY_LOST, TAMPERED, ERASED])
def test_a_mask_at_the_registration_stays_whatever_is_revealed_later(mask: Mask) -> None:
    state = apply("C-00001", registered(mask), e.CustomerRenamed(), PersonName("Known Again"), NOW_US)
    assert state.personal == mask
    assert state.name == str(mask)


@pytest.mark.parametrize("mask", [TAMPERED, KEY_LOST])
def test_a_change_that_cannot_be_read_masks_the_whole(mask: Mask) -> None:
    assert apply("C-00001", registered(), e.AddressChanged(), mask, NOW_US).personal == mask


@pytest.mark.parametrize("personal", [None, Remark("what is this")])
def test_personal_data_that_is_missing_or_strange_reads_as_redacted(personal: Personal | None) -> None:
    assert apply("C-00001", registered(), e.AddressChanged(), personal, NOW_US).personal == REDACTED
    assert registered(personal).personal == REDACTED


def test_forgetting_is_two_steps_and_both_are_dated() -> None:
    state = apply("C-00001", registered(), e.ErasureRequested(reason="Letter 7"), None, EARLIER_US + 1)
    assert (state.erasure_requested_at_us, state.forgotten_at_us) == (EARLIER_US + 1, None)
    state = apply("C-00001", state, e.CustomerForgotten(key_id="00", sealed_events=1), None, NOW_US)
    assert (state.erasure_requested_at_us, state.forgotten_at_us) == (EARLIER_US + 1, NOW_US)


def test_an_event_before_the_registration_is_damage() -> None:
    with pytest.raises(LedgerDamaged, match="begins with CustomerRenamed"):
        apply("C-00001", None, e.CustomerRenamed(), PersonName("X"), NOW_US)


@pytest.mark.parametrize("event", [e.CustomerRegistered(), e.AccountClosed()])
def test_an_event_that_belongs_to_no_customer_is_damage(event: e.Event) -> None:
    with pytest.raises(LedgerDamaged, match=event.TAG):
        apply("C-00001", registered(), event, None, NOW_US)


def test_masks_say_why_in_words() -> None:
    assert str(ERASED) == "erased 2025-03-14"
    assert str(Mask("erased")) == "erasure under way"
    assert [str(mask) for mask in (REDACTED, KEY_LOST, TAMPERED)] == ["redacted", "KEY LOST", "TAMPERED"]


def test_an_address_on_one_line_leaves_out_what_is_empty() -> None:
    address = Address("c/o Öberg\nStorgatan 5", "Malmö", "", "211 34", "Sverige")
    assert address.one_line() == "c/o Öberg, Storgatan 5, 211 34 Malmö, Sverige"
    assert Address().one_line() == ""


CHANGES = st.lists(st.one_of(structs(PersonName), structs(Address), structs(Contact)), max_size=20)


@given(CHANGES)
def test_whatever_changes_are_accepted_the_customer_reads_as_last_told(changes: list[Personal]) -> None:
    state = customer()
    for change in changes:
        try:
            match change:
                case PersonName(name=name):
                    new_events = decided_one(RenameCustomer(state.number, name), state)
                case Address():
                    new_events = decided_one(ChangeAddress.of(state.number, change), state)
                case Contact():
                    new_events = decided_one(ChangeContact.of(state.number, change), state)
                case _:
                    raise AssertionError(change)
        except Refused:
            continue
        for event, personal in new_events:
            state = apply(state.number, state, event, personal, WHEN.booked_at_us)
        told = new_events[-1].personal
        known = state.personal
        assert isinstance(known, PersonalDetails)
        assert told in (PersonName(known.name), known.address, known.contact)
    assert state.name.strip()
