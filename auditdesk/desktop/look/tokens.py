"""Design tokens: every colour of the window, once for light and once for dark.

One accent for what can be moved or pressed, amber for the past, green and red for money; text on its
surface keeps a contrast of at least 4.5 : 1 (WCAG 2.2, AA), which a test computes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Palette:
    """Colours as `#rrggbb`. `surface` is the ground of cards, `window` what lies between them."""

    theme: Theme
    window: str
    surface: str
    sunken: str
    border: str
    border_strong: str
    text: str
    text_muted: str
    text_faint: str
    accent: str
    accent_soft: str
    on_accent: str
    past: str
    past_soft: str
    debit: str
    credit: str
    danger: str
    danger_soft: str
    credit_soft: str
    focus: str


LIGHT: Final = Palette(
    theme="light",
    window="#f3f4f6",
    surface="#ffffff",
    sunken="#f8f9fb",
    border="#e2e5e9",
    border_strong="#b6bcc5",
    text="#14171c",
    text_muted="#57606c",
    text_faint="#5d6671",
    accent="#1a5fc4",
    accent_soft="#dbe7fb",
    on_accent="#ffffff",
    past="#855600",
    past_soft="#fdf1d7",
    debit="#b3261e",
    credit="#12733a",
    danger="#b3261e",
    danger_soft="#fbe9e7",
    credit_soft="#dff3e6",
    focus="#1a5fc4",
)

DARK: Final = Palette(
    theme="dark",
    window="#14171b",
    surface="#1c2026",
    sunken="#181c21",
    border="#2e343d",
    border_strong="#545d69",
    text="#eef0f3",
    text_muted="#a5aeba",
    text_faint="#98a2af",
    accent="#6aa9ff",
    accent_soft="#21385a",
    on_accent="#0d1420",
    past="#f2b450",
    past_soft="#3a2d14",
    debit="#ff857a",
    credit="#57cc85",
    danger="#ff857a",
    danger_soft="#43201d",
    credit_soft="#173524",
    focus="#6aa9ff",
)

PALETTES: Final[dict[Theme, Palette]] = {"light": LIGHT, "dark": DARK}
