"""Time travel: any moment, both clocks, from the nearest snapshot, and equal to the full replay."""

from __future__ import annotations

import random

import pytest

from auditdesk.domain.commands.account import CloseAccount, OpenAccount
from auditdesk.domain.commands.customer import ChangeAddress, RenameCustomer
from auditdesk.domain.commands.money import Deposit, Transfer
from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import DAY_US, day_of, end_of_day, parse_instant
from auditdesk.domain.moments import NOW, AtInstant, AtVersion, Moment, parse_moment
from auditdesk.domain.personal import Address, Mask, PersonalDetails
from auditdesk.domain.streams import account_stream
from auditdesk.services.history.views import OtherLeg
from auditdesk.services.workspace.session import Session
from tests.helpers import MANUAL_START_US, ManualClock

SNAPSHOT_INTERVAL_EVENTS = 100


@pytest.fixture
def busy(session: Session, account: str, clock: ManualClock) -> str:
    for number in range(1, 350):
        clock.sleep_days(0.25)
        session.issue(Deposit(account, number))
    return account


def test_state_at_any_version_folds_at_most_a_hundred_events_and_equals_the_replay(
    session: Session, busy: str
) -> None:
    for version in (1, 2, 99, 100, 101, 199, 200, 250, 300, 349, 350):
        view = session.history.account_at(busy, AtVersion(version))
        assert view.folded_events <= SNAPSHOT_INTERVAL_EVENTS
        assert view.state == session.history.replay_account(busy, version)


def test_each_leg_of_a_transfer_knows_the_other(session: Session, jane: str, account: str) -> None:
    other = session.issue(OpenAccount(jane, "EUR")).number
    session.issue(Deposit(account, 500))
    session.issue(Transfer(account, other, 100))
    session.issue(Transfer(other, account, 40))

    assert session.history.other_leg(account, 3) == OtherLeg(other, 2)
    assert session.history.other_leg(other, 2) == OtherLeg(account, 3)
    assert session.history.other_leg(other, 3) == OtherLeg(account, 4)
    assert session.history.other_leg(account, 1) is None
    assert session.history.other_leg(account, 2) is None


def test_an_owner_is_named_by_account_until_they_are_forgotten(
    session: Session, jane: str, account: str
) -> None:
    directory = session.directory
    directory.refresh()
    name = directory.name_of(jane)
    assert isinstance(name, str)
    assert directory.owner_of(account) == name
    assert directory.owner_of("99-00001") == ""
    session.issue(CloseAccount(account))
    session.forgetting.forget(jane, reason="letter 12")
    directory.refresh()
    assert isinstance(directory.owner_of(account), Mask)


def test_a_date_means_the_end_of_that_day(session: Session, busy: str) -> None:
    for day in range(1, 80, 7):
        until = end_of_day(day_of(MANUAL_START_US + day * DAY_US))
        view = session.history.account_at(busy, AtInstant(until))
        later = session.history.instants(account_stream(busy), min(view.state.version + 1, view.versions))
        assert view.booked_at_us <= until
        assert later[0] > until or view.state.version == view.versions


def test_both_clocks_lead_to_a_prefix_of_the_stream(session: Session, busy: str) -> None:
    chosen = random.Random(7).sample(range(1, 351), 40)
    for version in chosen:
        booked, recorded = session.history.instants(account_stream(busy), version)
        for moment in (AtInstant(booked, "booked"), AtInstant(recorded, "recorded")):
            assert session.history.account_at(busy, moment).state.version == version


def test_before_the_opening_there_is_no_state_and_the_answer_says_since_when(
    session: Session, busy: str
) -> None:
    with pytest.raises(Refused, match="2025-01-06") as refused:
        session.history.account_at(busy, AtInstant(MANUAL_START_US - DAY_US))
    assert refused.value.code == "not_yet_opened"


def test_a_version_that_is_not_there_is_refused(session: Session, busy: str) -> None:
    for version in (0, 351, 10**15):
        with pytest.raises(Refused) as refused:
            session.history.account_at(busy, AtVersion(version))
        assert refused.value.code == "version_unknown"


def test_the_owner_is_shown_as_he_was_at_that_moment(
    session: Session, jane: str, account: str, clock: ManualClock
) -> None:
    session.issue(Deposit(account, 100))
    clock.sleep_days(10)
    session.issue(ChangeAddress.of(jane, Address(street="Oak Street 3", city="Cork")))
    clock.sleep_days(10)
    session.issue(Deposit(account, 100))

    def street(moment: Moment) -> str:
        owner = session.history.account_at(account, moment).owner
        assert owner is not None
        assert isinstance(owner.personal, PersonalDetails)
        return owner.personal.address.street

    assert street(AtVersion(2)) == "12 Long Street"
    assert street(AtInstant(MANUAL_START_US + 9 * DAY_US)) == "12 Long Street"
    assert street(AtInstant(MANUAL_START_US + 11 * DAY_US, "recorded")) == "Oak Street 3"
    assert street(AtVersion(3)) == street(NOW) == "Oak Street 3"


def test_a_step_shows_the_state_before_and_after_its_event(session: Session, busy: str) -> None:
    step = session.history.step(busy, 250)
    assert step.before is not None
    assert step.after.balance_minor - step.before.balance_minor == 249
    assert step.after == session.history.replay_account(busy, 250)
    assert session.history.step(busy, 1).before is None


def test_the_registers_running_balance_is_that_of_all_entries(session: Session, busy: str) -> None:
    rows = session.history.account_register(busy, 101, 350)
    assert [row.version for row in rows] == list(range(101, 351))
    assert rows[-1].balance_minor == sum(range(1, 350))
    some = session.history.account_register_of(busy, [2, 3, 150, 350])
    assert [row.version for row in some] == [2, 3, 150, 350]
    assert some[2] == rows[150 - 101]


def test_the_owners_own_events_are_marks_on_the_accounts_time_bar(
    session: Session, jane: str, account: str, clock: ManualClock
) -> None:
    session.issue(Deposit(account, 1))
    clock.sleep_days(1)
    session.issue(RenameCustomer(jane, "Jane Smith"))
    marks = session.history.owner_marks(account)
    assert [(mark.tag, mark.version) for mark in marks] == [("CustomerRegistered", 0), ("CustomerRenamed", 2)]


def test_when_is_read_as_the_command_line_takes_it() -> None:
    assert parse_moment("now") == NOW
    assert parse_moment("#312") == AtVersion(312)
    assert parse_moment("2025-12-24", "recorded") == AtInstant(
        parse_instant("2025-12-24T23:59:59.999999Z"), "recorded"
    )
    for nonsense in ("", "#", "#-1", "#١٢", "yesterday", "2025-02-30", "1e9", "2025-13-01T00:00"):
        with pytest.raises(Refused):
            parse_moment(nonsense)
