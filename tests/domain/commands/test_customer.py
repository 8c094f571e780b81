"""The rules of every command on a customer, one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from msgspec.structs import replace

from auditdesk.domain import erasure
from auditdesk.domain import events as e
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.base import Command, When
from auditdesk.domain.commands.customer import (
    ChangeAddress,
    ChangeContact,
    OnCustomer,
    PlaceHold,
    RegisterCustomer,
    ReleaseHold,
    RenameCustomer,
)
from auditdesk.domain.customer import apply
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.personal import (
    KEY_LOST,
    REDACTED,
    TAMPERED,
    Address,
    Contact,
    Mask,
    PersonalDetails,
    PersonName,
    Remark,
)
from tests.domain.examples import DETAILS, NOW_US, WHEN, account, customer, decided, decided_one

NUMBER: Final = "C-00001"


def refusal(ask: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        ask()
    return caught.value


def code(ask: Callable[[], object]) -> str:
    return refusal(ask).code


def register(**changes: Any) -> PersonalDetails:
    (new_event,) = decided_one(RegisterCustomer.of(replace(DETAILS, **changes)))
    assert isinstance(new_event.personal, PersonalDetails)
    return new_event.personal


def on_customer(command: Command) -> Callable[..., tuple[NewEvent, ...]]:
    return lambda state, when: decided_one(command, state, when=when)


CHANGES: Final[dict[str, Callable[..., tuple[NewEvent, ...]]]] = {
    "rename": on_customer(RenameCustomer(NUMBER, "Åsa Lindqvist")),
    "address": on_customer(ChangeAddress(NUMBER, city="Cork")),
    "contact": on_customer(ChangeContact.of(NUMBER, Contact(phone="1"))),
    "erasure": lambda state, when: erasure.request_erasure(state, (), "Letter 7", when=when),
}
every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
readable_change = pytest.mark.parametrize("change", list(CHANGES.values())[:3], ids=list(CHANGES)[:3])


# --- what can't even be tried ----------------------------------------------------------------

OF_DETAILS: Final = (RenameCustomer, ChangeAddress, ChangeContact)
ON_CUSTOMERS: Final = (*OF_DETAILS, OpenAccount, PlaceHold, ReleaseHold)


@pytest.mark.parametrize("command", ON_CUSTOMERS)
def test_nothing_can_be_tried_on_whoever_is_being_or_has_been_forgotten(
    command: type[OnCustomer | OpenAccount],
) -> None:
    asked = replace(customer(), erasure_requested_at_us=NOW_US)
    assert command.unavailable(asked) == "The customer is being forgotten."
    gone = replace(asked, forgotten_at_us=NOW_US)
    assert command.unavailable(gone) == "The customer has been forgotten."


@pytest.mark.parametrize("mask", [REDACTED, KEY_LOST, TAMPERED])
@pytest.mark.parametrize("command", ON_CUSTOMERS)
def test_details_are_changed_by_nobody_who_cannot_read_them(
    command: type[OnCustomer | OpenAccount], mask: Mask
) -> None:
    why = command.unavailable(replace(customer(), personal=mask, held_since_us=None))
    assert ("can't be read" in why) == (command in OF_DETAILS)


def test_a_hold_is_placed_once_and_released_once() -> None:
    free, held = customer(), replace(customer(), held_since_us=NOW_US)
    assert (PlaceHold.unavailable(free), ReleaseHold.unavailable(held)) == ("", "")
    assert PlaceHold.unavailable(held) == "The customer is under a legal hold already."
    assert ReleaseHold.unavailable(free) == "The customer is under no legal hold."
    assert [command.unavailable(held) for command in (*OF_DETAILS, OpenAccount)] == [""] * 4


# --- registration ------------------------------------------------------------------------


def test_what_is_registered_travels_beside_the_event() -> None:
    (new_event,) = decided_one(RegisterCustomer.of(DETAILS, " K-1 "))
    assert new_event == NewEvent(e.CustomerRegistered(reference="K-1"), DETAILS)


@pytest.mark.parametrize("name", ["", "   ", "\N{ZERO WIDTH SPACE}"])
def test_a_name_is_mandatory(name: str) -> None:
    assert code(lambda: register(name=name)) == "text_missing"


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "two\nlines"])
def test_a_name_is_one_line_of_text(name: str) -> None:
    assert code(lambda: register(name=name)) == "text_invalid"


def test_names_in_any_script_are_kept_in_one_normal_form() -> None:
    assert register(name="  Jose\u0301 ").name == "José"
    assert register(name="田中 美咲").name == "田中 美咲"


@pytest.mark.parametrize("born", ["", "1980-02-29", "1850-01-01", "2025-06-02"])
def test_a_birth_date_is_a_day_in_the_past_or_unknown(born: str) -> None:
    assert register(birth_date=born).birth_date == born


@pytest.mark.parametrize("born", ["1849-12-31", "2025-06-03", "0001-01-01", "9999-12-31"])
def test_nobody_living_was_born_then(born: str) -> None:
    assert code(lambda: register(birth_date=born)) == "birth_date_implausible"


@pytest.mark.parametrize("born", ["1981-02-29", "29.2.1980", "Jane Doe"])
def test_a_birth_date_that_is_none_is_refused_without_repeating_it(born: str) -> None:
    refused = refusal(lambda: register(birth_date=born))
    assert (refused.code, refused.field) == ("date_malformed", "birth_date")
    assert born not in str(refused)


@pytest.mark.parametrize("email", ["a", "a@", "@b", "a@b@c", "a b@c"])
def test_what_is_no_email_address_is_refused_without_repeating_it(email: str) -> None:
    refused = refusal(lambda: register(contact=Contact(email=email)))
    assert refused.code == "email_malformed"


def test_a_street_may_have_several_lines_and_a_city_may_not() -> None:
    assert register(address=Address(street="c/o A\nB 5")).address.street == "c/o A\nB 5"
    assert code(lambda: register(address=Address(city="a\nb"))) == "text_invalid"


# --- changes -----------------------------------------------------------------------------


def test_a_change_is_one_fact_with_what_is_new_beside_it() -> None:
    new_events = [change(customer(), WHEN)[0] for change in CHANGES.values()]
    assert new_events == [
        NewEvent(e.CustomerRenamed(), PersonName("Åsa Lindqvist")),
        NewEvent(e.AddressChanged(), Address(city="Cork")),
        NewEvent(e.ContactDetailsChanged(), Contact(phone="1")),
        NewEvent(e.ErasureRequested(reason="Letter 7")),
    ]


@every_change
@pytest.mark.parametrize("step", ["erasure_requested_at_us", "forgotten_at_us"])
def test_nothing_is_added_to_a_customer_who_is_being_forgotten(
    change: Callable[..., object], step: str
) -> None:
    assert code(lambda: change(customer(**{step: NOW_US}), WHEN)) == "customer_erased"


@every_change
def test_nothing_is_changed_in_the_future(change: Callable[..., object]) -> None:
    assert code(lambda: change(customer(), When(NOW_US + 1, NOW_US))) == "booked_in_future"


@every_change
def test_nothing_is_changed_before_the_last_change(change: Callable[..., object]) -> None:
    changed = customer(last_booked_at_us=NOW_US)
    assert code(lambda: change(changed, When(NOW_US - 1, NOW_US))) == "booked_before_last"


@readable_change
@pytest.mark.parametrize("mask", [REDACTED, KEY_LOST, TAMPERED])
def test_who_cannot_read_a_customer_cannot_change_him(change: Callable[..., object], mask: Mask) -> None:
    assert code(lambda: change(customer(personal=mask), WHEN)) == "not_readable"


def test_a_change_that_changes_nothing_is_refused() -> None:
    assert code(lambda: decided(RenameCustomer(NUMBER, " Åsa Öberg "), customer())) == "nothing_changes"
    assert code(lambda: decided(ChangeAddress.of(NUMBER, DETAILS.address), customer())) == "nothing_changes"
    assert code(lambda: decided(ChangeContact.of(NUMBER, DETAILS.contact), customer())) == "nothing_changes"


def test_an_address_without_anything_in_it_is_missing() -> None:
    assert code(lambda: decided(ChangeAddress(NUMBER, street="  "), customer())) == "text_missing"


def test_contact_details_may_be_taken_away() -> None:
    (new_event,) = decided_one(ChangeContact.of(NUMBER, Contact()), customer())
    assert new_event.personal == Contact()


# --- erasure -----------------------------------------------------------------------------


def erase(reason: str, **known: Any) -> tuple[NewEvent, ...]:
    return erasure.request_erasure(customer(**known), (), reason, when=WHEN)


def test_a_customer_with_an_open_account_is_not_forgotten_and_the_account_is_named() -> None:
    accounts = (account(number="10-00001", status="closed"), account(number="10-00002"))
    refused = refusal(lambda: erasure.request_erasure(customer(), accounts, "Letter 7", when=WHEN))
    assert refused.code == "open_account"
    assert "10-00002" in refused.message
    assert "10-00001" not in refused.message


def test_an_erasure_needs_a_reason() -> None:
    assert code(lambda: erase("  ")) == "text_missing"


@pytest.mark.parametrize(
    "reason",
    [
        "Åsa asked for it",
        "asked by MRS OBERG",
        "Öberg's letter",
        "Letter (Oberg), March",
        "Oberg/Lindqvist",
        "letter from asa@example.org",
        "called from +46 40 555 0100",
        "lived in storgatan 5",
        "born 1980-02-29",
    ],
)
def test_the_reason_must_not_name_the_person(reason: str) -> None:
    assert code(lambda: erase(reason)) == "reason_identifies"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Anna-Karin Sjö", "letter of Anna"),
        ("田中 美咲", "田中様の依頼"),
        ("田中美咲", "田中美咲様の依頼"),
        ("Li Wei", "by request of Li Wei"),
    ],
)
def test_names_are_found_in_any_script_and_joint(name: str, reason: str) -> None:
    assert code(lambda: erase(reason, personal=PersonalDetails(name=name))) == "reason_identifies"


@pytest.mark.parametrize("reason", ["Letter of 2025-03-14", "Request 17/2025, see file A", "顧客の依頼"])
def test_a_reason_that_refers_to_a_letter_is_kept(reason: str) -> None:
    assert erase(reason) == (NewEvent(e.ErasureRequested(reason=reason)),)


def test_a_short_house_number_does_not_forbid_every_reason_with_that_figure() -> None:
    brief = PersonalDetails(name="Bo Ek", address=Address(street="5"))
    assert erase("Letter 57", personal=brief)


def test_who_cannot_read_the_person_may_still_forget_him() -> None:
    assert erase("Letter 7", personal=KEY_LOST)


def test_a_legal_hold_is_placed_once_and_released_once() -> None:
    jane = customer()
    (placed,) = decided_one(PlaceHold(NUMBER, " court order "), jane)
    assert placed == NewEvent(e.LegalHoldPlaced(), Remark("court order"))
    held = apply(jane.number, jane, placed.event, placed.personal, WHEN.booked_at_us)
    assert held.held_since_us == WHEN.booked_at_us
    assert code(lambda: decided(PlaceHold(NUMBER, "again"), held)) == "already_held"
    assert code(lambda: erasure.check_forgettable(held, (), when=WHEN)) == "legal_hold"
    (released,) = decided_one(ReleaseHold(NUMBER, "lifted"), held)
    free = apply(jane.number, held, released.event, released.personal, WHEN.booked_at_us)
    assert free.held_since_us is None
    erasure.check_forgettable(free, (), when=WHEN)
    assert code(lambda: decided(ReleaseHold(NUMBER, "x"), free)) == "not_held"
    assert code(lambda: decided(PlaceHold(NUMBER, "  "), free)) == "text_missing"
