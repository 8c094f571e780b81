"""The operator's context of every service: a ledger, its vault as far as they may use it, a clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar

from auditdesk.domain.errors import LedgerReadOnly, VaultLocked
from auditdesk.ledger.ledger import Ledger
from auditdesk.vault.vault import Keyring, Vault

Clock = Callable[[], int]
T = TypeVar("T")
WATCHED_EVERY: Final = 2_000


def system_clock() -> int:
    """Microseconds UTC of the machine's clock."""
    return time.time_ns() // 1_000


class Progress(Protocol):
    """Progress of long work, and its cancellation."""

    def report(self, done: int, total: int, label: str = "") -> None:
        """Say that `done` of `total` units are done; `total` 0 means that the end is not known."""

    def check(self) -> None:
        """Raise `Cancelled` if the person cancelled."""


class NoProgress:
    """For callers that don't want to know."""

    def report(self, done: int, total: int, label: str = "") -> None:
        """Say nothing."""

    def check(self) -> None:
        """Never cancel."""


NO_PROGRESS = NoProgress()


def watched(items: Iterable[T], total: int, progress: Progress, label: str) -> Iterator[T]:
    """Iterate over items while reporting progress. Raises `Cancelled` on the person's request."""
    for done, item in enumerate(items):
        if done % WATCHED_EVERY == 0:
            progress.report(done, total, label)
            progress.check()
        yield item
    progress.report(total, total, label)


@dataclass(frozen=True)
class OperatorContext:
    """A signed-in operator's view of one workspace.

    `keyring` is None where the operator may not see personal data, or the vault is missing; `signed_in` is
    what their passphrase opened whether they may or not, and None where nobody has signed in.
    """

    ledger: Ledger
    vault: Vault | None
    keyring: Keyring | None
    operator: str
    clock: Clock
    signed_in: Keyring | None = None

    @property
    def workspace(self) -> Path:
        """The workspace's folder, links followed: what is taken away must not lie in it."""
        return self.ledger.backend.folder

    @property
    def may_write(self) -> bool:
        """True if commands can be issued at all: the ledger is writable and the vault open."""
        return not self.ledger.read_only and self.keyring is not None

    @property
    def may_reveal(self) -> bool:
        """True if personal data can be shown to this operator."""
        return self.keyring is not None

    def check_ledger(self) -> None:
        """Raise `LedgerReadOnly` where nothing can be added to the log."""
        if self.ledger.read_only:
            raise LedgerReadOnly("This ledger is read-only.", why_read_only(self.ledger.warnings))

    def check_writable(self) -> Keyring:
        """Return the open vault, or raise what stands in the way of writing (a `Fault`)."""
        self.check_ledger()
        return self.check_keyring()

    def check_keyring(self) -> Keyring:
        """Return the open vault, or raise `VaultLocked`: also for one who was removed, or lost the grant."""
        if self.keyring is not None:
            self.keyring.check_standing()
            if self.keyring.may_reveal:
                return self.keyring
        raise VaultLocked(
            "The customers' keys are not available.",
            "Sign in as an operator who may see personal data; the vault must be beside the ledger.",
        )

    def check_signed_in(self) -> Keyring:
        """Return what the operator's own passphrase opened, or raise `VaultLocked`: nobody is signed in."""
        if self.signed_in is None:
            raise VaultLocked("No operator is signed in.", "Sign in with a passphrase.")
        self.signed_in.check_standing()
        return self.signed_in


def why_read_only(warnings: tuple[str, ...]) -> str:
    """The warnings of opening the ledger, joined into one remedy."""
    return " ".join(warnings)
