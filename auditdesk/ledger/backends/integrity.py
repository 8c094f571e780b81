"""SQLite's own look at every page and index, beside the checks that are ours.

It sees what no replay can: an index that leads somewhere else than its table. It runs on a thread of its own
and leaves the interpreter free meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from typing import Any, Final

from sqlalchemy import Engine

from auditdesk.domain.errors import Fault
from auditdesk.storage.sqlite_file import integrity_problems

PROBLEMS_NAMED: Final = 20


class SqlitePageCheck:
    """One check, begun at once. Either `problems` or `stop` must be called."""

    def __init__(self, engine: Engine, faults: Callable[[], AbstractContextManager[None]]) -> None:
        self._engine = engine
        self._faults = faults
        self._raw: Any = None
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pages")
        self._found = self._pool.submit(self._check)

    def problems(self) -> list[str]:
        """Wait for the end; what is wrong, in SQLite's words, nothing where all is sound."""
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

    def _check(self) -> list[str]:
        with self._faults(), self._engine.connect() as connection:
            self._raw = connection.connection.dbapi_connection
            try:
                return integrity_problems(self._raw.execute, PROBLEMS_NAMED)
            finally:
                self._raw = None
