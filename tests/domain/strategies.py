"""Hypothesis strategies made from the events' own definitions."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import fields

from auditdesk.domain.money import INT64_MAX, INT64_MIN

INT64 = st.integers(INT64_MIN, INT64_MAX)


def of_type(annotation: Any) -> st.SearchStrategy[Any]:
    """Values of a member's type; integers are those that a ledger holds."""
    if annotation is int:
        return INT64
    if annotation == int | None:
        return st.none() | INT64
    if hasattr(annotation, "__struct_fields__"):
        return structs(annotation)
    return st.from_type(annotation)


def structs(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Instances of a msgspec struct, every member drawn."""
    return st.builds(cls, **{field.name: of_type(field.type) for field in fields(cls)})
