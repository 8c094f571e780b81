"""No output lands on a bank's books: by name, by link, in another spelling, by whatever command."""

from __future__ import annotations

import ast
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.cli.main import main
from auditdesk.desktop.customer.certificate_pdf import save_pdf
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Fault, Refused
from auditdesk.services.files.atomic import new_folder
from auditdesk.services.files.places import place_of
from tests.helpers import CHEAP_KDF
from tests.security.conftest import ACCOUNT, BOB, JANE, PASSPHRASE, signed_in

BOOKS = ("ledger.db", "vault.db", "ledger.db-wal", "ledger.db-shm", "vault.db-journal")
Spelling = Callable[[Path, Path], Path]


def itself(file: Path, _: Path) -> Path:
    return file


def symlinked(file: Path, beside: Path) -> Path:
    link = beside / "report.csv"
    link.symlink_to(file)
    return link


def linked_twice(file: Path, beside: Path) -> Path:
    (beside / "second.csv").symlink_to(file)
    link = beside / "report.csv"
    link.symlink_to("second.csv")
    return link


def hard_linked(file: Path, beside: Path) -> Path:
    link = beside / "report.csv"
    if file.exists():
        link.hardlink_to(file)
    return link if file.exists() else file


def through_a_linked_folder(file: Path, beside: Path) -> Path:
    (beside / "folder").symlink_to(file.parent)
    return beside / "folder" / file.name


def round_about(file: Path, beside: Path) -> Path:
    return file.parent / "." / ".." / file.parent.name / file.name


def relative(file: Path, _: Path) -> Path:
    return Path(os.path.relpath(file))


def shouted(file: Path, _: Path) -> Path:
    return file.with_name(file.name.upper())


SPELLINGS = (
    itself,
    symlinked,
    linked_twice,
    hard_linked,
    through_a_linked_folder,
    round_about,
    relative,
    shouted,
)


def contents(folder: Path) -> dict[str, str]:
    """What the books hold, and under which inode. SQLite's shared memory may change as it is read."""
    return {
        path.name: f"{path.stat().st_ino} {sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(folder.iterdir())
        if not path.name.endswith(("-shm", "-wal", "-journal"))
    }


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("spell", SPELLINGS)
def test_a_place_that_leads_to_the_books_in_use_is_refused(
    bank: Path, tmp_path: Path, name: str, spell: Spelling
) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    with signed_in(bank) as session:
        session.issue(Deposit(ACCOUNT, 1))  # so that there are a journal and a write-ahead log
        with pytest.raises(Refused) as refused:
            place_of(spell(bank / name, beside))
        assert refused.value.code == "out_is_ledger"
        session.issue(Deposit(ACCOUNT, 1))


@pytest.mark.parametrize("name", ["ledger.db", "vault.db"])
@pytest.mark.parametrize("spell", SPELLINGS)
def test_another_banks_books_are_books_too(bank: Path, tmp_path: Path, name: str, spell: Spelling) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    with pytest.raises(Refused):
        place_of(spell(bank / name, beside))


def test_books_that_lie_elsewhere_under_another_name_are_told_by_what_they_hold(
    bank: Path, tmp_path: Path
) -> None:
    for name in ("ledger.db", "vault.db"):
        elsewhere = tmp_path / f"books-of-{name}.sqlite"
        shutil.move(bank / name, elsewhere)
        (bank / name).symlink_to(elsewhere)
        with pytest.raises(Refused):
            place_of(elsewhere)
    with closing(sqlite3.connect(tmp_path / "notes.sqlite")) as another:
        another.execute("CREATE TABLE notes (text)")
    assert place_of(tmp_path / "notes.sqlite") == tmp_path / "notes.sqlite"


def test_a_look_at_the_place_ends_nobodys_lock(bank: Path, tmp_path: Path) -> None:
    """POSIX ends a process's locks on a file with the first handle that it closes, whichever that is."""
    link = hard_linked(bank / "vault.db", tmp_path)
    with closing(open_workspace(bank)) as workspace, closing(workspace.sign_in("ana", PASSPHRASE)) as session:
        vault = session.context.vault
        assert vault is not None
        with vault._file.writing():
            with pytest.raises(Refused):
                place_of(link)
            with pytest.raises(Refused):
                place_of(bank / "vault.db")
            code = (
                f"import sqlite3; sqlite3.connect({str(bank / 'vault.db')!r}, timeout=0)"
                ".execute('BEGIN IMMEDIATE')"
            )
            rival = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
            assert b"database is locked" in rival.stderr


def test_an_ordinary_file_with_two_names_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_bytes(b"yesterday's")
    (tmp_path / "snapshot-of-yesterday.csv").hardlink_to(tmp_path / "report.csv")
    assert place_of(tmp_path / "report.csv") == tmp_path / "report.csv"


def test_a_link_that_leads_to_itself_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises((Fault, Refused)):
        place_of(tmp_path / "a")


