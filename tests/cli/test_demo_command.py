from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditdesk import bootstrap
from auditdesk.cli import demo as cli_demo
from auditdesk.cli.window import NO_WINDOW
from auditdesk.demo.bank import DemoScale
from tests.cli.conftest import Run
from tests.helpers import CHEAP_KDF

SMALL = DemoScale(customers=12, accounts=14, deep_events=300, employed=1, leaving=2, forgotten=1, frozen=1)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The workspaces that a window was opened on; the demo is made small."""
    windows: list[str] = []

    def make_small(path: Path, **given: Any) -> None:
        bootstrap.make_demo(path, scale=SMALL, kdf=CHEAP_KDF, **given)

    def window(workspace: str, *, demo: bool) -> int:
        assert demo
        windows.append(workspace)
        return 0

    monkeypatch.setattr(cli_demo, "make_demo", make_small)
    monkeypatch.setattr(cli_demo, "open_window", window)
    return windows


def test_the_demo_is_made_once_and_opened_after(run: Run, tmp_path: Path, opened: list[str]) -> None:
    path = tmp_path / "demo.auditdesk"
    outcome = run("demo", path, "--no-window")
    assert (outcome.code, opened) == (0, [])
    assert "ana" in outcome.out
    ledger_id = bootstrap.open_workspace(path).ledger_id
    assert run("demo", path).code == 0
    assert opened == [str(path)]
    assert bootstrap.open_workspace(path).ledger_id == ledger_id


def test_without_a_name_the_demo_lies_where_the_user_keeps_data(
    run: Run, tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_demo, "default_demo_path", lambda: tmp_path / "elsewhere")
    assert run("demo").code == 0
    assert opened == [str(tmp_path / "elsewhere")]


def test_where_there_can_be_no_window_the_demo_is_made_all_the_same(
    run: Run, tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_demo, "open_window", lambda _workspace, **_given: NO_WINDOW)
    path = tmp_path / "demo.auditdesk"
    assert run("demo", path).code == 2
    bootstrap.open_workspace(path).close()
