"""Administration of the vault: add and remove operators, change grants and passphrases.

Whoever loses a grant keeps nothing that opens the vault as it is afterwards: the keys they knew are replaced.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from auditdesk.domain.errors import Refused
from auditdesk.vault.customer_keys import keep_vault_key, rotate_vault_key
from auditdesk.vault.file import Connection, VaultFile
from auditdesk.vault.kdf import KdfParameters
from auditdesk.vault.roster import (
    Credentials,
    OperatorRow,
    check_roster,
    credentials,
    find_operator,
    insert_operator,
    is_row_authentic,
    keep_credentials,
    operators,
    unlock_private_key,
    update_grants,
    wrap_private_key,
    wrong_passphrase,
)
from auditdesk.vault.signing_keys import renew_signing_key, rewrap_signing_key
from auditdesk.vault.wrapped_keys import Secrets, load_secrets, seal_signing_key


class Administrator:
    """A signed-in operator who changes who may open the vault; needs the vault key, and so that grant."""

    def __init__(self, file: VaultFile, name: str, private_key: X25519PrivateKey) -> None:
        self._file = file
        self._name = name
        self._private_key = private_key

    def add(
        self,
        name: str,
        passphrase: str,
        *,
        roles: Sequence[str],
        may_reveal: bool,
        may_sign: bool,
        kdf: KdfParameters | None,
    ) -> None:
        """Add one. Raises `Refused` (`operator_exists`, `text_missing`), `VaultLocked`, `Tampered`."""
        require_text(name, "operator")
        require_text(passphrase, "passphrase")
        private_key = X25519PrivateKey.generate()
        made = wrap_private_key(self._file, name, private_key, passphrase, kdf or self._own_credentials().kdf)
        with self._file.writing() as connection:
            secrets = self._checked(connection)
            if find_operator(connection, name) is not None:
                raise Refused("operator_exists", f"Operator {name} already exists.", field="operator")
            now_us = self._file.clock()
            insert_operator(
                connection, name, roles, may_reveal=may_reveal, may_sign=may_sign, added_at_us=now_us
            )
            keep_credentials(connection, name, made)
            self._reseal(connection, secrets, with_signing=may_sign)

    def set_grants(
        self, name: str, *, roles: Sequence[str] | None, may_reveal: bool | None, may_sign: bool | None
    ) -> None:
        """Change roles and grants; what is None stays. Taking a grant away replaces the keys it gave.

        Raises `Refused` (`operator_unknown`, `last_operator`), `VaultLocked`, `Tampered`.
        """
        with self._file.writing() as connection:
            secrets = self._checked(connection)
            before = _need_operator(connection, name)
            reveal = before.may_reveal if may_reveal is None else may_reveal
            sign = before.may_sign if may_sign is None else may_sign
            update_grants(
                connection,
                name,
                before.roles if roles is None else roles,
                may_reveal=reveal,
                may_sign=sign,
            )
            self._apply(connection, secrets, before, reveal=reveal, sign=sign)

    def remove(self, name: str) -> None:
        """Remove an operator, even one whose row was altered from outside.

        Raises `Refused` (`operator_unknown`, `last_operator`), `VaultLocked`, `Tampered`.
        """
        with self._file.writing() as connection:
            secrets = self._checked(connection, without=name)
            row = _need_operator(connection, name)
            altered = not is_row_authentic(self._file, row, secrets.need_vault_key(), secrets.generation)
            connection.execute("DELETE FROM operators WHERE name = ?", (name,))
            _check_someone_left(connection)
            rotate_vault_key(connection, self._file, secrets)
            if row.may_sign or altered:
                renew_signing_key(connection, self._file, secrets.signing_generation + 1)

    def change_passphrase(self, old: str, new: str, *, kdf: KdfParameters | None) -> X25519PrivateKey:
        """Change the own passphrase; returns the private key that counts from now on.

        With the grant to reveal, the key pair, the vault key and what wraps the signing key are
        replaced too, so that whoever knows the old passphrase and an old copy of the file opens
        nothing of the new one. Without it only the wrapping of the private key changes. `kdf` None
        keeps the cost. Raises `WrongPassphrase`, `Refused` (`text_missing`), `Tampered`.
        """
        require_text(new, "passphrase")
        stored = self._own_credentials()
        unlock_private_key(self._file, self._name, old, stored)
        with self._file.reading() as connection:
            may_reveal = self._secrets(connection).vault_key is not None
        private_key = X25519PrivateKey.generate() if may_reveal else self._private_key
        made = wrap_private_key(self._file, self._name, private_key, new, kdf or stored.kdf)
        with self._file.writing() as connection:
            if may_reveal:
                secrets = self._checked(connection)
                keep_credentials(connection, self._name, made)
                rotate_vault_key(connection, self._file, secrets)
                if secrets.signing_key is not None:
                    rewrap_signing_key(connection, self._file, secrets)
            else:
                keep_credentials(connection, self._name, made)
            connection.execute("UPDATE vault SET scrub_pending = 1")
        return private_key

    def _apply(
        self, connection: Connection, secrets: Secrets, before: OperatorRow, *, reveal: bool, sign: bool
    ) -> None:
        _check_someone_left(connection)
        if before.may_reveal and not reveal:
            rotate_vault_key(connection, self._file, secrets)
        else:
            self._reseal(connection, secrets, with_signing=False)
        if before.may_sign and not sign:
            renew_signing_key(connection, self._file, secrets.signing_generation + 1)
        elif sign and not before.may_sign:
            self._seal_signing(connection, secrets)

    def _reseal(self, connection: Connection, secrets: Secrets, *, with_signing: bool) -> None:
        keep_vault_key(connection, self._file, secrets.need_vault_key(), secrets.generation)
        if with_signing:
            self._seal_signing(connection, secrets)

    def _seal_signing(self, connection: Connection, secrets: Secrets) -> None:
        seal_signing_key(connection, self._file, secrets.need_signing_key(), secrets.signing_generation)

    def _checked(self, connection: Connection, *, without: str = "") -> Secrets:
        secrets = self._secrets(connection)
        check_roster(connection, self._file, secrets.need_vault_key(), secrets.generation, without=without)
        return secrets

    def _secrets(self, connection: Connection) -> Secrets:
        return load_secrets(connection, self._file, self._name, self._private_key)

    def _own_credentials(self) -> Credentials:
        with self._file.reading() as connection:
            stored = credentials(connection, self._name)
        if stored is None:
            raise wrong_passphrase()
        return stored


def require_text(text: str, field: str) -> None:
    """Raise `Refused` (`text_missing`) for an empty name or passphrase."""
    if not text:
        raise Refused("text_missing", f"The {field} is missing.", field=field)


def _need_operator(connection: Connection, name: str) -> OperatorRow:
    found = find_operator(connection, name)
    if found is None:
        raise Refused("operator_unknown", f"There is no operator {name}.", field="operator")
    return found


def _check_someone_left(connection: Connection) -> None:
    rows = operators(connection)
    if not any(row.may_reveal for row in rows) or not any(row.may_sign for row in rows):
        raise Refused(
            "last_operator",
            "At least one operator must be able to see personal data, and one to sign.",
            "Give another operator that grant first.",
            field="operator",
        )