COMMANDS: dict[str, tuple[str, ...]] = {
    "checkpoint": ("checkpoint", "{bank}", "--out", "{out}"),
    "export": ("export", "{bank}", "events", "--out", "{out}"),
    "export --reveal": ("export", "{bank}", "balances", "--out", "{out}", "--reveal"),
    "evidence": ("evidence", "{bank}", ACCOUNT, "#2", "--out", "{out}"),
    "evidence --opening": ("evidence", "{bank}", ACCOUNT, "#2", "--out", "{out}", "--opening"),
    "forget": ("forget", "{bank}", BOB, "--reason", "letter 7", "--yes", "--certificate", "{out}"),
    "import": ("import", "{bank}", "{history}", "--rejects", "{out}"),
    "backup": ("backup", "{bank}", "{out}"),
    "restore": ("restore", "{backup}", "{out}"),
    "init": ("init", "{out}", "--bank", "B", "--operator", "ana"),
    "demo": ("demo", "{out}", "--no-window"),
}


@pytest.mark.parametrize(
    ("of", "name", "spell"),
    [
        ("its own", "ledger.db", itself),
        ("its own", "ledger.db-wal", itself),
        ("its own", "vault.db", symlinked),
        ("its own", "ledger.db", hard_linked),
        ("another", "vault.db", itself),
        ("another", "ledger.db", symlinked),
        ("another", "vault.db", hard_linked),
        ("another", "vault.db-journal", symlinked),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_onto_the_books(
    bank: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    of: str,
    name: str,
    spell: Spelling,
) -> None:
    monkeypatch.setenv("AUDITDESK_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("AUDITDESK_OPERATOR", "ana")
    victim = bank
    if of == "another":
        victim = tmp_path / "elsewhere"
        create_workspace(victim, bank="E", operator="eve", passphrase="p", kdf=CHEAP_KDF).close()
    places = {"bank": bank, "history": tmp_path / "history", "backup": tmp_path / "backup"}
    places["history"].mkdir()
    (places["history"] / "customers.csv").write_text("customer_ref,effective_at,name\nK1,tomorrow,Bo\n")
    if command == "restore":
        assert main(["backup", str(bank), str(places["backup"])]) == 0
    (tmp_path / "beside").mkdir()
    out = spell(victim / name, tmp_path / "beside")
    before, beside = contents(victim), set((tmp_path / "beside").iterdir())
    with signed_in(bank) as session:
        head = session.context.ledger.log.head().position
    words = [word.format(out=out, **places) for word in COMMANDS[command]]
    assert main(words) in {1, 2}  # refused, or not even understood as the name of a folder
    assert contents(victim).keys() == before.keys()
    assert contents(victim) == before
    assert set((tmp_path / "beside").iterdir()) == beside
    with signed_in(bank) as session:
        vault = session.context.vault
        assert vault is not None
        assert vault.key_subjects() == {JANE, BOB}, "nobody is forgotten where the certificate can't be kept"
        assert session.context.ledger.log.head().position == head


def test_the_window_writes_no_certificate_onto_the_books(bank: Path, tmp_path: Path) -> None:
    with signed_in(bank) as session:
        session.forgetting.forget(BOB, "letter 7")
        made = session.certificates.make(BOB)
        before = contents(bank)
        for name in ("ledger.db", "vault.db"):
            with pytest.raises(Refused):
                session.certificates.save(BOB, bank / name)
            with pytest.raises(Refused):
                save_pdf(made, bank / name)
        assert contents(bank) == before


@pytest.mark.parametrize("spell", [spell for spell in SPELLINGS if spell is not hard_linked])
def test_a_backup_is_books_too_with_what_says_that_it_is_one(
    bank: Path, tmp_path: Path, spell: Spelling
) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    with signed_in(bank) as session:
        made = session.backup.run(tmp_path / "backup")
    with pytest.raises(Refused) as refused:
        place_of(spell(made.folder / "backup.json", beside))
    assert refused.value.code == "out_is_ledger"
    (tmp_path / "backup.json").write_text("of something else")
    assert place_of(tmp_path / "backup.json") == tmp_path / "backup.json"


def test_no_folder_takes_the_name_of_missing_books(bank: Path) -> None:
    (bank / "vault.db").unlink()
    for name in ("vault.db", "vault.db-journal"):
        with pytest.raises(Refused), new_folder(bank / name):
            pass


# --- that nothing writes a file by another way ----------------------------------------------------

ALLOWED = {  # which calls that can write a file are made where: all of them, by name and number
    "services/files/atomic.py": {
        "open": 1,
        "os.open": 1,
        ".replace": 3,
        ".rename": 1,
        ".hardlink_to": 1,
        "shutil.copy2": 1,  # of the older file, beside it
    },
    "services/files/durable.py": {"os.open": 1},  # to sync what is there
    "services/files/log_file.py": {"RotatingFileHandler": 1},  # in a folder of its own, that nobody names
    "services/files/leftovers.py": {"os.open": 2},  # to lock what is there
    "storage/sqlite_file.py": {"os.open": 2},  # made where nothing is, synced
    "vault/file.py": {"os.open": 1},  # its journal is zeroed in place
    "ledger/backends/sqlite_upgrade.py": {".rename": 1},  # the copy of the original, to a name that is free
    "cli/main.py": {"os.open": 1},  # the null device
    "desktop/look/theme.py": {"tempfile.mkdtemp": 1, ".save": 1},  # icons, in a folder of their own
    "desktop/customer/certificate_pdf.py": {"QPdfWriter": 1},  # into memory
    "desktop/kit/settings.py": {"QSettings": 2},  # its own file, that nobody names
}
WRITING = {
    *("os.open", "os.rename", "os.replace", "os.link", "os.symlink", "os.truncate", "os.mkfifo"),
    *("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"),
    *("tempfile.mkstemp", "tempfile.mkdtemp", "tempfile.NamedTemporaryFile", "tempfile.TemporaryFile"),
    *("QPdfWriter", "QSaveFile", "QFile", "QTemporaryFile", "QSettings", "QPrinter", "QImageWriter"),
    *("zipfile.ZipFile", "ZipFile", "FileHandler", "logging.FileHandler", "RotatingFileHandler"),
    *("gzip.open", "io.open", "io.FileIO", "FileIO", "msgspec.json.encode_into"),
}
WRITING_METHODS = {".write_text", ".write_bytes", ".hardlink_to", ".symlink_to", ".save"}
OUR_OWN = ("certificates.save", "evidence.save", "Evidence(session.context).save")


def writing_call(call: ast.Call) -> str:
    """The call's name if it can write to a file that somebody names; else empty."""
    name = ast.unparse(call.func)
    if name in WRITING:
        return name
    if name == "open" or (isinstance(call.func, ast.Attribute) and call.func.attr == "open"):
        given = (*call.args, *(word.value for word in call.keywords))
        return "open" if any(writes(one) for one in given) else ""
    if not isinstance(call.func, ast.Attribute):
        return ""
    if call.func.attr in {
        "replace",
        "rename",
    }:  # a path's takes one
        return f".{call.func.attr}" if len(call.args) == 1 and not call.keywords else ""
    method = f".{call.func.attr}" if call.args else ""  # a painter's save takes none
    return method if method in WRITING_METHODS and not name.endswith(OUR_OWN) else ""


def writes(given: ast.expr) -> bool:
    """Whether it is a mode of opening in which something can be written."""
    mode = given.value if isinstance(given, ast.Constant) else None
    return isinstance(mode, str) and set(mode) <= set("rwaxbt+U") and bool(set(mode) & set("wax+"))


def writing_calls(source: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(source)):
        names = [writing_call(node)] if isinstance(node, ast.Call) else []
        if isinstance(node, ast.ClassDef):
            names = [ast.unparse(base) for base in node.bases if ast.unparse(base) in WRITING]
        for name in filter(None, names):
            found[name] = found.get(name, 0) + 1
    return found


def test_no_part_of_the_program_writes_a_file_but_through_the_guard() -> None:
    package = Path(sys.modules["auditdesk"].__file__ or "").parent
    found = {}
    for file in sorted(package.rglob("*.py")):
        calls = writing_calls(file.read_text(encoding="utf-8"))
        if calls:
            found[file.relative_to(package).as_posix()] = calls
    assert found == ALLOWED


@pytest.mark.parametrize(
    "source",
    [
        "open(p, 'w')",
        "p.open('wb')",
        "open(p, mode='a')",
        "path.write_text(t)",
        "path.write_bytes(b)",
        "shutil.copyfile(a, b)",
        "os.replace(a, b)",
        "draft.replace(target)",
        "QSaveFile(name)",
        "zipfile.ZipFile(p, 'w')",
        "image.save(str(p))",
    ],
)
def test_the_search_for_writing_calls_finds_one(source: str) -> None:
    assert writing_calls(source)


@pytest.mark.parametrize("source", ["open(p)", "p.open('rb')", "dialog.open()", "text.replace('a', 'b')"])
def test_the_search_for_writing_calls_passes_over_others(source: str) -> None:
    assert not writing_calls(source)


@pytest.mark.parametrize("name", ["ledger.db", "vault.db", "LEDGER.DB-wal"])
def test_in_a_folder_that_cannot_be_listed_a_name_is_enough_to_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def unlisted(_folder: Path) -> None:
        raise PermissionError(13, "no")

    (tmp_path / "report.csv").write_bytes(b"older")
    monkeypatch.setattr(Path, "iterdir", unlisted)
    for out in (tmp_path / name, tmp_path / "report.csv"):
        with pytest.raises(Refused) as refused:
            place_of(out)
        assert refused.value.code == "out_is_ledger"
    assert place_of(tmp_path / "new.csv") == tmp_path / "new.csv"


def test_where_open_files_are_not_listed_books_are_told_by_what_they_hold(
    bank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditdesk.services.files.places.OPEN_FILES", tmp_path / "no-such-folder")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "linked.csv").hardlink_to(bank / "ledger.db")
    (tmp_path / "out" / "plain.csv").write_bytes(b"older")
    with pytest.raises(Refused, match="workspace of a bank"):
        place_of(tmp_path / "out" / "linked.csv")
    assert place_of(tmp_path / "out" / "plain.csv").name == "plain.csv"
