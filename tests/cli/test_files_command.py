"""Import, export, verify, init: the sub-commands around the clerk's."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysqlite3
import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.services.reports import REPORTS
from tests.cli.conftest import Run

Post = Callable[..., Any]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    folder = tmp_path / "history"
    folder.mkdir()
    (folder / "customers.csv").write_text(
        "customer_ref,effective_at,name,birth_date,street,city,region,postal_code,country,email,phone\n"
        "K1,2020-01-01,Åse Holm,1970-01-01,Vei 1,Oslo,,0150,NO,,\n",
        encoding="utf-8",
    )
    (folder / "accounts.csv").write_text(
        "account_ref,customer_ref,currency,opened_at\nA1,K1,NOK,2020-01-02\n", encoding="utf-8"
    )
    (folder / "transactions.csv").write_text(
        "transaction_ref,account_ref,booked_at,value_date,kind,amount,counterparty,memo,balance_after\n"
        "T1,A1,2020-01-03,2020-01-03,deposit,100.00,Work,wages,100.00\n"
        "T2,A1,2020-01-04,2020-01-05,withdrawal,30.50,,rent,69.40\n"
        "T3,A9,2020-01-04,2020-01-05,withdrawal,1.00,,,\n",
        encoding="utf-8",
    )
    return folder


def test_history_is_imported_once_and_what_can_not_be_taken_is_kept_apart(
    run: Run, workspace: Path, history: Path, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    outcome = run("import", workspace, history, "--rejects", rejects)
    assert outcome.code == 0
    assert "transactions.csv: 3 rows read = 2 booked + 1 rejected + 0 already there" in outcome.out
    assert "T3" in rejects.read_text(encoding="utf-8")
    again = run("import", workspace, history)
    assert "transactions.csv: 3 rows read = 0 booked + 1 rejected + 2 already there" in again.out
    assert run("show", workspace, "A1", "--at", "2020-01-03", "--json").json["balance"] == "100.00"
    assert run("show", workspace, "A1", "--json").json["balance"] == "69.50"


def test_a_folder_without_history_is_refused(run: Run, workspace: Path, tmp_path: Path) -> None:
    outcome = run("import", workspace, tmp_path / "nowhere")
    assert (outcome.code, outcome.out) == (1, "")
    assert "customers.csv" in outcome.err


def test_a_statement_is_exported_with_stated_balances_beside_ours(
    run: Run, workspace: Path, history: Path, tmp_path: Path
) -> None:
    run("import", workspace, history)
    out = tmp_path / "statement.csv"
    outcome = run("export", workspace, "statement", "--out", out, "--account", "A1", "--reveal")
    assert outcome.code == 0
    assert f"{out}: 2 rows" in outcome.out
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["reference"], row["balance"], row["stated_balance"]) for row in rows] == [
        ("T1", "100.00", "100.00"),
        ("T2", "69.50", "69.40"),
    ]
    assert json.loads(Path(f"{out}.manifest.json").read_text(encoding="utf-8"))["rows"] == 2


def test_the_trial_balance_and_the_exceptions_are_exported(
    run: Run, workspace: Path, history: Path, tmp_path: Path
) -> None:
    run("import", workspace, history)
    out = tmp_path / "out.csv"
    outcome = run("export", workspace, "trial-balance", "--out", out, "--as-of", "2020-01-03")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"{out}: 2 rows" in outcome.out
    assert "NOK: debit 100.00, credit 100.00" in outcome.out
    outcome = run("export", workspace, "exceptions", "--out", out)
    assert f"{out}: 1 rows" in outcome.out
    assert "stated balance,5," in out.read_text(encoding="utf-8")
    refused = run("export", workspace, "trial-balance", "--out", out, "--account", "A1")
    assert refused.code == 1
    assert "not an account's" in refused.err


def test_a_report_that_is_none_is_misuse_and_the_help_names_those_there_are(
    run: Run, workspace: Path, tmp_path: Path
) -> None:
    misused = run("export", workspace, "trial", "--out", tmp_path / "out.csv")
    assert misused.code == 2
    told = run("export", "--help").out
    for report in REPORTS:
        assert report.NAME in misused.err
        assert report.NAME in told


def test_from_is_the_start_of_its_day_and_to_the_end(
    run: Run, workspace: Path, history: Path, tmp_path: Path
) -> None:
    run("import", workspace, history)
    out = tmp_path / "statement.csv"
    bounds = ("--from", "2020-01-04", "--to", "2020-01-04")
    assert "1 rows" in run("export", workspace, "statement", "--out", out, *bounds).out
    assert "0 rows" in run("export", workspace, "statement", "--out", out, "--from", "2020-01-05").out
    assert "1 rows" in run("export", workspace, "statement", "--out", out, "--as-of", "2020-01-03").out


def test_an_export_to_a_missing_folder_fails_in_words(run: Run, workspace: Path, tmp_path: Path) -> None:
    outcome = run("export", workspace, "events", "--out", tmp_path / "missing" / "log.csv")
    assert (outcome.code, outcome.out) == (1, "")
    assert "There is no folder" in outcome.err


def test_without_a_vault_a_report_is_redacted_and_revealing_is_refused(
    run: Run, workspace: Path, account: str, tmp_path: Path
) -> None:
    (workspace / "vault.db").unlink()
    out = tmp_path / "log.csv"
    outcome = run("export", workspace, "events", "--out", out)
    assert outcome.code == 0
    assert "vault is missing" in outcome.err
    assert "redacted" in out.read_text(encoding="utf-8")
    assert run("export", workspace, "events", "--out", out, "--reveal").code in (1, 2)


def test_verify_finds_nothing_in_a_sound_workspace(run: Run, workspace: Path, account: str) -> None:
    outcome = run("verify", workspace)
    assert outcome.code == 0
    assert "nothing contradicts the log" in outcome.out
    report = run("verify", workspace, "--json").json
    assert (report["clean"], report["findings"], report["accounts"]) == (True, [], 1)


def test_verify_names_a_falsified_balance_and_exits_with_one(run: Run, workspace: Path, account: str) -> None:
    connection = pysqlite3.connect(workspace / "ledger.db")
    connection.execute("UPDATE accounts SET balance = 1000000")
    connection.commit()
    connection.close()
    outcome = run("verify", workspace)
    assert outcome.code == 1
    assert "account_differs: " in outcome.out
    assert account in outcome.out
    assert run("verify", workspace, "--json").json["findings"][0]["kind"] == "account_differs"


def test_verify_needs_no_passphrase_where_none_can_be_asked_for(
    run: Run, workspace: Path, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AUDITDESK_PASSPHRASE")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    outcome = run("verify", workspace, "--json")
    assert outcome.code == 0
    assert outcome.json["seals_opened"] == 0


def test_init_makes_a_workspace_that_can_be_signed_in_to(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITDESK_PASSPHRASE", "battery staple")
    path = tmp_path / "new.auditdesk"
    assert run("init", path, "--bank", "Newbank", "--operator", "ben").code == 0
    workspace = open_workspace(path)
    assert (workspace.bank, workspace.operators()) == ("Newbank", ("ben",))
    workspace.close()
    again = run("init", path, "--bank", "Newbank", "--operator", "ben")
    assert (again.code, again.out) == (1, "")
    assert "already" in again.err
