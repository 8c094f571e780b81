"""Where an imported source's stated balances part from the replay.

A gap runs along an account once it has opened, so the gap alone would point at every later row. What counts
is where the gap *changes*: the row that broke it, or mended it. Stated balances are never computed with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.streams import account_stream, name_in
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.access.context import NO_PROGRESS, OperatorContext, Progress
from auditdesk.services.access.lookup import find_account

PROGRESS_EVERY_EVENTS: Final = 2_000
MONEY_TAGS: Final = tuple(cls.TAG for cls in e.MONEY_EVENTS)


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
        return list(_jumps(_watched(self._ledger.log.stream(stream, up_to=total), total, progress)))

    def all_stated_discrepancies(self, *, progress: Progress = NO_PROGRESS) -> Iterator[Discrepancy]:
        """Every account's, in the order of the log, in one pass. Raises `Cancelled`, `UnknownEvent`."""
        total = self._ledger.log.head().position
        yield from _jumps(_watched(self._ledger.log.read(up_to=total, types=MONEY_TAGS), total, progress))


def _watched(envelopes: Iterable[Envelope], total: int, progress: Progress) -> Iterator[Envelope]:
    for done, envelope in enumerate(envelopes):
        if done % PROGRESS_EVERY_EVENTS == 0:
            progress.report(done, total, "Comparing stated balances")
            progress.check()
        yield envelope
    progress.report(total, total, "Comparing stated balances")


def _jumps(envelopes: Iterable[Envelope]) -> Iterator[Discrepancy]:
    """The changes of the gap; each account's events must come in the order of their versions."""
    balances: dict[str, int] = {}
    gaps: dict[str, int] = {}
    for envelope in envelopes:
        event = envelope.event()
        if not isinstance(event, e.MoneyEvent):
            continue
        stream = envelope.stream
        replayed_minor = balances.get(stream, 0) + event.signed_minor
        balances[stream] = replayed_minor
        stated_minor = event.stated_balance_minor
        if stated_minor is None:
            continue
        gap_minor = stated_minor - replayed_minor
        jump_minor = gap_minor - gaps.get(stream, 0)
        gaps[stream] = gap_minor
        if jump_minor:
            yield Discrepancy(
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
