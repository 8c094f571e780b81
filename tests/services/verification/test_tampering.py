"""A past that was changed: noticed at the opening or by a verification, each change with its own words."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import LedgerReadOnly
from auditdesk.domain.personal import PersonalDetails
from auditdesk.services.access.context import system_clock
from auditdesk.services.evidence.signing import believed_checkpoint
from auditdesk.services.verification.findings import VerificationReport
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from auditdesk.storage.sqlite_file import DRIVER
from auditdesk.vault.vault import Vault
from tests.attacks import attack, edit_amount, everything_again, rehash_first_node, rehash_leaf
from tests.helpers import CHEAP_KDF

ACCOUNT = "10-00001"
FIRST_AMOUNT = 4  # the position of the first deposit


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of three hundred deposits with a checkpoint in the middle and one at the end, both honest."""
    path = tmp_path_factory.mktemp("honest") / "bank"
    workspace = create_workspace(path, bank="b", operator="ana", passphrase="x", kdf=CHEAP_KDF)
    with closing(workspace), closing(workspace.sign_in("ana", "x")) as session:
        customer = session.issue(RegisterCustomer.of(PersonalDetails("Jane Döe"))).number
        session.issue(OpenAccount(customer, "EUR"))
        for number in range(300):
            session.issue(Deposit(ACCOUNT, 100 + number))
            if number == 150:
                session.checkpoints.make()
        session.sign_off()
    return path


@pytest.fixture
def bank(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "bank"))


def cut(connection: Any) -> None:
    connection.execute("DELETE FROM events WHERE position > 295")
    connection.execute("DELETE FROM checkpoints WHERE size > 295")


def opened(path: Path) -> Iterator[tuple[Workspace, Session]]:
    with closing(open_workspace(path)) as workspace, closing(workspace.sign_in("ana", "x")) as session:
        yield workspace, session


def verified(path: Path, *, incremental: bool = False) -> VerificationReport:
    for _, session in opened(path):
        report = session.verification.run(incremental=incremental)
    return report


def warnings(path: Path) -> str:
    with closing(open_workspace(path)) as workspace:
        return " ".join(workspace.warnings)


def refuses_to_write(path: Path) -> bool:
    for workspace, session in opened(path):
        assert workspace.read_only
        assert not session.may_write
        with pytest.raises(LedgerReadOnly):
            session.issue(Deposit(ACCOUNT, 100))
    return True


def found(report: VerificationReport) -> set[tuple[str, int]]:
    return {(finding.kind, finding.position) for finding in report.findings}


def test_an_honest_ledger_has_its_checkpoints_compared(bank: Path) -> None:
    report = verified(bank)
    assert report.findings == ()
    assert report.checkpoints == 3  # two in the ledger, the newest in the vault too
    assert warnings(bank) == ""


def test_an_edited_amount_is_named_and_the_ledger_is_not_written_any_more(bank: Path) -> None:
    attack(bank, edit_amount(FIRST_AMOUNT))
    assert ("leaf_mismatch", FIRST_AMOUNT) in found(verified(bank))
    assert f"The event at position {FIRST_AMOUNT} is not what was recorded" in warnings(bank)
    assert refuses_to_write(bank)


def test_with_its_leaf_hashed_again_the_tree_contradicts(bank: Path) -> None:
    attack(bank, edit_amount(FIRST_AMOUNT), rehash_leaf(FIRST_AMOUNT))
    report = verified(bank)
    assert ("tree_differs", 1) in found(report)
    assert ("checkpoint_differs", 154) in found(report)
    assert "events 1 to 256" in " ".join(finding.sentence for finding in report.findings)


def test_with_everything_in_the_file_hashed_again_the_vaults_checkpoint_contradicts(bank: Path) -> None:
    attack(bank, *everything_again(FIRST_AMOUNT))
    assert "are not those under the signed checkpoint" in warnings(bank)
    assert refuses_to_write(bank)
    kinds = {finding.kind for finding in verified(bank).findings}
    assert "checkpoint_differs" in kinds
    assert not {"leaf_mismatch", "tree_differs"} & kinds


