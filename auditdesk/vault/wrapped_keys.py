"""The keys an operator holds while signed in, and how a transaction comes by their newest state."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from auditdesk.domain.errors import VaultLocked
from auditdesk.vault.ciphers import context, open_sealed, seal_to
from auditdesk.vault.file import Connection, VaultFile
from auditdesk.vault.roster import operators


@dataclass(frozen=True)
class Secrets:
    """Keys in memory. `vault_key` is None without the grant to reveal, `signing_key` without that to sign.

    `signing_key` wraps the private signing keys; it is none of them.
    """

    private_key: X25519PrivateKey = field(repr=False)
    vault_key: bytes | None = field(repr=False)
    generation: int
    signing_key: bytes | None = field(repr=False)
    signing_generation: int

    def need_vault_key(self) -> bytes:
        """The vault key. Raises `VaultLocked` where the operator may not see personal data."""
        if self.vault_key is None:
            raise VaultLocked(
                "The operator may not see personal data.",
                "Sign in again, or as an operator who has that grant.",
            )
        return self.vault_key

    def need_signing_key(self) -> bytes:
        """The key that wraps the signing keys. Raises `VaultLocked` where the operator may not sign."""
        if self.signing_key is None:
            raise VaultLocked(
                "The operator may not sign.", "Sign in again, or as an operator who has that grant."
            )
        return self.signing_key


def load_secrets(
    connection: Connection, file: VaultFile, operator: str, private_key: X25519PrivateKey
) -> Secrets:
    """Load the keys that are sealed to the operator. Raises `Tampered`.

    Nothing, if they were removed, or have changed their passphrase, and their key pair with it, elsewhere.
    """
    generation, signing_generation = connection.execute(
        "SELECT generation, signing_generation FROM vault"
    ).fetchone()
    vault_key, signing_key = connection.execute(
        "SELECT sealed_vault_key, sealed_signing_key FROM operators WHERE name = ? AND public_key = ?",
        (operator, private_key.public_key().public_bytes_raw()),
    ).fetchone() or (None, None)
    return Secrets(
        private_key,
        vault_key and open_sealed(private_key, vault_key, _vault_context(file, operator, generation)),
        generation,
        signing_key
        and open_sealed(private_key, signing_key, _signing_context(file, operator, signing_generation)),
        signing_generation,
    )


def seal_vault_key(connection: Connection, file: VaultFile, vault_key: bytes, generation: int) -> None:
    """Seal the vault key to each operator who may see personal data, and to nobody else."""
    for row in operators(connection):
        bound_to = _vault_context(file, row.name, generation)
        sealed = seal_to(row.public_key, vault_key, bound_to) if row.may_reveal else None
        connection.execute("UPDATE operators SET sealed_vault_key = ? WHERE name = ?", (sealed, row.name))


def seal_signing_key(connection: Connection, file: VaultFile, signing_key: bytes, generation: int) -> None:
    """Seal the key that wraps the signing keys to each operator who may sign, and to nobody else."""
    for row in operators(connection):
        bound_to = _signing_context(file, row.name, generation)
        sealed = seal_to(row.public_key, signing_key, bound_to) if row.may_sign else None
        connection.execute("UPDATE operators SET sealed_signing_key = ? WHERE name = ?", (sealed, row.name))


def _vault_context(file: VaultFile, operator: str, generation: int) -> bytes:
    return context("vault key", file.vault_id, operator, generation)


def _signing_context(file: VaultFile, operator: str, generation: int) -> bytes:
    return context("signing key", file.vault_id, operator, generation)
