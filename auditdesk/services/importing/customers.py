"""customers.csv: the first row of a reference registers, each later one becomes what its differences mean."""

from __future__ import annotations

from typing import ClassVar

from auditdesk.domain import events as e
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import to_iso
from auditdesk.domain.moments import AtInstant
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.domain.streams import customer_number, customer_stream
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.command_ids import program_id
from auditdesk.services.access.revealing import Revealer
from auditdesk.services.importing.csv_records import Record
from auditdesk.services.importing.plan import FileImport
from auditdesk.services.importing.rows import (
    CUSTOMER_OPTIONAL,
    CUSTOMER_REQUIRED,
    differences,
    read_details,
    read_instant,
    read_reference,
)


class CustomerImport(FileImport):
    """Registers customers and follows their changes."""

    INSTANT: ClassVar[str] = "effective_at"
    REQUIRED: ClassVar[tuple[str, ...]] = CUSTOMER_REQUIRED
    OPTIONAL: ClassVar[tuple[str, ...]] = CUSTOMER_OPTIONAL

    def prepare(self) -> None:
        """The customers who are there already."""
        self._numbers = {row.reference: row.number for row in self.ledger.customers.rows() if row.reference}
        self._serial = self.ledger.customers.next_serial()
        self._matched: dict[str, int] = {}  # the version that a customer's last row of this file is

    def book(self, records: list[Record]) -> None:
        """Make a chunk's keys at once, then book row by row; a key that stays unused is harmless."""
        self.keyring.create_keys(
            [customer_number(self._serial + index) for index in range(self._count_new(records))]
        )
        for record in records:
            try:
                self._book(record)
            except Refused as refused:
                self.reject(record, refused.message)

    def key_of(self, record: Record) -> str:
        """A customer may have any number of rows."""
        read_reference(self.columns, record.cells, "customer_ref")
        return ""

    def _count_new(self, records: list[Record]) -> int:
        references = {self.columns.cell(record.cells, "customer_ref") for record in records}
        return len(references - self._numbers.keys())

    def _book(self, record: Record) -> None:
        reference = read_reference(self.columns, record.cells, "customer_ref")
        at_us = read_instant(self.columns, record.cells, self.INSTANT, self.now_us)
        details = read_details(self.columns, record.cells)
        number = self._numbers.get(reference)
        if number is None:
            self._register(reference, details, at_us)
            return
        state = self._state(number)
        if at_us <= state.last_booked_at_us and self._is_there(number, details, at_us):
            self.known()
            return
        if at_us < state.last_booked_at_us:
            raise Refused(
                "booked_before_last", f"customer {number} already has later changes and differs at that time"
            )
        if state.erasure_requested_at_us is not None:
            raise Refused("customer_erased", f"customer {number} has been forgotten")
        new_events = differences(state.personal, details)
        if not new_events:
            self.known()
            return
        command = program_id("import", "customer", reference, to_iso(at_us), str(state.version))
        self.append(StreamAppend(customer_stream(number), state, new_events, at_us, number), command)
        self.booked()

    def _register(self, reference: str, details: PersonalDetails, at_us: int) -> None:
        number = customer_number(self._serial)
        new_event = NewEvent(e.CustomerRegistered(reference=reference, imported=True), details)
        append = StreamAppend(customer_stream(number), None, (new_event,), at_us, number)
        self.append(append, program_id("import", "customer", reference))
        self._numbers[reference] = number
        self._serial += 1
        self.booked()

    def _state(self, number: str) -> Customer:
        state = self.batch.state(customer_stream(number))
        return state if isinstance(state, Customer) else self._at(number, None)

    def _at(self, number: str, version: int | None) -> Customer:
        revealer = Revealer(self.ledger, self.keyring)
        loaded = self.ledger.customers.load(
            number, version=version, reveal=revealer.personal, reveal_snapshot=revealer.snapshot
        )
        if loaded is None:
            raise Refused("customer_unknown", f"customer {number} is not in the ledger")
        return loaded.state

    def _is_there(self, number: str, details: PersonalDetails, at_us: int) -> bool:
        """True if the ledger, before this import, says the same of that instant.

        Several changes may bear one instant: the file's rows must come in the order of the versions.
        Raises `Refused` for a customer of whom nobody can compare anything any more.
        """
        stream = customer_stream(number)
        last = self.ledger.log.version_at(stream, AtInstant(at_us))
        first = max(self.ledger.log.version_at(stream, AtInstant(at_us - 1)), self._matched.get(number, 1), 1)
        for version in range(first, last + 1):
            known = self._at(number, version).personal
            if isinstance(known, Mask):
                if self.ledger.log.instants(stream, last)[0] == at_us:
                    return True  # booked by an earlier import
                raise Refused("customer_erased", f"customer {number} has been forgotten")
            if known == details:
                self._matched[number] = version
                return True
        return False
