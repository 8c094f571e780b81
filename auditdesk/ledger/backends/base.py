"""The interface of a database backend.

Everything else in `auditdesk.ledger` is SQLAlchemy Core that every dialect takes. A backend is bound to one
place where a ledger is, or is to be; `tests/ledger/test_conformance.py` holds what all of them must do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from sqlalchemy import Connection, Engine

from auditdesk.ledger.formats import LedgerFormat

Tell = Callable[[int, int], None]
"""Told how much of a copy is done, and of how much; what it raises ends the copy."""


class OpenedEngine(NamedTuple):
    """An engine on an existing ledger, and whether it is read-only."""

    engine: Engine
    read_only: bool


class PageCheck(Protocol):
    """A check of pages and indexes that has begun. Either `problems` or `stop` must be called."""

    def problems(self) -> list[str]:
        """Wait for the end; what is wrong, in the database's words, nothing where all is sound."""

    def stop(self) -> None:
        """Break it off."""


class Upgrade(Protocol):
    """A ledger held alone while a draft of it is brought to another format."""

    @property
    def original(self) -> Backend:
        """The ledger as it was: a copy, which is kept beside it when the draft takes its place."""

    @property
    def draft(self) -> Backend:
        """The copy to alter."""

    def put_in_place(self) -> str:
        """Let the draft take the ledger's place, whole or not at all; says where the original is."""

    def discard(self) -> None:
        """Let the ledger go, as it is; drafts are removed, a copy that took no part too."""


class Backend(Protocol):
    """One ledger's place, and what only its kind of database can do there."""

    @property
    def location(self) -> str:
        """The ledger's location, for people to read."""

    @property
    def address(self) -> str:
        """The address from which `backend_at` makes this backend, in another process too."""

    @property
    def folder(self) -> Path:
        """The workspace's folder, links resolved: the ledger's file, or at least the vault's, lies there."""

    @property
    def formats(self) -> Sequence[LedgerFormat]:
        """The formats known, ascending."""

    # --- opening ---------------------------------------------------------------------------

    def create(self) -> Engine:
        """An engine on a new, empty place. Raises `Refused` (`ledger_exists`).

        A transaction of the execution option `writing` takes the only writer's place before it reads, and
        keeps it to its end: positions have no gaps. Any other sees one state, and waits for no writer.
        """

    def open(self, *, read_only: bool) -> OpenedEngine:
        """An engine as of `create`, on a ledger that is there; what is none is left untouched.

        Raises `LedgerMissing`, `NotALedger`, `NewerLedger`, `LedgerReadOnly`.
        """

    def settle(self, engine: Engine) -> None:
        """Finish what creating has begun, so that whoever looks from outside sees a ledger."""

    # --- formats and the law -----------------------------------------------------------------

    def lay(self, connection: Connection, ledger_format: LedgerFormat) -> None:
        """Lay the tables and the append-only law of a format in an empty place, and note its number."""

    def note_format(self, connection: Connection, number: int) -> None:
        """Note the number of the ledger's format."""

    def format_of(self, connection: Connection) -> int:
        """The number of the ledger's format. Raises `NewerLedger` for one that isn't known."""

    def schema_differences(self, connection: Connection, ledger_format: LedgerFormat) -> list[str]:
        """Differences of tables, indexes and triggers from those of a format, one sentence each."""

    # --- faults and damage -------------------------------------------------------------------

    def faults(self) -> AbstractContextManager[None]:
        """Turn what the driver raises into typed faults, in words."""

    def explained(self, connection: Connection) -> AbstractContextManager[None]:
        """Raise `LedgerDamaged` where a row could not be made sense of because the ledger is damaged."""

    def check_pages(self, engine: Engine) -> PageCheck:
        """Begin to check every page and index."""

    # --- copies ----------------------------------------------------------------------------

    def copy_to(self, target: Path, tell: Tell) -> Self:
        """Copy the ledger as it is at one instant, while others write, and check the copy's pages.

        Raises `LedgerDamaged`, other `Fault`s, and what `tell` raises.
        """

    def upgrade(self) -> Upgrade:
        """Hold the ledger alone, to bring it to another format. Raises `LedgerLocked`, other `Fault`s."""

    def discard_drafts(self) -> None:
        """Remove what an upgrade that was broken off has left, of a ledger that needs none."""
