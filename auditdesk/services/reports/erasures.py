"""The register of erasures: who was forgotten, why, when, by whom, and what it covered. No personal data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from auditdesk.domain import events as e
from auditdesk.domain.moments import AtInstant
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.reports.cells import Cell, instant
from auditdesk.services.reports.frame import Query, Row, Source, Totals

COLUMNS: Final = (
    "customer",
    "state",
    "requested_at",
    "requested_by",
    "reason",
    "forgotten_at",
    "done_by",
    "key_fingerprint",
    "sealed_events",
    "accounts",
    "requested_position",
    "forgotten_position",
)
TAGS: Final = (e.ErasureRequested.TAG, e.CustomerForgotten.TAG)
NOT_YET: Final[tuple[Cell, ...]] = ("", "", "", "", "")


class ErasureRegister:
    """One row an erasure that had been requested at the moment, in the order of the log.

    `state` is `forgotten`, or `requested` where the key had not been destroyed yet; the range of dates
    bounds the request.
    """

    columns: tuple[str, ...] = COLUMNS

    def __init__(self, source: Source) -> None:
        self._source = source
        self.totals = Totals()
        self._requests, self._done = _erasures(source)
        self.expected_rows = len(self._requests)

    def rows(self) -> Iterator[Row]:
        """The erasures."""
        for request in self._requests:
            yield self._row(request, self._done.get(request.stream))

    def extras(self) -> dict[str, Any]:
        """How many were requested, and how many of them are done."""
        done = sum(request.stream in self._done for request in self._requests)
        return {"erasures": {"requested": len(self._requests), "forgotten": done}}

    def _row(self, request: Envelope, done: Envelope | None) -> Row:
        text = self._source.text
        asked, forgotten = request.event(), done.event() if done else None
        reason = asked.reason if isinstance(asked, e.ErasureRequested) else ""
        begun: Row = (
            request.stream.partition("/")[2],
            "requested" if done is None else "forgotten",
            instant(request.booked_at_us),
            text(request.operator),
            text(reason),
        )
        if done is None or not isinstance(forgotten, e.CustomerForgotten):
            return (*begun, *NOT_YET, request.position, "")
        return (
            *begun,
            instant(done.booked_at_us),
            text(done.operator),
            forgotten.key_id,
            forgotten.sealed_events,
            " ".join(forgotten.accounts),
            request.position,
            done.position,
        )


def _erasures(source: Source) -> tuple[list[Envelope], dict[str, Envelope]]:
    query = source.query
    requests, done = [], {}
    for envelope in source.ledger.log.read(types=TAGS, up_to=query.last_position):
        if not _seen(envelope, query):
            continue
        if envelope.type == e.CustomerForgotten.TAG:
            done[envelope.stream] = envelope
        elif (query.from_us or 0) <= envelope.booked_at_us and (
            query.to_us is None or envelope.booked_at_us <= query.to_us
        ):
            requests.append(envelope)
    return requests, done


def _seen(envelope: Envelope, query: Query) -> bool:
    """Whether the event had happened at the moment, by the moment's clock."""
    if not isinstance(query.as_of, AtInstant):
        return True
    at_us = envelope.booked_at_us if query.as_of.clock == "booked" else envelope.recorded_at_us
    return at_us <= query.as_of.instant_us
