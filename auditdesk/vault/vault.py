"""The vault: where customers' keys live, and where they die.

What it stops: whoever has the file and no passphrase reads nothing; whoever can write it can't add
themselves to those who are given keys, and can't move a key or a sealed value to another place unnoticed.
A forgotten customer's key is deleted, its bytes are overwritten in file and journal, and the vault key
that wrapped it is replaced, so that a remnant on the disk opens with nothing that still exists.

What it doesn't stop: a whole older copy of the file opens with the passphrase of its day, so backups of
the vault must expire; on SSDs and copy-on-write file systems overwriting proves nothing (hence the
rotation); a signed-in machine that is taken over gives up the keys in its memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from auditdesk.domain.errors import Fault, LedgerReadOnly, WrongPassphrase
from auditdesk.vault import customer_keys as keys
from auditdesk.vault import roster
from auditdesk.vault import signing_keys as signing
from auditdesk.vault.administration import require_text
from auditdesk.vault.ciphers import new_key
from auditdesk.vault.file import VaultFile, VaultIdentity
from auditdesk.vault.kdf import KdfParameters
from auditdesk.vault.keyring import Keyring
from auditdesk.vault.roster import OperatorRow
from auditdesk.vault.wrapped_keys import load_secrets

__all__ = ["KeptCheckpoint", "Keyring", "OperatorRow", "Vault", "VerificationRecord"]


class KeptCheckpoint(NamedTuple):
    """A signed note on the ledger's tree, kept outside the ledger; `size` counts its events."""

    size: int
    note: str
    kept_at_us: int


class VerificationRecord(NamedTuple):
    """The result of a verification of the ledger's first `size` events, kept outside the ledger.

    `damage` is empty where all was well, else the first finding.
    """

    size: int
    root: bytes
    damage: str
    verified_at_us: int


