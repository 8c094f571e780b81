"""Operators: who lets whom in, what the log says of it, and what changes hands when somebody goes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.domain import events as e
from auditdesk.domain.commands.account import OpenAccount, SetOverdraft
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import (
    LedgerReadOnly,
    Refused,
    VaultLocked,
    VaultMissing,
    WrongPassphrase,
)
from auditdesk.domain.personal import REDACTED
from auditdesk.domain.roles import ROLES
from auditdesk.domain.streams import operator_stream
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace

BEN = "battery staple"


@contextmanager
def signed_in(bank: Workspace, name: str, passphrase: str = BEN) -> Iterator[Session]:
    with closing(bank.sign_in(name, passphrase)) as session:
        yield session


def events(session: Session, name: str) -> list[e.Event]:
    return [envelope.event() for envelope in session.context.ledger.log.envelopes(operator_stream(name))]


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(Refused) as error:
        action()
    assert error.value.message
    return error.value.code


def add_ben(session: Session, *roles: str, may_reveal: bool = True, may_sign: bool = False) -> None:
    session.operators.add("ben", BEN, roles=roles or ("clerk",), may_reveal=may_reveal, may_sign=may_sign)


def key_id(session: Session) -> str:
    return session.operators.public_keys[-1].key_id


# --- letting in ------------------------------------------------------------------------


def test_the_first_operator_is_listed_with_all_roles(session: Session) -> None:
    (ana,) = session.operators.list()
    assert ana[:4] == ("ana", ROLES, True, True)
    assert session.operators.refusal() is None


def test_who_was_added_signs_in_and_works(bank: Workspace, session: Session, account: str) -> None:
    add_ben(session, "clerk", "auditor")
    assert session.operators.list()[1][:4] == ("ben", ("auditor", "clerk"), True, False)
    with signed_in(bank, "ben") as ben:
        receipt = ben.issue(Deposit(account, 100, memo="by Ben"))
        assert receipt.envelopes[0].operator == "ben"
        assert ben.history.account_register(account, 2, 2)[0].memo == "by Ben"


def test_the_log_says_who_was_added_by_whom_with_which_grants(session: Session) -> None:
    add_ben(session, may_sign=True)
    assert events(session, "ben") == [
        e.OperatorAdded("ben", ("clerk",)),
        e.GrantsChanged("ben", may_reveal=True, may_sign=True),
    ]
    envelopes = session.context.ledger.log.envelopes(operator_stream("ben"))
    assert {envelope.operator for envelope in envelopes} == {"ana"}
    assert len({envelope.command_id for envelope in envelopes}) == 1


def test_an_operator_without_the_grant_reads_redacted_and_writes_nothing(
    bank: Workspace, session: Session, account: str, jane: str
) -> None:
    add_ben(session, "clerk", may_reveal=False)
    with signed_in(bank, "ben") as ben:
        assert not ben.may_reveal
        assert ben.history.customer_at(jane).state.personal == REDACTED
        assert [line.name for line in ben.directory.customers()] == [REDACTED]
        with pytest.raises(VaultLocked):
            ben.issue(Deposit(account, 100))


@pytest.mark.parametrize(
    ("name", "passphrase", "roles", "code"),
    [
        ("ana", BEN, ("clerk",), "operator_exists"),
        ("  ", BEN, ("clerk",), "text_missing"),
        ("b\nen", BEN, ("clerk",), "text_invalid"),
        ("b" * 65, BEN, ("clerk",), "text_too_long"),
        ("ben", "", ("clerk",), "text_missing"),
        ("ben", BEN, (), "text_missing"),
        ("ben", BEN, ("clerk", "king"), "role_unknown"),
    ],
)
def test_what_makes_no_operator_is_refused_and_leaves_nobody(
    session: Session, name: str, passphrase: str, roles: tuple[str, ...], code: str
) -> None:
    before = session.context.ledger.log.head().position
    assert refused(lambda: session.operators.add(name, passphrase, roles=roles, may_reveal=True)) == code
    assert [row.name for row in session.operators.list()] == ["ana"]
    (recorded,) = session.context.ledger.log.read(after_position=before)
    assert isinstance(recorded.event(), e.CommandRefused)


def test_what_the_vault_refuses_leaves_no_event(bank: Workspace, session: Session) -> None:
    """Ben may administer but not sign, so he can't give that grant: neither vault nor log has Eve."""
    add_ben(session, "administrator")
    with signed_in(bank, "ben") as ben:
        with pytest.raises(VaultLocked, match="may not sign"):
            ben.operators.add("eve", "x", roles=("clerk",), may_reveal=False, may_sign=True)
        assert events(ben, "eve") == []
        assert [row.name for row in ben.operators.list()] == ["ana", "ben"]


