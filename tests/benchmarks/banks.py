"""Ledgers to measure on: written as import does it, in one transaction, with everything on."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditdesk.bootstrap import create_workspace
from auditdesk.services.workspace.session import Session
from tests.helpers import CHEAP_KDF

PASSPHRASE = "benchmark"
OPENED = datetime(2015, 1, 1, tzinfo=UTC)


def new_bank(folder: Path, name: str) -> Session:
    """An empty workspace, signed in."""
    workspace = create_workspace(
        folder / f"{name}.auditdesk", bank=name, operator="ana", passphrase=PASSPHRASE, kdf=CHEAP_KDF
    )
    return workspace.sign_in("ana", PASSPHRASE)


def write_history(folder: Path, events: int, accounts: int = 1) -> Path:
    """A folder in the import format: `events` entries over ten years, dealt to `accounts` in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = OPENED.isoformat()
    with (folder / "customers.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["customer_ref", "effective_at", "name", "birth_date", "street", "city"])
        writer.writerows(
            [f"C{n}", opened, f"Person {n}", "1980-01-01", f"Street {n}", "Town"] for n in range(accounts)
        )
    with (folder / "accounts.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["account_ref", "customer_ref", "currency", "opened_at", "overdraft_limit"])
        writer.writerows([f"A{n}", f"C{n}", "EUR", opened, ""] for n in range(accounts))
    step = timedelta(days=3650) / events
    with (folder / "transactions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "transaction_ref",
                "account_ref",
                "booked_at",
                "value_date",
                "kind",
                "amount",
                "counterparty",
                "memo",
            ]
        )
        for n in range(events):
            at = OPENED + (n + 1) * step
            kind = "withdrawal" if n % 3 == 0 else "deposit"
            writer.writerow(
                [
                    f"T{n}",
                    f"A{n % accounts}",
                    at.isoformat(),
                    at.date(),
                    kind,
                    f"{n % 997 + 1}.{n % 100:02d}",
                    f"Shop {n % 89}",
                    f"Card payment {n}",
                ]
            )
    return folder


def deep_bank(folder: Path, events: int) -> tuple[Session, str]:
    """A bank with one account of exactly `events` events, its opening included."""
    session = new_bank(folder, f"deep{events}")
    session.importer.run(write_history(folder / f"history{events}", events - 1))
    return session, session.directory.accounts()[0].number
