"""Cleaning of typed text: normalised to Unicode NFC, or refused, never a crash later."""

from __future__ import annotations

import unicodedata
from typing import Final

from auditdesk.domain.errors import Refused

MAX_LINE: Final = 200
MAX_TEXT: Final = 2_000


def is_text(text: str) -> bool:
    """Whether it can be stored as UTF-8: no half of a surrogate pair, which bytes that are no text leave."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def clean_line(text: str, field: str, *, required: bool = False, limit: int = MAX_LINE) -> str:
    """One line: NFC, trimmed. Raises `Refused` (`text_invalid`, `text_too_long`, `text_missing`)."""
    cleaned = clean_text(text, field, required=required, limit=limit)
    if not cleaned.isprintable() and any(
        unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in cleaned
    ):
        raise Refused("text_invalid", f"The {field} must be on one line.", field=field)
    return cleaned


def clean_text(text: str, field: str, *, required: bool = False, limit: int = MAX_TEXT) -> str:
    """Text of any number of lines: NFC, trimmed.

    Raises `Refused`: `text_invalid` for NUL and lone surrogates, which no file can hold;
    `text_too_long` beyond `limit` characters; `text_missing` when `required` and nothing is to be seen.
    """
    plain = text.isascii() and text.isprintable()  # most text is; nothing is to be looked for in it
    if not plain and ("\0" in text or not is_text(text)):
        raise Refused(
            "text_invalid",
            f"The {field} contains a NUL or an unpaired surrogate, which cannot be stored.",
            field=field,
        )
    cleaned = (text if plain else unicodedata.normalize("NFC", text)).strip()
    if required and not any(unicodedata.category(char)[0] not in "CZ" for char in cleaned):
        raise Refused("text_missing", f"The {field} is missing.", field=field)
    if len(cleaned) > limit:
        raise Refused("text_too_long", f"The {field} is longer than {limit} characters.", field=field)
    return cleaned


def search_key(text: str) -> str:
    """The search key of a text: case folded, without accents and compatibility forms."""
    folded = unicodedata.normalize("NFD", text)
    for _ in range(2):  # taking compatibility forms away brings new capitals to light (Unicode, D146)
        folded = unicodedata.normalize("NFKD", folded.casefold())
    return "".join(char for char in folded if not unicodedata.combining(char))
