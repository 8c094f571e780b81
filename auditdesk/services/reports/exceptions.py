"""The exceptions report: events that deviate from what a source stated, or from the bank's rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from auditdesk.domain import account as account_fold
from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.catalogue import ACCOUNT, of_stream, tags
from auditdesk.domain.instants import day_of
from auditdesk.domain.money import format_amount
from auditdesk.domain.streams import account_stream, name_in
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.access.context import watched
from auditdesk.services.history.stated_balances import StatedGaps
from auditdesk.services.reports.cells import amount_writer, instant
from auditdesk.services.reports.frame import Report, ReportOptions, Row, Source, log_until

BACKDATED_DAYS: Final = 30
TAGS: Final = (e.CommandRefused.TAG, *tags(of_stream(ACCOUNT)))
REFUSED: Final = "refused"
STATED: Final = "stated balance"
OVERDRAWN: Final = "overdrawn"
BACKDATED: Final = "backdated"
BLOCKED: Final = "imported against a block"


class ListedReason(NamedTuple):
    """The reason why an event is listed: its kind, and a sentence."""

    kind: str
    details: str


class Exceptions(Report):
    """One row a reason for which an event is listed, in the order of the log.

    `kind` is one of

    - `stated balance`: the gap between the balance that an imported source stated and the replayed one
      changes here (rows that only carry the gap on are not listed);
    - `refused`: a command that a rule refused; `details` holds the rule's code and sentence;
    - `overdrawn`: the balance falls beyond the agreed overdraft here;
    - `backdated`: the value date lies more than 30 days before the day of booking;
    - `imported against a block`: history that moves money in a direction that was blocked by then.

    `position`, `stream`, `version`, `event`: the event in the log; `account`: the number of the account it
    is about. `amount`: signed, and `balance`: after the event; decimals of `currency`, where money moved.
    `value_date`: the day from which it counts; `operator`: who did it; `stated_balance`: what the source
    said. The range of dates bounds `booked_at`; what came before is
    replayed all the same. Control totals are of `amount`, an event under two kinds counted twice.
    """

    NAME = "exceptions"
    TITLE = "Exceptions"
    WORDS = (
        "What parts from the rule: stated balances that differ from the replay, refused commands, accounts "
        f"overdrawn beyond their limit, value dates more than {BACKDATED_DAYS} days back, "
        "and history imported against a block."
    )
    COLUMNS = (
        "kind",
        "position",
        "stream",
        "version",
        "event",
        "booked_at",
        "value_date",
        "operator",
        "account",
        "currency",
        "amount",
        "balance",
        "stated_balance",
        "details",
    )
    TAKES = ReportOptions(account="no", reveal=False)

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._accounts: dict[str, Account] = {}
        self._gaps = StatedGaps()
        self._counts: Counter[str] = Counter()

    def rows(self) -> Iterator[Row]:
        """The exceptions. Raises `LedgerDamaged` where the log of an account can't be replayed."""
        query = self._source.query
        log = log_until(self._source, TAGS)
        for envelope in watched(log, query.last_position, self._source.progress, "Looking for exceptions"):
            event = envelope.event()
            findings = list(self._findings(envelope, event))
            if query.covers(envelope.booked_at_us):
                for finding in findings:
                    self._counts[finding.kind] += 1
                    yield self._row(envelope, event, finding)

    def extras(self) -> dict[str, Any]:
        """The number of rows of each kind, and the days from which a value date is listed."""
        return {"exceptions": dict(sorted(self._counts.items())), "backdated_days": BACKDATED_DAYS}

    def _findings(self, envelope: Envelope, event: e.Event) -> Iterator[ListedReason]:
        if isinstance(event, e.CommandRefused):
            yield ListedReason(REFUSED, _refusal(event, self._accounts.get(account_stream(event.target))))
            return
        before = self._accounts.get(envelope.stream)
        after = account_fold.apply(name_in(envelope.stream), before, event, envelope.booked_at_us)
        self._accounts[envelope.stream] = after
        if isinstance(event, e.MoneyEvent):
            yield from self._of_money(envelope, event, before or after)
        if after.available_minor < 0 and (before is None or before.available_minor >= 0):
            beyond = _money(-after.available_minor, after)
            yield ListedReason(OVERDRAWN, f"The balance is {beyond} beyond the agreed overdraft.")

    def _of_money(self, envelope: Envelope, event: e.MoneyEvent, before: Account) -> Iterator[ListedReason]:
        if gap := self._gaps.see(envelope, event):
            off, jump = (_money(minor, before) for minor in (gap.gap_minor, gap.jump_minor))
            yield ListedReason(STATED, f"Stated less replayed is {off}; it moved by {jump} here.")
        days = (day_of(envelope.booked_at_us) - date.fromisoformat(event.value_date)).days
        if days > BACKDATED_DAYS:
            yield ListedReason(BACKDATED, f"The value date lies {days} days before the booking.")
        debit = event.signed_minor < 0
        if event.imported and (before.debits_blocked if debit else before.credits_blocked):
            yield ListedReason(BLOCKED, f"The account was blocked for {'debits' if debit else 'credits'}.")

    def _row(self, envelope: Envelope, event: e.Event, finding: ListedReason) -> Row:
        text = self._source.text
        stream = account_stream(event.target) if isinstance(event, e.CommandRefused) else envelope.stream
        account = self._accounts.get(stream)
        currency = value_date = amount = balance = stated = ""
        if account is not None and isinstance(event, e.MoneyEvent):
            currency, value_date = account.currency, event.value_date
            decimal = amount_writer(currency)
            self.totals.add(currency, event.signed_minor)
            amount, balance = decimal(event.signed_minor), decimal(account.balance_minor)
            stated_minor = event.stated_balance_minor
            stated = "" if stated_minor is None else decimal(stated_minor)
        return (
            finding.kind,
            envelope.position,
            text(envelope.stream),
            envelope.version,
            envelope.type,
            instant(envelope.booked_at_us),
            value_date,
            text(envelope.operator),
            account.number if account else "",
            currency,
            amount,
            balance,
            stated,
            text(finding.details),
        )


def _money(amount_minor: int, account: Account) -> str:
    return f"{format_amount(amount_minor, account.currency)} {account.currency}"


def _refusal(event: e.CommandRefused, account: Account | None) -> str:
    """The refused command, and the rule that refused it."""
    asked = [event.command, event.target]
    if account is not None and event.amount_minor is not None:
        asked.append(_money(event.amount_minor, account))
    return f"{' '.join(part for part in asked if part)}: {event.code}. {event.message}"
