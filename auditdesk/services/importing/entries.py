"""transactions.csv: each row becomes one entry of its account, as given, in booking order."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from auditdesk.domain import codec
from auditdesk.domain.account import Account
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import MoneyEvent, NewEvent
from auditdesk.domain.personal import Mask, Remittance
from auditdesk.domain.streams import account_stream
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.command_ids import program_id
from auditdesk.services.access.revealing import Revealer
from auditdesk.services.importing.csv_records import Record
from auditdesk.services.importing.plan import FileImport
from auditdesk.services.importing.rows import (
    TRANSACTION_OPTIONAL,
    TRANSACTION_REQUIRED,
    check_bookable,
    read_entry,
    read_instant,
    read_reference,
)


class _Row(NamedTuple):
    record: Record
    command: str
    account: str
    at_us: int
    event: MoneyEvent
    personal: Remittance | None


class EntryImport(FileImport):
    """Books entries."""

    INSTANT: ClassVar[str] = "booked_at"
    REQUIRED: ClassVar[tuple[str, ...]] = TRANSACTION_REQUIRED
    OPTIONAL: ClassVar[tuple[str, ...]] = TRANSACTION_OPTIONAL

    def prepare(self) -> None:
        """The accounts, and the customers who are forgotten."""
        self.batch.flush()  # so that the accounts of this very import are found
        self._accounts = self.batch.accounts_by_reference()
        self._erased = {row.number for row in self.ledger.customers.erasures()}

    def key_of(self, record: Record) -> str:
        """An entry is booked once."""
        return read_reference(self.columns, record.cells, "transaction_ref")

    def book(self, records: list[Record]) -> None:
        """Read the rows, ask at once which of them are known, book the others."""
        rows = [row for row in map(self._read_row, records) if row is not None]
        known = self.batch.known_commands([row.command for row in rows])
        for row in rows:
            try:
                if row.command in known:
                    self._check_same(row, known[row.command])
                    self.known()
                else:
                    self._append(row)
                    self.booked()
            except Refused as refused:
                self.reject(row.record, refused.message)

    def _read_row(self, record: Record) -> _Row | None:
        cells, columns = record.cells, self.columns
        try:
            reference = self.key_of(record)
            at_us = read_instant(columns, cells, self.INSTANT, self.now_us)
            account = self._accounts.get(read_reference(columns, cells, "account_ref"))
            if account is None:
                raise Refused("account_unknown", "the account is not known")
            event, personal = read_entry(columns, cells, at_us, account.currency, reference)
        except Refused as refused:
            self.reject(record, refused.message)
            return None
        return _Row(
            record, program_id("import", "transaction", reference), account.number, at_us, event, personal
        )

    def _append(self, row: _Row) -> None:
        stream = account_stream(row.account)
        state = self._state(row.account, stream)
        if state.customer in self._erased:
            raise Refused("customer_erased", f"customer {state.customer} has been forgotten")
        check_bookable(state, row.event, row.at_us)
        new_event = NewEvent(row.event, row.personal)
        self.append(StreamAppend(stream, state, (new_event,), row.at_us, state.customer), row.command)

    def _state(self, number: str, stream: str) -> Account:
        state = self.batch.state(stream)
        if isinstance(state, Account):
            return state
        loaded = self.ledger.accounts.load(number)
        if loaded is None:
            raise Refused("account_unknown", "the account is not known")
        return loaded.state

    def _check_same(self, row: _Row, there: Envelope) -> None:
        """A reference that is there already must mean the same entry."""
        same = (
            there.stream == account_stream(row.account)
            and there.type == row.event.TAG
            and there.booked_at_us == row.at_us
            and there.payload == codec.encode_event(row.event)
        )
        personal = Revealer(self.ledger, self.keyring).personal(there) if same else None
        if not same or (not isinstance(personal, Mask) and personal != row.personal):
            raise Refused("reference_taken", "the reference is already in the ledger with different content")