def test_a_ledger_that_can_only_be_looked_at_lets_nobody_in(session: Session) -> None:
    session.context.ledger.distrust("It is damaged.")
    assert isinstance(session.operators.refusal(), LedgerReadOnly)
    with pytest.raises(LedgerReadOnly):
        add_ben(session)
    with pytest.raises(LedgerReadOnly):
        session.operators.change_passphrase("correct horse", BEN)
    assert [row.name for row in session.operators.list()] == ["ana"]


# --- who may ---------------------------------------------------------------------------


def test_only_an_administrator_changes_who_signs_in(bank: Workspace, session: Session) -> None:
    add_ben(session, "clerk", "auditor", "privacy officer", may_sign=True)
    with signed_in(bank, "ben") as ben:
        operators = ben.operators
        for action in (
            lambda: operators.add("eve", "x", roles=("clerk",), may_reveal=True),
            lambda: operators.remove("ana"),
            lambda: operators.set_grants("ben", roles=("administrator",)),
            operators.rotate_signing_key,
        ):
            assert refused(action) == "role_missing"
        why = operators.refusal()
        assert why is not None
        assert "administrator" in str(why)
        assert [row.name for row in operators.list()] == ["ana", "ben"]
        asked = [event for event in events(ben, "ben") if isinstance(event, e.CommandRefused)]
    assert [(event.command, event.target) for event in asked] == [
        ("add_operator", ""),
        ("remove_operator", "ana"),
        ("set_grants", "ben"),
        ("rotate_signing_key", ""),
    ]


def test_whoever_only_looks_changes_nothing_and_sees_the_list(bank: Workspace) -> None:
    looker = bank.sign_in_redacted()
    assert [row.name for row in looker.operators.list()] == ["ana"]
    with pytest.raises(VaultLocked, match="No operator is signed in"):
        looker.operators.remove("ana")
    with pytest.raises(VaultLocked, match="No operator is signed in"):
        looker.operators.change_passphrase("correct horse", BEN)


def test_an_administrator_without_the_keys_is_told_what_is_missing(bank: Workspace, session: Session) -> None:
    add_ben(session, "administrator", may_reveal=False)
    with signed_in(bank, "ben") as ben, pytest.raises(VaultLocked, match="may see personal data"):
        ben.operators.remove("ana")


def test_without_a_vault_there_are_no_operators(bank: Workspace, session: Session, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(bank.path, tmp_path / "copy"))
    (copy / "vault.db").unlink()
    with closing(open_workspace(copy)) as workspace, pytest.raises(VaultMissing):
        workspace.sign_in_redacted().operators.list()
    assert session.may_write


# --- grants ----------------------------------------------------------------------------


def test_a_change_of_roles_and_grants_is_in_the_log_as_far_as_it_is_one(session: Session) -> None:
    add_ben(session)
    operators = session.operators
    position = session.context.ledger.log.head().position
    assert operators.set_grants("ben", roles=("clerk",), may_reveal=True).roles == ("clerk",)
    assert session.context.ledger.log.head().position == position, "nothing changed, so nothing is recorded"
    after = operators.set_grants("ben", roles=("clerk", "auditor"), may_sign=True)
    assert after == operators.list()[1]
    assert events(session, "ben")[2:] == [
        e.RolesChanged("ben", ("auditor", "clerk")),
        e.GrantsChanged("ben", may_reveal=True, may_sign=True),
    ]


