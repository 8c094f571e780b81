"""A new signing key: between two checkpoints, and without harm to what was signed before."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditdesk.domain import events as e
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import ProofError
from auditdesk.domain.streams import operator_stream
from auditdesk.services.evidence.bundle import Evidence, check
from auditdesk.services.evidence.checkpoints import Checkpoints
from auditdesk.services.workspace.session import Session


def test_a_new_signing_key_stands_between_two_checkpoints(session: Session, account: str) -> None:
    (old,) = session.operators.public_keys
    made = session.operators.rotate_signing_key()
    assert account
    retired, used = session.operators.public_keys
    assert (retired.vkey, used) == (old.vkey, made)
    assert retired.retired_at_us is not None
    assert used.retired_at_us is None
    ledger = session.context.ledger
    assert ledger.log.envelopes(operator_stream("ana"))[-1].event() == e.SigningKeyRotated(made.key_id)
    last, newest = ledger.tree.checkpoints()[-2:]
    assert newest.size == ledger.log.head().position == last.size + 1
    assert last.note.splitlines()[-1] != newest.note.splitlines()[-1]


def test_old_evidence_still_verifies_after_the_signing_key_was_replaced(
    session: Session, account: str, tmp_path: Path
) -> None:
    session.issue(Deposit(account, 100))
    before = Evidence(session.context).save(account, 2, tmp_path / "before.zip", with_opening=False)
    made = session.operators.rotate_signing_key()
    after = Evidence(session.context).save(account, 2, tmp_path / "after.zip", with_opening=False)
    published = [key.vkey for key in session.operators.public_keys]
    assert [before.vkey, after.vkey] == published
    assert after.vkey == made.vkey
    assert check(before.path, before.vkey).event == check(after.path, after.vkey).event
    with pytest.raises(ProofError):
        check(before.path, after.vkey)


def test_over_a_log_that_was_rewritten_the_key_stays(
    session: Session, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Checkpoints(session.context).make()
    session.issue(Deposit(account, 100))
    before = session.operators.public_keys
    monkeypatch.setattr(session.context.ledger.tree, "root", lambda *_: b"\0" * 32)
    with pytest.raises(ProofError):
        session.operators.rotate_signing_key()
    assert session.operators.public_keys == before
