"""No key is destroyed because a list says so, nor before anybody has signed in; and what is said gone, is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.errors import Fault, Refused
from auditdesk.domain.events import ErasureRequested, NewEvent
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.domain.streams import customer_stream
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.lookup import load_customer
from auditdesk.services.privacy.forgetting import NotForgotten, Step
from auditdesk.services.workspace.session import Session
from auditdesk.storage.sqlite_file import DRIVER
from tests.attacks import attack, rehash_leaf
from tests.security.conftest import BOB, JANE, PASSPHRASE, kinds, signed_in, verified, warnings_at_sign_in

FORGED = (
    "UPDATE customers SET erasure_requested_at = 1, forgotten_at = 1",
    "UPDATE customers SET erasure_requested_at = 1",
    "UPDATE customers SET forgotten_at = 1",
)

FORGED_REQUEST = (
    "UPDATE events SET type = 'ErasureRequested', sealed = NULL, subject = NULL, commitment = NULL,"
    """ payload = cast('{"reason":"forged"}' AS BLOB)"""
)
NEVER_GONE = f"UPDATE customers SET erasure_requested_at = NULL, forgotten_at = NULL WHERE number = '{BOB}'"


def keys(bank: Path) -> set[str]:
    """Whose keys the vault's file holds, read without the program."""
    with closing(DRIVER.connect(str(bank / "vault.db"))) as connection:
        return {row[0] for row in connection.execute("SELECT subject FROM customer_keys")}


def in_the_vault(bank: Path, statement: str) -> None:
    with closing(DRIVER.connect(str(bank / "vault.db"))) as connection:
        connection.execute(statement)
        connection.commit()


def opened(bank: Path) -> None:
    open_workspace(bank).close()


def cut_off_after(step: Step) -> Callable[[Step], None]:
    def listener(done: Step) -> None:
        if done == step:
            raise KeyboardInterrupt

    return listener


def break_off(bank: Path, customer: str, step: Step = "requested") -> None:
    with signed_in(bank) as session, pytest.raises(KeyboardInterrupt):
        session.forgetting.forget(customer, "letter 7", on_step=cut_off_after(step))


def erased(session: Session, customer: str) -> bool:
    personal = session.history.customer_at(customer).state.personal
    return isinstance(personal, Mask) and personal.kind == "erased"


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_row_destroys_no_key_and_is_named(bank: Path, forged: str) -> None:
    attack(bank, forged)
    opened(bank)
    assert keys(bank) == {JANE, BOB}
    assert "erasure" not in warnings_at_sign_in(bank)
    assert keys(bank) == {JANE, BOB}
    with signed_in(bank) as session:
        personal = session.history.customer_at(JANE).state.personal
        assert isinstance(personal, PersonalDetails)
        assert personal.name == "Jane Döe"
    report = verified(bank)
    assert "customer_differs" in kinds(report)
    differing = [one.sentence for one in report.findings if one.kind == "customer_differs"]
    assert any(JANE in sentence for sentence in differing)
    assert any(BOB in sentence for sentence in differing)


def test_a_forged_row_certifies_nothing_and_a_forget_goes_its_whole_way(bank: Path) -> None:
    attack(bank, FORGED[0])
    with signed_in(bank) as session:
        with pytest.raises(Refused) as refused:
            session.certificates.make(BOB)
        assert refused.value.code == "not_forgotten"
        assert session.forgetting.forget(BOB, "letter 7").key_id
        assert session.certificates.make(BOB).certificate.reason == "letter 7"
    assert keys(bank) == {JANE}


def test_an_event_made_into_a_request_destroys_no_key_as_its_leaf_says_otherwise(bank: Path) -> None:
    attack(
        bank,
        f"{FORGED_REQUEST} WHERE stream = 'customer/{BOB}' AND version = 1",
    )
    opened(bank)
    assert "does not match the log's tree; no key was destroyed" in warnings_at_sign_in(bank)
    assert keys(bank) == {JANE, BOB}


def test_an_event_whose_leaf_fits_but_stands_under_no_tree_destroys_no_key(bank: Path) -> None:
    def forge(connection: Any) -> None:
        (position,) = connection.execute(
            f"SELECT position FROM events WHERE stream = 'customer/{BOB}' AND version = 1"
        ).fetchone()
        connection.execute(f"{FORGED_REQUEST} WHERE position = ?", (position,))
        rehash_leaf(position)(connection)

    attack(bank, forge)
    warnings_at_sign_in(bank)
    assert keys(bank) == {JANE, BOB}


