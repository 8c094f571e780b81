"""One way to open, guard and explain a SQLite file, whatever is kept in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from auditdesk.domain.errors import (
    Conflict,
    DiskFull,
    Fault,
    LedgerDamaged,
    LedgerLocked,
    LedgerMissing,
    LedgerReadOnly,
    NewerLedger,
    NotALedger,
)
from auditdesk.storage import sqlite_file as files
from auditdesk.storage.sqlite_file import DRIVER, FileKind

COOKBOOK = FileKind("cookbook", 0x636F6F6B, 2, LedgerMissing, "Ask the cook.")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "cookbook.db"
    with closing(files.connect(file, mode="rwc")) as raw:
        raw.execute(f"PRAGMA application_id = {COOKBOOK.application_id}")
        raw.execute("PRAGMA user_version = 1")
        raw.execute("CREATE TABLE recipes (name TEXT PRIMARY KEY, minutes INTEGER NOT NULL) STRICT")
    return file


@pytest.fixture
def raw(path: Path) -> Iterator[Any]:
    with closing(files.connect(path)) as connection:
        yield connection


def test_a_files_header_says_what_it_is(path: Path) -> None:
    assert files.read_header(path, COOKBOOK) == (COOKBOOK.application_id, 1)


def test_a_missing_file_is_said_to_be_missing_with_what_helps(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissing, match="There is no cookbook at") as refused:
        files.read_header(tmp_path / "none.db", COOKBOOK)
    assert refused.value.remedy == "Ask the cook."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"x", b"words " * 100, b"SQLite format 3\0" + b"\xff" * 2_000])
def test_what_is_no_database_is_refused_and_left_untouched(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.db"
    file.write_bytes(content)
    with pytest.raises(NotALedger, match="is not an auditdesk cookbook"):
        files.read_header(file, COOKBOOK)
    assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(NotALedger):
        files.read_header(tmp_path, COOKBOOK)


def test_another_programs_database_is_refused(path: Path) -> None:
    with pytest.raises(NotALedger, match="belongs to another program"):
        files.read_header(path, COOKBOOK._replace(application_id=7))


def test_a_format_of_a_newer_program_is_refused(path: Path) -> None:
    with pytest.raises(NewerLedger, match=r"format 1, known up to 0"):
        files.read_header(path, COOKBOOK._replace(newest_format=0))


def test_settings_are_read_back(raw: Any) -> None:
    files.set_pragmas(raw, {**files.GUARDS, **files.durable_journal()}, COOKBOOK)
    with pytest.raises(LedgerDamaged, match="did not accept synchronous = 9 for the cookbook"):
        files.set_pragmas(raw, {"synchronous": 9}, COOKBOOK)


def test_settings_inside_a_transaction_are_a_mistake_as_sqlite_would_ignore_them(raw: Any) -> None:
    raw.execute("BEGIN")
    with pytest.raises(AssertionError, match="outside transactions"):
        files.set_pragmas(raw, files.GUARDS, COOKBOOK)


def test_a_library_with_the_wal_reset_bug_gets_a_rollback_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for version in ((3, 51, 2), (3, 51, 3)):
        monkeypatch.setattr(DRIVER, "sqlite_version_info", version)
        found[version] = files.durable_journal()
    assert found == {
        (3, 51, 2): {"journal_mode": "delete", "synchronous": 3},
        (3, 51, 3): {"journal_mode": "wal", "synchronous": 2},
    }


def test_a_private_file_is_its_owners_alone_and_is_never_made_over_another(tmp_path: Path) -> None:
    file = tmp_path / "secret.db"
    files.make_private(file, COOKBOOK)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(NotALedger, match="already"):
        files.make_private(file, COOKBOOK)
    with pytest.raises(LedgerReadOnly, match="The cookbook can't be made"):
        files.make_private(tmp_path / "no folder" / "secret.db", COOKBOOK)


# --- the driver's errors ------------------------------------------------------------------


def held(path: Path) -> None:
    with closing(files.connect(path)) as mine, closing(files.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        mine.execute("BEGIN IMMEDIATE")


def full(path: Path) -> None:
    with closing(files.connect(path)) as raw:
        raw.execute("PRAGMA max_page_count = 3")
        for number in range(1_000):
            raw.execute("INSERT INTO recipes VALUES (?, 1)", (f"{number} " + "x" * 500,))


def read_only(path: Path) -> None:
    with closing(files.connect(path, mode="ro")) as raw:
        raw.execute("DELETE FROM recipes")


def nowhere(path: Path) -> None:
    files.connect(path.parent / "no folder" / "a.db")


def no_database(path: Path) -> None:
    path.write_bytes(b"words " * 1_000)
    with closing(files.connect(path)) as raw:
        raw.execute("SELECT * FROM recipes")


def twice(path: Path) -> None:
    with closing(files.connect(path)) as raw:
        for _ in range(2):
            raw.execute("INSERT INTO recipes VALUES ('soup', 20)")


def against_the_law(path: Path) -> None:
    with closing(files.connect(path)) as raw:
        raw.execute("INSERT INTO recipes VALUES ('soup', NULL)")


def no_text(path: Path) -> None:
    with closing(files.connect(path)) as raw:
        raw.execute("INSERT INTO recipes VALUES (CAST(x'ff' AS TEXT), 1)")
        raw.execute("SELECT name FROM recipes").fetchall()


@pytest.mark.parametrize(
    ("cause", "fault", "sentence"),
    [
        (held, LedgerLocked, "Another program holds the cookbook."),
        (full, DiskFull, "The disk is full; nothing was written to the cookbook."),
        (read_only, LedgerReadOnly, "The cookbook can't be written."),
        (nowhere, LedgerReadOnly, "The cookbook's file, or the journal beside it, can't be opened."),
        (no_database, NotALedger, "The file is not an auditdesk cookbook."),
        (twice, Conflict, "Someone else wrote the same first; nothing was changed."),
        (against_the_law, LedgerDamaged, "NOT NULL constraint failed"),
        (no_text, LedgerDamaged, "The cookbook contains text that is not valid UTF-8."),
    ],
)
def test_what_the_driver_raises_is_a_fault_in_words(
    path: Path, cause: Callable[[Path], None], fault: type[Fault], sentence: str
) -> None:
    with pytest.raises(fault, match=sentence), files.faults(COOKBOOK):
        cause(path)


def test_a_mistake_of_ours_stays_what_it_is() -> None:
    with pytest.raises(KeyError), files.faults(COOKBOOK):
        raise KeyError


# --- damage ---------------------------------------------------------------------------------


def test_what_fails_in_a_sound_file_is_no_damage(raw: Any) -> None:
    with pytest.raises(ValueError, match="mine"), files.explained(raw.execute, COOKBOOK):
        raise ValueError("mine")
    assert files.integrity_problems(raw.execute) == []


def test_what_fails_in_a_damaged_file_is_said_to_be_damage(path: Path) -> None:
    with closing(files.connect(path)) as raw:
        raw.executemany("INSERT INTO recipes VALUES (?, 1)", [(f"dish {n}",) for n in range(500)])
        (root,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'recipes'").fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * size + 8)
        file.write(os.urandom(64))
    with (
        closing(files.connect(path)) as raw,
        pytest.raises(LedgerDamaged, match="The cookbook's file is damaged"),
        files.explained(raw.execute, COOKBOOK),
    ):
        raise ValueError


def test_each_difference_of_a_schema_is_one_sentence(raw: Any) -> None:
    wanted = files.read_schema(raw.execute)
    assert files.schema_differences(wanted, wanted) == []
    raw.execute("CREATE TRIGGER spy AFTER DELETE ON recipes BEGIN SELECT 1; END")
    assert files.schema_differences(wanted, files.read_schema(raw.execute)) == [
        "The trigger spy does not belong there."
    ]
    raw.execute("DROP TABLE recipes")
    raw.execute("CREATE TABLE recipes (name TEXT PRIMARY KEY, minutes INTEGER NOT NULL)")
    assert files.schema_differences(wanted, files.read_schema(raw.execute)) == [
        "The table recipes was changed."
    ]
    raw.execute("DROP TABLE recipes")
    assert files.schema_differences(wanted, files.read_schema(raw.execute)) == [
        "The index sqlite_autoindex_recipes_1 is missing.",
        "The table recipes is missing.",
    ]
