"""Cases 25 to 30: spreadsheets, places that can't be written, long work, rotated keys, amounts."""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from auditdesk.bootstrap import open_workspace
from auditdesk.cli.main import main
from auditdesk.desktop.kit.tasks import Task, TaskRunner
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Cancelled, DiskFull, Fault, LedgerReadOnly
from auditdesk.services.evidence.bundle import check
from auditdesk.services.files.network_mounts import network_warning
from auditdesk.services.verification.findings import VerificationReport
from tests.benchmarks.banks import deep_bank
from tests.security.conftest import ACCOUNT, PASSPHRASE, signed_in

NOBODY = 65_534


@pytest.mark.parametrize(
    ("memo", "cell"),
    [
        ('=HYPERLINK("http://evil","x")', '\'=HYPERLINK("http://evil","x")'),
        ("＝1+1", "'＝1+1"),
        ("+49 1 555", "'+49 1 555"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("first\nsecond", "first\nsecond"),
        ("abc\u202edcba", "abc<U+202E>dcba"),
        ("0049123", "'0049123"),
        ("4111111111111111", "'4111111111111111"),
        ('say "so", he said', 'say "so", he said'),
    ],
)
def test_case_25_text_stays_text_in_a_spreadsheet(bank: Path, tmp_path: Path, memo: str, cell: str) -> None:
    out = tmp_path / "statement.csv"
    with signed_in(bank) as session:
        session.issue(Deposit(ACCOUNT, 1234500, memo=memo))
        result = session.reports.export("statement", out, account=ACCOUNT, reveal=True)
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == result.rows == 281
    assert rows[-1]["memo"] == cell
    assert rows[-1]["credit"] == "12345.00"


# --- places ----------------------------------------------------------------------------


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's rights, where we have them."""
    if os.geteuid() != 0:
        yield
        return
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_case_26_a_folder_that_cant_be_written_is_opened_for_looking(bank: Path) -> None:
    with signed_in(bank):
        pass
    place = Path(tempfile.mkdtemp(prefix="auditdesk-"))
    try:
        copy = Path(shutil.copytree(bank, place / "bank"))
        for path in copy.iterdir():
            path.chmod(0o444)
        copy.chmod(0o555)
        place.chmod(0o755)
        with as_nobody(), closing(open_workspace(copy)) as workspace:
            assert workspace.read_only
            assert "can't be written" in " ".join(workspace.warnings)
            with closing(workspace.sign_in("ana", PASSPHRASE)) as session:
                assert session.history.account_at(ACCOUNT).state.version > 280
                assert session.verification.run().clean
                with pytest.raises(LedgerReadOnly):
                    session.issue(Deposit(ACCOUNT, 100))
    finally:
        (place / "bank").chmod(0o755)
        shutil.rmtree(place)


def test_case_26_a_network_file_system_is_warned_of(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/export {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")
    assert "network file system (nfs4)" in network_warning(tmp_path / "bank", mounts)


@pytest.mark.usefixtures("qapp")
def test_case_27_a_long_verification_leaves_the_window_alive_and_is_cancelled(
    qtbot: QtBot, tmp_path: Path
) -> None:
    session, _ = deep_bank(tmp_path, 20_000)
    runner = TaskRunner()
    ticks: list[int] = []
    ended: list[object] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start(0)

    def verify(task: Task) -> object:
        return session.verification.run(task)

    runner.run(verify, on_success=ended.append)
    qtbot.waitUntil(lambda: bool(ended), timeout=60_000)
    assert isinstance(ended[0], VerificationReport)
    assert ended[0].clean
    assert len(ticks) > 10  # what the window would have done meanwhile
    again = runner.run(verify, on_failure=ended.append)
    again.progressed.connect(lambda *_: again.cancel())
    qtbot.waitUntil(lambda: len(ended) == 2, timeout=60_000)
    assert isinstance(ended[1], Cancelled)
    timer.stop()
    runner.close()
    session.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_case_28_an_export_to_a_full_place_leaves_no_half_file_and_an_older_one_alone(
    bank: Path, tmp_path: Path
) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    out = tmp_path / "out"
    out.mkdir()
    (out / "events.csv").write_text("older\n", encoding="utf-8")
    with signed_in(bank) as session:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, before[1]))
        try:
            with pytest.raises(DiskFull):
                session.reports.export("events", out / "events.csv")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in out.iterdir()] == ["events.csv"]
    assert (out / "events.csv").read_text(encoding="utf-8") == "older\n"


@pytest.mark.parametrize("place", ["nowhere/events.csv", "folder", "file/events.csv"])
def test_case_28_an_export_to_a_place_that_is_none_is_refused_in_words(
    bank: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with signed_in(bank) as session, pytest.raises(Fault):
        session.reports.export("events", tmp_path / place)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_case_29_evidence_made_before_the_signing_key_was_rotated_still_verifies(
    bank: Path, tmp_path: Path
) -> None:
    with signed_in(bank) as session:
        old = session.evidence.save(ACCOUNT, 40, tmp_path / "old", with_opening=False)
        session.operators.rotate_signing_key()
        session.issue(Deposit(ACCOUNT, 100))
        session.checkpoints.make()
        new = session.evidence.save(ACCOUNT, 40, tmp_path / "new", with_opening=False)
        assert session.verification.run().clean
    assert old.vkey != new.vkey
    assert check(old.path, old.vkey).event == check(new.path, new.vkey).event


@pytest.mark.parametrize(
    "amount",
    ["0", "-1", "1e999", "1,000.00", "١٢", "0.001", "92233720368547758.08", "NaN", "", " ", "1.", "+1"],
)
def test_case_30_an_amount_that_is_none_is_refused_with_the_reason(
    bank: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], amount: str
) -> None:
    monkeypatch.setenv("AUDITDESK_PASSPHRASE", PASSPHRASE)
    with signed_in(bank) as session:
        before = session.history.account_at(ACCOUNT).state
    code = main(["post", str(bank), "deposit", "--", ACCOUNT, amount])
    said = capsys.readouterr()
    assert code == 1
    assert said.out == ""
    assert said.err.startswith("auditdesk: ")
    assert "bug" not in said.err
    with signed_in(bank) as session:
        assert session.history.account_at(ACCOUNT).state == before
