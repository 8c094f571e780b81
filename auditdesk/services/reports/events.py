"""The event log as a report: every event of the bank in the order of the log, or one account's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from auditdesk.domain import codec
from auditdesk.domain.catalogue import CUSTOMER, MONEY_TAGS, stream_kind
from auditdesk.domain.personal import Mask
from auditdesk.domain.streams import account_stream, name_in
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.rows import AccountRow
from auditdesk.services.reports.cells import amount_writer, instant
from auditdesk.services.reports.frame import Report, Row, Source, envelopes_of, log_until, spans


class Holding(NamedTuple):
    """An account's owner, currency, and format of amounts."""

    customer: str
    currency: str
    decimal: Callable[[int], str]


class EventLogReport(Report):
    """One row an event.

    `position`: in the log; `stream`, `version`: whose event it is, and its which; `event`: its tag.
    `booked_at`, `recorded_at`: by the two clocks; `operator`: who did it; `subject`: the number of the
    customer whom it concerns; `amount`: signed, in `currency`, where money moved, and its `value_date`.
    `details`: the event's own members as canonical JSON; `personal`: the personal data beside it as JSON,
    its mask, or nothing where it has none. `command_id`: the command that left the event, alone or with
    others; `correlation_id`: the command that it belongs to; `event_id`: its own.
    """

    NAME = "events"
    TITLE = "Event log"
    WORDS = "The log itself, one row an event: who did what, when it was booked and when recorded."
    COLUMNS = (
        "position",
        "stream",
        "version",
        "event",
        "booked_at",
        "recorded_at",
        "value_date",
        "operator",
        "subject",
        "amount",
        "currency",
        "details",
        "personal",
        "command_id",
        "correlation_id",
        "event_id",
    )

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._masks: dict[str, str] = {}
        ledger, query = source.ledger, source.query
        self._spans = spans(ledger, query) if query.account else []
        self.expected_rows = (
            sum(max(0, span.last - span.first + 1) for span in self._spans)
            if query.account
            else query.last_position
        )
        self._holdings = {account_stream(row.number): _holding(row) for row in ledger.accounts.rows()}

    def rows(self) -> Iterator[Row]:
        """The events, by position."""
        add = self.totals.add
        text, json, personal = self._source.text, self._source.json, self._personal
        holdings, decode = self._holdings, codec.decode_event
        recorded_at_us, recorded_at = -1, ""  # neighbours are often of one instant, operator and command
        operator = operator_cell = correlation_id = correlation_cell = ""
        for envelope in self._envelopes():
            value_date = amount = currency = ""
            holding = holdings.get(envelope.stream)
            if holding is not None and envelope.type in MONEY_TAGS:
                event: Any = decode(envelope.type, envelope.schema, envelope.payload)
                amount_minor = event.signed_minor
                currency = holding.currency
                value_date = event.value_date
                amount = holding.decimal(amount_minor)
                add(currency, amount_minor)
            if envelope.recorded_at_us != recorded_at_us:
                recorded_at_us = envelope.recorded_at_us
                recorded_at = instant(recorded_at_us)
            if envelope.operator != operator:
                operator = envelope.operator
                operator_cell = text(operator)
            if envelope.correlation_id != correlation_id:
                correlation_id = envelope.correlation_id
                correlation_cell = text(correlation_id)
            yield (
                envelope.position,
                envelope.stream if holding else text(envelope.stream),
                envelope.version,
                envelope.type,
                instant(envelope.booked_at_us),
                recorded_at,
                value_date,
                operator_cell,
                holding.customer if holding else _customer_in(envelope),
                amount,
                currency,
                json(str(envelope.payload, "utf-8")),
                "" if envelope.sealed is None else personal(envelope),
                text(envelope.command_id),
                correlation_cell,
                envelope.event_id,
            )

    def _personal(self, envelope: Envelope) -> str:
        subject = envelope.subject or ""
        if subject not in self._masks:
            mask = self._source.revealer.mask_of(subject)
            self._masks[subject] = str(mask) if mask else ""
        if self._masks[subject]:
            return self._masks[subject]
        personal = self._source.revealer.personal(envelope)
        if personal is None or isinstance(personal, Mask):
            return str(personal or "")
        return self._source.json(codec.encode_personal(personal).decode())

    def _envelopes(self) -> Iterable[Envelope]:
        """The envelopes within the bounds."""
        query = self._source.query
        if query.account:
            return (envelope for span in self._spans for envelope in envelopes_of(self._source.ledger, span))
        log = log_until(self._source)
        if query.from_us is None and query.to_us is None:
            return log
        return (envelope for envelope in log if query.covers(envelope.booked_at_us))


def _holding(row: AccountRow) -> Holding:
    return Holding(row.customer, row.currency, amount_writer(row.currency))


def _customer_in(envelope: Envelope) -> str:
    return name_in(envelope.stream) if stream_kind(envelope.stream) is CUSTOMER else ""
