"""Verification: what was altered behind the program's back is named, and honest work never is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.commands.account import CloseAccount
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Cancelled, LedgerDamaged
from auditdesk.services.verification.findings import Finding, VerificationReport
from auditdesk.services.workspace.session import Session
from auditdesk.storage.sqlite_file import DRIVER
from tests.services.verification.conftest import ENTRIES_OF_AN_ACCOUNT

PAGE_BYTES = 4_096
A1, A2, K1 = "account/10-00001", "account/10-00002", "customer/C-00001"
BROKEN = "cast(x'ff41' as text)"


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """The bank, to be altered."""
    return Path(shutil.copytree(made, tmp_path / "bank"))


def tamper(path: Path, *statements: str) -> None:
    """Run statements as somebody with a database browser would, and put the triggers back."""
    connection: Any = DRIVER.connect(str(path / "ledger.db"))
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert connection.execute(statement).rowcount != 0
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()


def sql(template: str, *parts: object) -> str:
    """A statement of this file's own words; nothing of it comes from outside."""
    return template.format(*parts)


def signed_in(path: Path) -> Iterator[Session]:
    workspace = open_workspace(path)
    session = workspace.sign_in("ana", "x")
    yield session
    session.close()
    workspace.close()


def verified(path: Path) -> VerificationReport:
    sessions = signed_in(path)
    report = next(sessions).verification.run()
    assert next(sessions, None) is None
    return report


def places(report: VerificationReport, kind: str) -> list[tuple[str, int]]:
    return [(found.stream, found.position) for found in report.findings if found.kind == kind]


def position_of(path: Path, stream: str, version: int) -> int:
    connection: Any = DRIVER.connect(str(path / "ledger.db"))
    query = "SELECT position FROM events WHERE stream = ? AND version = ?"
    (position,) = connection.execute(query, (stream, version)).fetchone()
    connection.close()
    return int(position)


def test_an_honest_ledger_verifies_and_says_what_it_looked_at(copy: Path) -> None:
    report = verified(copy)
    assert report.clean
    assert (report.accounts, report.customers, report.snapshots) == (2, 2, 3)
    assert report.entries == 2 * ENTRIES_OF_AN_ACCOUNT
    assert report.events == report.position
    assert report.seals_opened == 2 * ENTRIES_OF_AN_ACCOUNT + 2 + 99 + 1 + 1  # the last: a snapshot's
    assert report.elapsed_us > 0


def test_seals_stay_closed_where_that_is_asked(copy: Path) -> None:
    sessions = signed_in(copy)
    report = next(sessions).verification.run(open_seals=False)
    assert (report.findings, report.seals_opened) == ((), 0)
    assert next(sessions, None) is None


def test_without_a_vault_all_but_the_seals_is_verified(copy: Path) -> None:
    (copy / "vault.db").unlink()
    workspace = open_workspace(copy)
    report = workspace.sign_in_redacted().verification.run()
    assert (report.findings, report.seals_opened) == ((), 0)
    assert report.events == report.position
    workspace.close()


EVENT = f"stream = '{A1}' AND version = 50"
ALTERED = [
    ("payload = CAST(replace(CAST(payload AS TEXT), '100', '900') AS BLOB)", "leaf_mismatch"),
    ("booked_at = booked_at + 1", "leaf_mismatch"),
    ("operator = 'eve'", "leaf_mismatch"),
    ("leaf_hash = zeroblob(32)", "leaf_mismatch"),
    ("commitment = zeroblob(32)", "leaf_mismatch"),
    ("sealed = NULL", "leaf_mismatch"),
    ("sealed = zeroblob(60)", "seal_broken"),
    ("type = 'MoneyInvented'", "event_unreadable"),
    ("schema = 99", "event_unreadable"),
    ("payload = x'ff'", "event_unreadable"),
    ("booked_at = 5", "clock_backwards"),
    ("recorded_at = 5", "clock_backwards"),
    (
        'type = \'AccountOpened\', payload = CAST(\'{"currency":"EUR","customer":"C-1"}\' AS BLOB)',
        "fold_impossible",
    ),
]


@pytest.mark.parametrize(("change", "kind"), ALTERED)
def test_an_altered_event_is_named_by_its_position(copy: Path, change: str, kind: str) -> None:
    position = position_of(copy, A1, 50)
    tamper(copy, sql("UPDATE events SET {} WHERE {}", change, EVENT))
    assert (A1, position) in places(verified(copy), kind)


def test_an_event_taken_out_leaves_two_gaps(copy: Path) -> None:
    position = position_of(copy, A1, 50)
    tamper(copy, sql("DELETE FROM events WHERE {}", EVENT))
    report = verified(copy)
    assert [found for _, found in places(report, "position_gap")] == [position + 1]
    assert places(report, "version_gap") == [(A1, position_of(copy, A1, 51))]


