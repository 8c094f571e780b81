"""What a killed process left beside its place is swept by the next one; what is still written, stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from auditdesk.bootstrap import create_workspace
from auditdesk.services.files.atomic import drafting
from tests.helpers import CHEAP_KDF

KILLED_IN_AN_EXPORT = """
import os, signal, sys
from pathlib import Path
from auditdesk.services.files.atomic import drafting
with drafting() as drafts:
    target = Path(sys.argv[1])
    drafts.add(target).write(b"Secret Name")
    drafts.add(target.with_name("second.csv")).write(b"Secret Name")
    if sys.argv[2] == "publishing":
        drafts.publish(lambda: os.kill(os.getpid(), signal.SIGKILL))
    os.kill(os.getpid(), signal.SIGKILL)
"""
KILLED_IN_INIT = """
import os, signal, sys
from pathlib import Path
from auditdesk import bootstrap
bootstrap.Vault.create = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
bootstrap.create_workspace(Path(sys.argv[1]), bank="B", operator="ana", passphrase="p")
"""

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and file locks are POSIX's")


def killed(program: str, *words: object) -> None:
    done = subprocess.run([sys.executable, "-c", program, *map(str, words)], check=False)
    assert done.returncode == -9


@posix_only
@pytest.mark.parametrize("when", ["writing", "publishing"])
def test_the_next_export_into_a_folder_sweeps_what_a_killed_one_left(tmp_path: Path, when: str) -> None:
    target = tmp_path / "report.csv"
    target.write_bytes(b"older")
    (tmp_path / ".download.part").write_bytes(b"of another program")
    killed(KILLED_IN_AN_EXPORT, target, when)
    assert len(list(tmp_path.iterdir())) > 2
    with drafting() as drafts:
        drafts.add(tmp_path / "another.csv").write(b"new")
        drafts.publish(lambda: None)
    hidden = [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert hidden == [".download.part"]
    assert target.read_bytes() in (b"older", b"Secret Name")
    assert (tmp_path / "another.csv").read_bytes() == b"new"


def test_a_draft_that_is_still_written_is_left_alone(tmp_path: Path) -> None:
    with drafting() as first, drafting() as second:
        first.add(tmp_path / "one.csv").write(b"1")
        second.add(tmp_path / "one.csv").write(b"2")
        second.publish(lambda: None)
        first.publish(lambda: None)
    assert [path.name for path in tmp_path.iterdir()] == ["one.csv"]
    assert (tmp_path / "one.csv").read_bytes() == b"1"


@posix_only
def test_the_next_workspace_sweeps_what_a_killed_making_left(tmp_path: Path) -> None:
    path = tmp_path / "bank.auditdesk"
    killed(KILLED_IN_INIT, path)
    assert [entry.name.endswith(".draft") for entry in tmp_path.iterdir()] == [True]
    create_workspace(path, bank="B", operator="ana", passphrase="p", kdf=CHEAP_KDF).close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["bank.auditdesk"]
