"""What every backend must do. Takes the ledger as a fixture; nothing here knows of SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import delete

from auditdesk.domain import account as account_fold
from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Conflict, SubjectErased, VaultLocked
from auditdesk.domain.events import NewEvent
from auditdesk.domain.moments import NOW, AtInstant, AtVersion
from auditdesk.domain.personal import Mask, Personal, PersonalDetails, PersonName, Remittance
from auditdesk.ledger import schema
from auditdesk.ledger.batch import Appended, Batch
from auditdesk.ledger.envelope import Envelope, leaf_hash
from auditdesk.ledger.ledger import Ledger, StreamAppend
from tests.helpers import ManualClock, use_account_schema
from tests.ledger.conftest import ReversingSealer

JANE = "C-00001"
ACCOUNT = "10-00001"
OTHER = "10-00002"


def register(ledger: Ledger, sealer: ReversingSealer, number: str = JANE) -> Appended:
    new_event = NewEvent(e.CustomerRegistered(reference=f"ref-{number}"), PersonalDetails("Jane Doe"))
    append = StreamAppend(f"customer/{number}", None, [new_event], ledger.now_us(), number)
    return ledger.append([append], operator="ana", command_id=f"register {number}", sealer=sealer)


def open_account(ledger: Ledger, number: str = ACCOUNT) -> Appended:
    append = StreamAppend(
        f"account/{number}", None, [NewEvent(e.AccountOpened(JANE, "EUR"))], ledger.now_us(), JANE
    )
    return ledger.append([append], operator="ana", command_id=f"open {number}")


def state_of(ledger: Ledger, number: str = ACCOUNT) -> Account:
    loaded = ledger.accounts.load(number)
    assert loaded is not None
    return loaded.state


def deposits(ledger: Ledger, amounts: Sequence[int], number: str = ACCOUNT) -> StreamAppend:
    new_events = [NewEvent(e.MoneyDeposited(amount, "2025-01-06")) for amount in amounts]
    return StreamAppend(f"account/{number}", state_of(ledger, number), new_events, ledger.now_us(), JANE)


@pytest.fixture
def opened(ledger: Ledger, sealer: ReversingSealer) -> Ledger:
    register(ledger, sealer)
    open_account(ledger)
    return ledger


def test_positions_and_versions_count_up_without_gaps(opened: Ledger) -> None:
    opened.append([deposits(opened, [1, 2, 3])], operator="ana", command_id="c1")
    log = list(opened.log.read())
    assert [envelope.position for envelope in log] == [1, 2, 3, 4, 5]
    assert [envelope.version for envelope in opened.log.envelopes(f"account/{ACCOUNT}")] == [1, 2, 3, 4]
    assert opened.log.head().position == 5


def test_what_was_appended_comes_back_as_it_was(opened: Ledger, sealer: ReversingSealer) -> None:
    new_event = NewEvent(e.MoneyDeposited(500, "2025-01-06", reference="T1"), Remittance("Bob", "Gift"))
    append = StreamAppend(f"account/{ACCOUNT}", state_of(opened), [new_event], opened.now_us(), JANE)
    written = opened.append(
        [append], operator="ben", command_id="c1", correlation_id="k1", sealer=sealer
    ).envelopes[0]
    read = opened.log.envelopes(f"account/{ACCOUNT}", after=1)[0]
    assert read == written
    assert read.event() == new_event.event
    assert (read.operator, read.command_id, read.correlation_id, read.subject) == ("ben", "c1", "k1", JANE)
    assert read.leaf_hash == leaf_hash(read)
    assert b"Gift" not in read.payload
    assert read.sealed is not None
    assert read.sealed.startswith(b"event:C-00001:account/10-00001:2:")


def test_a_stream_that_has_moved_on_is_a_conflict_and_nothing_is_written(opened: Ledger) -> None:
    stale = deposits(opened, [1])
    opened.append([deposits(opened, [2])], operator="ana", command_id="c1")
    with pytest.raises(Conflict):
        opened.append([stale], operator="ben", command_id="c2")
    opening = NewEvent(e.AccountOpened(JANE, "EUR"))
    again = StreamAppend(f"account/{ACCOUNT}", None, [opening], opened.now_us(), JANE)
    with pytest.raises(Conflict):
        opened.append([again], operator="ben", command_id="c3")
    assert state_of(opened).balance_minor == 2
    assert opened.log.command_result("c2") == ()


def test_an_append_to_several_streams_is_all_or_nothing(opened: Ledger) -> None:
    open_account(opened, OTHER)
    stale = deposits(opened, [5], OTHER)
    opened.append([deposits(opened, [7], OTHER)], operator="ana", command_id="c1")
    with pytest.raises(Conflict):
        opened.append([deposits(opened, [1]), stale], operator="ana", command_id="c2")
    assert state_of(opened).balance_minor == 0
    both = [deposits(opened, [1]), deposits(opened, [5], OTHER)]
    result = opened.append(both, operator="ana", command_id="c3", correlation_id="c3")
    assert [envelope.correlation_id for envelope in result.envelopes] == ["c3", "c3"]
    assert (state_of(opened).balance_minor, state_of(opened, OTHER).balance_minor) == (1, 12)


def test_a_known_command_returns_its_first_result(opened: Ledger) -> None:
    first = opened.append([deposits(opened, [1, 2])], operator="ana", command_id="c1")
    again = opened.append([deposits(opened, [9])], operator="ana", command_id="c1")
    assert not first.replayed
    assert again.replayed
    assert again.envelopes == first.envelopes
    assert state_of(opened).balance_minor == 3


def test_a_known_command_is_known_within_its_own_transaction_too(opened: Ledger) -> None:
    with opened.writing() as batch:
        first = batch.append([deposits(opened, [1])], operator="ana", command_id="c1")
        again = batch.append([deposits(opened, [1])], operator="ana", command_id="c1")
    assert again.replayed
    assert again.envelopes == first.envelopes
    assert state_of(opened).version == 2


def test_a_bulk_transaction_that_fails_leaves_nothing(opened: Ledger) -> None:
    class ChangedMindError(Exception):
        pass

    def change_mind(batch: Batch) -> None:
        batch.append([deposits(opened, range(1, 3_000))], operator="ana", command_id="c1")
        raise ChangedMindError

    before = opened.log.head()
    with pytest.raises(ChangedMindError), opened.writing() as batch:
        change_mind(batch)
    assert opened.log.head() == before
    assert state_of(opened).version == 1
    assert opened.accounts.entries(ACCOUNT) == []


def test_many_commands_are_looked_up_at_once(opened: Ledger) -> None:
    opened.append([deposits(opened, [1])], operator="ana", command_id="known 7")
    with opened.writing() as batch:
        assert batch.known_commands([f"known {n}" for n in range(1_200)]).keys() == {"known 7"}


def test_a_clock_set_back_is_clamped_and_reported(opened: Ledger, clock: ManualClock) -> None:
    last = opened.log.head().recorded_at_us
    clock.sleep_days(-400)
    result = opened.append([deposits(opened, [1])], operator="ana", command_id="c1")
    assert result.envelopes[0].recorded_at_us == last
    assert result.clamped_us > 399 * 86_400_000_000
    assert opened.now_us() == last


def test_streams_without_a_state_are_simply_appended_to(ledger: Ledger) -> None:
    for number in range(3):
        new_event = NewEvent(e.CommandRefused("deposit", "", "frozen", f"No {number}."))
        append = StreamAppend("operator/ana", None, [new_event], ledger.now_us(), None)
        ledger.append([append], operator="ana", command_id=f"c{number}")
    assert [envelope.version for envelope in ledger.log.envelopes("operator/ana")] == [1, 2, 3]


def test_personal_data_without_a_sealer_is_never_written(ledger: Ledger) -> None:
    new_event = NewEvent(e.CustomerRegistered(), PersonalDetails("Jane Doe"))
    append = StreamAppend(f"customer/{JANE}", None, [new_event], ledger.now_us(), JANE)
    with pytest.raises(VaultLocked):
        ledger.append([append], operator="ana", command_id="c1")
    assert ledger.log.head().position == 0


def test_nothing_is_added_for_a_fenced_customer(opened: Ledger, sealer: ReversingSealer) -> None:
    loaded = opened.customers.load(JANE, reveal=lambda _: None, reveal_snapshot=lambda *_: b"")
    assert loaded is not None
    request = StreamAppend(
        f"customer/{JANE}", loaded.state, [NewEvent(e.ErasureRequested("case 1"))], opened.now_us(), None
    )
    opened.append([request], operator="ana", command_id="forget")
    assert [row.number for row in opened.customers.erasures()] == [JANE]
    with pytest.raises(SubjectErased):
        opened.append([deposits(opened, [1])], operator="ana", command_id="c1", sealer=sealer)
    assert state_of(opened).version == 1


def test_moments_cut_a_prefix_by_either_clock(opened: Ledger, clock: ManualClock) -> None:
    stream = f"account/{ACCOUNT}"
    for number in range(2, 12):
        clock.sleep_days(1)
        opened.append([deposits(opened, [number])], operator="ana", command_id=f"c{number}")
    for version in range(1, 12):
        booked, recorded = opened.log.instants(stream, version)
        assert opened.log.version_at(stream, AtInstant(booked, "booked")) == version
        assert opened.log.version_at(stream, AtInstant(booked - 1, "booked")) == version - 1
        assert opened.log.version_at(stream, AtInstant(recorded, "recorded")) == version
        assert opened.log.version_at(stream, AtVersion(version)) == version
    assert opened.log.version_at(stream, NOW) == opened.log.version_at(stream, AtVersion(99)) == 11


def test_events_at_one_instant_are_all_before_it(opened: Ledger) -> None:
    result = opened.append([deposits(opened, [1, 2, 3])], operator="ana", command_id="c1")
    at = result.envelopes[0].booked_at_us
    assert opened.log.version_at(f"account/{ACCOUNT}", AtInstant(at)) == 4


def test_a_customers_personal_data_goes_through_the_revealing_callables(
    ledger: Ledger, sealer: ReversingSealer
) -> None:
    register(ledger, sealer)

    def names(envelope: Envelope) -> Personal | Mask | None:
        return PersonalDetails(f"revealed {envelope.version}")

    loaded = ledger.customers.load(JANE, reveal=names, reveal_snapshot=lambda *_: b"")
    assert loaded is not None
    assert loaded.state.name == "revealed 1"


def test_a_customers_snapshot_is_sealed_and_opens_again(ledger: Ledger, sealer: ReversingSealer) -> None:
    register(ledger, sealer)
    for number in range(2, 131):
        loaded = ledger.customers.load(JANE, reveal=_opened, reveal_snapshot=_opened_snapshot)
        assert loaded is not None
        new_event = NewEvent(e.CustomerRenamed(), PersonName(f"Name {number}"))
        append = StreamAppend(f"customer/{JANE}", loaded.state, [new_event], ledger.now_us(), JANE)
        ledger.append([append], operator="ana", command_id=f"c{number}", sealer=sealer)
    final = ledger.customers.load(JANE, reveal=_opened, reveal_snapshot=_opened_snapshot)
    assert final is not None
    assert (final.snapshot_version, final.folded_events, final.state.name) == (100, 30, "Name 130")
    kept = next(iter(ledger.snapshots.all()))
    assert b"Name" not in kept.state
    past = ledger.customers.load(JANE, version=100, reveal=_opened, reveal_snapshot=_opened_snapshot)
    assert past is not None
    assert (past.folded_events, past.state.name) == (0, "Name 100")


def _opened(envelope: Envelope) -> Personal | Mask | None:
    assert envelope.sealed is not None
    name = envelope.sealed.rpartition(b":")[0]
    assert name
    return PersonName(f"Name {envelope.version}") if envelope.version > 1 else PersonalDetails("Name 1")


def _opened_snapshot(_subject: str, stream: str, version: int, blob: bytes) -> bytes | Mask:
    prefix = f"snapshot:{JANE}:{stream}:{version}:".encode()
    assert blob.startswith(prefix)
    return blob.removeprefix(prefix)[::-1]


@given(
    amounts=st.lists(st.integers(min_value=1, max_value=10**9), min_size=1, max_size=450),
    cuts=st.lists(st.integers(min_value=1, max_value=451), min_size=1, max_size=8),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_state_at_any_version_is_the_replay_and_folds_less_than_a_hundred(
    ledger: Ledger, sealer: ReversingSealer, amounts: list[int], cuts: list[int]
) -> None:
    serial = ledger.accounts.next_serial()
    number = f"10-{serial:05d}"
    if serial == 1:
        register(ledger, sealer)
    open_account(ledger, number)
    ledger.append([deposits(ledger, amounts, number)], operator="ana", command_id=f"fill {number}")
    for cut in cuts:
        version = min(cut, len(amounts) + 1)
        loaded = ledger.accounts.load(number, version=version)
        assert loaded is not None
        assert loaded.folded_events <= 99
        assert loaded.state.balance_minor == sum(amounts[: version - 1])
        assert loaded.state == ledger.accounts.replay(number, version=version)
    assert [row.balance_minor for row in ledger.accounts.entries(number)][-1] == sum(amounts)


def test_snapshots_of_another_state_schema_are_passed_over(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.append([deposits(opened, range(1, 251))], operator="ana", command_id="c1")
    use_account_schema(monkeypatch, 2)
    loaded = opened.accounts.load(ACCOUNT)
    assert loaded is not None
    assert (loaded.snapshot_version, loaded.folded_events) == (0, 251)
    assert loaded.state.balance_minor == sum(range(1, 251))


def test_the_projections_say_what_the_states_say(opened: Ledger) -> None:
    opened.append([deposits(opened, [10, 20])], operator="ana", command_id="c1")
    freeze = StreamAppend(
        f"account/{ACCOUNT}", state_of(opened), [NewEvent(e.AccountFrozen("debits"))], opened.now_us(), JANE
    )
    opened.append([freeze], operator="ana", command_id="c2")
    row = opened.accounts.find(ACCOUNT)
    assert row is not None
    assert (row.balance_minor, row.version, row.debits_blocked, row.credits_blocked) == (30, 4, True, False)
    assert opened.accounts.of_customer(JANE) == opened.accounts.rows() == [row]
    assert [
        (entry.version, entry.amount_minor, entry.balance_minor) for entry in opened.accounts.entries(ACCOUNT)
    ] == [
        (2, 10, 10),
        (3, 20, 30),
    ]
    assert opened.customers.find(f"ref-{JANE}") == opened.customers.rows()[0]


def test_the_balance_series_covers_every_entry_once(opened: Ledger) -> None:
    opened.append([deposits(opened, range(1, 1_001))], operator="ana", command_id="c1")
    series = opened.accounts.balance_series(ACCOUNT, buckets=50)
    assert len(series) <= 51
    assert sum(bucket.entries for bucket in series) == 1_000
    assert (series[0].first_version, series[-1].last_version) == (2, 1_001)
    assert series[-1].last_minor == series[-1].max_minor == sum(range(1, 1_001))


def test_types_are_counted_and_found(opened: Ledger) -> None:
    opened.append([deposits(opened, [1, 2])], operator="ana", command_id="c1")
    stream = f"account/{ACCOUNT}"
    assert opened.log.type_counts(stream) == {"AccountOpened": 1, "MoneyDeposited": 2}
    assert opened.log.versions_of_types(stream, ["MoneyDeposited"]) == [2, 3]


def test_the_log_is_read_in_pages_and_by_type(opened: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditdesk.ledger.log.PAGE_ROWS", 7)
    opened.append([deposits(opened, range(1, 41))], operator="ana", command_id="c1")
    assert [envelope.position for envelope in opened.log.read()] == list(range(1, 43))
    assert [envelope.position for envelope in opened.log.read(after_position=10, up_to=20)] == list(
        range(11, 21)
    )
    assert [envelope.type for envelope in opened.log.read(types=("AccountOpened",))] == ["AccountOpened"]


def test_reads_inside_one_look_see_one_state(opened: Ledger) -> None:
    with opened.view():
        before = opened.log.head()
        assert opened.log.stream_length(f"account/{ACCOUNT}") == 1
        assert opened.log.head() == before


def test_the_state_a_customer_begins_with_is_registered(ledger: Ledger, sealer: ReversingSealer) -> None:
    register(ledger, sealer)
    with ledger.writing() as batch:
        new_event = NewEvent(e.CustomerRegistered(), PersonalDetails("New"))
        batch.append(
            [StreamAppend("customer/C-00002", None, [new_event], ledger.now_us(), "C-00002")],
            operator="ana",
            command_id="c2",
            sealer=sealer,
        )
        state = batch.state("customer/C-00002")
        assert isinstance(state, Customer)
        assert batch.head.position == 2
    assert [row.number for row in ledger.customers.rows()] == [JANE, "C-00002"]


def test_the_next_number_comes_from_the_log_whatever_a_projection_has_lost(
    opened: Ledger, sealer: ReversingSealer
) -> None:
    register(opened, sealer, "C-00002")
    open_account(opened, OTHER)
    with opened._database.writing() as connection:
        connection.execute(delete(schema.accounts))
        connection.execute(delete(schema.customers).where(schema.customers.c.number == "C-00002"))
    assert (opened.accounts.next_serial(), opened.customers.next_serial()) == (3, 3)


def test_the_first_account_and_customer_get_number_one(ledger: Ledger) -> None:
    assert (ledger.accounts.next_serial(), ledger.customers.next_serial()) == (1, 1)


def test_a_fold_that_loses_count_is_never_recorded(opened: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    apply = account_fold.apply

    def forgetful(*given: Any) -> Account:
        return replace(apply(*given), version=7)

    append, before = deposits(opened, [1]), opened.log.head()
    monkeypatch.setattr("auditdesk.domain.account.apply", forgetful)
    with pytest.raises(AssertionError, match="was folded to 7, not to 2"):
        opened.append([append], operator="ana", command_id="c1")
    assert opened.log.head() == before
