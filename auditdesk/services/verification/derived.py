"""Compare derived data with a replay: projections, snapshots, keys, schema."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import AuditdeskError, Cancelled
from auditdesk.domain.streams import account_stream, customer_stream
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import Ledger
from auditdesk.ledger.rows import SnapshotRow, account_values, customer_values
from auditdesk.ledger.snapshots import SNAPSHOT_INTERVAL_EVENTS, encode_state, state_schema
from auditdesk.services.access.context import Progress
from auditdesk.services.verification.findings import Finding, Kind, Tell
from auditdesk.services.verification.replay import Replay, SealCheck, SealedPlace
from auditdesk.vault.vault import Vault


class _Expected(NamedTuple):
    """The expected row of a snapshot; of the state, its SHA-256."""

    booked_at_us: int
    recorded_at_us: int
    position: int
    state_schema: int
    state_sha256: bytes
    subject: str | None


class SnapshotCheck:
    """Every snapshot of today's state schema against the replay. A missing one is no damage.

    A customer's sealed part is opened where there are keys: it opens only where it belongs. Those of the
    positions up to `after` are left out.
    """

    def __init__(self, ledger: Ledger, report: Tell, seals: SealCheck | None, after: int = 0) -> None:
        self._ledger = ledger
        self._report = report
        self._seals = seals
        self._after = after
        self._expected: dict[tuple[str, int], _Expected] = {}
        self.count = 0

    def expect(self, state: Account | Customer, envelope: Envelope) -> None:
        """Take note of the state where a snapshot may stand."""
        if envelope.version % SNAPSHOT_INTERVAL_EVENTS == 0:
            self._expected[envelope.stream, envelope.version] = _Expected(
                envelope.booked_at_us,
                envelope.recorded_at_us,
                envelope.position,
                state_schema(state),
                sha256(encode_state(state)).digest(),
                state.number if isinstance(state, Customer) else None,
            )

    def compare(self, progress: Progress) -> None:
        """Compare with what is kept, and name the snapshots that differ."""
        try:
            for row in self._ledger.snapshots.all():
                if row.position > self._after:
                    self._compare(row)
                    self.count += 1
                progress.check()
        except Cancelled:
            raise
        except AuditdeskError as error:
            self._report(Finding("unreadable", "", 0, f"The snapshots can't be read: {error.message}"))

    def _compare(self, row: SnapshotRow) -> None:
        expected = self._expected.get((row.stream, row.version))
        if expected is not None and row.state_schema != expected.state_schema:
            return
        found = _Expected(
            row.booked_at_us,
            row.recorded_at_us,
            row.position,
            row.state_schema,
            sha256(row.state).digest(),
            row.subject,
        )
        if expected != found or (row.subject is None) != (row.sealed is None):
            sentence = f"The snapshot of {row.stream} at version {row.version} does not match its events."
            self._report(Finding("snapshot_differs", row.stream, row.position, sentence))
        elif self._seals is not None and row.subject is not None and row.sealed is not None:
            place = SealedPlace(row.subject, row.stream, row.version, row.position)
            self._seals.open(place, row.sealed, "snapshot")


def check_accounts(ledger: Ledger, replay: Replay, report: Tell, *, all_of_them: bool = True) -> None:
    """The projection `accounts` against the replay, or only those that the replay has."""

    def found() -> dict[str, dict[str, object]]:
        return {
            row.number: account_values(row)
            for row in ledger.accounts.rows()
            if all_of_them or row.number in replay.accounts
        }

    expected = {number: account_values(state) for number, state in replay.accounts.items()}
    _compare("account_differs", account_stream, expected, found, report)


def check_customers(ledger: Ledger, replay: Replay, report: Tell, *, all_of_them: bool = True) -> None:
    """The projection `customers` against the replay, or only those that the replay has."""

    def found() -> dict[str, dict[str, object]]:
        return {
            row.number: customer_values(row)
            for row in ledger.customers.rows()
            if all_of_them or row.number in replay.customers
        }

    expected = {number: customer_values(state) for number, state in replay.customers.items()}
    _compare("customer_differs", customer_stream, expected, found, report)


def check_keys(ledger: Ledger, vault: Vault, before: frozenset[str], report: Tell) -> None:
    """Every customer has a key, but for the forgotten, who must not have one.

    `before` are those who had a key before the ledger was looked at: somebody may be forgotten meanwhile.
    """
    try:
        problem = vault.problem()
        alive, fenced = vault.key_subjects(), vault.fenced()
        customers = ledger.customers.rows()
    except AuditdeskError as error:
        sentence = f"The keys can't be compared with the customers: {error.message}"
        report(Finding("unreadable", "", 0, sentence))
        return
    if problem:
        report(Finding("vault_damaged", "", 0, f"The vault's file is damaged: {problem}."))
    held = alive | before  # once: joined for each customer, 15,000 of them took ten seconds
    for row in customers:
        if row.forgotten_at_us is not None and row.number in alive:
            sentence = f"The vault holds a key of customer {row.number}, who has been forgotten."
            report(Finding("key_of_forgotten", customer_stream(row.number), 0, sentence))
        if row.erasure_requested_at_us is None and row.number not in held:
            sentence = (
                f"The vault marks customer {row.number} as erased, but the log has no erasure."
                if row.number in fenced
                else f"KEY LOST: the key of customer {row.number} is missing, and the log has no erasure."
            )
            report(Finding("key_lost", customer_stream(row.number), 0, sentence))


def check_schema(ledger: Ledger, report: Tell) -> None:
    """Tables, indexes and triggers must be as they were made."""
    try:
        differences = ledger.schema_differences()
    except AuditdeskError as error:
        differences = [f"The file's own description can't be read: {error.message}"]
    for difference in differences:
        report(Finding("schema_changed", "", 0, difference))


def _compare(
    kind: Kind,
    stream_of: Callable[[str], str],
    expected: dict[str, dict[str, object]],
    found: Callable[[], dict[str, dict[str, object]]],
    report: Tell,
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
            sentence = f"The list of {what}s contains {number}, which is not in the log."
        else:
            names = ", ".join(name for name, value in want.items() if have.get(name) != value)
            sentence = f"The list of {what}s differs from the events of {number} in: {names}."
        report(Finding(kind, stream_of(number), 0, sentence))
