"""Rows go in and out by position: their fields are the tables' columns, or nothing starts."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from msgspec import Struct
from sqlalchemy import Column, Integer, MetaData, Table

from auditdesk.ledger.rows import require_columns

TABLE = Table("visits", MetaData(), Column("at", Integer), Column("paid", Integer))


class Swapped(NamedTuple):
    paid_minor: int
    at_us: int


class Short(Struct, frozen=True):
    at_us: int


class Fitting(Struct, frozen=True):
    at_us: int
    paid_minor: int


def test_a_row_that_fits_its_table_passes() -> None:
    require_columns(Fitting, TABLE)


@pytest.mark.parametrize("row", [Swapped, Short])
def test_a_row_that_has_drifted_from_its_table_is_a_mistake_of_ours(row: type) -> None:
    with pytest.raises(AssertionError, match="has not the columns of visits"):
        require_columns(row, TABLE)
