"""The formats a ledger was ever kept in, each with the schema it promises and the way to it.

A file is compared with the schema **of its own format number**. A change of the schema, be it an index, is
a new format: freeze what `lay` does for the format before (its text, as `schema` no longer has it), give the
new one its `bring_up`, and `auditdesk.ledger.migrations` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import Connection

from auditdesk.ledger import schema
from auditdesk.ledger.backends.dialects import install_law


class LedgerFormat(NamedTuple):
    """One format: its number, and what it is made of.

    `lay` makes its tables, indexes and law in an empty database. `bring_up` turns a ledger of the format
    before into one of this; the first format has none. Both run in the caller's transaction.
    """

    number: int
    lay: Callable[[Connection], None]
    bring_up: Callable[[Connection], None] | None = None


def lay_today(connection: Connection) -> None:
    """Make the tables of `schema`, and the law."""
    schema.metadata.create_all(connection)
    install_law(connection)


FORMATS: Final = (LedgerFormat(1, lay_today),)
