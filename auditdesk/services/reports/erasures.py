"""The register of erasures: who was forgotten, why, when, by whom, and what it covered. No personal data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from auditdesk.domain import events as e
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.reports.cells import Cell, instant
from auditdesk.services.reports.frame import Report, ReportOptions, Row, Source, log_until

TAGS: Final = (e.ErasureRequested.TAG, e.CustomerForgotten.TAG)
NOT_YET: Final[tuple[Cell, ...]] = ("", "", "", "", "")


class ErasureRegister(Report):
    """One row an erasure that had been requested at the moment, in the order of the log.

    `customer`: the number. `state`: `forgotten`, or `requested` where the key had not been destroyed yet.
    `requested_at`, `requested_by`, `reason`: when, by whom and why; `forgotten_at`, `done_by`: its end.
    `key_fingerprint`: of the destroyed key, hex; `sealed_events`: how many events it had sealed;
    `accounts`: the customer's, parted by blanks. `requested_position`,
    `forgotten_position`: of the two events in the log.
    The range of dates bounds the request.
    """

    NAME = "erasures"
    TITLE = "Register of erasures"
    WORDS = "Every erasure: customer number, reason, time, operator and the destroyed key."
    COLUMNS = (
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
    TAKES = ReportOptions(account="no", reveal=False)

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._requests, self._done = _erasures(source)
        self.expected_rows = len(self._requests)

    def rows(self) -> Iterator[Row]:
        """The erasures."""
        for request in self._requests:
            yield self._row(request, self._done.get(request.stream))

    def extras(self) -> dict[str, Any]:
        """The number of erasures requested, and of those done."""
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
    requests, done = [], {}
    for envelope in log_until(source, TAGS):
        if envelope.type == e.CustomerForgotten.TAG:
            done[envelope.stream] = envelope
        elif source.query.covers(envelope.booked_at_us):
            requests.append(envelope)
    return requests, done
