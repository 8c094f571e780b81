"""The base of reports: words, options, columns, rows, and totals to check them by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import Any, ClassVar, Literal, NamedTuple

from auditdesk.domain.account import Account
from auditdesk.domain.moments import AtInstant, Moment, Now
from auditdesk.domain.roles import EXPORT, Permission
from auditdesk.domain.streams import account_stream
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import Ledger
from auditdesk.services.access.context import Progress
from auditdesk.services.access.revealing import Revealer
from auditdesk.services.reports.cells import Cell, raw, safe_json, safe_text

Row = tuple[Cell, ...]


class ReportOptions(NamedTuple):
    """The options that a report takes beside the moment.

    `account`: never one account's (`no`), one's where it is asked for (`asked`), or of the account that is
    being looked at (`shown`). `range`: bounded by dates. `reveal`: with personal data in the clear.
    """

    account: Literal["no", "asked", "shown"] = "shown"
    range: bool = True
    reveal: bool = True


class Query(NamedTuple):
    """The scope of a report. `account` is a number or empty (all); instants are microseconds UTC.

    `from_us` and `to_us` bound the booked-at instant, both inclusive; `as_of` cuts by its own clock.
    `last_position` is the log's end when the report was begun: what is appended meanwhile is not in it.
    """

    account: str
    from_us: int | None
    to_us: int | None
    as_of: Moment
    last_position: int

    def covers(self, booked_at_us: int) -> bool:
        """True if an instant lies within the bounds."""
        return (self.from_us is None or self.from_us <= booked_at_us) and (
            self.to_us is None or booked_at_us <= self.to_us
        )


class Source(NamedTuple):
    """The source of a report's rows, and the format of its cells."""

    ledger: Ledger
    revealer: Revealer
    query: Query
    text: Callable[[str], str]
    json: Callable[[str], str]
    progress: Progress


class ControlTotal(NamedTuple):
    """The sum of the debits and of the credits in one currency; both zero or more, in minor units."""

    currency: str
    debit_minor: int
    credit_minor: int


class Totals:
    """Adds up signed amounts per currency."""

    def __init__(self) -> None:
        self._sums: dict[str, list[int]] = {}

    def add(self, currency: str, amount_minor: int) -> None:
        """Count one amount: a debit below zero, else a credit."""
        sums = self._sums.get(currency)
        if sums is None:
            sums = self._sums[currency] = [0, 0]
        if amount_minor < 0:
            sums[0] -= amount_minor
        else:
            sums[1] += amount_minor

    def as_rows(self) -> tuple[ControlTotal, ...]:
        """The sums, by currency."""
        return tuple(ControlTotal(currency, *sums) for currency, sums in sorted(self._sums.items()))


class Report(ABC):
    """One report. `rows` may be iterated once; `totals` and `extras` are complete afterwards.

    `NAME` is what it is asked for by, `TITLE` and `WORDS` (one sentence) what people read of it.
    """

    NAME: ClassVar[str]
    TITLE: ClassVar[str]
    WORDS: ClassVar[str]
    COLUMNS: ClassVar[tuple[str, ...]]
    TAKES: ClassVar[ReportOptions] = ReportOptions()
    PERMISSION: ClassVar[Permission] = EXPORT

    def __init__(self, source: Source) -> None:
        self._source = source
        self.totals = Totals()
        self.expected_rows = 0

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """The rows, in bounded memory."""

    def extras(self) -> dict[str, Any]:
        """Entries of this report's manifest beyond the totals."""
        return {}


class VersionRange(NamedTuple):
    """The events of one account that a report is of: versions `first` to `last`, none where last < first."""

    number: str
    reference: str
    currency: str
    first: int
    last: int


def make_source(
    ledger: Ledger, revealer: Revealer, query: Query, progress: Progress, *, as_is: bool
) -> Source:
    """The source of a report in the raw form (`as_is`) or the spreadsheet-safe one."""
    text, json = (raw, raw) if as_is else (safe_text, safe_json)
    return Source(ledger, revealer, query, text, json, progress)


def spans(ledger: Ledger, query: Query) -> list[VersionRange]:
    """The accounts that had been opened at the moment, with the versions that the bounds leave.

    Both clocks never decrease within a stream, so that bounds always leave one stretch of versions. Call it
    when the report is made: the view that fixes its moment ends before the rows are written.
    """
    with ledger.view():
        rows = [ledger.accounts.find(query.account)] if query.account else ledger.accounts.rows()
        found = []
        for row in rows:
            if row is None:
                continue
            stream = account_stream(row.number)
            last = _last_version(ledger, stream, query)
            if last == 0:
                continue
            if query.to_us is not None:
                last = min(last, ledger.log.version_at(stream, AtInstant(query.to_us)))
            first = 1
            if query.from_us is not None:
                first += ledger.log.version_at(stream, AtInstant(query.from_us - 1))
            found.append(VersionRange(row.number, row.reference, row.currency, first, last))
        return found


def _last_version(ledger: Ledger, stream: str, query: Query) -> int:
    if isinstance(query.as_of, Now):
        return ledger.log.stream_length(stream)
    return ledger.log.version_at(stream, query.as_of)


def envelopes_of(ledger: Ledger, span: VersionRange) -> Iterator[Envelope]:
    """The span's events, a page at a time."""
    return ledger.log.stream(account_stream(span.number), after=span.first - 1, up_to=span.last)


def log_until(source: Source, types: Sequence[str] = ()) -> Iterator[Envelope]:
    """The bank's events that had happened at the query's moment, in the order of the log.

    The log is by position, so that only the recorded-at clock ends it; by the booked-at clock, which
    imported history sets back, what was booked later is passed over.
    """
    log = source.ledger.log.read(up_to=source.query.last_position, types=types)
    as_of = source.query.as_of
    if not isinstance(as_of, AtInstant):
        return log
    if as_of.clock == "recorded":
        return takewhile(lambda envelope: envelope.recorded_at_us <= as_of.instant_us, log)
    return (envelope for envelope in log if envelope.booked_at_us <= as_of.instant_us)


def state_after(ledger: Ledger, number: str, version: int) -> Account | None:
    """The account's state after `version` events; None before the first."""
    loaded = ledger.accounts.load(number, version=version) if version > 0 else None
    return loaded.state if loaded else None


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows in lists of `size`."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