def test_two_sealed_values_swapped_are_both_named(copy: Path) -> None:
    one, other = position_of(copy, A1, 50), position_of(copy, A1, 60)
    tamper(
        copy,
        "CREATE TEMP TABLE kept AS SELECT position, sealed FROM events",
        sql(
            "UPDATE events SET sealed = (SELECT sealed FROM kept WHERE position = {} - events.position)"
            " WHERE position IN ({}, {})",
            one + other,
            one,
            other,
        ),
    )
    assert places(verified(copy), "seal_broken") == [(A1, one), (A1, other)]


def test_an_entry_altered_taken_out_or_put_in_is_named(copy: Path) -> None:
    columns = "account, 999, position, booked_at, value_date, amount, balance"
    tamper(
        copy,
        "UPDATE entries SET amount = amount + 1 WHERE account = '10-00001' AND version = 50",
        "DELETE FROM entries WHERE account = '10-00001' AND version = 60",
        sql(
            "INSERT INTO entries SELECT {} FROM entries WHERE account = '10-00001' AND version = 70", columns
        ),
    )
    report = verified(copy)
    assert places(report, "entry_differs") == [(A1, position_of(copy, A1, v)) for v in (50, 60, 70)]
    told = [found.sentence for found in report.findings]
    assert told[0].endswith("at version 50 does not match its event.")
    assert told[1].endswith("at version 60 is missing.")
    assert told[2].endswith("at version 999 belongs to no event.")


def test_an_account_whose_entries_are_all_gone_is_named(copy: Path) -> None:
    tamper(copy, "DELETE FROM entries WHERE account = '10-00002'")
    found = verified(copy).findings
    assert {finding.stream for finding in found} == {A2}
    assert found[-1].sentence == "More entries of account 10-00002 differ from its events than are listed."


SNAPSHOT = f"stream = '{A1}' AND version = 100"
SNAPSHOTS = [
    (A1, "state = CAST(replace(CAST(state AS TEXT), 'minor\":', 'minor\":9') AS BLOB)", "snapshot_differs"),
    (A1, "booked_at = 5", "snapshot_differs"),
    (A1, "position = position + 1", "snapshot_differs"),
    (K1, "subject = 'C-00002'", "snapshot_differs"),
    (K1, "sealed = zeroblob(60)", "seal_broken"),
    (K1, "sealed = NULL", "snapshot_differs"),
]


@pytest.mark.parametrize(("stream", "change", "kind"), SNAPSHOTS)
def test_an_altered_snapshot_is_named(copy: Path, stream: str, change: str, kind: str) -> None:
    tamper(copy, sql("UPDATE snapshots SET {} WHERE stream = '{}' AND version = 100", change, stream))
    report = verified(copy)
    assert [found.stream for found in report.findings] == [stream]
    assert report.findings[0].kind == kind


def test_a_missing_snapshot_is_no_damage(copy: Path) -> None:
    tamper(copy, sql("DELETE FROM snapshots WHERE {}", SNAPSHOT))
    assert verified(copy).clean


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            "UPDATE accounts SET balance = balance + 1 WHERE number = '10-00001'",
            ("account_differs", A1, "The list of accounts differs from the events of 10-00001 in: balance."),
        ),
        (
            "DELETE FROM accounts WHERE number = '10-00001'",
            ("account_differs", A1, "The account 10-00001 is missing from the list of accounts."),
        ),
        (
            "UPDATE accounts SET number = '10-00009' WHERE number = '10-00002'",
            (
                "account_differs",
                "account/10-00009",
                "The list of accounts contains 10-00009, which is not in the log.",
            ),
        ),
        (
            "UPDATE customers SET version = 7 WHERE number = 'C-00001'",
            ("customer_differs", K1, "The list of customers differs from the events of C-00001 in: version."),
        ),
    ],
)
def test_a_list_that_was_altered_is_named(copy: Path, statement: str, finding: tuple[str, str, str]) -> None:
    tamper(copy, statement)
    assert finding in [(found.kind, found.stream, found.sentence) for found in verified(copy).findings]


@pytest.mark.parametrize("kind", ["trigger", "index"])
def test_a_law_that_was_taken_away_is_named(copy: Path, kind: str) -> None:
    connection: Any = DRIVER.connect(str(copy / "ledger.db"))
    query = "SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL"
    name = connection.execute(query, (kind,)).fetchone()[0]
    connection.execute(f"DROP {kind} {name}")
    connection.close()
    assert verified(copy).findings == (Finding("schema_changed", "", 0, f"The {kind} {name} is missing."),)


@pytest.mark.parametrize("table", ["entries", "snapshots", "accounts", "customers"])
def test_a_table_that_is_gone_ends_nothing(copy: Path, table: str) -> None:
    connection: Any = DRIVER.connect(str(copy / "ledger.db"))
    connection.execute(f"DROP TABLE {table}")
    connection.close()
    report = verified(copy)
    assert f"The table {table} is missing." in [found.sentence for found in report.findings]
    assert report.events == report.position


