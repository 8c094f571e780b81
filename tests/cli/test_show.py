from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

Post = Callable[..., Any]


def test_an_account_is_shown_with_its_owner(run: Run, workspace: Path, post: Post, account: str) -> None:
    posted = post("withdraw", account, "2.50")
    shown = run("show", workspace, account, "--json").json
    assert shown["customer"] == {
        "number": "C-00001",
        "reference": "K-1",
        "name": "Jane Döe",
        "birth_date": "1980-02-29",
        "address": {
            "street": "12 Long Street",
            "city": "Springfield",
            "region": "",
            "postal_code": "",
            "country": "",
        },
        "email": "jane@example.org",
        "phone": "+353 1 555",
    }
    assert (shown["account"], shown["reference"], shown["version"]) == (account, "R-1", 2)
    assert (shown["balance"], shown["available"], shown["overdraft_limit"]) == ("-2.50", "497.50", "500.00")
    assert (shown["status"], shown["blocks"], shown["currency"]) == ("open", "none", "EUR")
    assert (shown["booked_at"], shown["recorded_at"]) == (posted["booked_at"], posted["recorded_at"])
    assert shown["folded_events"] == 2


def test_the_past_is_shown_by_version_instant_and_date(
    run: Run, workspace: Path, post: Post, account: str
) -> None:
    first = post("deposit", account, "1.00")
    post("deposit", account, "1.00")
    for at in ("#2", first["booked_at"]):
        assert run("show", workspace, "R-1", "--at", at, "--json").json["balance"] == "1.00"
    recorded = run("show", workspace, account, "--at", first["recorded_at"], "--clock", "recorded", "--json")
    assert recorded.json["version"] == 2
    day = first["booked_at"][:10]
    assert run("show", workspace, account, "--at", day, "--json").json["balance"] == "2.00"
    assert run("show", workspace, account, "--at", "now", "--json").json["version"] == 3


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2001-01-01", "not open yet"),
        ("#99", "none numbered 99"),
        ("#x", "is not a version"),
        ("yesterday", "is not a date"),
        ("2025-02-30", "is not a date"),
    ],
)
def test_moments_that_are_none_are_refused(
    run: Run, workspace: Path, account: str, at: str, reason: str
) -> None:
    outcome = run("show", workspace, account, "--at", at)
    assert (outcome.code, outcome.out) == (1, "")
    assert reason in outcome.err


def test_people_read_lines(run: Run, workspace: Path, account: str) -> None:
    lines = run("show", workspace, account).out.splitlines()
    assert f"{'balance':<22}0.00" in lines
    assert f"{'customer name':<22}Jane Döe" in lines


def test_what_would_steer_a_terminal_is_shown_by_code(
    run: Run, workspace: Path, post: Post, jane: str
) -> None:
    post("rename-customer", jane, "Jane \u202eeoD")
    out = run("show", workspace, jane).out
    assert "\u202e" not in out
    assert "Jane <U+202E>eoD" in out
    as_json = run("show", workspace, jane, "--json")
    assert "\u202e" not in as_json.out
    assert as_json.json["customer"]["name"] == "Jane \u202eeoD"


def test_a_customer_is_shown_by_number_or_reference(run: Run, workspace: Path, account: str) -> None:
    by_number = run("show", workspace, "C-00001", "--json").json
    assert by_number == run("show", workspace, "K-1", "--json").json
    assert by_number["customer"]["name"] == "Jane Döe"
    assert by_number["accounts"] == [account]


def test_who_is_unknown_is_refused(run: Run, workspace: Path) -> None:
    outcome = run("show", workspace, "10-99999")
    assert (outcome.code, outcome.out) == (1, "")
    assert "no account with that number" in outcome.err


def test_without_a_vault_everything_personal_is_redacted_and_said_so(
    run: Run, workspace: Path, account: str
) -> None:
    (workspace / "vault.db").unlink()
    outcome = run("show", workspace, account, "--json")
    assert outcome.code == 0
    assert outcome.json["customer"] == {"number": "C-00001", "reference": "K-1", "redacted": True}
    assert "vault is missing" in outcome.err
    assert not (workspace / "vault.db").exists()


def test_a_wrong_passphrase_shows_nothing(
    run: Run, workspace: Path, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITDESK_PASSPHRASE", "wrong")
    outcome = run("show", workspace, account)
    assert (outcome.code, outcome.out) == (1, "")
    assert "Traceback" not in outcome.err
