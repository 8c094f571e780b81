"""Cases 18 to 24: what is left of the forgotten, who may do what, clocks, passphrases."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.cli.main import main
from auditdesk.domain import events as e
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.customer import PlaceHold, RegisterCustomer, ReleaseHold, RenameCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import AuditdeskError, Refused, SubjectErased, Tampered, WrongPassphrase
from auditdesk.domain.instants import parse_instant
from auditdesk.domain.moments import AtInstant, AtVersion
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.domain.streams import account_stream, operator_stream
from auditdesk.services.workspace.workspace import Workspace
from auditdesk.vault.kdf import KdfParameters
from tests.attacks import attack
from tests.helpers import CHEAP_KDF, ManualClock, files_holding
from tests.security.conftest import ACCOUNT, BOB, BOBS, JANE, PASSPHRASE, signed_in, verified

NEEDLES = (b"Bob Stone", b"Quay 1", b"secret gift", "Bob Stone".encode("utf-16-le"), b"Bob", b"Quay")


def test_case_18_no_byte_of_the_forgotten_is_found_anywhere(
    bank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("home", "temp"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    monkeypatch.setenv("AUDITDESK_PASSPHRASE", PASSPHRASE)
    assert main(["forget", str(bank), BOB, "--reason", "letter 7", "--yes"]) == 0
    assert main(["export", str(bank), "events", "--out", str(tmp_path / "all.csv"), "--reveal"]) == 0
    assert main(["backup", str(bank), str(tmp_path / "backup")]) == 0
    assert files_holding(tmp_path, *NEEDLES) == []


def test_case_18_nothing_personal_is_in_the_clear_before_either(bank: Path) -> None:
    assert files_holding(bank, *NEEDLES, "Jane Döe".encode(), b"Long Street", b"wage 7", b"Acme") == []


def test_case_19_before_the_forget_reads_erased_too_and_balances_are_as_they_were(bank: Path) -> None:
    with signed_in(bank) as session:
        history = session.history
        versions = history.length(account_stream(BOBS))
        before = [
            history.account_at(BOBS, AtVersion(at)).state.balance_minor for at in range(1, versions + 1)
        ]
        session.forgetting.forget(BOB, "letter 7")
        after = [history.account_at(BOBS, AtVersion(at)) for at in range(1, versions + 1)]
        assert [view.state.balance_minor for view in after] == before
        for view in after:
            assert view.owner is not None
            assert isinstance(view.owner.personal, Mask)
            assert view.owner.personal.kind == "erased"
        instant_us = after[0].booked_at_us
        then = history.customer_at(BOB, AtInstant(instant_us)).state.personal
        assert isinstance(then, Mask)
        assert str(then).startswith("erased 2")
    assert verified(bank).clean


def test_case_20_an_open_account_stands_in_the_way_of_forgetting(bank: Path) -> None:
    with signed_in(bank) as session:
        before = session.context.ledger.log.envelopes(f"customer/{JANE}")
        with pytest.raises(Refused) as refused:
            session.forgetting.forget(JANE, "letter 8")
        assert ACCOUNT in str(refused.value)
        assert session.context.ledger.log.envelopes(f"customer/{JANE}") == before


def test_case_20_a_legal_hold_stands_in_the_way_until_it_is_released(bank: Path) -> None:
    with signed_in(bank) as session:
        session.issue(PlaceHold(BOB, reason="court order 7"))
        with pytest.raises(Refused) as refused:
            session.forgetting.forget(BOB, "letter 8")
        assert refused.value.code == "legal_hold"
        assert "under a legal hold since" in str(session.forgetting.preview(BOB).refusal)
        assert session.context.vault is not None
        assert session.context.vault.holds_key(BOB)
        session.issue(ReleaseHold(BOB, reason="order lifted"))
        assert session.forgetting.forget(BOB, "letter 8").customer == BOB


def test_case_21_no_key_comes_back_for_the_forgotten(bank: Path) -> None:
    with signed_in(bank) as session:
        session.forgetting.forget(BOB, "letter 7")
        with pytest.raises(AuditdeskError):
            session.issue(RenameCustomer(BOB, "Bob Again"))
        with pytest.raises(AuditdeskError):
            session.issue(OpenAccount(BOB, "EUR"))
        with pytest.raises(AuditdeskError):
            session.issue(Deposit(BOBS, 100))
        assert session.context.keyring is not None
        with pytest.raises(SubjectErased):
            session.context.keyring.create_keys([BOB])
        assert session.context.vault is not None
        assert not session.context.vault.holds_key(BOB)


def test_case_22_who_loses_a_role_or_grant_while_signed_in_is_refused_and_that_is_recorded(
    bank: Path,
) -> None:
    with signed_in(bank) as ana, closing(open_workspace(bank)) as workspace:
        ana.operators.add("ben", "a long one", roles=("administrator",), may_reveal=True, may_sign=False)
        with closing(workspace.sign_in("ben", "a long one")) as ben:
            ana.operators.set_grants("ben", roles=("clerk",), may_reveal=True, may_sign=False)
            with pytest.raises(Refused) as refused:
                ben.operators.remove("ana")
            assert refused.value.code == "role_missing"
            ana.operators.set_grants("ben", roles=("clerk",), may_reveal=False, may_sign=False)
            with pytest.raises(AuditdeskError):
                ben.issue(Deposit(ACCOUNT, 100))
            assert isinstance(ben.history.customer_at(JANE).state.personal, Mask)
            recorded = [
                envelope.event() for envelope in ben.context.ledger.log.envelopes(operator_stream("ben"))
            ]
        assert any(isinstance(event, e.CommandRefused) and event.code == "role_missing" for event in recorded)
        assert ana.operators.list()[0].name == "ana"


# --- clocks ----------------------------------------------------------------------------


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(parse_instant("2024-02-29T12:00:00Z"))


@pytest.fixture
def timed(tmp_path: Path, clock: ManualClock) -> Workspace:
    return create_workspace(
        tmp_path / "timed", bank="b", operator="ana", passphrase=PASSPHRASE, clock=clock, kdf=CHEAP_KDF
    )


def test_case_23_a_clock_set_back_is_clamped_and_told_and_positions_order(
    timed: Workspace, clock: ManualClock
) -> None:
    with closing(timed), closing(timed.sign_in("ana", PASSPHRASE)) as session:
        customer = session.issue(RegisterCustomer.of(PersonalDetails("Ann"))).number
        account = session.issue(OpenAccount(customer, "EUR")).number
        first = session.issue(Deposit(account, 100))
        clock.sleep_days(-400)
        second = session.issue(Deposit(account, 100))
        assert second.position == first.position + 1
        assert second.envelopes[0].recorded_at_us >= first.envelopes[0].recorded_at_us
        assert second.envelopes[0].booked_at_us >= first.envelopes[0].booked_at_us
        assert second.clamped_us > 0
        assert session.verification.run().clean


@pytest.mark.parametrize(
    ("day", "moment", "deposits"),
    [
        ("2024-02-29", "2024-02-29T23:59:59.999999Z", 1),
        ("2024-03-31", "2024-03-31T02:30:00+01:00", 2),  # in the hour that summer time takes away
        ("2024-10-27", "2024-10-27T02:30:00+02:00", 3),  # in the hour that comes twice, the first time
    ],
)
def test_case_23_leap_days_and_hours_that_come_twice_are_instants_like_others(
    timed: Workspace, clock: ManualClock, day: str, moment: str, deposits: int
) -> None:
    with closing(timed), closing(timed.sign_in("ana", PASSPHRASE)) as session:
        customer = session.issue(RegisterCustomer.of(PersonalDetails("Ann"))).number
        account = session.issue(OpenAccount(customer, "EUR")).number
        for at in (
            "2024-02-29T13:00:00Z",
            "2024-03-31T01:00:00Z",
            "2024-10-27T00:15:00Z",
            "2024-10-27T01:15:00Z",
        ):
            clock.instant_us = parse_instant(at)
            session.issue(Deposit(account, 100))
        view = session.history.account_at(account, AtInstant(parse_instant(moment)))
        assert view.state.balance_minor == 100 * deposits
        whole_day = session.history.account_at(account, AtInstant(parse_instant(f"{day}T23:59:59.999999Z")))
        assert whole_day.state.balance_minor >= view.state.balance_minor


# --- passphrases -----------------------------------------------------------------------


def test_case_24_ten_wrong_passphrases_cost_more_and_more_time(bank: Path) -> None:
    waits = []
    with closing(open_workspace(bank)) as workspace:
        for _ in range(10):
            with pytest.raises(WrongPassphrase) as refused:
                workspace.sign_in("ana", "wrong")
            waits.append(str(refused.value))
        assert "wait" in waits[-1].lower() or "second" in waits[-1].lower()
        with pytest.raises(WrongPassphrase):
            workspace.sign_in("ana", PASSPHRASE)  # even the right one has to wait now


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE operators SET kdf_memory_kib = 4294967296",  # 4 TiB
        "UPDATE operators SET kdf_memory_kib = 8",
        "UPDATE operators SET kdf_iterations = 1000000000",
        "UPDATE operators SET kdf_lanes = 0",
    ],
)
def test_case_24_an_edited_key_derivation_is_refused_before_it_is_tried(tmp_path: Path, edit: str) -> None:
    path = tmp_path / "bank"
    create_workspace(path, bank="b", operator="ana", passphrase=PASSPHRASE, kdf=KdfParameters()).close()
    attack(path, edit, file="vault.db")
    with closing(open_workspace(path)) as workspace, pytest.raises(Tampered, match="derivation was altered"):
        workspace.sign_in("ana", PASSPHRASE)
