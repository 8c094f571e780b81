"""What is derived from the log against what a replay says: projections, snapshots, keys, schema."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b, sha256
from itertools import groupby
from typing import Final

from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import AuditdeskError, Cancelled
from auditdesk.domain.streams import account_stream, customer_stream
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.rows import EntryRow, SnapshotRow, account_values, customer_values
from auditdesk.ledger.snapshots import SNAPSHOT_INTERVAL_EVENTS, encode_state, state_schema
from auditdesk.ledger.store import Ledger
from auditdesk.services.books import Progress
from auditdesk.services.findings import Finding, Kind
from auditdesk.services.log_checks import Replay
from auditdesk.vault.vault import Vault

Report = Callable[[Finding], None]
PROGRESS_EVERY_ROWS: Final = 5_000


class Entries:
    """The projection `entries` against the replay's, by one digest an account, so in bounded memory."""

    def __init__(self, ledger: Ledger, report: Report) -> None:
        self._ledger = ledger
        self._report = report
        self._expected: dict[str, blake2b] = {}
        self.count = 0

    def expect(self, entry: EntryRow) -> None:
        """Take note of the next entry of its account that the replay yields."""
        digest = self._expected.get(entry.account)
        if digest is None:
            digest = self._expected[entry.account] = blake2b(digest_size=16)
        digest.update(repr(entry[1:]).encode())

    def compare(self, progress: Progress) -> None:
        """Compare with what the projection holds, and name the accounts that differ."""
        try:
            self._compare(progress)
        except Cancelled:
            raise
        except AuditdeskError as error:
            self._report(Finding("unreadable", "", 0, f"The entries can't be read: {error.message}"))

    def _compare(self, progress: Progress) -> None:
        found: set[str] = set()
        for account, rows in groupby(self._ledger.all_entries(), key=lambda row: row.account):
            digest = blake2b(digest_size=16)
            for row in rows:
                digest.update(repr(row[1:]).encode())
                self.count += 1
                if self.count % PROGRESS_EVERY_ROWS == 0:
                    progress.report(self.count, 0, "Comparing the entries")
                    progress.check()
            found.add(account)
            expected = self._expected.get(account)
            if expected is None or expected.digest() != digest.digest():
                self._differs(account)
        for account in self._expected.keys() - found:
            self._differs(account)

    def _differs(self, account: str) -> None:
        sentence = f"The entries kept of account {account} are not those that its events say."
        self._report(Finding("entry_differs", account_stream(account), 0, sentence))


class Snapshots:
    """Every snapshot of today's state schema against the replay. A missing one is no damage."""

    def __init__(self, ledger: Ledger, report: Report, up_to_position: int) -> None:
        self._ledger = ledger
        self._report = report
        self._up_to = up_to_position
        self._expected: dict[tuple[str, int], tuple[int, int, bytes]] = {}
        self.count = 0

    def expect(self, state: Account | Customer, envelope: Envelope) -> None:
        """Take note of the state where a snapshot may stand."""
        if envelope.version % SNAPSHOT_INTERVAL_EVENTS == 0:
            key = (envelope.stream, envelope.version)
            digest = sha256(encode_state(state)).digest()
            self._expected[key] = (envelope.position, state_schema(state), digest)

    def compare(self, progress: Progress) -> None:
        """Compare with what is kept, and name the snapshots that differ."""
        try:
            for row in self._ledger.all_snapshots():
                if row.position <= self._up_to or (row.stream, row.version) in self._expected:
                    self._compare(row)
                self.count += 1
                progress.check()
        except Cancelled:
            raise
        except AuditdeskError as error:
            self._report(Finding("unreadable", "", 0, f"The snapshots can't be read: {error.message}"))

    def _compare(self, row: SnapshotRow) -> None:
        expected = self._expected.get((row.stream, row.version))
        if expected is not None and row.state_schema != expected[1]:
            return
        found = (row.position, row.state_schema, sha256(row.state).digest())
        if expected != found:
            sentence = f"The snapshot of {row.stream} at version {row.version} is not what its events say."
            self._report(Finding("snapshot_differs", row.stream, row.position, sentence))


def check_accounts(ledger: Ledger, replay: Replay, report: Report) -> None:
    """The projection `accounts` against the replay."""

    def found() -> dict[str, dict[str, object]]:
        return {
            row.number: account_values(Account(**{name: getattr(row, name) for name in ACCOUNT_FIELDS}))
            for row in ledger.account_rows()
        }

    expected = {number: account_values(state) for number, state in replay.accounts.items()}
    _compare("account_differs", account_stream, expected, found, report)


def check_customers(ledger: Ledger, replay: Replay, report: Report) -> None:
    """The projection `customers` against the replay."""

    def found() -> dict[str, dict[str, object]]:
        return {
            row.number: customer_values(Customer(**{name: getattr(row, name) for name in CUSTOMER_FIELDS}))
            for row in ledger.customer_rows()
        }

    expected = {number: customer_values(state) for number, state in replay.customers.items()}
    _compare("customer_differs", customer_stream, expected, found, report)


def check_keys(ledger: Ledger, vault: Vault, report: Report) -> None:
    """No key may live for a customer whom the ledger says is forgotten."""
    try:
        alive = vault.key_subjects()
    except AuditdeskError as error:
        report(Finding("unreadable", "", 0, f"The vault's keys can't be read: {error.message}"))
        return
    for row in ledger.erasures():
        if row.forgotten_at_us is not None and row.number in alive:
            sentence = f"The vault holds a key of customer {row.number}, who has been forgotten."
            report(Finding("key_of_forgotten", customer_stream(row.number), 0, sentence))


def check_schema(ledger: Ledger, report: Report) -> None:
    """Tables, indexes and triggers must be as they were made."""
    for difference in ledger.schema_differences():
        report(Finding("schema_changed", "", 0, difference))


ACCOUNT_FIELDS: Final = tuple(name for name in Account.__struct_fields__)
CUSTOMER_FIELDS: Final = tuple(name for name in Customer.__struct_fields__ if name != "personal")


def _compare(
    kind: Kind,
    stream_of: Callable[[str], str],
    expected: dict[str, dict[str, object]],
    found: Callable[[], dict[str, dict[str, object]]],
    report: Report,
) -> None:
    what = "account" if kind == "account_differs" else "customer"
    try:
        rows = found()
    except AuditdeskError as error:
        report(Finding("unreadable", "", 0, f"The {what}s can't be read: {error.message}"))
        return
    for number in sorted(expected.keys() | rows.keys()):
        want, have = expected.get(number), rows.get(number)
        if want == have:
            continue
        if have is None:
            sentence = f"The {what} {number} is missing from the list of {what}s."
        elif want is None:
            sentence = f"The list of {what}s names {number}, of which the log knows nothing."
        else:
            names = ", ".join(name for name, value in want.items() if have.get(name) != value)
            sentence = f"The list of {what}s differs from the events of {number} in: {names}."
        report(Finding(kind, stream_of(number), 0, sentence))
