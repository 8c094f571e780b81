"""The clerk's commands, as the desk issues them."""

from __future__ import annotations

import pytest

from auditdesk.domain import events as e
from auditdesk.domain.commands.account import CloseAccount, Freeze, OpenAccount, SetOverdraft, Unfreeze
from auditdesk.domain.commands.customer import ChangeAddress, ChangeContact, RegisterCustomer, RenameCustomer
from auditdesk.domain.commands.money import ChargeFee, CreditInterest, Deposit, Transfer, Withdraw
from auditdesk.domain.errors import Conflict, Refused, VaultLocked
from auditdesk.domain.instants import to_iso
from auditdesk.domain.personal import Address, Contact, PersonalDetails
from auditdesk.domain.streams import account_stream, operator_stream
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from tests.helpers import MANUAL_START_US, ManualClock


def balance(session: Session, account: str) -> int:
    return session.history.account_at(account).state.balance_minor


def test_a_deposit_shows_in_the_balance_and_in_the_register(session: Session, account: str) -> None:
    receipt = session.issue(Deposit(account, 5000, counterparty="Acme", memo="Salary"))
    row = session.history.account_register(account, 2, 2)[0]
    assert balance(session, account) == 5_000
    assert (receipt.version, row.version, row.amount_minor, row.balance_minor) == (2, 2, 5_000, 5_000)
    assert (row.counterparty, row.memo, row.operator) == ("Acme", "Salary", "ana")


def test_a_withdrawal_may_use_the_overdraft_but_not_a_cent_more(session: Session, account: str) -> None:
    session.issue(Withdraw(account, 50000))
    with pytest.raises(Refused) as refused:
        session.issue(Withdraw(account, 1))
    assert refused.value.code == "insufficient_funds"
    assert balance(session, account) == -50_000


def test_a_refused_command_is_kept_with_its_reason_and_moves_nothing(session: Session, account: str) -> None:
    with pytest.raises(Refused):
        session.issue(Withdraw(account, 50001))
    stream = operator_stream("ana")
    kept = session.history.event(stream, session.history.length(stream)).event
    assert isinstance(kept, e.CommandRefused)
    assert (kept.command, kept.target, kept.code) == ("withdraw", account, "insufficient_funds")
    assert session.history.length(account_stream(account)) == 1


def test_a_refusal_never_records_free_text_that_was_typed_as_an_account(session: Session) -> None:
    with pytest.raises(Refused):
        session.issue(Deposit("Jane Doe, Springfield", 1))
    stream = operator_stream("ana")
    kept = session.history.event(stream, session.history.length(stream))
    assert b"Jane" not in kept.envelope.payload


def test_a_transfer_moves_both_legs_under_one_correlation_id(
    session: Session, jane: str, account: str
) -> None:
    other = session.issue(OpenAccount(jane, "EUR")).number
    receipt = session.issue(Transfer(account, other, 1234, memo="Rent"))
    sent, received = receipt.envelopes
    assert sent.correlation_id == received.correlation_id != ""
    assert (balance(session, account), balance(session, other)) == (-1_234, 1_234)


def test_a_transfer_into_a_frozen_account_moves_neither_leg(
    session: Session, jane: str, account: str
) -> None:
    other = session.issue(OpenAccount(jane, "EUR")).number
    session.issue(Freeze(other, blocks="credits", reason="court order 17"))
    with pytest.raises(Refused, match="frozen for credits"):
        session.issue(Transfer(account, other, 100))
    assert (balance(session, account), balance(session, other)) == (0, 0)


def test_the_same_command_id_again_returns_the_first_result(session: Session, account: str) -> None:
    first = session.issue(Deposit(account, 700), command_id="till-1/42")
    again = session.issue(Deposit(account, 700), command_id="till-1/42")
    assert again.replayed
    assert again.envelopes == first.envelopes
    assert balance(session, account) == 700


def test_two_operators_on_one_version_the_second_sees_a_conflict(session: Session, account: str) -> None:
    session.issue(Deposit(account, 100), expected_version=1)
    with pytest.raises(Conflict, match="has changed since"):
        session.issue(Deposit(account, 100), expected_version=1)
    assert balance(session, account) == 100


def test_two_operators_on_one_customer_the_second_sees_a_conflict(session: Session, jane: str) -> None:
    seen = session.history.customer_at(jane).state.version
    session.issue(ChangeContact.of(jane, Contact("a@example.org", "1")), expected_version=seen)
    with pytest.raises(Conflict, match="has changed since"):
        session.issue(ChangeContact.of(jane, Contact("b@example.org", "")), expected_version=seen)
    with pytest.raises(Conflict, match="has changed since"):
        session.issue(ChangeAddress.of(jane, Address("Quay 1")), expected_version=seen)
    with pytest.raises(Conflict, match="has changed since"):
        session.issue(RenameCustomer(jane, "Jane Lake"), expected_version=seen)
    personal = session.history.customer_at(jane).state.personal
    assert isinstance(personal, PersonalDetails)
    assert personal.contact == Contact("a@example.org", "1")


