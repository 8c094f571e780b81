from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run


def test_a_backup_is_restored(
    run: Run, workspace: Path, post: Callable[..., Any], account: str, tmp_path: Path
) -> None:
    post("deposit", account, "12.34")
    made = run("backup", workspace, tmp_path / "backup", "--keep-vault", "7")
    assert (made.code, made.err) == (0, "")
    assert "events, verified" in made.out
    assert "vault-until-" in made.out
    again = tmp_path / "again.auditdesk"
    restored = run("restore", tmp_path / "backup", again)
    assert (restored.code, restored.err) == (0, "")
    assert run("show", again, account, "--json").json["balance"] == "12.34"
    assert run("verify", again).code == 0


def test_a_folder_that_is_no_backup_is_refused(run: Run, tmp_path: Path) -> None:
    outcome = run("restore", tmp_path, tmp_path / "again")
    assert (outcome.code, outcome.out) == (1, "")
    assert "is not an auditdesk backup" in outcome.err
