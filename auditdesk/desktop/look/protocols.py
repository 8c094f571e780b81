"""Protocols of theme and locale for the widgets of time: colours, and texts for people.

A palette of the tokens and the module of formats satisfy these as they are; tests bring their own.
"""

from __future__ import annotations

from typing import Protocol

from auditdesk.domain.personal import Mask


class Colors(Protocol):
    """Colours as `#rrggbb`, all from one theme."""

    @property
    def surface(self) -> str:
        """The ground of cards."""

    @property
    def border(self) -> str:
        """Hairlines, and what is to come in the density strip."""

    @property
    def border_strong(self) -> str:
        """Lines that carry meaning, and what is to come in the chart."""

    @property
    def text_muted(self) -> str:
        """Captions and axis labels."""

    @property
    def text_faint(self) -> str:
        """Rows after the moment, still readable."""

    @property
    def accent(self) -> str:
        """The one colour of what can be moved."""

    @property
    def accent_soft(self) -> str:
        """The ground of the current row."""

    @property
    def past(self) -> str:
        """Amber: this is not the present."""

    @property
    def debit(self) -> str:
        """Money that went out."""

    @property
    def credit(self) -> str:
        """Money that came in."""


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
