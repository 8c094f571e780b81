"""Formats that the product doesn't have: an index more, and one more still."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from auditdesk.ledger.formats import FORMATS, LedgerFormat, lay_today

INDEX_2: Final = "CREATE INDEX events_correlation ON events (correlation_id, position)"
INDEX_3: Final = "CREATE INDEX entries_position ON entries (position)"


def bring_up_to_2(connection: Connection) -> None:
    connection.exec_driver_sql(INDEX_2)


def bring_up_to_3(connection: Connection) -> None:
    connection.exec_driver_sql(INDEX_3)


def lay_2(connection: Connection) -> None:
    lay_today(connection)
    connection.exec_driver_sql(INDEX_2)


def lay_3(connection: Connection) -> None:
    lay_2(connection)
    connection.exec_driver_sql(INDEX_3)


UP_TO_2: Final = (*FORMATS, LedgerFormat(2, lay_2, bring_up_to_2))
UP_TO_3: Final = (*UP_TO_2, LedgerFormat(3, lay_3, bring_up_to_3))
