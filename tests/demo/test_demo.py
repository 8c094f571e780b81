"""The demo bank, made small, and what it promises of its large self."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from auditdesk.bootstrap import make_demo, open_workspace
from auditdesk.demo.bank import FULL, OPERATOR, PASSPHRASE, SEED, DemoScale, make_plan, start_of_demo
from auditdesk.demo.people import load_countries
from auditdesk.demo.steps import Adopt, Forget, Move, Open, Register
from auditdesk.domain.bookkeeping import imbalance, postings, trial_balance
from auditdesk.domain.catalogue import ACCOUNT, CUSTOMER, of_stream, tags
from auditdesk.domain.errors import Cancelled, Refused
from auditdesk.domain.instants import DAY_US, parse_instant
from auditdesk.domain.personal import Mask
from auditdesk.domain.streams import account_stream, customer_stream, name_in
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.history.stated_balances import discrepancies
from auditdesk.services.workspace.session import Session
from tests.helpers import CHEAP_KDF, files_holding

NOW_US: Final = parse_instant("2026-03-14T15:09:26Z")
SMALL: Final = DemoScale(
    customers=16, accounts=26, deep_events=700, employed=1, leaving=4, forgotten=2, frozen=4
)
PublicEvent = tuple[str, int, str, bytes, int, int, str, str]


class Listener:
    """Takes note of what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []
        self.labels: list[str] = []

    def report(self, done: int, total: int, label: str = "") -> None:
        assert label
        self.told.append((done, total))
        self.labels.append(label)

    def check(self) -> None:
        """Never cancel."""


class Impatient(Listener):
    """Cancels when it is first asked."""

    def check(self) -> None:
        raise Cancelled


class Doomed(Listener):
    """Its process is killed in the middle of the work."""

    def check(self) -> None:
        if self.told[-1][0]:
            os.kill(os.getpid(), signal.SIGKILL)


def make_until_killed(path: Path) -> None:
    make_demo(path, now_us=NOW_US, scale=SMALL, kdf=CHEAP_KDF, progress=Doomed())


def make(path: Path, *, now_us: int = NOW_US, seed: int = SEED) -> Path:
    make_demo(path, scale=SMALL, kdf=CHEAP_KDF, now_us=now_us, seed=seed)
    return path


@pytest.fixture(scope="module")
def demo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("demo") / "demo.auditdesk")


@pytest.fixture(scope="module")
def demo(demo_path: Path) -> Iterator[Session]:
    workspace = open_workspace(demo_path)
    session = workspace.sign_in(OPERATOR, PASSPHRASE)
    yield session
    session.close()
    workspace.close()


def log(session: Session) -> list[Envelope]:
    return list(session.context.ledger.log.read())


def public(envelope: Envelope) -> PublicEvent:
    payload = envelope.payload
    if envelope.type == "CustomerForgotten":
        payload = b""  # names the destroyed key, which was random
    return (
        envelope.stream,
        envelope.version,
        envelope.type,
        payload,
        envelope.booked_at_us,
        envelope.recorded_at_us,
        envelope.operator,
        envelope.subject or "",
    )


def public_log(path: Path) -> list[PublicEvent]:
    workspace = open_workspace(path)
    session = workspace.sign_in_redacted()
    try:
        return [public(envelope) for envelope in log(session)]
    finally:
        workspace.close()


def test_it_has_as_many_customers_accounts_and_events_as_it_promises(demo: Session) -> None:
    assert len(list(demo.context.ledger.customers.rows())) == SMALL.customers
    assert len(list(demo.context.ledger.accounts.rows())) == SMALL.accounts
    assert demo.history.length(account_stream("10-00002")) == SMALL.deep_events


def test_every_type_of_event_on_customers_and_accounts_is_there(demo: Session) -> None:
    seen = Counter(envelope.type for envelope in log(demo))
    assert {*tags(of_stream(CUSTOMER)), *tags(of_stream(ACCOUNT))} <= seen.keys()


def test_the_same_seed_and_day_make_the_same_history(demo_path: Path, tmp_path: Path) -> None:
    later_that_day = make(tmp_path / "again.auditdesk", now_us=NOW_US + 3_600_000_000)
    assert public_log(later_that_day) == public_log(demo_path)


def test_another_seed_makes_another_history(demo_path: Path, tmp_path: Path) -> None:
    assert public_log(make(tmp_path / "other.auditdesk", seed=1)) != public_log(demo_path)


