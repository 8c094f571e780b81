"""Forgetting a customer: erased everywhere and in the past too, while the books stay whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.commands.account import CloseAccount, OpenAccount
from auditdesk.domain.commands.customer import ChangeAddress, RegisterCustomer, RenameCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import KeyLost, Refused
from auditdesk.domain.moments import AtVersion
from auditdesk.domain.personal import Address, Mask, PersonalDetails
from auditdesk.ledger.snapshots import SNAPSHOT_INTERVAL_EVENTS
from auditdesk.services.privacy.forgetting import Step
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import VAULT_FILE, Workspace
from tests.helpers import ManualClock, files_holding

NEEDLES = ("Jane", "Döe", "12 Long Street", "Oak Street", "Gift for Bob", "jane@example.org", "1980-02-29")


@pytest.fixture
def closed(session: Session, jane: str, account: str) -> str:
    session.issue(Deposit(account, 5000, counterparty="Bob", memo="Gift for Bob"))
    session.issue(ChangeAddress.of(jane, Address(street="Oak Street 3", city="Cork")))
    session.issue(CloseAccount(account, pay_out=True))
    return account


def test_a_forgotten_customers_personal_data_reads_erased_in_the_past_too(
    session: Session, jane: str, closed: str
) -> None:
    session.forgetting.forget(jane, "letter 2025/17")
    for version in (1, 2, 3, 4):
        owner = session.history.account_at(closed, AtVersion(version)).owner
        assert owner is not None
        assert str(owner.personal) == "erased 2025-01-06"
    assert str(session.history.account_register(closed, 2, 2)[0].memo) == "erased 2025-01-06"
    assert session.history.account_at(closed, AtVersion(2)).state.balance_minor == 5_000


def test_no_byte_of_the_forgotten_is_left_in_any_file(
    session: Session, bank: Workspace, jane: str, closed: str
) -> None:
    session.directory.customers("jane")
    session.forgetting.forget(jane, "letter 2025/17")
    needles = [needle.encode(code) for needle in NEEDLES for code in ("utf-8", "utf-16-le")]
    assert files_holding(bank.path, *needles) == []


def test_nothing_personal_is_in_the_clear_even_before(
    session: Session, bank: Workspace, jane: str, closed: str
) -> None:
    assert isinstance(session.history.customer_at(jane).state.personal, PersonalDetails)
    assert files_holding(bank.path, *(needle.encode() for needle in NEEDLES)) == []


def test_an_open_account_stands_in_the_way_and_is_named(session: Session, jane: str, account: str) -> None:
    with pytest.raises(Refused, match=account) as refused:
        session.forgetting.forget(jane, "letter 2025/17")
    preview = session.forgetting.preview(jane)
    assert refused.value.code == "open_account"
    assert preview.refusal is not None
    assert preview.refusal.code == "open_account"


@pytest.mark.parametrize("reason", ["Jane asked", "wish of döe.", "lives at 12 LONG street", ""])
def test_a_reason_that_names_the_person_is_refused(
    session: Session, jane: str, account: str, reason: str
) -> None:
    session.issue(CloseAccount(account))
    with pytest.raises(Refused) as refused:
        session.forgetting.forget(jane, reason)
    assert refused.value.code in ("reason_identifies", "text_missing")
    assert session.history.customer_at(jane).state.erasure_requested_at_us is None


def test_a_reason_that_names_who_the_customer_was_before_is_refused(
    session: Session, jane: str, account: str
) -> None:
    session.issue(RenameCustomer(jane, "Janet Smith"))
    session.issue(ChangeAddress.of(jane, Address(street="Oak Street 3", city="Cork")))
    session.issue(CloseAccount(account))
    for reason in ("wish of Döe", "moved from 12 Long Street"):
        with pytest.raises(Refused) as refused:
            session.forgetting.forget(jane, reason)
        assert refused.value.code == "reason_identifies"


def test_the_preview_of_a_customer_called_preview_is_no_refusal(session: Session) -> None:
    number = session.issue(RegisterCustomer.of(PersonalDetails("Preview"))).number
    assert session.forgetting.preview(number).refusal is None


def test_the_preview_counts_what_is_sealed(session: Session, jane: str, closed: str) -> None:
    preview = session.forgetting.preview(jane)
    assert preview.refusal is None
    assert preview.sealed_events == 4  # registration, address, the gift, the pay-out's memo
    assert [account.number for account in preview.accounts] == [closed]


def test_a_second_forget_changes_nothing(session: Session, jane: str, closed: str) -> None:
    first = session.forgetting.forget(jane, "letter 2025/17")
    position = session.history.customer_at(jane).position
    second = session.forgetting.forget(jane, "again")
    assert second == first._replace(already=True)
    assert session.history.customer_at(jane).position == position


def test_nothing_can_be_added_for_the_forgotten(session: Session, jane: str, closed: str) -> None:
    session.forgetting.forget(jane, "letter 2025/17")
    with pytest.raises(Refused) as refused:
        session.issue(OpenAccount(jane, "EUR"))
    with pytest.raises(Refused):
        session.issue(RenameCustomer(jane, "Somebody"))
    assert refused.value.code == "customer_erased"


def test_the_steps_are_told_in_their_order(session: Session, jane: str, closed: str) -> None:
    steps: list[Step] = []
    session.forgetting.forget(jane, "letter 2025/17", on_step=steps.append)
    assert steps == ["requested", "shredded", "recorded"]


@pytest.mark.parametrize("last_step", ["requested", "shredded"])
def test_a_crash_between_steps_is_finished_at_the_next_sign_in(
    bank: Workspace, session: Session, jane: str, closed: str, clock: ManualClock, last_step: Step
) -> None:
    class PowerCutError(Exception):
        pass

    def cut(step: Step) -> None:
        if step == last_step:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        session.forgetting.forget(jane, "letter 2025/17", on_step=cut)
    reopened = open_workspace(bank.path, clock=clock)
    viewer = reopened.sign_in("ana", "correct horse")
    assert isinstance(viewer.history.customer_at(jane).state.personal, Mask)
    assert viewer.history.customer_at(jane).state.forgotten_at_us is not None
    reopened.close()


def test_a_restored_vault_brings_nobody_back(
    bank: Workspace, session: Session, jane: str, closed: str, clock: ManualClock, tmp_path: Path
) -> None:
    yesterday = tmp_path / "vault-of-yesterday.db"
    shutil.copy(bank.path / VAULT_FILE, yesterday)
    session.forgetting.forget(jane, "letter 2025/17")
    late = session.issue(RegisterCustomer.of(PersonalDetails(name="Late Comer"))).number
    session.close()
    bank.close()
    shutil.copy(yesterday, bank.path / VAULT_FILE)

    reopened = open_workspace(bank.path, clock=clock)
    again = reopened.sign_in("ana", "correct horse")
    assert str(again.history.customer_at(jane).state.personal).startswith("erased 2025")
    assert str(again.history.customer_at(late).state.personal) == "KEY LOST"
    assert any(jane in warning for warning in reopened.warnings)
    assert again.context.keyring is not None
    with pytest.raises(KeyLost):
        again.context.keyring.open(late, f"customer/{late}", 1, b"\x01" + bytes(60), kind="event")
    reopened.close()


def test_a_customer_of_many_changes_who_has_snapshots_can_be_forgotten(session: Session, jane: str) -> None:
    for number in range(SNAPSHOT_INTERVAL_EVENTS):
        session.issue(RenameCustomer(jane, f"Jane {number}"))
    assert session.forgetting.forget(jane, "letter 2025/17").sealed_events == SNAPSHOT_INTERVAL_EVENTS + 1
    assert session.history.customer_at(jane).state.forgotten_at_us is not None
