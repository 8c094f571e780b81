"""Whether the file's tables, indexes and triggers are still as they were made."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, create_engine

from auditdesk.ledger import schema
from auditdesk.ledger.backends.dialects import install_law
from auditdesk.ledger.backends.sqlite import DRIVER

_EVERYTHING: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"


def shape_differences(connection: Connection) -> list[str]:
    """What differs from a ledger made today, one sentence each; nothing where all is as it must be."""
    engine = create_engine("sqlite+pysqlite://", module=DRIVER)
    with engine.begin() as fresh:
        schema.metadata.create_all(fresh)
        install_law(fresh)
        wanted = _shape(fresh)
    engine.dispose()
    found = _shape(connection)
    return [
        f"The {kind} {name} is missing."
        if (kind, name) not in found
        else f"The {kind} {name} is not one of ours."
        if (kind, name) not in wanted
        else f"The {kind} {name} was changed."
        for kind, name in sorted(wanted.keys() | found.keys())
        if wanted.get((kind, name)) != found.get((kind, name))
    ]


def _shape(connection: Connection) -> dict[tuple[str, str], tuple[str, str | None]]:
    rows = connection.exec_driver_sql(_EVERYTHING)  # in a damaged file anything may be of any type
    return {(str(row[0]), str(row[1])): (row[2], row[3]) for row in rows}
