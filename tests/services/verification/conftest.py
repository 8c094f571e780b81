"""A bank of two customers, imported, for verifications to look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditdesk.bootstrap import create_workspace
from tests.helpers import CHEAP_KDF

ENTRIES_OF_AN_ACCOUNT = 120


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of two customers with an account each, long enough for snapshots of both kinds of stream."""
    base = tmp_path_factory.mktemp("verified")
    history = base / "history"
    history.mkdir()
    renames = "".join(f"K1,2021-01-01T{n // 60:02d}:{n % 60:02d}:00Z,Bo {n}\n" for n in range(100))
    rows = "".join(
        f"T{n},A{1 + n % 2},2022-01-01T{n // 60:02d}:{n % 60:02d}:00Z,deposit,1.00,memo {n}\n"
        for n in range(2 * ENTRIES_OF_AN_ACCOUNT)
    )
    for name, text in (
        ("customers", "customer_ref,effective_at,name\nK1,2020-01-01,Bo\nK2,2020-01-01,Cy\n" + renames),
        (
            "accounts",
            "account_ref,customer_ref,currency,opened_at\nA1,K1,EUR,2022-01-01\nA2,K2,EUR,2022-01-01\n",
        ),
        ("transactions", "transaction_ref,account_ref,booked_at,kind,amount,memo\n" + rows),
    ):
        (history / f"{name}.csv").write_text(text, encoding="utf-8")
    workspace = create_workspace(base / "bank", bank="b", operator="ana", passphrase="x", kdf=CHEAP_KDF)
    session = workspace.sign_in("ana", "x")
    session.importer.run(history)
    session.close()
    workspace.close()
    return base / "bank"
