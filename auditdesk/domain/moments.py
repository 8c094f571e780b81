"""Moments: where in the past to look. A version, or an instant on one of the two clocks."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import parse_instant

TimeAxis = Literal["booked", "recorded"]


class AtVersion(Struct, frozen=True):
    """After exactly `version` events of the stream."""

    version: int


class AtInstant(Struct, frozen=True):
    """After every event that `clock` puts at or before the instant (microseconds UTC)."""

    instant_us: int
    clock: TimeAxis = "booked"


class Now(Struct, frozen=True):
    """After every event there is."""


Moment = AtVersion | AtInstant | Now
NOW = Now()
MAX_VERSION_DIGITS = 18


def parse_moment(text: str, clock: TimeAxis = "booked") -> Moment:
    """Read WHEN of the command line: an ISO date or instant, `#VERSION`, or `now`.

    A date means the end of that day. Raises `Refused` (`instant_malformed`, `version_malformed`).
    """
    text = text.strip()
    if text == "now":
        return NOW
    if text.startswith("#"):
        digits = text[1:]
        if not (digits.isascii() and digits.isdigit() and 1 <= len(digits) <= MAX_VERSION_DIGITS):
            raise Refused("version_malformed", f"{text[:40]!r} is not a version.", "Write #312.")
        return AtVersion(int(digits))
    return AtInstant(parse_instant(text, date_means_end=True), clock)
