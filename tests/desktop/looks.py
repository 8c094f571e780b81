"""Colours and texts for the tests of the widgets of time."""

from __future__ import annotations

from dataclasses import dataclass

from auditdesk.domain.instants import to_datetime
from auditdesk.domain.money import format_amount
from auditdesk.domain.personal import Mask


@dataclass(frozen=True)
class PlainColors:
    surface: str = "#ffffff"
    border: str = "#e2e5e9"
    border_strong: str = "#b6bcc5"
    text_muted: str = "#5b6470"
    text_faint: str = "#6b7380"
    accent: str = "#1f62c6"
    accent_soft: str = "#dbe7fb"
    past: str = "#8a5a00"
    debit: str = "#b3261e"
    credit: str = "#137a3a"


LIGHT = PlainColors()
DARK = PlainColors(surface="#1c2026", border="#2e343d", accent="#5ea2ff", text_faint="#8b94a1")


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
