"""The palettes: text can be read on every ground it is put on (WCAG 2.2, AA)."""

from __future__ import annotations

import re

import pytest

from auditdesk.desktop.look.tokens import DARK, LIGHT, PALETTES, Palette

READABLE = 4.5
VISIBLE = 3.0
ON_ANY_GROUND = ("text", "text_muted", "text_faint")
GROUNDS = ("window", "surface", "sunken")
COLORED = ("accent", "past", "debit", "credit", "danger")
PAIRS = [
    *((text, ground) for text in (*ON_ANY_GROUND, *COLORED) for ground in GROUNDS),
    *((text, "accent_soft") for text in (*ON_ANY_GROUND, "accent", "debit", "credit")),  # the current row
    ("past", "past_soft"),
    ("text", "past_soft"),
    ("danger", "danger_soft"),
    ("text", "danger_soft"),
    ("credit", "credit_soft"),
    ("on_accent", "accent"),
]


def luminance(color: str) -> float:
    """Relative luminance of a `#rrggbb` colour (WCAG 2.2)."""
    parts = []
    for start in (1, 3, 5):
        value = int(color[start : start + 2], 16) / 255
        parts.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)  # sRGB
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_readable_on_its_ground(palette: Palette, text: str, ground: str) -> None:
    assert contrast(getattr(palette, text), getattr(palette, ground)) >= READABLE


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_ring_around_what_has_the_focus_is_seen(palette: Palette, ground: str) -> None:
    assert contrast(palette.focus, getattr(palette, ground)) >= VISIBLE


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_every_token_is_a_color(palette: Palette) -> None:
    for name in Palette.__dataclass_fields__:
        if name != "theme":
            assert re.fullmatch(r"#[0-9a-f]{6}", getattr(palette, name)), name