def test_rows_that_cannot_be_read_are_named_and_the_others_are_looked_at(copy: Path) -> None:
    tamper(copy, sql("UPDATE events SET operator = {} WHERE position IN (20, 21, 22, 40)", BROKEN))
    report = verified(copy)
    assert [position for _, position in places(report, "unreadable")] == [20, 40]
    assert report.findings[0].sentence.startswith("Events 20 to 22 can't be read")
    assert report.events == report.position - 4


def test_pages_of_the_file_overwritten_become_findings(copy: Path) -> None:
    path = copy / "ledger.db"
    whole = path.read_bytes()
    noise = bytes(n * 7 % 256 for n in range(PAGE_BYTES))
    found: set[str] = set()
    for start in range(8 * PAGE_BYTES, len(whole) - PAGE_BYTES, 7 * PAGE_BYTES):
        path.write_bytes(whole[:start] + noise + whole[start + PAGE_BYTES :])
        try:
            found |= {finding.kind for finding in verified(copy).findings}
        except LedgerDamaged:
            found.add("not opened at all")
    assert "unreadable" in found


def test_of_very_many_findings_the_rest_is_counted(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditdesk.services.verification.findings.FINDINGS_LISTED", 10)
    tamper(copy, "UPDATE events SET leaf_hash = zeroblob(32) WHERE position <= 60")
    found = verified(copy).findings
    assert len(found) == 11
    assert found[-1] == Finding("not_listed", "", 0, "51 more findings are not listed.")


def test_a_key_that_is_gone_without_an_erasure_is_an_alarm(copy: Path) -> None:
    connection: Any = DRIVER.connect(str(copy / "vault.db"))
    assert connection.execute("DELETE FROM customer_keys WHERE subject = 'C-00002'").rowcount == 1
    connection.commit()
    connection.close()
    (finding,) = verified(copy).findings
    assert (finding.kind, finding.stream) == ("key_lost", "customer/C-00002")
    assert "KEY LOST" in finding.sentence


def forget_the_second(session: Session) -> None:
    session.issue(CloseAccount("A2", pay_out=True))
    session.forgetting.forget("K2", "case 7")


def test_a_ledger_with_a_forgotten_customer_verifies(copy: Path) -> None:
    sessions = signed_in(copy)
    forget_the_second(next(sessions))
    assert next(sessions, None) is None
    assert verified(copy).clean


def test_a_key_that_came_back_for_the_forgotten_is_an_alarm(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = signed_in(copy)
    session = next(sessions)
    forget_the_second(session)
    assert session.context.vault is not None
    monkeypatch.setattr(session.context.vault, "key_subjects", lambda: frozenset({"C-00001", "C-00002"}))
    (finding,) = session.verification.run().findings
    assert (finding.kind, finding.stream) == ("key_of_forgotten", "customer/C-00002")
    assert next(sessions, None) is None


class AtFirstReport:
    """Does something once, in another thread, while the log is being read."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act

    def report(self, _done: int, _total: int, _label: str = "") -> None:
        if self._act is not None:
            thread = Thread(target=self._act)
            self._act = None
            thread.start()
            thread.join()

    def check(self) -> None:
        """Never cancel."""


def test_what_is_booked_meanwhile_is_no_damage(copy: Path) -> None:
    sessions = signed_in(copy)
    session = next(sessions)
    before = session.context.ledger.log.head().position
    report = session.verification.run(AtFirstReport(lambda: session.issue(Deposit("A1", 500))))
    assert (report.findings, report.position) == ((), before)
    assert session.context.ledger.log.head().position == before + 1
    assert session.verification.run().position == before + 1
    assert next(sessions, None) is None


def test_verification_can_be_cancelled(copy: Path) -> None:
    class CancelAtOnce:
        def report(self, done: int, total: int, label: str = "") -> None:
            """Nobody looks."""

        def check(self) -> None:
            raise Cancelled

    sessions = signed_in(copy)
    with pytest.raises(Cancelled):
        next(sessions).verification.run(CancelAtOnce())
    assert next(sessions, None) is None


def test_a_lost_key_is_an_alarm_to_whoever_has_no_passphrase_too(copy: Path) -> None:
    connection: Any = DRIVER.connect(str(copy / "vault.db"))
    assert connection.execute("DELETE FROM customer_keys WHERE subject = 'C-00002'").rowcount == 1
    connection.commit()
    connection.close()
    workspace = open_workspace(copy)
    (finding,) = workspace.sign_in_redacted().verification.run().findings
    workspace.close()
    assert (finding.kind, finding.stream) == ("key_lost", "customer/C-00002")
    assert "KEY LOST" in finding.sentence