def test_a_grant_to_see_that_is_taken_redacts_at_once(
    bank: Workspace, session: Session, account: str, jane: str
) -> None:
    add_ben(session)
    with signed_in(bank, "ben") as ben:
        assert ben.history.customer_at(jane).state.personal != REDACTED
        session.operators.set_grants("ben", may_reveal=False)
        assert ben.history.customer_at(jane).state.personal == REDACTED
        with pytest.raises(VaultLocked):
            ben.issue(Deposit(account, 100))
    assert session.history.customer_at(jane).state.personal != REDACTED


def test_a_grant_to_sign_that_is_taken_replaces_the_signing_key(session: Session, account: str) -> None:
    add_ben(session, may_sign=True)
    before = key_id(session)
    session.operators.set_grants("ben", may_sign=False)
    assert key_id(session) != before
    assert events(session, "ana")[-1] == e.SigningKeyRotated(key_id(session))
    assert account


@pytest.mark.parametrize("change", [{"roles": ("clerk",)}, {"may_reveal": False}])
def test_the_last_administrator_stays_one(session: Session, change: dict[str, object]) -> None:
    add_ben(session, "clerk", may_sign=True)
    code = refused(lambda: session.operators.set_grants("ana", **change))  # type: ignore[arg-type]
    assert code == "last_administrator"
    assert session.operators.list()[0][:4] == ("ana", ROLES, True, True)
    assert not any(isinstance(event, e.RolesChanged | e.GrantsChanged) for event in events(session, "ana"))


def test_an_administrator_may_hand_over(bank: Workspace, session: Session) -> None:
    add_ben(session, "administrator", may_sign=True)
    session.operators.set_grants("ana", roles=("clerk",), may_reveal=False, may_sign=False)
    assert session.operators.refusal() is not None
    with signed_in(bank, "ben") as ben:
        ben.operators.remove("ana")
        assert [row.name for row in ben.operators.list()] == ["ben"]


# --- removal ---------------------------------------------------------------------------


def test_who_is_removed_signs_in_no_more_and_his_keys_are_replaced(
    bank: Workspace, session: Session, jane: str
) -> None:
    add_ben(session, may_sign=True)
    before = key_id(session)
    session.operators.remove("ben")
    assert events(session, "ben")[-1] == e.OperatorRemoved("ben")
    assert key_id(session) != before
    assert events(session, "ana")[-1] == e.SigningKeyRotated(key_id(session))
    with pytest.raises(WrongPassphrase):
        bank.sign_in("ben", BEN)
    assert session.history.customer_at(jane).state.personal != REDACTED


def test_one_who_was_removed_while_signed_in_is_refused_at_the_next_command(
    bank: Workspace, session: Session, account: str, jane: str
) -> None:
    add_ben(session, "administrator", "clerk")
    with signed_in(bank, "ben") as ben:
        ben.issue(Deposit(account, 100))
        session.operators.remove("ben")
        for action in (
            lambda: ben.issue(Deposit(account, 100)),
            lambda: ben.issue(SetOverdraft(account, 0)),
            lambda: ben.operators.remove("ana"),
            lambda: ben.operators.change_passphrase(BEN, "x"),
        ):
            with pytest.raises(VaultLocked, match="was removed"):
                action()
        assert ben.history.customer_at(jane).state.personal == REDACTED
    assert session.history.account_at(account).state.version == 2


