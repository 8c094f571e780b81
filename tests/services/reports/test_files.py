"""Reports are there whole, with their manifest, or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Cancelled, Conflict, DiskFull, Fault, LedgerDamaged, LedgerLocked, Refused
from auditdesk.ledger.accounts import Accounts
from auditdesk.ledger.ledger import Ledger
from auditdesk.services.files.atomic import Draft
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder / "report.csv"


@pytest.fixture
def older(out: Path) -> dict[str, bytes]:
    """An older report at the target, and what the folder holds with it."""
    out.write_bytes(b"older")
    out.with_name("report.csv.manifest.json").write_bytes(b"older manifest")
    return contents(out.parent)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Cancelling:
    def report(self, done: int, total: int, label: str = "") -> None:
        pass

    def check(self) -> None:
        raise Cancelled


def test_a_cancelled_export_leaves_the_older_file_and_nothing_else(
    session: Session, account: str, out: Path, older: dict[str, bytes]
) -> None:
    with pytest.raises(Cancelled):
        session.reports.export("events", out, progress=Cancelling())
    assert contents(out.parent) == older


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_the_older_file_and_nothing_else(
    session: Session,
    account: str,
    out: Path,
    older: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    def full(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="no room"):
        session.reports.export("balances", out)
    assert contents(out.parent) == older


def test_a_second_file_that_can_not_be_placed_takes_the_first_back(
    session: Session, account: str, out: Path, older: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path.replace

    def fails_for_manifests(path: Path, target: Any) -> Path:
        if path.suffix == ".part" and str(target).endswith(".manifest.json"):
            raise PermissionError(errno.EACCES, "denied")
        return place(path, target)

    monkeypatch.setattr(Path, "replace", fails_for_manifests)
    with pytest.raises(Fault, match="is not writable"):
        session.reports.export("balances", out)
    assert contents(out.parent) == older


@pytest.mark.parametrize("there_before", [(), (b"older",)])
def test_a_revealing_export_that_can_not_be_recorded_is_taken_back(
    session: Session,
    account: str,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    there_before: tuple[bytes, ...],
) -> None:
    for data in there_before:
        out.write_bytes(data)
    before = contents(out.parent)

    def locked(*_args: object, **_given: object) -> None:
        assert out.read_bytes() != b"older"
        raise LedgerLocked("Another program is writing to this file.")

    monkeypatch.setattr(Ledger, "append", locked)
    with pytest.raises(LedgerLocked):
        session.reports.export("balances", out, reveal=True)
    assert contents(out.parent) == before


def test_a_customer_forgotten_meanwhile_is_not_carried_out_of_the_system(
    session: Session, jane: str, out: Path
) -> None:
    class Forgetful:
        def report(self, done: int, total: int, label: str = "") -> None:
            pass

        def check(self) -> None:
            session.forgetting.forget(jane, "asked for it in writing")

    with pytest.raises(Conflict, match="forgotten while"):
        session.reports.export("events", out, reveal=True, progress=Forgetful())
    assert contents(out.parent) == {}


def test_a_file_is_its_owners_alone_and_nothing_is_left_beside_it(
    session: Session, account: str, out: Path
) -> None:
    result = session.reports.export("events", out)
    assert sorted(contents(out.parent)) == ["report.csv", "report.csv.manifest.json"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert result.manifest_path == out.with_name("report.csv.manifest.json")
    session.reports.export("events", out)
    assert sorted(contents(out.parent)) == ["report.csv", "report.csv.manifest.json"]


def test_a_missing_folder_or_a_folder_as_target_is_told_in_words(
    session: Session, account: str, out: Path
) -> None:
    with pytest.raises(Fault, match="There is no folder"):
        session.reports.export("events", out.parent / "missing" / "report.csv")
    with pytest.raises(Fault, match="is a folder"):
        session.reports.export("events", out.parent)
    with pytest.raises(Fault, match="not a regular file"):
        session.reports.export("events", Path(os.devnull))
    out.write_bytes(b"a file")
    with pytest.raises(Fault, match="below-a-file"):
        session.reports.export("events", out / "below-a-file.csv")
    assert sorted(contents(out.parent)) == ["report.csv"]


def test_a_report_never_takes_the_place_of_the_ledger_or_the_vault(
    session: Session, bank: Workspace, account: str
) -> None:
    for name in ("ledger.db", "vault.db", "ledger.db-wal"):
        with pytest.raises(Refused) as refused:
            session.reports.export("events", bank.path / name)
        assert refused.value.code == "out_is_ledger"
    with pytest.raises(Refused) as refused:
        session.reports.export("events", bank.path / "all.csv", reveal=True)
    assert refused.value.code == "out_in_workspace"


def test_a_statement_that_contradicts_the_books_is_not_made(
    session: Session, account: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.issue(Deposit(account, 100))
    load = Accounts.load

    def off_by_one(accounts: Accounts, number: str, *, version: int | None = None) -> Any:
        loaded = load(accounts, number, version=version)
        if loaded is None:
            return None
        return loaded._replace(state=replace(loaded.state, balance_minor=loaded.state.balance_minor + 1))

    monkeypatch.setattr(Accounts, "load", off_by_one)
    with pytest.raises(LedgerDamaged, match="do not lead"):
        session.reports.export("statement", out, account=account)
    assert contents(out.parent) == {}


def test_a_draft_that_was_begun_is_gone_when_discarded(out: Path) -> None:
    draft = Draft(out)
    draft.begin()
    draft.write(b"half")
    assert len(contents(out.parent)) == 1
    draft.discard()
    assert contents(out.parent) == {}
