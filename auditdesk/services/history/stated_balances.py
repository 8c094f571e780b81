"""Discrepancies between an imported source's stated balances and the replay.

A gap runs along an account once it has opened, so the gap alone would point at every later row. What counts
is where the gap *changes*: the row that broke it, or mended it. Stated balances are never computed with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.streams import account_stream, name_in
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.access.context import NO_PROGRESS, OperatorContext, Progress, watched
from auditdesk.services.access.lookup import find_account


class Discrepancy(NamedTuple):
    """An event at which the gap between stated and replayed balance changes. Money in minor units.

    `gap_minor` is stated less replayed after the event; `jump_minor` is how far the gap moved since the
    account's last stated balance (since an even start, where there was none).
    """

    account: str
    version: int
    position: int
    booked_at_us: int
    reference: str
    stated_minor: int
    replayed_minor: int
    gap_minor: int
    jump_minor: int


class Discrepancies:
    """Finds the rows that broke an account's stated balances, or mended them."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    def stated_discrepancies(self, account: str, *, progress: Progress = NO_PROGRESS) -> list[Discrepancy]:
        """One account's, by version. Raises `Refused` (`account_unknown`), `Cancelled`, `UnknownEvent`."""
        stream = account_stream(find_account(self._context, account))
        total = self._ledger.log.stream_length(stream)
        events = self._ledger.log.stream(stream, up_to=total)
        return list(discrepancies(watched(events, total, progress, "Comparing stated balances")))


def discrepancies(envelopes: Iterable[Envelope]) -> Iterator[Discrepancy]:
    """The changes of the gap. Each account's events must be given whole, in the order of their versions."""
    gaps = StatedGaps()
    for envelope in envelopes:
        event = envelope.event()
        if isinstance(event, e.MoneyEvent) and (found := gaps.see(envelope, event)):
            yield found


class StatedGaps:
    """Follows the gap of each account, event by event; memory grows with the accounts alone."""

    def __init__(self) -> None:
        self._balances: dict[str, int] = {}
        self._gaps: dict[str, int] = {}

    def see(self, envelope: Envelope, event: e.MoneyEvent) -> Discrepancy | None:
        """Count an account's next entry; a discrepancy if its gap changes here."""
        stream = envelope.stream
        replayed_minor = self._balances.get(stream, 0) + event.signed_minor
        self._balances[stream] = replayed_minor
        stated_minor = event.stated_balance_minor
        if stated_minor is None:
            return None
        gap_minor = stated_minor - replayed_minor
        jump_minor = gap_minor - self._gaps.get(stream, 0)
        self._gaps[stream] = gap_minor
        if not jump_minor:
            return None
        return Discrepancy(
            account=name_in(stream),
            version=envelope.version,
            position=envelope.position,
            booked_at_us=envelope.booked_at_us,
            reference=event.reference,
            stated_minor=stated_minor,
            replayed_minor=replayed_minor,
            gap_minor=gap_minor,
            jump_minor=jump_minor,
        )
