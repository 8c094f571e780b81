"""From an address to the backend that keeps a ledger there: another database is another line here."""

from __future__ import annotations

import re
from pathlib import Path

from auditdesk.domain.errors import Refused
from auditdesk.ledger.backends.base import Backend
from auditdesk.ledger.backends.sqlite import SqliteBackend


def backend_at(address: str) -> Backend:
    """The backend of an address: a path is a SQLite file. Raises `Refused` (`backend_unknown`)."""
    scheme = re.match(r"([a-z0-9+]{2,})://", address)
    if scheme:
        raise Refused("backend_unknown", f"There is no backend for {scheme[1]}.", "Give the path of a file.")
    return SqliteBackend(Path(address))
