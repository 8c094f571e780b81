from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

Post = Callable[..., Any]


def test_a_deposit_prints_its_event_with_the_balance_after_it(post: Post, account: str) -> None:
    event = post(
        "deposit", account, "12.50", "--memo", "wages", "--value-date", "2025-12-24", "--command-id", "c-1"
    )
    assert event["event"] == "MoneyDeposited"
    assert event["stream"] == f"account/{account}"
    assert (event["version"], event["operator"], event["command_id"]) == (2, "ana", "c-1")
    assert (event["amount"], event["currency"], event["balance"]) == ("12.50", "EUR", "12.50")
    assert (event["available"], event["value_date"], event["replayed"]) == ("512.50", "2025-12-24", False)
    assert event["booked_at"].endswith("Z")
    assert event["recorded_at"] >= event["booked_at"]
    assert "wages" not in str(event["details"])


def test_the_same_command_id_again_adds_nothing_and_says_the_same(post: Post, account: str) -> None:
    first = post("deposit", account, "1", "--command-id", "c-1")
    again = post("deposit", account, "1", "--command-id", "c-1")
    assert again.pop("replayed") is True
    assert first.pop("replayed") is False
    assert again == first


def test_every_clerk_command_can_be_posted(post: Post, jane: str, account: str) -> None:
    assert post("rename-customer", jane, "Jane Roe")["event"] == "CustomerRenamed"
    assert post("change-address", "K-1", "--street", "1 New Road")["event"] == "AddressChanged"
    assert post("change-contact", jane, "--phone", "")["event"] == "ContactDetailsChanged"
    other = post("open-account", jane, "EUR")["account"]
    post("deposit", account, "100.00")
    assert post("withdraw", "R-1", "30.00")["amount"] == "-30.00"
    assert post("interest", account, "0.05")["balance"] == "70.05"
    assert post("fee", account, "0.05")["event"] == "FeeCharged"
    assert post("overdraft", account, "20.00")["available"] == "90.00"
    sent, received = post("transfer", account, other, "10.00", "--memo", "rent")["events"]
    assert (sent["event"], sent["balance"]) == ("TransferSent", "60.00")
    assert (received["event"], received["balance"]) == ("TransferReceived", "10.00")
    assert sent["correlation_id"] == received["correlation_id"] != ""
    assert post("freeze", account, "--reason", "court order", "--blocks", "debits")["blocks"] == "debits"
    assert post("unfreeze", account, "--blocks", "debits")["blocks"] == "none"
    assert post("withdraw", account, "60.00")["balance"] == "0.00"
    assert post("close", account)["status"] == "closed"
    paid, closed = post("close", other, "--pay-out", "--reason", "moved away")["events"]
    assert (paid["event"], closed["event"]) == ("MoneyWithdrawn", "AccountClosed")
    assert (closed["status"], closed["balance"]) == ("closed", "0.00")


def test_contact_details_that_are_left_out_stay(run: Run, workspace: Path, post: Post, jane: str) -> None:
    post("change-contact", jane, "--email", "j@example.org")
    customer = run("show", workspace, jane, "--json").json["customer"]
    assert (customer["email"], customer["phone"]) == ("j@example.org", "+353 1 555")


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("0", "more than zero"),
        ("-1", "more than zero"),
        ("1e999", "is not an amount"),
        ("1,000.00", "is not an amount"),
        ("١٢", "is not an amount"),
        ("NaN", "is not an amount"),
        ("0.001", "EUR has 2"),
        ("9223372036854775808", "larger than the books can hold"),
        ("92233720368547758.08", "larger than the books can hold"),
    ],
)
def test_amounts_that_are_none_are_refused_with_the_reason(
    run: Run, workspace: Path, account: str, amount: str, reason: str
) -> None:
    outcome = run("post", workspace, "deposit", account, amount)
    assert (outcome.code, outcome.out) == (1, "")
    assert reason in outcome.err
    assert "Traceback" not in outcome.err
    assert run("show", workspace, account, "--json").json["version"] == 1


def test_a_refused_command_is_told_and_kept_in_the_log(
    run: Run, workspace: Path, account: str, tmp_path: Path
) -> None:
    outcome = run("post", workspace, "withdraw", account, "500.01")
    assert outcome.code == 1
    assert "Only 500.00 EUR is available" in outcome.err
    log = tmp_path / "log.csv"
    assert run("export", workspace, "events", "--out", log).code == 0
    assert "CommandRefused" in log.read_text(encoding="utf-8")


def test_two_operators_on_one_version_the_second_is_told(
    run: Run, workspace: Path, post: Post, account: str
) -> None:
    post("deposit", account, "1", "--expect-version", "1")
    outcome = run("post", workspace, "deposit", account, "1", "--expect-version", "1")
    assert outcome.code == 1
    assert "has changed since" in outcome.err


def test_without_a_vault_nothing_can_be_posted(run: Run, workspace: Path, account: str) -> None:
    (workspace / "vault.db").unlink()
    outcome = run("post", workspace, "deposit", account, "1", "--as", "ana")
    assert (outcome.code, outcome.out) == (1, "")
    assert "vault is missing" in outcome.err
    assert not (workspace / "vault.db").exists()


def test_a_customer_under_a_legal_hold_is_not_forgotten(
    run: Run, workspace: Path, post: Callable[..., Any], jane: str
) -> None:
    assert post("place-hold", jane, "--reason", "court order 7")["event"] == "LegalHoldPlaced"
    refused = run("forget", workspace, jane, "--reason", "letter 8", "--yes")
    assert refused.code == 1
    assert "under a legal hold since" in refused.err
    assert post("release-hold", jane, "--reason", "order lifted")["event"] == "LegalHoldReleased"
    assert run("forget", workspace, jane, "--reason", "letter 8", "--yes").code == 0
