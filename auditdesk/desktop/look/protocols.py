"""Protocol of the locale for widgets: texts for people, as the module of formats makes them."""

from __future__ import annotations

from typing import Protocol

from auditdesk.domain.personal import Mask


class Formats(Protocol):
    """Texts for people, in their locale; amounts in minor units, instants in µs UTC."""

    def money(self, amount_minor: int, currency: str) -> str:
        """An amount with all of its currency's decimals, without the currency."""

    def instant(self, instant_us: int) -> str:
        """A day and a time, to the minute."""

    def event_name(self, tag: str) -> str:
        """The name of an event type for people."""

    def mask(self, mask: Mask) -> str:
        """The text in place of masked personal data."""
