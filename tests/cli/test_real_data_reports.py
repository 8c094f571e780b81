"""Reports of real history: their sums are the sums of the source's amounts."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Run

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SIGNS = {"deposit": 1, "transfer_in": 1, "interest": 1, "withdrawal": -1, "transfer_out": -1, "fee": -1}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def sums_of_source(folder: Path, rejected: set[str]) -> dict[str, Decimal]:
    """Per account, the sum of what was not rejected."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows_of(folder / "transactions.csv"):
        if row["transaction_ref"] not in rejected:
            sums[row["account_ref"]] += SIGNS[row["kind"]] * Decimal(row["amount"])
    return sums


@pytest.mark.parametrize("name", ["berka-sample", "retail"])
def test_balances_and_statements_add_up_to_the_amounts_of_the_source(
    run: Run, workspace: Path, tmp_path: Path, name: str
) -> None:
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"the data folder {name} is not beside this checkout")
    rejects = tmp_path / "rejects.csv"
    assert run("import", workspace, folder, "--rejects", rejects).code == 0
    rejected = rejects.read_text(encoding="utf-8") if rejects.exists() else ""
    refs = {row["transaction_ref"] for row in rows_of(folder / "transactions.csv")}
    expected = sums_of_source(folder, {ref for ref in refs if f"{ref}," in rejected})
    for report in ("balances", "statement"):
        out = tmp_path / f"{report}.csv"
        assert run("export", workspace, report, "--out", out, "--raw").code == 0
    balances = {row["reference"]: Decimal(row["balance"]) for row in rows_of(tmp_path / "balances.csv")}
    assert {account: balance for account, balance in balances.items() if account in expected} == expected
    assert all(balance == 0 for account, balance in balances.items() if account not in expected)
    last = {row["account_reference"]: row["balance"] for row in rows_of(tmp_path / "statement.csv")}
    assert {account: Decimal(balance) for account, balance in last.items()} == expected
    for account in sorted(last)[:5]:
        assert run("show", workspace, account, "--json").json["balance"] == last[account]