def test_a_tail_that_was_cut_off_is_missed_at_once(bank: Path) -> None:
    attack(bank, cut)
    assert "The log has 295 events, but a checkpoint over 303 was signed: the last 8 are missing" in warnings(
        bank
    )
    assert refuses_to_write(bank)
    assert "log_truncated" in {finding.kind for finding in verified(bank).findings}


def test_an_old_ledger_beside_a_new_vault_can_only_be_looked_at(bank: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    shutil.copy(bank / "ledger.db", old)
    for _, session in opened(bank):
        session.issue(Deposit(ACCOUNT, 100))
        session.sign_off()
    shutil.copy(old, bank / "ledger.db")
    assert "the last 1 are missing" in warnings(bank)
    assert refuses_to_write(bank)


def test_without_a_vault_the_ledgers_own_checkpoint_must_do(bank: Path) -> None:
    attack(bank, "DELETE FROM events WHERE position > 295")
    (bank / "vault.db").unlink()
    assert "the last 8 are missing" in warnings(bank)


def test_dropped_triggers_are_an_alarm_at_the_opening(bank: Path) -> None:
    connection: Any = DRIVER.connect(str(bank / "ledger.db"))
    connection.execute("DROP TRIGGER events_are_never_updated")
    connection.close()
    assert "ALARM" in warnings(bank)
    assert "events_are_never_updated is missing" in warnings(bank)
    assert refuses_to_write(bank)


def test_a_forged_checkpoint_in_the_vault_is_not_believed(bank: Path) -> None:
    def forge(connection: Any) -> None:
        connection.execute(
            "UPDATE outer_checkpoints SET note = replace(note, char(10) || '303', char(10) || '299')"
        )

    attack(bank, forge, file="vault.db")
    assert "does not match the note" in warnings(bank)
    assert refuses_to_write(bank)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE checkpoints SET root = zeroblob(32) WHERE size = 154", "checkpoint_differs"),
        ("UPDATE tree_nodes SET hash = zeroblob(32)", "tree_differs"),
        ("DELETE FROM tree_nodes", "tree_differs"),
        ("INSERT INTO tree_nodes VALUES (8, 7, zeroblob(32))", "tree_differs"),
    ],
)
def test_what_is_wrong_with_tree_or_checkpoints_is_named(bank: Path, statement: str, kind: str) -> None:
    attack(bank, statement)
    assert kind in {finding.kind for finding in verified(bank).findings}


def test_a_clean_verification_after_a_repair_lifts_the_distrust(bank: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.db"
    shutil.copy(bank / "ledger.db", whole)
    attack(bank, edit_amount(FIRST_AMOUNT))
    assert not verified(bank).clean
    shutil.copy(whole, bank / "ledger.db")
    assert "The last verification" in warnings(bank)
    assert verified(bank).clean
    assert warnings(bank) == ""
    for _, session in opened(bank):
        assert session.issue(Deposit(ACCOUNT, 100)).position == 304


def test_an_anchor_kept_elsewhere_tells_what_both_files_no_longer_can(bank: Path, tmp_path: Path) -> None:
    old = Path(shutil.copytree(bank, tmp_path / "old"))
    anchor_file = tmp_path / "anchor.txt"
    for _, session in opened(bank):
        session.issue(Deposit(ACCOUNT, 100))
        session.checkpoints.save_anchor(anchor_file)
    for _, session in opened(old):
        assert session.verification.run().clean
        assert session.context.vault is not None
        anchor = believed_checkpoint(session.context.vault, anchor_file.read_bytes())
        (finding,) = session.verification.run(anchors=[anchor]).findings
    assert finding.kind == "log_truncated"
    assert "the anchor over 304 events" in finding.sentence


def test_an_incremental_verification_looks_only_at_what_is_new(bank: Path) -> None:
    assert verified(bank, incremental=True).events == 303  # nothing was verified before
    for _, session in opened(bank):
        for number in range(5):
            session.issue(Deposit(ACCOUNT, 100 + number))
    report = verified(bank, incremental=True)
    assert (report.clean, report.after, report.events, report.entries) == (True, 303, 5, 5)
    assert verified(bank, incremental=True).events == 0
    assert verified(bank).events == 308


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE events SET operator = 'eve' WHERE position = 402", "leaf_mismatch"),
        ("UPDATE entries SET amount = 7 WHERE version = 401", "entry_differs"),
        ("DELETE FROM entries WHERE version = 401", "entry_differs"),
        ("UPDATE accounts SET balance = balance + 1", "account_differs"),
        ("UPDATE snapshots SET position = position + 1 WHERE version = 400", "snapshot_differs"),
        ("DELETE FROM events WHERE position = 402", "position_gap"),
    ],
)
def test_damage_in_the_tail_is_found_incrementally_too(bank: Path, statement: str, kind: str) -> None:
    assert verified(bank).clean
    for _, session in opened(bank):
        for number in range(105):
            session.issue(Deposit(ACCOUNT, 100 + number))
    attack(bank, statement)
    report = verified(bank, incremental=True)
    assert kind in {finding.kind for finding in report.findings}
    assert report.after == 303


