"""A writer: one open workspace of the bank, with the places where the simulator can break it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import event

from auditdesk.bootstrap import open_workspace
from auditdesk.ledger.ledger import Ledger
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from auditdesk.storage.sqlite_file import DRIVER
from tests.faults.sim_orders import Order
from tests.helpers import ManualClock

ROOT: Final = Path(__file__).parents[2]
NO_LIMIT: Final = 0xFFFFFFFE


class PowerCut(BaseException):
    """The end of the process, as far as one can be had inside one: nothing catches it."""


class Writer:
    """One of the two who write. Whatever is broken on it is whole again after `reopen`."""

    def __init__(self, path: Path, clock: ManualClock) -> None:
        self._path = path
        self._clock = clock
        self.workspace, self.session = self._open()
        self.ledger: Ledger = self.session.context.ledger

    def _open(self) -> tuple[Workspace, Session]:
        workspace = open_workspace(self._path, clock=self._clock)
        session = workspace.sign_in("ana", "x")
        ledger = session.context.ledger
        assert (ledger.read_only, ledger.damage) == (False, ()), ledger.warnings
        event.listen(ledger._database.engine, "begin", self._limit_pages)
        self._free_pages: int | None = None
        self._limited = False
        return workspace, session

    def reopen(self, *, sign_off: bool = False) -> None:
        """Close, as a person does or as a crash does, and open again."""
        self.close(sign_off=sign_off)
        self.workspace, self.session = self._open()
        self.ledger = self.session.context.ledger

    def close(self, *, sign_off: bool = False) -> None:
        """Close; without `sign_off` nothing is signed on the way out."""
        if sign_off:
            self.session.sign_off()
            self.session.close()
        self.workspace.close()

    # --- where it breaks ---------------------------------------------------------------------

    @contextmanager
    def full(self, free_pages: int) -> Iterator[None]:
        """Let the ledger have so many more pages and then none."""
        self._free_pages = free_pages
        self._limited = True
        try:
            yield
        finally:
            self._free_pages = None

    def _limit_pages(self, connection: Any) -> None:
        if not self._limited:
            return
        raw = connection.connection.dbapi_connection
        (pages,) = raw.execute("PRAGMA page_count").fetchone()
        limit = NO_LIMIT if self._free_pages is None else pages + self._free_pages
        raw.execute(f"PRAGMA max_page_count = {limit}").fetchall()

    @contextmanager
    def full_vault(self) -> Iterator[None]:
        """Let the vault have not one page more."""
        connection: Any = self.session.context.vault._file._connection  # type: ignore[union-attr]
        connection.execute("PRAGMA max_page_count = 1").fetchall()  # never below what it has
        try:
            yield
        finally:
            connection.execute(f"PRAGMA max_page_count = {NO_LIMIT}").fetchall()

    @contextmanager
    def cut_at_commit(self, number: int) -> Iterator[None]:
        """End the process where the ledger's rows are written and not committed, at the n-th transaction."""
        left = number

        def cut(_connection: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise PowerCut

        engine = self.ledger._database.engine
        event.listen(engine, "commit", cut)
        try:
            yield
        finally:
            event.remove(engine, "commit", cut)

    @contextmanager
    def cut_after_commit(self) -> Iterator[None]:
        """End the process when the ledger has committed and nobody was told."""
        append = self.ledger.append

        def cut(*args: Any, **words: Any) -> None:
            append(*args, **words)
            raise PowerCut

        self.ledger.append = cut  # type: ignore[method-assign,assignment]
        try:
            yield
        finally:
            self._be_honest()

    @contextmanager
    def cut_vault(self, number: int, *, after: bool) -> Iterator[None]:
        """End the process before or after the vault's n-th commit."""
        with self._vault_commits(number, PowerCut(), after=after):
            yield

    @contextmanager
    def no_room_to_commit_vault(self, number: int) -> Iterator[None]:
        """Let the disk be full when the vault's n-th transaction is to be committed."""
        full: Any = DRIVER.OperationalError("database or disk is full")
        full.sqlite_errorname = "SQLITE_FULL"
        with self._vault_commits(number, full, after=False):
            yield

    @contextmanager
    def _vault_commits(self, number: int, end: BaseException, *, after: bool) -> Iterator[None]:
        file: Any = self.session.context.vault._file  # type: ignore[union-attr]
        honest = file._connection
        file._connection = _Ending(honest, number, end, after=after)
        try:
            yield
        finally:
            file._connection = honest

    @contextmanager
    def before_append(self, other: Callable[[], None]) -> Iterator[None]:
        """Let somebody else write between what is decided here and what is appended, once."""
        honest: dict[str, Callable[..., Any]] = {
            "append": self.ledger.append,
            "deciding": self.ledger.deciding,
        }

        def late(name: str, *args: Any, **words: Any) -> Any:
            self._be_honest()
            other()
            return honest[name](*args, **words)

        for name in honest:
            setattr(self.ledger, name, partial(late, name))
        try:
            yield
        finally:
            self._be_honest()

    def _be_honest(self) -> None:
        for name in ("append", "deciding"):
            self.ledger.__dict__.pop(name, None)


class _Ending:
    """A connection on which the n-th commit raises, before or after it is made."""

    def __init__(self, honest: Any, number: int, end: BaseException, *, after: bool) -> None:
        self._honest = honest
        self._left = number
        self._end = end
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._honest, name)

    def execute(self, sql: str, *rest: Any) -> Any:
        if sql != "COMMIT":
            return self._honest.execute(sql, *rest)
        self._left -= 1
        if self._left == 0 and not self._after:
            raise self._end
        result = self._honest.execute(sql, *rest)
        if self._left == 0:
            raise self._end
        return result


class Helper:
    """The process beside this one; see `sim_helper_process`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sim_helper_process"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def copy(self, source: Path, target: Path, *names: str) -> dict[str, int]:
        """Copy those files that are there; their lengths."""
        sizes: dict[str, int] = self._ask(do="copy", source=str(source), target=str(target), names=names)
        return sizes

    def search(self, folder: Path, needles: list[bytes]) -> list[str]:
        """The files below the folder that hold any of the needles."""
        found: list[str] = self._ask(
            do="search", folder=str(folder), needles=[needle.hex() for needle in needles]
        )
        return found

    def die(self, path: Path, clock_us: int, order: Order, **trap: int) -> tuple[str, int]:
        """Let a process carry out the order and die at the trap; what it said, and what signal ended it."""
        told = msgspec.to_builtins(order)
        answer = self._ask(do="die", path=str(path), clock_us=clock_us, order=told, **trap)
        return answer["said"], answer["signal"]

    def close(self) -> None:
        """Let it end."""
        self._process.communicate()
        assert self._process.returncode == 0

    def _ask(self, **request: Any) -> Any:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        return json.loads(stdout.readline())