def test_a_request_that_no_rule_would_have_allowed_is_not_carried_out(bank: Path) -> None:
    with signed_in(bank) as session:
        ledger = session.context.ledger
        state = load_customer(session.context, JANE)  # who has an open account
        event = NewEvent(ErasureRequested("planted"))
        append = StreamAppend(customer_stream(JANE), state, (event,), ledger.now_us(), None)
        ledger.append([append], operator="ana", command_id="planted")
    said = warnings_at_sign_in(bank)
    assert "NOT forgotten" in said
    assert "10-00001 open" in said
    assert keys(bank) == {JANE, BOB}


@pytest.mark.parametrize("step", ["requested", "shredded"])
def test_opening_touches_no_key_and_who_signs_in_finishes_what_broke_off(bank: Path, step: Step) -> None:
    break_off(bank, BOB, step)
    before = keys(bank)
    opened(bank)
    assert keys(bank) == before
    with closing(open_workspace(bank)) as workspace:
        assert erased(workspace.sign_in_redacted(), BOB)
    assert f"Finished the erasure of {BOB}" in warnings_at_sign_in(bank)
    assert keys(bank) == {JANE}
    with signed_in(bank) as session:
        assert session.certificates.make(BOB).certificate.done_by == "ana"


def test_a_problem_with_one_erasure_keeps_no_other_waiting(bank: Path) -> None:
    attack(
        bank,
        f"{FORGED_REQUEST} WHERE stream = 'customer/{JANE}' AND version = 1",
    )
    break_off(bank, BOB)
    said = warnings_at_sign_in(bank)
    assert f"customer {JANE}" in said
    assert f"Finished the erasure of {BOB}" in said
    assert keys(bank) == {JANE}


def test_a_vault_of_yesterday_brings_nobody_back_though_the_list_says_they_were_never_gone(
    bank: Path, tmp_path: Path
) -> None:
    shutil.copy(bank / "vault.db", tmp_path / "yesterday.db")
    with signed_in(bank) as session:
        session.forgetting.forget(BOB, "letter 7")
    shutil.copy(tmp_path / "yesterday.db", bank / "vault.db")
    attack(
        bank, f"UPDATE customers SET erasure_requested_at = NULL, forgotten_at = NULL WHERE number = '{BOB}'"
    )
    opened(bank)
    assert keys(bank) == {JANE, BOB}
    with closing(open_workspace(bank)) as workspace:
        assert erased(workspace.sign_in_redacted(), BOB)
    with signed_in(bank) as session:
        assert erased(session, BOB)
    assert keys(bank) == {JANE}


def test_until_a_key_can_be_destroyed_the_log_hides_what_it_opens(bank: Path, tmp_path: Path) -> None:
    shutil.copy(bank / "vault.db", tmp_path / "yesterday.db")
    with signed_in(bank) as session:
        session.forgetting.forget(BOB, "letter 7")
    shutil.copy(tmp_path / "yesterday.db", bank / "vault.db")
    attack(
        bank, f"UPDATE customers SET erasure_requested_at = NULL, forgotten_at = NULL WHERE number = '{BOB}'"
    )
    with closing(open_workspace(bank)) as workspace:
        workspace._ledger.distrust("damaged: it can only be looked at")
        with closing(workspace.sign_in("ana", PASSPHRASE)) as session:
            assert keys(bank) == {JANE, BOB}
            assert erased(session, BOB)


def test_a_vault_that_keeps_a_key_from_going_is_found_out(bank: Path) -> None:
    in_the_vault(bank, "CREATE TRIGGER kept BEFORE DELETE ON customer_keys BEGIN SELECT RAISE(IGNORE); END")
    try:
        with signed_in(bank) as session:
            with pytest.raises(NotForgotten, match="still in the vault"):
                session.forgetting.forget(BOB, "letter 7")
            with pytest.raises(Refused):
                session.certificates.make(BOB)
            assert session.history.customer_at(BOB).state.forgotten_at_us is None
    except Fault as error:
        assert "vault" in error.message  # the file may be refused before
    assert BOB in keys(bank)


def test_nothing_is_certified_while_a_key_lives_and_a_second_forget_destroys_it(bank: Path) -> None:
    with signed_in(bank) as session:
        session.forgetting.forget(BOB, "letter 7")
        row = f"SELECT '{BOB}', key_id, generation, wrapped, created_at_us FROM customer_keys LIMIT 1"
        in_the_vault(
            bank,
            f"INSERT INTO customer_keys (subject, key_id, generation, wrapped, created_at_us) {row}",
        )
        with pytest.raises(Refused) as refused:
            session.certificates.make(BOB)
        assert refused.value.code == "key_alive"
        assert session.forgetting.forget(BOB, "again").already
        assert session.certificates.make(BOB).certificate.customer == BOB
    assert keys(bank) == {JANE}
