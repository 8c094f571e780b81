"""The projection `entries` against the replay: one digest an account, row by row where that differs."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Final

import msgspec

from auditdesk.domain import events as e
from auditdesk.domain.errors import AuditdeskError, Cancelled
from auditdesk.domain.streams import account_stream
from auditdesk.ledger.ledger import Ledger
from auditdesk.ledger.rows import EntryRow
from auditdesk.services.access.context import Progress
from auditdesk.services.verification.findings import Finding, Tell

ROWS_NAMED: Final = 20

_LINES: Final = msgspec.json.Encoder().encode_lines  # a line a row, in a tenth of the time of repr


def _digest_of(digests: dict[str, blake2b], account: str) -> blake2b:
    digest = digests.get(account)
    if digest is None:
        digest = digests[account] = blake2b(digest_size=16)
    return digest


class Entries:
    """Takes the entries that the replay yields and compares them with those that are kept."""

    def __init__(self, ledger: Ledger, report: Tell) -> None:
        self._ledger = ledger
        self._report = report
        self._expected: dict[str, blake2b] = {}
        self.count = 0

    def expect(self, entry: EntryRow) -> None:
        """Take note of the next entry of its account that the replay yields."""
        digest = _digest_of(self._expected, entry.account)
        digest.update(_LINES((entry,)))  # at once: rows that are kept wake the garbage collector

    def compare(self, progress: Progress) -> None:
        """Compare with what the projection holds, and name what differs."""
        try:
            for account in self._different_accounts(progress):
                self._name_rows(account)
        except Cancelled:
            raise
        except AuditdeskError as error:
            self._report(Finding("unreadable", "", 0, f"The entries can't be read: {error.message}"))

    def _different_accounts(self, progress: Progress) -> list[str]:
        found: dict[str, blake2b] = {}
        for page in self._ledger.accounts.entry_pages():
            for account, rows in groupby(page, key=itemgetter(0)):
                _digest_of(found, account).update(_LINES(rows))
            self.count += len(page)
            progress.report(self.count, 0, "Comparing the entries")
            progress.check()
        expected = {account: digest.digest() for account, digest in self._expected.items()}
        kept = {account: digest.digest() for account, digest in found.items()}
        different = (name for name in expected.keys() | kept.keys() if expected.get(name) != kept.get(name))
        return sorted(different, key=str)

    def _name_rows(self, account: str) -> None:
        """Go through one account's events and entries side by side."""
        stream = account_stream(account)
        named = 0
        for version, (position, what) in self._differences(account):
            if named == ROWS_NAMED:
                sentence = f"More entries of account {account} differ from its events than are listed."
                self._report(Finding("entry_differs", stream, 0, sentence))
                return
            sentence = f"The entry of account {account} at version {version} {what}."
            self._report(Finding("entry_differs", stream, position, sentence))
            named += 1
        if not named:
            sentence = f"The entries kept of account {account} do not match its events."
            self._report(Finding("entry_differs", stream, 0, sentence))

    def _differences(self, account: str) -> Iterator[tuple[int, tuple[int, str]]]:
        kept = self._kept(account)
        row = next(kept, None)
        for want in self._wanted(account):
            while row is not None and row.version < want.version:
                yield row.version, (row.position, "belongs to no event")
                row = next(kept, None)
            if row is None or row.version > want.version:
                yield want.version, (want.position, "is missing")
                continue
            if row != want:
                yield want.version, (want.position, "does not match its event")
            row = next(kept, None)
        while row is not None:
            yield row.version, (row.position, "belongs to no event")
            row = next(kept, None)

    def _kept(self, account: str) -> Iterator[EntryRow]:
        after = 0
        while rows := self._ledger.accounts.entries(account, after_version=after):
            yield from rows
            after = rows[-1].version

    def _wanted(self, account: str) -> Iterator[EntryRow]:
        balance_minor = 0
        for envelope in self._ledger.log.stream(account_stream(account)):
            event = envelope.event()
            if isinstance(event, e.MoneyEvent):
                amount_minor = event.signed_minor
                balance_minor += amount_minor
                yield EntryRow(
                    account,
                    envelope.version,
                    envelope.position,
                    envelope.booked_at_us,
                    event.value_date,
                    amount_minor,
                    balance_minor,
                )