class Vault:
    """An open vault. Without anybody signed in it fences, shreds and lists, but opens nothing."""

    def __init__(self, file: VaultFile) -> None:
        self._file = file

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        ledger_id: str,
        operator: str,
        passphrase: str,
        roles: Sequence[str],
        clock: Callable[[], int],
        kdf: KdfParameters | None = None,
    ) -> Vault:
        """Make a vault with its first operator, who may reveal and sign; without `kdf`, calibrated.

        Raises `NotALedger` where there is a file already, `LedgerReadOnly`, `Refused` (`text_missing`).
        """
        require_text(operator, "operator")
        require_text(passphrase, "passphrase")
        cost = kdf or KdfParameters.calibrated()
        file = VaultFile.create(path, VaultIdentity(uuid4().bytes, ledger_id), clock)
        private_key = X25519PrivateKey.generate()
        made = roster.wrap_private_key(file, operator, private_key, passphrase, cost)
        with file.writing() as connection:
            roster.insert_operator(
                connection, operator, roles, may_reveal=True, may_sign=True, added_at_us=clock()
            )
            roster.keep_credentials(connection, operator, made)
            keys.keep_vault_key(connection, file, new_key(), 1)
            signing.renew_signing_key(connection, file, 1)
        file.scrub()
        return cls(file)

    @classmethod
    def open(cls, path: Path, *, ledger_id: str, clock: Callable[[], int]) -> Vault:
        """Open a ledger's vault and clear what a crash left in its journal; nothing is ever created.

        Raises `VaultMissing`, `VaultMismatch`, `NotALedger`, `NewerLedger`, `LedgerLocked`, `LedgerDamaged`.
        """
        file = VaultFile.open(path, ledger_id, clock)
        try:
            with suppress(LedgerReadOnly):  # a viewer's folder: the flag stays for who may write
                file.scrub_if_pending()
        except BaseException:
            file.close()
            raise
        return cls(file)

    @property
    def ledger_id(self) -> str:
        """The ledger whose vault this is."""
        return self._file.ledger_id

    @property
    def path(self) -> Path:
        """The path of the vault's file."""
        return self._file.path

    def operators(self) -> tuple[OperatorRow, ...]:
        """The operators by name, with their roles and grants."""
        with self._file.reading() as connection:
            return roster.operators(connection)

    def sign_in(self, operator: str, passphrase: str) -> Keyring:
        """Open the vault with an operator's passphrase. Slow on purpose.

        Raises `WrongPassphrase`, which from the fifth time in a row says how long to wait, and until
        then isn't even tried; `Tampered` where the schema or the operator's row was altered from outside.
        """
        self._file.check_schema()
        private_key = self._unlock(operator, passphrase)
        with self._file.reading() as connection:
            row = roster.find_operator(connection, operator)
            secrets = load_secrets(connection, self._file, operator, private_key)
            if row is None:
                raise roster.wrong_passphrase()
            if secrets.vault_key is not None:
                roster.check_row(self._file, row, secrets.vault_key, secrets.generation)
            owed = keys.rotation_pending(connection) and secrets.vault_key is not None
        keyring = Keyring(self._file, row, private_key)
        if owed:
            with suppress(LedgerReadOnly):
                keyring.rotate_vault_key()
        return keyring

    def fenced(self) -> frozenset[str]:
        """The subjects for whom no key may be made again."""
        with self._file.reading() as connection:
            return frozenset(keys.fences(connection))

    def key_subjects(self) -> frozenset[str]:
        """The subjects that have a key."""
        with self._file.reading() as connection:
            return keys.subjects_with_keys(connection)

    def holds_key(self, subject: str) -> bool:
        """True if this subject has a key."""
        with self._file.reading() as connection:
            return keys.has_key(connection, subject)

    def shred(self, subject: str, *, keyring: Keyring | None = None) -> str:
        """Fence a subject and destroy its key for good; returns the key's id in hex, empty if it had none.

        Fence, deletion and the rotation of the vault key are one transaction; the journal is zeroed
        after it, or at the next opening if that is prevented. Without a `keyring` that may reveal
        the rotation is owed and done at the next sign-in that can. A second call changes nothing.
        Raises `Fault`s; a fault after the transaction leaves the key destroyed and the scrub owed.
        """
        can_rotate = keyring is not None and not keyring.closed and keyring.may_reveal
        with self._file.writing() as connection:
            fence = keys.fence(connection, self._file, subject)
            keys.destroy_key(connection, subject)
            if keyring is not None and can_rotate and keys.rotation_pending(connection):
                keyring.rotate_within(connection)
        # Before the scrub, which may fail: the key is destroyed by now, and no cache may go on using it.
        self._file.note_change()
        self._file.scrub_if_pending()
        if self.holds_key(subject):  # read back: what a row's deletion does, the file itself may decide
            raise Fault(
                f"The key of customer {subject} is still in the vault: something in the file keeps it there.",
                "Restore the vault from a backup.",
            )
        return fence.key_id.hex()

    def public_keys(self) -> tuple[signing.PublicKey, ...]:
        """All signing keys' public halves, oldest first, retired ones too."""
        with self._file.reading() as connection:
            return signing.public_keys(connection)

    def keep_checkpoint(self, note: str, size: int) -> None:
        """Keep a signed checkpoint of the ledger at `size` events, outside the ledger's own file."""
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO outer_checkpoints (size, note, kept_at_us) VALUES (?, ?, ?)",
                (size, note, self._file.clock()),
            )

    def newest_checkpoint(self) -> KeptCheckpoint | None:
        """The checkpoint kept last, if any."""
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT size, note, kept_at_us FROM outer_checkpoints ORDER BY id DESC LIMIT 1"
            ).fetchone()
        return KeptCheckpoint(*row) if row else None

    def keep_verification(self, size: int, root: bytes, damage: str) -> None:
        """Keep the result of a verification in the place of the last. Raises `LedgerReadOnly`."""
        with self._file.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO verifications (one, size, root, damage, verified_at_us)"
                " VALUES (1, ?, ?, ?, ?)",
                (size, root, damage, self._file.clock()),
            )

    def last_verification(self) -> VerificationRecord | None:
        """The result of the last verification, if there was one."""
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT size, root, damage, verified_at_us FROM verifications"
            ).fetchone()
        return VerificationRecord(*row) if row else None

    def problem(self) -> str:
        """The problem of the file's pages and indexes, in SQLite's words; empty if there is none."""
        return self._file.problem()

    def copy_to(self, target: Path) -> None:
        """Copy the vault while it is in use.

        The copy keeps the keys of those who are forgotten later: whoever makes one states when it is to
        be destroyed. Raises `Fault`s.
        """
        self._file.copy_to(target)

    def close(self) -> None:
        """Close the file; whoever is signed in can do nothing more."""
        self._file.close()

    def _unlock(self, operator: str, passphrase: str) -> X25519PrivateKey:
        now_us = self._file.clock()
        with self._file.reading() as connection:
            stored = roster.credentials(connection, operator)
        if stored is None:
            raise roster.wrong_passphrase()
        wait_us = roster.wait_us(stored.failures, stored.last_failure_at_us, now_us)
        if wait_us:
            raise roster.wrong_passphrase(wait_us)
        try:
            private_key = roster.unlock_private_key(self._file, operator, passphrase, stored)
        except WrongPassphrase as error:
            raise self._counted_failure(operator, stored.failures + 1, now_us) from error
        if stored.failures:
            with suppress(LedgerReadOnly), self._file.writing() as connection:
                roster.forgive_failures(connection, operator)
        return private_key

    def _counted_failure(self, operator: str, failures: int, now_us: int) -> WrongPassphrase:
        with suppress(LedgerReadOnly), self._file.writing() as connection:
            roster.count_failure(connection, operator, now_us)
        return roster.wrong_passphrase(roster.wait_us(failures, now_us, now_us))
