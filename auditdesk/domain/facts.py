"""A decision's result: an event, and the personal data that travels beside it."""

from __future__ import annotations

from typing import NamedTuple

from auditdesk.domain.events import Event
from auditdesk.domain.personal import Personal


class Fact(NamedTuple):
    """One new event with its personal data in the clear; it is sealed before it is kept."""

    event: Event
    personal: Personal | None = None
