"""accounts.csv: each row opens an account for a known customer."""

from __future__ import annotations

from typing import ClassVar

from auditdesk.domain.codec import encode_event
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import AccountOpened, NewEvent
from auditdesk.domain.streams import account_number, account_stream
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.ledger.rows import AccountRow
from auditdesk.services.access.command_ids import program_id
from auditdesk.services.importing.csv_records import Record
from auditdesk.services.importing.plan import FileImport
from auditdesk.services.importing.rows import (
    ACCOUNT_OPTIONAL,
    ACCOUNT_REQUIRED,
    read_instant,
    read_opening,
    read_reference,
)


class AccountImport(FileImport):
    """Opens accounts."""

    INSTANT: ClassVar[str] = "opened_at"
    REQUIRED: ClassVar[tuple[str, ...]] = ACCOUNT_REQUIRED
    OPTIONAL: ClassVar[tuple[str, ...]] = ACCOUNT_OPTIONAL

    def prepare(self) -> None:
        """The owners, and the accounts that are open already."""
        self.batch.flush()  # so that the customers of this very import are found
        self._owners = self.batch.customers_by_reference()
        self._accounts = {row.reference: row for row in self.ledger.accounts.rows() if row.reference}
        self._serial = self.ledger.accounts.next_serial()

    def key_of(self, record: Record) -> str:
        """An account is opened once."""
        return read_reference(self.columns, record.cells, "account_ref")

    def book(self, records: list[Record]) -> None:
        """Open what is not open yet."""
        known = self.batch.known_commands([_command(self.key_of(record)) for record in records])
        for record in records:
            try:
                self._book(record, known)
            except Refused as refused:
                self.reject(record, refused.message)

    def _book(self, record: Record, known: dict[str, Envelope]) -> None:
        reference = self.key_of(record)
        at_us = read_instant(self.columns, record.cells, self.INSTANT, self.now_us)
        owner = self._owners.get(read_reference(self.columns, record.cells, "customer_ref"))
        if owner is None:
            raise Refused("customer_unknown", "the customer is not known")
        opening = read_opening(self.columns, record.cells, owner.number)
        there = self._accounts.get(reference)
        if there is not None:
            _check_same(there, opening, at_us, known.get(_command(reference)))
            self.known()
            return
        if owner.erasure_requested_at_us is not None:
            raise Refused("customer_erased", f"customer {owner.number} has been forgotten")
        number = account_number(self._serial)
        append = StreamAppend(account_stream(number), None, (NewEvent(opening),), at_us, owner.number)
        self.append(append, _command(reference))
        self._serial += 1
        self.booked()


def _command(reference: str) -> str:
    return program_id("import", "account", reference)


def _check_same(there: AccountRow, opening: AccountOpened, at_us: int, imported: Envelope | None) -> None:
    """A reference that is there already must mean the same opening, which later limits don't change."""
    same = (there.customer, there.currency, there.opened_at_us) == (opening.customer, opening.currency, at_us)
    if same and imported is not None:
        same = imported.payload == encode_event(opening)
    if not same:
        raise Refused(
            "reference_taken",
            f"{there.number} already has that reference with another owner, currency, limit or day",
        )
