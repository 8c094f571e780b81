"""The vault in the hands of a signed-in operator.

Keys are unwrapped when first needed and kept in memory until `close`, or until the file's keys
change, in this process or another. Python can't wipe the bytes of a key: `close` drops the
references, and what the memory held until it is used again is the operating system's to guard.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from time import monotonic
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from auditdesk.domain.errors import VaultLocked
from auditdesk.vault import customer_keys as keys
from auditdesk.vault import signing_keys as signing
from auditdesk.vault.administration import Administrator
from auditdesk.vault.file import Connection, VaultFile
from auditdesk.vault.kdf import KdfParameters
from auditdesk.vault.roster import OperatorRow, check_roster, find_operator
from auditdesk.vault.sealing import CustomerKey, Kind, OpenedValue, SealedValue
from auditdesk.vault.wrapped_keys import Secrets, load_secrets

FRESH_FOR_S: Final = (
    0.05  # how long a cached key is used before looking whether another process changed the file
)


class Keyring:
    """The keys of a signed-in operator, and the vault's operations with them. Thread-safe."""

    def __init__(self, file: VaultFile, operator: OperatorRow, private_key: X25519PrivateKey) -> None:
        self._file = file
        self._name = operator.name
        self._roles = operator.roles
        self._lock = threading.RLock()
        self._private_key: X25519PrivateKey | None = private_key
        self._secrets: Secrets | None = None
        self._signing_key: signing.SigningKey | None = None
        self._keys: dict[str, CustomerKey] = {}
        self._why_out = ""
        self._epoch = -1
        self._fresh_until_s = 0.0
        self.refresh()

    @property
    def operator(self) -> str:
        """The operator's name."""
        return self._name

    @property
    def roles(self) -> tuple[str, ...]:
        """The operator's roles, as they are now in the vault."""
        self._look()
        return self._roles

    @property
    def may_reveal(self) -> bool:
        """True if personal data can be sealed and opened."""
        self._look()
        return self._secrets is not None and self._secrets.vault_key is not None

    @property
    def may_sign(self) -> bool:
        """True if checkpoints can be signed."""
        self._look()
        return self._secrets is not None and self._secrets.signing_key is not None

    @property
    def closed(self) -> bool:
        """True if the keys have been dropped."""
        return self._private_key is None

    def check_standing(self) -> None:
        """Raise `VaultLocked` if the operator was removed or changed since signing in."""
        self.refresh()
        if self._why_out:
            raise VaultLocked(self._why_out, "Sign in again.")

    def create_keys(self, subjects: Sequence[str]) -> None:
        """Make keys for those subjects that have none, in one transaction.

        Raises `SubjectErased` if any of them is fenced (then none is made), `VaultLocked`.
        """
        with self._lock, self._file.writing() as connection:
            keys.create_keys(connection, self._file, self._current(connection), subjects)

    def seal(self, subject: str, stream: str, version: int, plaintext: bytes, *, kind: Kind) -> SealedValue:
        """Seal a subject's data for its place. Raises `SubjectErased`, `KeyLost`, `VaultLocked`."""
        return self._key(subject).seal(stream, version, plaintext, kind)

    def open(self, subject: str, stream: str, version: int, blob: bytes, *, kind: Kind) -> bytes:
        """The data of a sealed value. Raises `Tampered`, `SubjectErased`, `KeyLost`, `VaultLocked`."""
        return self._key(subject).open(stream, version, blob, kind).data

    def open_with_salt(
        self, subject: str, stream: str, version: int, blob: bytes, *, kind: Kind
    ) -> OpenedValue:
        """Open a value like `open`, with the salt that proves its commitment without the key."""
        return self._key(subject).open(stream, version, blob, kind)

    def sign(self, message: bytes) -> signing.Signature:
        """Sign with the signing key in use. Raises `VaultLocked` where the operator may not sign."""
        with self._lock:
            self._look()
            if self._signing_key is None:
                with self._file.reading() as connection:
                    secrets = self._current(connection)
                    self._signing_key = signing.load_signing_key(connection, self._file, secrets)
            return self._signing_key.sign(message)

    def rotate_signing_key(self) -> str:
        """Retire the signing key and make a new one; returns its id. Raises `VaultLocked`."""
        with self._lock:
            with self._file.writing() as connection:
                secrets = self._current(connection)
                wrapping = secrets.need_signing_key()
                key_id = signing.make_signing_key(
                    connection, self._file, wrapping, secrets.signing_generation
                )
            self._settle()
            return key_id

    def rotate_vault_key(self) -> None:
        """Replace the vault key, for every operator who may have it. Raises `VaultLocked`, `Tampered`."""
        with self._lock:
            with self._file.writing() as connection:
                self.rotate_within(connection)
            self._settle()

    def rotate_within(self, connection: Connection) -> None:
        """Replace the vault key as part of a transaction; whoever commits bumps the file's epoch."""
        secrets = self._current(connection)
        check_roster(connection, self._file, secrets.need_vault_key(), secrets.generation)
        keys.rotate_vault_key(connection, self._file, secrets)

    def add_operator(
        self,
        name: str,
        passphrase: str,
        *,
        roles: Sequence[str],
        may_reveal: bool,
        may_sign: bool = False,
        kdf: KdfParameters | None = None,
    ) -> None:
        """Add an operator; without `kdf`, at the cost of one's own passphrase.

        Raises `Refused` (`operator_exists`, `text_missing`), `VaultLocked`, `Tampered`.
        """
        with self._lock:
            self._administrator().add(
                name, passphrase, roles=roles, may_reveal=may_reveal, may_sign=may_sign, kdf=kdf
            )
            self._settle()

    def set_grants(
        self,
        name: str,
        *,
        roles: Sequence[str] | None = None,
        may_reveal: bool | None = None,
        may_sign: bool | None = None,
    ) -> None:
        """Change an operator's roles and grants; what is None stays. A grant taken away rotates the keys.

        Raises `Refused` (`operator_unknown`, `last_operator`), `VaultLocked`, `Tampered`.
        """
        with self._lock:
            self._administrator().set_grants(name, roles=roles, may_reveal=may_reveal, may_sign=may_sign)
            self._settle()

    def remove_operator(self, name: str) -> None:
        """Remove an operator and replace every key they knew.

        Raises `Refused` (`operator_unknown`, `last_operator`), `VaultLocked`, `Tampered`.
        """
        with self._lock:
            self._administrator().remove(name)
            self._settle()

    def change_passphrase(self, old: str, new: str, *, kdf: KdfParameters | None = None) -> None:
        """Change one's own passphrase; see `Administrator.change_passphrase`. Raises `WrongPassphrase`."""
        with self._lock:
            self._private_key = self._administrator().change_passphrase(old, new, kdf=kdf)
            self._settle()

    def refresh(self) -> None:
        """Look now whether the file changed, and if so forget what was cached of it."""
        with self._lock:
            private_key = self._need_private_key()
            epoch = self._file.notice_changes()
            if epoch != self._epoch:
                with self._file.reading() as connection:
                    secrets = load_secrets(connection, self._file, self._name, private_key)
                    row = find_operator(connection, self._name)
                self._keys = {}
                self._signing_key = None
                self._secrets = secrets
                self._roles = row.roles if row else ()
                self._why_out = _why_out(row, private_key)
                self._epoch = epoch
            self._fresh_until_s = monotonic() + FRESH_FOR_S

    def close(self) -> None:
        """Drop every key from memory; anything but `close` raises `VaultLocked` afterwards."""
        with self._lock:
            self._private_key = None
            self._secrets = None
            self._signing_key = None
            self._keys = {}
            self._epoch = -1

    def _look(self) -> None:
        if not self.closed:
            self.refresh()

    def _key(self, subject: str) -> CustomerKey:
        if self._epoch != self._file.epoch or monotonic() > self._fresh_until_s:
            self.refresh()
        key = self._keys.get(subject)
        return key if key is not None else self._load(subject)

    def _load(self, subject: str) -> CustomerKey:
        with self._lock:
            with self._file.reading() as connection:
                key = keys.load_key(connection, self._file, self._current(connection), subject)
            self._keys[subject] = key
            return key

    def _current(self, connection: Connection) -> Secrets:
        """The keys as they are in this transaction; another process may have rotated them just now."""
        secrets = self._secrets
        generations = connection.execute("SELECT generation, signing_generation FROM vault").fetchone()
        if secrets is None or generations != (secrets.generation, secrets.signing_generation):
            secrets = load_secrets(connection, self._file, self._name, self._need_private_key())
        return secrets

    def _need_private_key(self) -> X25519PrivateKey:
        if self._private_key is None:
            raise VaultLocked("The operator has signed out.", "Sign in again.")
        return self._private_key

    def _administrator(self) -> Administrator:
        return Administrator(self._file, self._name, self._need_private_key())

    def _settle(self) -> None:
        """After a change of keys: nobody in this process uses cached ones, and the journal is cleared."""
        self._file.note_change()
        self.refresh()
        self._file.scrub_if_pending()


def _why_out(row: OperatorRow | None, private_key: X25519PrivateKey) -> str:
    """The reason why the session of this key has ended; empty while it goes on."""
    if row is None:
        return "The operator was removed."
    if row.public_key != private_key.public_key().public_bytes_raw():
        return "The operator's passphrase was changed elsewhere."
    return ""
