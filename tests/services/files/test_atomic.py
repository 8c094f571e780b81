"""Files and folders that are there whole or not at all: after an interrupt at any step, and a power cut."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from auditdesk import bootstrap
from auditdesk.bootstrap import create_workspace, make_demo
from auditdesk.demo import bank as demo
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Fault
from auditdesk.services.files import atomic, leftovers
from auditdesk.services.files.atomic import drafting, new_folder, save_file, write_new
from auditdesk.services.upkeep.restore import restore
from auditdesk.services.workspace.session import Session
from tests.helpers import CHEAP_KDF

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="the system says there what is synced")
interrupted_while_opening = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning"
)  # between a file's opening and the block that closes it
OURS = {atomic.__file__, leftovers.__file__, bootstrap.__file__}


# --- interrupted at any step ----------------------------------------------------------------------


class Interrupter:
    """Raises KeyboardInterrupt at the n-th line of our own that is reached, and counts the lines."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.lines = 0

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in OURS:
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                raise KeyboardInterrupt
        return self


def interrupted_everywhere(act: Callable[[], object], after_each: Callable[[], None]) -> int:
    """Carry an act out again and again, interrupted one line later each time, until it comes to its end."""
    at = 1
    while True:
        interrupter = Interrupter(at)
        before = sys.gettrace()
        sys.settrace(interrupter)
        try:
            act()
        except KeyboardInterrupt:
            pass
        else:
            return at
        finally:
            sys.settrace(before)
        after_each()
        at += 1


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"a folder"
        for path in folder.rglob("*")
    }


@interrupted_while_opening
def test_an_interrupt_at_any_step_leaves_a_folder_whole_or_not_at_all(tmp_path: Path) -> None:
    def act() -> None:
        with new_folder(tmp_path / "deep" / "deeper" / "made") as draft:
            write_new(draft / "one", b"1")
            write_new(draft / "two", b"2")

    whole = {
        "deep": b"a folder",
        "deep/deeper": b"a folder",
        "deep/deeper/made": b"a folder",
        "deep/deeper/made/one": b"1",
        "deep/deeper/made/two": b"2",
    }
    seen = []

    def look() -> None:
        left = everything(tmp_path)
        assert left in ({}, whole)
        seen.append(left)
        for path in sorted(tmp_path.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()

    assert interrupted_everywhere(act, look) > 30
    assert {} in seen
    assert everything(tmp_path) == whole


@interrupted_while_opening
@pytest.mark.parametrize("older", [{}, {"a.csv": b"older"}])
def test_an_interrupt_at_any_step_leaves_files_new_or_as_they_were(
    tmp_path: Path, older: dict[str, bytes]
) -> None:
    new = {"a.csv": b"new", "b.json": b"new"}

    def act() -> None:
        with drafting() as drafts:
            for name, data in new.items():
                drafts.add(tmp_path / name).write(data)
            drafts.publish(lambda: None)

    def look() -> None:
        assert everything(tmp_path) in (older, new)
        for path in tmp_path.iterdir():
            path.unlink()
        prepare()

    def prepare() -> None:
        for name, data in older.items():
            (tmp_path / name).write_bytes(data)

    prepare()
    assert interrupted_everywhere(act, look) > 60
    assert everything(tmp_path) == new


def test_a_demo_that_is_interrupted_while_it_is_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts: list[str] = []

    def interrupted(*_: object, **__: object) -> None:
        drafts.extend(path.name for path in tmp_path.iterdir())
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "build", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path / "bank", kdf=CHEAP_KDF)
    assert len(drafts) == 1, "a draft within a draft was renamed over it, and its lock was another's"
    assert list(tmp_path.iterdir()) == []


@posix_only
def test_a_demo_that_is_being_made_is_not_swept_by_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def swept(*_: object, **__: object) -> None:
        leftovers.sweep(tmp_path)
        assert len(list(tmp_path.iterdir())) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "build", swept)
    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path / "bank", kdf=CHEAP_KDF)


# --- a power cut after "done" ---------------------------------------------------------------------


