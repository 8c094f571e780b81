"""Colours and texts for the tests of the widgets of time."""

from __future__ import annotations

from auditdesk.desktop.look.tokens import DARK, LIGHT
from auditdesk.domain.instants import to_datetime
from auditdesk.domain.money import format_amount
from auditdesk.domain.personal import Mask


class PlainFormats:
    """Locale-neutral texts."""

    def money(self, amount_minor: int, currency: str) -> str:
        return format_amount(amount_minor, currency)

    def instant(self, instant_us: int) -> str:
        return f"{to_datetime(instant_us):%Y-%m-%d %H:%M}"

    def event_name(self, tag: str) -> str:
        return tag

    def mask(self, mask: Mask) -> str:
        return f"▒▒▒ {mask}"


FORMATS = PlainFormats()
__all__ = ["DARK", "FORMATS", "LIGHT"]
