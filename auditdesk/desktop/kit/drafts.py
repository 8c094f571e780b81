"""Keep a form's unposted input as a draft, until it is posted.

It may be personal: it stays in memory, belongs to one sign-in, and goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class DraftKey(NamedTuple):
    """Key of a draft: its form, account or customer, and the customer whose personal data it may hold."""

    form: str
    about: str = ""
    customer: str = ""


class Drafts:
    """The drafts of one sign-in, each being texts by the names of its fields."""

    def __init__(self) -> None:
        self._texts: dict[DraftKey, dict[str, str]] = {}

    def keep(self, key: DraftKey, texts: Mapping[str, str]) -> None:
        """Keep what was typed; nothing typed is no draft."""
        if texts:
            self._texts[key] = dict(texts)
        else:
            self._texts.pop(key, None)

    def of(self, key: DraftKey) -> dict[str, str]:
        """The draft's texts by field name; empty if there is no draft."""
        return dict(self._texts.get(key, {}))

    def forget_customer(self, customer: str) -> None:
        """Drop whatever was typed about a customer."""
        self._texts = {key: texts for key, texts in self._texts.items() if key.customer != customer}

    def clear(self) -> None:
        """Drop everything."""
        self._texts.clear()