def test_both_clocks_span_the_years_and_end_before_today(demo: Session) -> None:
    envelopes = log(demo)
    recorded = [envelope.recorded_at_us for envelope in envelopes]
    assert recorded == sorted(recorded)
    assert recorded[0] == start_of_demo(NOW_US)
    assert NOW_US - 3 * DAY_US < recorded[-1] <= NOW_US
    assert all(envelope.booked_at_us <= envelope.recorded_at_us for envelope in envelopes)
    delays = [
        envelope.recorded_at_us - envelope.booked_at_us
        for envelope in envelopes
        if envelope.type == "MoneyDeposited" and b"imported" not in envelope.payload
    ]
    assert max(delays) < 2 * DAY_US
    assert min(delays) < 3_600_000_000 < max(delays)


def test_within_an_account_nothing_is_booked_before_what_came_before(demo: Session) -> None:
    last: dict[str, int] = {}
    for envelope in log(demo):
        assert envelope.booked_at_us >= last.get(envelope.stream, 0)
        last[envelope.stream] = envelope.booked_at_us


def test_debits_equal_credits_and_nothing_stays_in_clearing(demo: Session) -> None:
    currency = {row.number: row.currency for row in demo.context.ledger.accounts.rows()}
    journal = [
        (currency[name_in(envelope.stream)], posting)
        for envelope in log(demo)
        if envelope.stream.startswith("account/")
        for posting in postings(name_in(envelope.stream), envelope.event())
    ]
    balance = trial_balance(journal)
    assert set(imbalance(balance).values()) == {0}
    for (_, ledger_account, _account), turnover in balance.items():
        if ledger_account == "clearing":
            assert turnover.debit_minor == turnover.credit_minor


def test_what_the_bank_decided_is_within_every_limit(demo: Session) -> None:
    for row in demo.context.ledger.accounts.rows():
        assert row.balance_minor >= -row.overdraft_limit_minor
        if row.status == "closed":
            assert row.balance_minor == 0


def test_the_legacy_systems_balances_part_from_the_replay_at_exactly_one_event(demo: Session) -> None:
    (found,) = discrepancies(log(demo))
    assert found.jump_minor == found.gap_minor == 2_700
    row = demo.history.account_register(found.account, found.version, found.version)[0]
    assert row.amount_minor == -6_300
    state = demo.history.account_at(found.account).state
    assert (state.number, state.reference) == ("10-00003", "OMCU-004711")
    assert state.version > found.version


def test_the_forgotten_are_erased_and_their_keys_destroyed(demo: Session) -> None:
    forgotten = list(demo.context.ledger.customers.erasures())
    assert len(forgotten) == SMALL.forgotten
    vault = demo.context.vault
    assert vault is not None
    for row in forgotten:
        assert row.forgotten_at_us is not None
        personal = demo.history.customer_at(row.number).state.personal
        assert isinstance(personal, Mask)
        assert personal.kind == "erased"
        assert not vault.holds_key(row.number)
        assert all(
            account.status == "closed" for account in demo.context.ledger.accounts.of_customer(row.number)
        )


def test_everybody_elses_data_can_be_read_by_ana_and_not_by_eva(demo: Session, demo_path: Path) -> None:
    masked = [row for row in demo.directory.customers() if isinstance(row.name, Mask)]
    assert len(masked) == SMALL.forgotten
    workspace = open_workspace(demo_path)
    try:
        eva = workspace.sign_in("eva", PASSPHRASE)
        assert all(isinstance(row.name, Mask) for row in eva.directory.customers())
    finally:
        workspace.close()


def test_the_first_account_has_seen_much_in_ten_years(demo: Session) -> None:
    types = demo.context.ledger.log.type_counts(account_stream("10-00001"))
    seen = {"AccountFrozen", "AccountUnfrozen", "OverdraftLimitSet", "MoneyDeposited", "MoneyWithdrawn"}
    assert seen < types.keys()
    owner = demo.history.account_at("10-00001").state.customer
    changes = demo.context.ledger.log.type_counts(customer_stream(owner))
    assert (changes["AddressChanged"], changes["CustomerRenamed"], changes["ContactDetailsChanged"]) == (
        3,
        1,
        1,
    )


