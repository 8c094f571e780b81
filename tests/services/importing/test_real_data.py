"""Real history: every row booked, and at every date the balance is the sum of the amounts up to it."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from auditdesk.bootstrap import create_workspace
from auditdesk.domain.instants import end_of_day, parse_instant
from auditdesk.domain.moments import AtInstant
from auditdesk.domain.money import parse_amount
from auditdesk.domain.personal import PersonalDetails
from auditdesk.services.workspace.session import Session
from tests.helpers import CHEAP_KDF

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
OUT = {"withdrawal", "transfer_out", "fee"}


def read(folder: str, name: str) -> list[dict[str, str]]:
    with (DATA / folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def imported(folder: str, path: Path) -> Iterator[Session]:
    if not (DATA / folder).is_dir():
        pytest.skip(f"the data folder {folder} is not beside this checkout")
    workspace = create_workspace(path / folder, bank=folder, operator="ana", passphrase="x", kdf=CHEAP_KDF)
    session = workspace.sign_in("ana", "x")
    session.importer.run(DATA / folder)
    yield session
    workspace.close()


@pytest.fixture(scope="module")
def berka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    yield from imported("berka-sample", tmp_path_factory.mktemp("berka"))


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    yield from imported("retail", tmp_path_factory.mktemp("retail"))


def balances_by_day(folder: str, currencies: dict[str, str]) -> dict[str, list[tuple[date, int]]]:
    """Of each account, its balance after each day on which something was booked."""
    moves: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in read(folder, "transactions"):
        account = row["account_ref"]
        try:
            minor = parse_amount(row["amount"], currencies[account])
        except Exception:  # noqa: BLE001, S112 - rows that can't be taken are counted elsewhere
            continue
        day = date.fromisoformat(row["booked_at"][:10])
        moves[account][day] += -minor if row["kind"] in OUT else minor
    result: dict[str, list[tuple[date, int]]] = {}
    for account, days in moves.items():
        balance = 0
        result[account] = []
        for day in sorted(days):
            balance += days[day]
            result[account].append((day, balance))
    return result


def check_every_date(session: Session, folder: str) -> int:
    currencies = {row["account_ref"]: row["currency"] for row in read(folder, "accounts")}
    looked = 0
    for account, days in balances_by_day(folder, currencies).items():
        for day, balance in days:
            view = session.history.account_at(account, AtInstant(end_of_day(day)))
            assert view.state.balance_minor == balance, (account, day)
            assert view.folded_events <= 99
            looked += 1
        quiet = session.history.account_at(account, AtInstant(end_of_day(days[-1][0] + timedelta(days=9))))
        assert quiet.state.balance_minor == days[-1][1]
    return looked


def test_all_8385_rows_of_berka_are_booked_and_a_second_import_adds_nothing(berka: Session) -> None:
    assert len(berka.directory.accounts()) == 213
    before = berka.context.ledger.log.head()
    again = berka.importer.run(DATA / "berka-sample")
    assert again.files["transactions.csv"].already_there == 8_385
    assert again.rows_rejected == again.rows_booked == 0
    assert berka.context.ledger.log.head() == before


def test_berkas_balances_are_the_sums_at_every_date(berka: Session) -> None:
    assert check_every_date(berka, "berka-sample") > 5_000


def test_retail_books_what_can_be_booked_and_says_why_not_the_rest(retail: Session) -> None:
    again = retail.importer.run(DATA / "retail")
    file = again.files["transactions.csv"]
    assert file.read == file.already_there + file.rejected == 9_810
    assert file.rejected == 7
    assert all("decimals" in reject.reason for reject in again.reasons)
    assert len(retail.directory.customers()) == 1_000
    assert len(retail.directory.accounts()) == 1_629


def test_retails_balances_are_the_sums_at_every_date(retail: Session) -> None:
    assert check_every_date(retail, "retail") > 5_000


def test_retails_addresses_are_right_at_every_date(retail: Session) -> None:
    rows = sorted(read("retail", "customers"), key=lambda row: parse_instant(row["effective_at"]))
    for row in rows:
        at = AtInstant(parse_instant(row["effective_at"]))
        personal = retail.history.customer_at(row["customer_ref"], at).state.personal
        assert isinstance(personal, PersonalDetails)
        assert personal.name == row["name"].strip()
        assert personal.address.street == row["street"].strip()
        assert personal.address.city == row["city"].strip()
        assert personal.address.postal_code == row["postal_code"].strip()
        assert personal.address.country == row["country"].strip()


@pytest.mark.parametrize("name", ["berka", "retail"])
def test_what_was_imported_verifies(name: str, request: pytest.FixtureRequest) -> None:
    session: Session = request.getfixturevalue(name)
    report = session.verification.run()
    assert report.findings == ()
    assert report.entries == report.events - report.accounts - sum(
        1
        for envelope in session.context.ledger.log.read()
        if envelope.stream.startswith(("customer/", "operator/", "bank"))
    )
