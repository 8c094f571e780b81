"""A workspace: one ledger with its vault, as a person opens it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from auditdesk.domain.errors import AuditdeskError, VaultMissing
from auditdesk.ledger.ledger import Ledger
from auditdesk.services.access.context import Clock, OperatorContext
from auditdesk.services.files.network_mounts import network_warning
from auditdesk.services.privacy import forgetting
from auditdesk.services.workspace.opening_checks import examine
from auditdesk.services.workspace.session import Session
from auditdesk.vault.vault import Keyring, Vault

LEDGER_FILE: Final = "ledger.db"
VAULT_FILE: Final = "vault.db"
VIEWER: Final = "viewer"


class Workspace:
    """An open ledger with its vault, before anybody has signed in.

    Opening changes nothing. The first who signs in finishes interrupted erasures, and destroys what a
    restored vault brought back; what was done, and what is amiss, stands in `warnings`.
    """

    def __init__(self, path: Path, ledger: Ledger, vault: Vault | None, clock: Clock) -> None:
        self.path = path
        self._ledger = ledger
        self._vault = vault
        self._clock = clock
        self._notices: list[str] = []
        if vault is None:
            self._notices.append(
                "The vault is missing: personal data reads as redacted, nothing can be written."
            )
        network = network_warning(path)
        if network:
            self._notices.append(network)
        examine(ledger, vault)

    @property
    def bank(self) -> str:
        """The bank's name."""
        return self._ledger.bank

    @property
    def ledger_id(self) -> str:
        """The ledger's id, which the vault repeats."""
        return self._ledger.ledger_id

    @property
    def read_only(self) -> bool:
        """True if nobody can write."""
        return self._ledger.read_only or self._vault is None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings for the person, in whole sentences."""
        return (*self._ledger.warnings, *self._notices)

    @property
    def vault_present(self) -> bool:
        """True if the vault exists, so that operators can sign in."""
        return self._vault is not None

    def operators(self) -> tuple[str, ...]:
        """The names of those who may sign in."""
        return tuple(row.name for row in self._vault.operators()) if self._vault else ()

    def sign_in(self, operator: str, passphrase: str) -> Session:
        """Open the vault for an operator. Raises `WrongPassphrase`, `VaultMissing`."""
        if self._vault is None:
            raise VaultMissing(
                "The vault is missing, so nobody can sign in.",
                "Put vault.db back beside ledger.db; until then the ledger is read-only.",
            )
        keyring = self._vault.sign_in(operator, passphrase)
        self._resume(self._vault, keyring)
        session = Session(self._context(operator, keyring))
        self._close_day(session)
        return session

    def sign_in_redacted(self, operator: str = VIEWER) -> Session:
        """Look without keys: everything personal reads as redacted, nothing can be written."""
        return Session(self._context(operator, None))

    def close(self) -> None:
        """Close both files."""
        self._ledger.close()
        if self._vault is not None:
            self._vault.close()

    def _close_day(self, session: Session) -> None:
        """Sign for the days that are over and have no checkpoint yet."""
        try:
            if session.may_sign and session.checkpoints.is_day_closed():
                session.checkpoints.make()
        except AuditdeskError as error:
            self._notices.append(f"The last day could not be closed: {error}")

    def _context(self, operator: str, keyring: Keyring | None) -> OperatorContext:
        revealing = keyring if keyring and keyring.may_reveal else None
        return OperatorContext(self._ledger, self._vault, revealing, operator, self._clock, keyring)

    def _resume(self, vault: Vault, keyring: Keyring) -> None:
        if self._ledger.read_only:
            return
        try:
            resumed = forgetting.resume(self._ledger, vault, keyring)
        except AuditdeskError as error:
            self._notices.append(str(error))
            return
        self._notices.extend(resumed.problems)
        if resumed.done:
            names = ", ".join(resumed.done)
            self._notices.append(f"Finished the erasure of {names}; the keys are destroyed.")