def test_where_the_past_no_longer_has_its_root_an_incremental_verification_looks_at_all(bank: Path) -> None:
    assert verified(bank).clean
    attack(bank, edit_amount(FIRST_AMOUNT), rehash_leaf(FIRST_AMOUNT), rehash_first_node)
    report = verified(bank, incremental=True)
    assert (report.after, report.events) == (0, 303)
    assert not report.clean


def test_reports_of_a_damaged_ledger_say_that_they_are_unverified(bank: Path, tmp_path: Path) -> None:
    attack(bank, edit_amount(FIRST_AMOUNT))
    verified(bank)
    out = tmp_path / "statement.csv"
    for _, session in opened(bank):
        result = session.reports.export("statement", out, account=ACCOUNT)
    assert result.unverified
    with out.open(newline="", encoding="utf-8") as file:
        header, first, *_ = csv.reader(file)
    assert (header[-1], first[-1]) == ("verification", "UNVERIFIED")
    manifest = json.loads(result.manifest_path.read_text(encoding="utf-8"))
    assert manifest["verification"]["state"] == "UNVERIFIED"
    assert f"position {FIRST_AMOUNT}" in manifest["verification"]["why"]


def test_reports_of_a_sound_ledger_name_root_and_checkpoint(bank: Path, tmp_path: Path) -> None:
    verified(bank)
    for _, session in opened(bank):
        result = session.reports.export("statement", tmp_path / "statement.csv", account=ACCOUNT)
        root = session.context.ledger.tree.root(303).hex()
    manifest = json.loads(result.manifest_path.read_text(encoding="utf-8"))
    assert manifest["verification"]["state"] == "nothing found"
    assert (manifest["verification"]["merkle_root"], manifest["verification"]["checkpoint"]) == (root, 303)
    assert manifest["verification"]["verified_to"] == 303
    assert not result.unverified


def test_an_index_that_is_said_to_be_another_tables_is_named(bank: Path) -> None:
    connection: Any = DRIVER.connect(str(bank / "ledger.db"))
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET tbl_name = 'elsewhere' WHERE name = 'sqlite_autoindex_customers_1'"
    )
    connection.commit()
    connection.close()
    assert "The index sqlite_autoindex_customers_1 was changed" in warnings(bank)


def test_a_vault_made_anew_for_the_same_ledger_is_noticed(bank: Path) -> None:
    with closing(open_workspace(bank)) as workspace:
        ledger_id = workspace.ledger_id
    for file in bank.glob("vault.db*"):
        file.unlink()
    Vault.create(
        bank / "vault.db",
        ledger_id=ledger_id,
        operator="ana",
        passphrase="x",
        roles=("clerk",),
        clock=system_clock,
        kdf=CHEAP_KDF,
    ).close()
    assert "None of the keys that are trusted has signed" in warnings(bank)
    assert refuses_to_write(bank)
    kinds = {finding.kind for finding in verified(bank).findings}
    assert {"checkpoint_differs", "key_lost"} <= kinds
