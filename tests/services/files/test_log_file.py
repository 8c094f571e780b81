from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from auditdesk.domain.errors import (
    Cancelled,
    Conflict,
    DiskFull,
    Fault,
    LedgerDamaged,
    ProofError,
    Refused,
    WrongPassphrase,
)
from auditdesk.domain.instants import parse_instant
from auditdesk.services.files.atomic import file_faults
from auditdesk.services.files.log_file import FOLDER_VARIABLE, LogFile, default_log_folder

NAME: Final = "Zoë Kowalski"


@pytest.fixture
def log(tmp_path: Path) -> LogFile:
    return LogFile(tmp_path / "logs")


def _written(log: LogFile) -> str:
    return log.path.read_text(encoding="utf-8")


def _caught(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:  # noqa: BLE001 - the fixture's way to a traceback
        return caught


class _Typed:
    """What breaks deep in our own code, with a message that quotes what was typed."""

    def strip(self) -> str:
        raise LookupError(NAME)


def test_a_bug_is_kept_with_its_place_in_our_code_and_without_its_message(log: LogFile) -> None:
    with pytest.raises(LookupError) as caught:
        parse_instant(_Typed())  # type: ignore[arg-type] # that is the bug
    caught.value.add_note(NAME)
    log.record(caught.value)

    text = _written(log)
    assert " bug (auditdesk " in text
    assert "LookupError\n" in text
    assert "domain/instants.py:" in text
    assert "parse_instant" in text
    assert "Kowalski" not in text
    assert "test_log_file" not in text


def test_no_message_of_any_cause_is_kept(log: LogFile) -> None:
    try:
        try:
            raise ValueError(NAME)
        except ValueError as inner:
            raise KeyError(f"{NAME}'s row") from inner
    except KeyError as error:
        log.record(error)

    text = _written(log)
    assert "KeyError" in text
    assert "ValueError" in text
    assert "Kowalski" not in text


def test_a_fault_is_kept_by_its_class_and_the_systems_number_but_not_by_the_path_somebody_typed(
    log: LogFile, tmp_path: Path
) -> None:
    target = tmp_path / "no such folder" / f"{NAME}.csv"
    with pytest.raises(Fault) as caught, file_faults(target):
        target.write_bytes(b"")
    log.record(caught.value)

    text = _written(log)
    assert " fault (auditdesk " in text
    assert "FileNotFoundError errno 2" in text
    assert "services/files/atomic.py:" in text
    assert "Kowalski" not in text
    assert str(tmp_path) not in text


def test_a_databases_error_is_kept_by_its_name(log: LogFile) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(sqlite3.OperationalError) as caught,
    ):
        connection.execute(f'SELECT 1 FROM "{NAME}"')
    log.record(caught.value)

    assert "OperationalError SQLITE_ERROR" in _written(log)
    assert "Kowalski" not in _written(log)


@pytest.mark.parametrize(
    "error",
    [
        Refused("insufficient_funds", "Not enough."),
        ProofError("root_mismatch", "No."),
        Cancelled(),
        Conflict("Someone else was first."),
        WrongPassphrase("No."),
    ],
)
def test_what_belongs_to_a_days_work_is_not_kept(log: LogFile, error: BaseException) -> None:
    log.record(_caught(error))

    assert not log.path.exists()


def test_the_log_stays_small(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "logs", max_bytes=2_000, older_files=2)
    for _ in range(100):
        log.record(_caught(LedgerDamaged("The file is damaged.")))

    files = sorted(path.name for path in log.path.parent.iterdir())
    assert files == ["auditdesk.log", "auditdesk.log.1", "auditdesk.log.2"]
    assert all(path.stat().st_size <= 2_000 for path in log.path.parent.iterdir())


def test_a_folder_that_cannot_be_made_stops_nothing_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    log = LogFile(tmp_path / "file" / "logs")
    log.record(_caught(DiskFull("The disk is full.")))

    assert capfd.readouterr() == ("", "")
    assert not log.path.exists()


def test_a_log_that_cannot_be_written_stops_nothing_and_prints_nothing(
    log: LogFile, capfd: pytest.CaptureFixture[str]
) -> None:
    log.path.mkdir(parents=True)
    log.record(_caught(ZeroDivisionError()))

    assert capfd.readouterr() == ("", "")


def test_the_folder_is_the_one_the_environment_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "here"))
    assert default_log_folder() == tmp_path / "here"

    monkeypatch.delenv(FOLDER_VARIABLE)
    assert "auditdesk" in default_log_folder().parts
