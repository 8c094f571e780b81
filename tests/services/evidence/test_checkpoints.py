"""Checkpoints: signed when asked, kept inside and outside the ledger, never over a past that changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import LedgerReadOnly, ProofError, VaultLocked
from auditdesk.proof.checkpoint import origin_of
from auditdesk.services.evidence.checkpoints import Checkpoints
from auditdesk.services.evidence.signing import believed_checkpoint
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from auditdesk.storage.sqlite_file import DRIVER
from tests.helpers import ManualClock


@pytest.fixture
def checkpoints(session: Session) -> Checkpoints:
    return Checkpoints(session.context)


def tamper(session: Session, *statements: str) -> None:
    connection: Any = DRIVER.connect(session.context.ledger.backend.address)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def refused(action: Callable[[], object]) -> ProofError:
    with pytest.raises(ProofError) as error:
        action()
    return error.value


def test_a_checkpoint_signs_size_and_root_and_is_kept_twice(
    session: Session, checkpoints: Checkpoints, account: str
) -> None:
    context = session.context
    made = checkpoints.make()
    assert context.vault is not None
    believed = believed_checkpoint(context.vault, made.note.encode())
    assert believed == (
        origin_of(context.ledger.ledger_id),
        context.ledger.log.head().position,
        made.root,
        (),
    )
    assert made.root == context.ledger.tree.root()
    assert checkpoints.newest() == made
    kept = context.vault.newest_checkpoint()
    assert kept is not None
    assert (kept.size, kept.note) == (made.size, made.note)
    assert account


def test_without_a_new_event_the_same_checkpoint_is_given_again(
    session: Session, checkpoints: Checkpoints, account: str
) -> None:
    first = checkpoints.make()
    assert not checkpoints.is_due()
    assert checkpoints.make() == first
    session.issue(Deposit(account, 100))
    assert checkpoints.is_due()
    assert checkpoints.make().size == first.size + 1
    assert len(session.context.ledger.tree.checkpoints()) == 2


def test_a_day_is_closed_when_it_is_over(
    session: Session, checkpoints: Checkpoints, account: str, clock: ManualClock
) -> None:
    session.issue(Deposit(account, 100))
    assert not checkpoints.is_day_closed()
    clock.sleep_days(1)
    assert checkpoints.is_day_closed()
    checkpoints.make()
    assert not checkpoints.is_day_closed()


def test_whoever_may_not_sign_is_refused(bank: Workspace) -> None:
    looker = bank.sign_in_redacted()
    with pytest.raises(VaultLocked):
        Checkpoints(looker.context).make()


def test_a_log_that_was_cut_is_not_signed(session: Session, checkpoints: Checkpoints, account: str) -> None:
    session.issue(Deposit(account, 100))
    size = checkpoints.make().size
    tamper(
        session,
        "DELETE FROM events WHERE position = (SELECT max(position) FROM events)",
        "DELETE FROM checkpoints",
    )
    error = refused(checkpoints.make)
    assert error.code == "log_truncated"
    assert f"has {size - 1} events, but a checkpoint over {size}" in error.message


def test_a_log_that_was_rewritten_is_not_signed(
    session: Session, checkpoints: Checkpoints, account: str
) -> None:
    session.issue(Deposit(account, 100))
    checkpoints.make()
    tamper(session, "UPDATE events SET leaf_hash = zeroblob(32) WHERE position = 2")
    assert refused(checkpoints.make).code == "log_altered"
    assert len(session.context.ledger.tree.checkpoints()) == 1


def test_a_checkpoint_that_nobody_here_signed_is_not_believed(
    session: Session, checkpoints: Checkpoints, account: str
) -> None:
    checkpoints.make()
    session.issue(Deposit(account, 100))
    tamper(session, "UPDATE checkpoints SET note = replace(note, 'auditdesk.ledger', 'auditdesk.tavern')")
    assert refused(checkpoints.make).code == "unknown_signer"


def test_an_anchor_outlives_the_signing_key(
    session: Session, checkpoints: Checkpoints, account: str, tmp_path: Path
) -> None:
    anchor = tmp_path / "anchor.txt"
    made = checkpoints.save_anchor(anchor)
    assert session.context.keyring is not None
    session.context.keyring.rotate_signing_key()
    session.issue(Deposit(account, 100))
    assert checkpoints.check_anchor(anchor).root == made.root
    assert checkpoints.make().note.splitlines()[-1] != made.note.splitlines()[-1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda raw: raw.replace(b"\n\n", b"\nextra\n\n"), "bad_signature"),
        (lambda raw: raw[:-2] + b"\n", "note_signature_form"),
        (lambda _: b"hello", "note_form"),
        (lambda _: b"\xff", "note_encoding"),
        (lambda raw: raw * 9_000, "note_form"),
    ],
)
def test_an_anchor_that_was_touched_is_refused(
    checkpoints: Checkpoints, tmp_path: Path, change: Callable[[bytes], bytes], code: str
) -> None:
    anchor = tmp_path / "anchor.txt"
    checkpoints.save_anchor(anchor)
    anchor.write_bytes(change(anchor.read_bytes()))
    assert refused(lambda: checkpoints.check_anchor(anchor)).code == code


def test_an_anchor_of_another_bank_is_refused(
    checkpoints: Checkpoints, bank: Workspace, session: Session, account: str, tmp_path: Path
) -> None:
    """The same vault's keys, but the log of before: what a thief who rolls both back would show."""
    session.close()
    old = Path(shutil.copytree(bank.path, tmp_path / "old"))
    again = bank.sign_in("ana", "correct horse")
    again.issue(Deposit(account, 100))
    anchor = tmp_path / "anchor.txt"
    size = Checkpoints(again.context).save_anchor(anchor).size
    workspace = open_workspace(old)
    rolled_back = Checkpoints(workspace.sign_in("ana", "correct horse").context)
    error = refused(lambda: rolled_back.check_anchor(anchor))
    workspace.close()
    assert error.code == "log_truncated"
    assert f"anchor over {size} was signed" in error.message


def test_a_ledger_that_can_only_be_looked_at_signs_nothing(
    session: Session, checkpoints: Checkpoints, account: str
) -> None:
    session.context.ledger.distrust("It is damaged.")
    with pytest.raises(LedgerReadOnly, match="read-only"):
        checkpoints.make()
    assert checkpoints.newest() is None
    assert account