def test_one_who_was_removed_in_another_process_is_refused_too(bank: Workspace, session: Session) -> None:
    add_ben(session)
    with signed_in(bank, "ben") as ben:
        with (
            closing(open_workspace(bank.path)) as elsewhere,
            signed_in(elsewhere, "ana", "correct horse") as ana,
        ):
            ana.operators.remove("ben")
        with pytest.raises(VaultLocked, match="was removed"):
            ben.issue(OpenAccount("C-00001", "EUR"))


def test_nobody_removes_himself_or_a_stranger(session: Session) -> None:
    add_ben(session, "administrator")
    assert refused(lambda: session.operators.remove("ana")) == "operator_self"
    assert refused(lambda: session.operators.remove("Jane Döe")) == "operator_unknown"
    assert refused(lambda: session.operators.set_grants("Jane Döe", may_reveal=True)) == "operator_unknown"
    recorded = [envelope.payload.decode() for envelope in session.context.ledger.log.read()]
    assert not any("Jane" in payload for payload in recorded), "what is typed may be a customer's name"


def test_who_is_added_again_goes_on_in_the_same_stream(bank: Workspace, session: Session) -> None:
    add_ben(session)
    session.operators.remove("ben")
    session.operators.add("ben", "another", roles=("auditor",), may_reveal=True)
    assert [type(event) for event in events(session, "ben")] == [
        e.OperatorAdded,
        e.GrantsChanged,
        e.OperatorRemoved,
        e.OperatorAdded,
        e.GrantsChanged,
    ]
    with pytest.raises(WrongPassphrase):
        bank.sign_in("ben", BEN)
    with signed_in(bank, "ben", "another") as ben:
        assert ben.may_reveal


# --- passphrases -----------------------------------------------------------------------


@pytest.mark.parametrize("may_reveal", [True, False])
def test_everybody_changes_his_own_passphrase(bank: Workspace, session: Session, may_reveal: bool) -> None:  # noqa: FBT001 - a parameter
    add_ben(session, may_reveal=may_reveal)
    with signed_in(bank, "ben") as ben:
        ben.operators.change_passphrase(BEN, "third")
        assert events(ben, "ben")[-1] == e.PassphraseChanged("ben")
        assert ben.may_reveal == may_reveal
        ben.operators.change_passphrase("third", "fourth")
    with pytest.raises(WrongPassphrase):
        bank.sign_in("ben", BEN)
    with signed_in(bank, "ben", "fourth") as ben:
        assert ben.may_reveal == may_reveal


def test_a_passphrase_that_is_wrong_empty_or_the_same_changes_nothing(
    bank: Workspace, session: Session
) -> None:
    position = session.context.ledger.log.head().position
    with pytest.raises(WrongPassphrase):
        session.operators.change_passphrase("guess", "new")
    assert refused(lambda: session.operators.change_passphrase("correct horse", "")) == "text_missing"
    same = refused(lambda: session.operators.change_passphrase("correct horse", "correct horse"))
    assert same == "passphrase_same"
    assert session.context.ledger.log.head().position == position
    bank.sign_in("ana", "correct horse").close()


def test_a_session_with_the_old_passphrase_is_out(bank: Workspace, session: Session, account: str) -> None:
    with signed_in(bank, "ana", "correct horse") as elsewhere:
        session.operators.change_passphrase("correct horse", "new")
        with pytest.raises(VaultLocked, match="changed elsewhere"):
            elsewhere.issue(Deposit(account, 100))
    session.issue(Deposit(account, 100))


def test_after_everything_the_bank_verifies(bank: Workspace, session: Session, account: str) -> None:
    add_ben(session, "administrator", "clerk", may_sign=True)
    with signed_in(bank, "ben") as ben:
        ben.issue(Deposit(account, 100, memo="rent"))
        ben.operators.change_passphrase(BEN, "third")
        ben.operators.rotate_signing_key()
    session.operators.set_grants("ben", may_sign=False)
    session.operators.remove("ben")
    session.issue(Deposit(account, 100, memo="rent"))
    report = session.verification.run()
    assert report.findings == ()
    assert report.seals_opened > 0
