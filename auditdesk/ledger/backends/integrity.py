"""SQLite's own look at every page and index, beside the checks that are ours.

It sees what no replay can: an index that leads somewhere else than its table. It runs on a thread of its own
and leaves the interpreter free meanwhile.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Engine

from auditdesk.domain.errors import Fault
from auditdesk.ledger.backends.sqlite import reading

PROBLEMS_NAMED: Final = 20
WELL: Final = "ok"


class PageCheck:
    """One look, begun at once. Either `problems` or `stop` must be called."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._raw: Any = None
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pages")
        self._found = self._pool.submit(self._look)

    def problems(self) -> list[str]:
        """Wait for the end; what is wrong, in SQLite's words, nothing where all is well."""
        try:
            return self._found.result()
        except Fault as error:
            return [error.message]
        finally:
            self._pool.shutdown()

    def stop(self) -> None:
        """Break it off."""
        raw = self._raw
        if raw is not None:
            raw.interrupt()
        with suppress(Fault):
            self._found.result()
        self._pool.shutdown()

    def _look(self) -> list[str]:
        with reading(self._engine) as connection:
            self._raw = connection.connection.dbapi_connection
            try:
                rows = connection.exec_driver_sql(f"PRAGMA integrity_check({PROBLEMS_NAMED})").fetchall()
            finally:
                self._raw = None
        return [str(row[0]) for row in rows if row[0] != WELL]