def test_closing_with_pay_out_pays_and_closes_in_one_command(session: Session, account: str) -> None:
    session.issue(Deposit(account, 9999))
    receipt = session.issue(CloseAccount(account, pay_out=True, reason="moves away"))
    state = session.history.account_at(account).state
    assert [envelope.type for envelope in receipt.envelopes] == ["MoneyWithdrawn", "AccountClosed"]
    assert (state.status, state.balance_minor, state.version) == ("closed", 0, 4)
    with pytest.raises(Refused) as refused:
        session.issue(Deposit(account, 1))
    assert refused.value.code == "account_closed"


def test_freezing_lifts_block_by_block(session: Session, account: str) -> None:
    session.issue(Freeze(account, blocks="all", reason="suspicion"))
    session.issue(Unfreeze(account, "credits"))
    session.issue(Deposit(account, 100))
    with pytest.raises(Refused) as refused:
        session.issue(Withdraw(account, 50))
    assert refused.value.code == "frozen"
    assert session.history.account_at(account).state.blocks == "debits"


def test_an_overdraft_in_use_cannot_be_lowered_below_the_debt(session: Session, account: str) -> None:
    session.issue(Withdraw(account, 30000))
    with pytest.raises(Refused) as refused:
        session.issue(SetOverdraft(account, 29999))
    session.issue(SetOverdraft(account, 30000))
    assert refused.value.code == "overdraft_in_use"
    assert session.history.account_at(account).state.available_minor == 0


def test_interest_and_fees_are_entries_of_their_own_kind(session: Session, account: str) -> None:
    session.issue(CreditInterest(account, 311))
    session.issue(ChargeFee(account, 11))
    tags = [row.tag for row in session.history.account_register(account, 1, 3)]
    assert tags == ["AccountOpened", "InterestCredited", "FeeCharged"]
    assert balance(session, account) == 300


def test_a_customer_changes_step_by_step(session: Session, jane: str) -> None:
    session.issue(RenameCustomer(jane, "Jane Smith"))
    session.issue(ChangeAddress.of(jane, Address(street="Oak Street 3", city="Cork")))
    session.issue(ChangeContact.of(jane, Contact(phone="+353 21 555")))
    personal = session.history.customer_at(jane).state.personal
    assert isinstance(personal, PersonalDetails)
    assert (personal.name, personal.address.city, personal.contact.phone) == (
        "Jane Smith",
        "Cork",
        "+353 21 555",
    )


def test_names_are_kept_in_one_normal_form(session: Session) -> None:
    number = session.issue(RegisterCustomer.of(PersonalDetails(name="  José "))).number
    personal = session.history.customer_at(number).state.personal
    assert isinstance(personal, PersonalDetails)
    assert personal.name == "José"


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "two\nlines", "   "])
def test_a_name_that_is_no_line_of_text_is_refused(session: Session, name: str) -> None:
    with pytest.raises(Refused):
        session.issue(RegisterCustomer.of(PersonalDetails(name=name)))


def test_a_reference_belongs_to_one_account_only(session: Session, jane: str) -> None:
    session.issue(OpenAccount(jane, "EUR", reference="LEGACY-7"))
    with pytest.raises(Refused) as refused:
        session.issue(OpenAccount(jane, "USD", reference="LEGACY-7"))
    assert refused.value.code == "reference_taken"


def test_a_clock_set_back_is_clamped_and_reported(session: Session, account: str, clock: ManualClock) -> None:
    session.issue(Deposit(account, 100))
    clock.sleep_days(-30)
    receipt = session.issue(Deposit(account, 100))
    assert receipt.envelopes[0].booked_at_us >= MANUAL_START_US, to_iso(receipt.envelopes[0].booked_at_us)
    assert balance(session, account) == 200


def test_a_viewer_without_keys_can_write_nothing(bank: Workspace, account: str) -> None:
    viewer = bank.sign_in_redacted()
    with pytest.raises(VaultLocked):
        viewer.issue(Deposit(account, 1))
    owner = viewer.history.account_at(account).owner
    assert owner is not None
    assert str(owner.personal) == "redacted"


def test_a_command_that_loses_many_races_is_decided_anew_until_it_wins(
    session: Session, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = session.context.ledger
    lost: list[int] = []
    append = ledger.append

    def losing(*given: object, **named: object) -> object:
        if len(lost) < 50:
            lost.append(1)
            raise Conflict("Someone else has written first.")
        return append(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "append", losing)
    assert session.issue(Deposit(account, 100)).version == 2
    assert len(lost) == 50