class Disk:
    """What a power cut would leave: which files and names have been synced, by inode."""

    def __init__(self) -> None:
        self.files: dict[int, int] = {}  # an inode's change time when its bytes were synced
        self.names: dict[int, set[str]] = {}  # a folder's names when it was synced

    def sync(self, handle: int) -> None:
        found = os.fstat(handle)
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path.is_dir():
            self.names[found.st_ino] = {entry.name for entry in path.iterdir()}
        else:
            self.files[found.st_ino] = found.st_mtime_ns

    def lost(self, target: Path, above: Path) -> list[str]:
        """What would not be there again, of a file or folder and all that leads to it."""
        lost = []
        places = [target, *target.parents[: target.parents.index(above)], *target.rglob("*")]
        for path in places:
            if path.name not in self.names.get(path.parent.stat().st_ino, set()):
                lost.append(f"name {path.name}")
            if path.is_file() and self.files.get(path.stat().st_ino) != path.stat().st_mtime_ns:
                lost.append(f"bytes of {path.name}")
        return lost


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk, real = Disk(), os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        disk.sync(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        yield disk


@pytest.fixture
def paid(session: Session, account: str) -> str:
    session.issue(Deposit(account, 5000))
    return account


@posix_only
def test_a_new_workspace_outlives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new" / "bank"
    with watched(monkeypatch) as disk:
        made = create_workspace(path, bank="B", operator="ana", passphrase="p", kdf=CHEAP_KDF)
    with closing(made):
        kept = [path / "ledger.db", path / "vault.db"]
        assert [file.name for file in kept if disk.lost(file, tmp_path)] == []


@posix_only
def test_a_backup_and_what_is_restored_from_it_outlive_a_power_cut(
    session: Session, paid: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched(monkeypatch) as disk:
        folder = session.backup.run(tmp_path / "kept" / "backup").folder
        assert disk.lost(folder, tmp_path) == []
        restored = restore(folder, tmp_path / "again", clock=session.context.clock).path
        assert disk.lost(restored, tmp_path) == []


@posix_only
@pytest.mark.parametrize("name", ["evidence", "evidence.zip"])
def test_evidence_outlives_a_power_cut(
    session: Session, paid: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with watched(monkeypatch) as disk:
        session.evidence.save(paid, 2, tmp_path / name, with_opening=False)
        assert disk.lost(tmp_path / name, tmp_path) == []


@posix_only
def test_a_file_outlives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched(monkeypatch) as disk:
        save_file(tmp_path / "anchor", b"note")
        assert disk.lost(tmp_path / "anchor", tmp_path) == []


@posix_only
def test_the_test_for_a_power_cut_finds_what_is_not_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched(monkeypatch) as disk:
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "file").write_bytes(b"1")
        assert disk.lost(tmp_path / "folder", tmp_path) == ["name folder", "name file", "bytes of file"]


def test_what_cannot_be_synced_is_not_recorded_and_leaves_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_bytes(b"older")
    recorded: list[str] = []

    def refuses(_folder: Path) -> None:
        raise OSError(errno.EIO, "no")

    with drafting() as drafts:
        drafts.add(tmp_path / "a.csv").write(b"new")
        monkeypatch.setattr("auditdesk.services.files.atomic.sync_folder", refuses)
        with pytest.raises(Fault):
            drafts.publish(lambda: recorded.append("done"))
    assert recorded == []
    assert everything(tmp_path) == {"a.csv": b"older"}


def test_an_older_file_that_cannot_be_put_back_stays_and_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.csv", "b.json"):
        (tmp_path / name).write_bytes(b"older")
    replace = Path.replace

    def refuses(path: Path, target: Path) -> Path:
        if path.name.endswith(leftovers.OLDER_SUFFIX) and target.name == "a.csv":
            raise OSError(errno.EIO, "no")
        return replace(path, target)

    def fails() -> None:
        raise Fault("The record could not be written.")

    with drafting() as drafts:
        for name in ("a.csv", "b.json"):
            drafts.add(tmp_path / name).write(b"new")
        monkeypatch.setattr(Path, "replace", refuses)
        with pytest.raises(Fault, match="The record"):
            drafts.publish(fails)
    left = everything(tmp_path)
    assert (left["a.csv.older"], left["b.json"]) == (b"older", b"older")
    assert left.keys() == {"a.csv", "a.csv.older", "b.json"}
