from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditdesk.storage.sqlite_file import DRIVER
from tests.cli.conftest import Run


def alter(workspace: Path, statement: str) -> None:
    connection: Any = DRIVER.connect(str(workspace / "ledger.db"))
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_checkpoint_is_printed_as_a_signed_note(run: Run, workspace: Path, account: str) -> None:
    outcome = run("checkpoint", workspace)
    assert (outcome.code, outcome.err) == (0, "")
    origin, size, root, blank, signature = outcome.out.splitlines()
    assert origin.startswith("auditdesk.ledger/")
    assert int(size) >= 3
    assert (len(root), blank) == (44, "")
    assert signature.startswith(f"— {origin} ")
    assert account


def test_each_command_leaves_a_checkpoint_when_it_ends(
    run: Run, workspace: Path, post: Callable[..., Any], account: str
) -> None:
    position = post("deposit", account, "1.00")["position"]
    assert run("checkpoint", workspace).out.splitlines()[1] == str(position)
    assert run("verify", workspace, "--json").json["checkpoints"] >= 2


def test_an_anchor_agrees_until_events_are_cut_off(
    run: Run, workspace: Path, post: Callable[..., Any], account: str, tmp_path: Path
) -> None:
    post("deposit", account, "1.00")
    anchor = tmp_path / "anchor.txt"
    assert run("checkpoint", workspace, "--out", anchor).code == 0
    clean = run("verify", workspace, "--full", "--anchor", anchor)
    assert (clean.code, clean.err) == (0, "")
    alter(workspace, "DELETE FROM events WHERE position = (SELECT max(position) FROM events)")
    outcome = run("verify", workspace, "--anchor", anchor)
    assert outcome.code == 1
    assert "log_truncated" in outcome.out
    assert "the anchor over" in outcome.out
    refused = run("post", workspace, "deposit", account, "1.00")
    assert refused.code == 1
    assert "the last 1 are missing" in refused.err


@pytest.mark.parametrize("text", ["", "no checkpoint\n", "a\n\n— b c\n"])
def test_a_file_that_is_no_anchor_is_refused(
    run: Run, workspace: Path, account: str, tmp_path: Path, text: str
) -> None:
    anchor = tmp_path / "anchor.txt"
    anchor.write_text(text, encoding="utf-8")
    outcome = run("verify", workspace, "--anchor", anchor)
    assert outcome.code == 1
    assert "signed note" in outcome.err or "signature line" in outcome.err
    assert account


def test_an_incremental_verification_says_from_where_on(
    run: Run, workspace: Path, post: Callable[..., Any], account: str
) -> None:
    first = run("verify", workspace, "--json").json
    post("deposit", account, "1.00")
    outcome = run("verify", workspace, "--incremental")
    assert outcome.code == 0
    assert f"Verified 1 events after position {first['position']}, verified before" in outcome.out


def test_a_report_of_a_damaged_ledger_warns(run: Run, workspace: Path, account: str, tmp_path: Path) -> None:
    alter(workspace, "UPDATE events SET operator = 'eve' WHERE position = 2")
    outcome = run("verify", workspace)
    assert outcome.code == 1
    assert "leaf_mismatch at position 2" in outcome.out
    out = tmp_path / "events.csv"
    exported = run("export", workspace, "events", "--out", out)
    assert exported.code == 0
    assert "UNVERIFIED" in exported.err
    assert all(line.endswith("UNVERIFIED") for line in out.read_text(encoding="utf-8").splitlines()[1:])
    assert account