def test_clerks_a_machine_and_the_night_have_worked_and_only_people_may_sign_in(
    demo: Session, demo_path: Path
) -> None:
    seen = {envelope.operator for envelope in log(demo)}
    assert seen == {"ana", "ben", "chiara", "till-1", "system"}
    workspace = open_workspace(demo_path)
    try:
        assert set(workspace.operators()) == {"ana", "ben", "eva"}
    finally:
        workspace.close()


def test_accounts_were_frozen_and_some_are_still(demo: Session) -> None:
    assert any(row.debits_blocked or row.credits_blocked for row in demo.context.ledger.accounts.rows())
    assert any(envelope.type == "AccountUnfrozen" for envelope in log(demo))


def test_nobodys_name_or_street_lies_in_the_clear(demo_path: Path) -> None:
    needles = [word.encode() for word in ("Gödecke", "Whitaker", "Am Fährhaus", "Old Mill Road", "Salary 20")]
    assert files_holding(demo_path, *needles) == []


def test_it_verifies(demo: Session) -> None:
    assert demo.verification.run().findings == ()


def test_a_demo_that_is_there_is_left_as_it_is(demo_path: Path) -> None:
    before = public_log(demo_path)
    make(demo_path, seed=99)
    assert public_log(demo_path) == before


def test_a_cancelled_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        make_demo(
            tmp_path / "demo.auditdesk", now_us=NOW_US, scale=SMALL, kdf=CHEAP_KDF, progress=Impatient()
        )
    assert list(tmp_path.iterdir()) == []


def test_a_killed_demo_leaves_nothing_at_its_place_and_can_be_made_again(tmp_path: Path) -> None:
    path = tmp_path / "demo.auditdesk"
    maker = multiprocessing.get_context("spawn").Process(target=make_until_killed, args=(path,))
    maker.start()
    maker.join()
    assert maker.exitcode == -signal.SIGKILL
    assert not path.exists()
    make(path)
    assert public_log(path)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(Refused) as refused:
        make(tmp_path)
    assert refused.value.code == "workspace_exists"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_progress_is_true_and_reaches_its_end(tmp_path: Path) -> None:
    listener = Listener()
    make_demo(tmp_path / "demo.auditdesk", now_us=NOW_US, scale=SMALL, kdf=CHEAP_KDF, progress=listener)
    assert list(dict.fromkeys(listener.labels))[:2] == ["Making the demo bank", "Reading the log"]
    for label in set(listener.labels):
        told = [place for place, of in zip(listener.told, listener.labels, strict=True) if of == label]
        assert told == sorted(told)
        assert len({total for _, total in told}) == 1
        assert told[-1][0] == told[-1][1] > 0 or told[-1][1] == 0


# --- the whole one, as it is planned -----------------------------------------------------


def test_the_whole_plan_is_of_the_size_that_is_promised() -> None:
    plan = make_plan(SEED, NOW_US, FULL)
    kinds = Counter(type(step.act).__name__ for step in plan.steps)
    assert (kinds["Register"], kinds["Open"], kinds["Adopt"]) == (199, 299, 1)
    assert kinds["Forget"] == sum(isinstance(step.act, Forget) for step in plan.steps) == FULL.forgotten
    assert 100_000 < sum(kinds.values()) < 200_000
    assert [step.recorded_at_us for step in plan.steps] == sorted(step.recorded_at_us for step in plan.steps)
    assert all(step.booked_at_us <= step.recorded_at_us < plan.end_us for step in plan.steps)
    assert len({step.act.receiver for step in plan.steps if isinstance(step.act, Move)}) > 50
    (adopted,) = (step.act for step in plan.steps if isinstance(step.act, Adopt))
    assert all(getattr(new_event.event, "imported", False) for _, new_event in adopted.history)


def test_the_whole_plan_has_four_currencies_one_of_them_without_decimals() -> None:
    assert {country.currency for country in load_countries().values()} == {"EUR", "USD", "CZK", "JPY"}
    opened = Counter(
        step.act.command.currency
        for step in make_plan(SEED, NOW_US, FULL).steps
        if isinstance(step.act, Open)
    )
    assert all(opened[currency] >= 20 for currency in ("EUR", "USD", "CZK", "JPY"))


def test_people_are_born_grown_up_and_live_somewhere() -> None:
    plan = make_plan(SEED, NOW_US, FULL)
    people = [step.act.command for step in plan.steps if isinstance(step.act, Register)]
    assert all(person.city and (not person.birth_date or person.birth_date < "2005") for person in people)
    assert sum(not person.name.isascii() for person in people) > len(people) // 3
