"""Operators: who they are, what they may see, and their key pairs.

An operator's row is authenticated with the vault key (`roster_mac`), so that nobody who can only
write the file can add themselves, or widen a grant, and be given the vault key at the next rotation.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from auditdesk.domain.errors import Tampered, WrongPassphrase
from auditdesk.vault.ciphers import authenticate, context, is_authentic, unwrap, wrap
from auditdesk.vault.file import Connection, VaultFile
from auditdesk.vault.kdf import SALT_BYTES, KdfParameters

FREE_FAILURES: Final = 5
FIRST_DELAY_US: Final = 5_000_000
MAX_DELAY_US: Final = 900_000_000

_COLUMNS: Final = "name, roles, may_reveal, may_sign, public_key, added_at_us, roster_mac"


class OperatorRow(NamedTuple):
    """An operator in the vault's roster. `may_reveal`: personal data; `may_sign`: checkpoints."""

    name: str
    roles: tuple[str, ...]
    may_reveal: bool
    may_sign: bool
    public_key: bytes
    added_at_us: int
    roster_mac: bytes


class Credentials(NamedTuple):
    """An operator's wrapped key, and the number of wrong passphrases in a row."""

    public_key: bytes
    wrapped_private: bytes
    salt: bytes
    kdf: KdfParameters
    failures: int
    last_failure_at_us: int


def operators(connection: Connection) -> tuple[OperatorRow, ...]:
    """All operators by name."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM operators ORDER BY name")  # noqa: S608 -- a constant
    return tuple(_operator(*row) for row in rows)


def find_operator(connection: Connection, name: str) -> OperatorRow | None:
    """The operator of this name, if there is one."""
    return next((row for row in operators(connection) if row.name == name), None)


def insert_operator(
    connection: Connection,
    name: str,
    roles: Sequence[str],
    *,
    may_reveal: bool,
    may_sign: bool,
    added_at_us: int,
) -> None:
    """A row without a key pair, a seal or a MAC; the caller adds them in the same transaction."""
    connection.execute(
        "INSERT INTO operators (name, roles, may_reveal, may_sign, public_key, wrapped_private, kdf_salt,"
        " kdf_memory_kib, kdf_iterations, kdf_lanes, kdf_purpose, added_at_us, roster_mac)"
        " VALUES (?, ?, ?, ?, x'', x'', x'', 0, 0, 0, '', ?, x'')",
        (name, _roles_text(roles), may_reveal, may_sign, added_at_us),
    )


def update_grants(
    connection: Connection, name: str, roles: Sequence[str], *, may_reveal: bool, may_sign: bool
) -> None:
    """Change what an operator is and may do; the caller reseals and authenticates."""
    connection.execute(
        "UPDATE operators SET roles = ?, may_reveal = ?, may_sign = ? WHERE name = ?",
        (_roles_text(roles), may_reveal, may_sign, name),
    )


def wrap_private_key(
    file: VaultFile, name: str, private_key: X25519PrivateKey, passphrase: str, kdf: KdfParameters
) -> Credentials:
    """The private half wrapped under the passphrase with a fresh salt. Slow: call it outside transactions."""
    public_key = private_key.public_key().public_bytes_raw()
    salt = os.urandom(SALT_BYTES)
    bound_to = _private_context(file, name, public_key, kdf)
    wrapped = wrap(kdf.derive(passphrase, salt), private_key.private_bytes_raw(), bound_to)
    return Credentials(public_key, wrapped, salt, kdf, 0, 0)


def keep_credentials(connection: Connection, name: str, made: Credentials) -> None:
    """Put an operator's credentials in place of those that were there."""
    connection.execute(
        "UPDATE operators SET public_key = ?, wrapped_private = ?, kdf_salt = ?, kdf_memory_kib = ?,"
        " kdf_iterations = ?, kdf_lanes = ?, kdf_purpose = ?, failures = ?, last_failure_at_us = ?"
        " WHERE name = ?",
        (made.public_key, made.wrapped_private, made.salt, *made.kdf.binding(), *made[4:], name),
    )


def credentials(connection: Connection, name: str) -> Credentials | None:
    """An operator's credentials, or None. Raises `Tampered` for a cost that was edited out of bounds."""
    row = connection.execute(
        "SELECT public_key, wrapped_private, kdf_salt, kdf_memory_kib, kdf_iterations, kdf_lanes,"
        " kdf_purpose, failures, last_failure_at_us FROM operators WHERE name = ?",
        (name,),
    ).fetchone()
    if row is None:
        return None
    return Credentials(row[0], row[1], row[2], KdfParameters.stored(*row[3:7]), row[7], row[8])


def unlock_private_key(file: VaultFile, name: str, passphrase: str, stored: Credentials) -> X25519PrivateKey:
    """The private half of an operator's key pair. Raises `WrongPassphrase`."""
    bound_to = _private_context(file, name, stored.public_key, stored.kdf)
    try:
        private = unwrap(stored.kdf.derive(passphrase, stored.salt), stored.wrapped_private, bound_to)
    except Tampered as error:
        raise wrong_passphrase() from error
    return X25519PrivateKey.from_private_bytes(private)


def wrong_passphrase(wait_us: int = 0) -> WrongPassphrase:
    """The one answer to a wrong name and to a wrong passphrase, with how long to wait, if at all."""
    remedy = f"Wait {-(-wait_us // 1_000_000)} s before the next try." if wait_us else "Try again."
    return WrongPassphrase("The operator's name and passphrase do not match.", remedy)


def wait_us(failures: int, last_failure_at_us: int, now_us: int) -> int:
    """The time an operator must still wait after so many wrong passphrases in a row.

    Nothing for the first four, then 5 s, doubling up to 15 minutes. A clock set back ends the wait:
    this slows a person at the window; whoever has the file guesses against Argon2id alone.
    """
    if failures < FREE_FAILURES or now_us < last_failure_at_us:
        return 0
    delay_us = min(FIRST_DELAY_US << min(failures - FREE_FAILURES, 16), MAX_DELAY_US)
    return max(0, last_failure_at_us + delay_us - now_us)


def count_failure(connection: Connection, name: str, now_us: int) -> None:
    """One more wrong passphrase in a row."""
    connection.execute(
        "UPDATE operators SET failures = failures + 1, last_failure_at_us = ? WHERE name = ?", (now_us, name)
    )


def forgive_failures(connection: Connection, name: str) -> None:
    """The right passphrase ends the row of wrong ones."""
    connection.execute("UPDATE operators SET failures = 0 WHERE name = ?", (name,))


def authenticate_roster(connection: Connection, file: VaultFile, vault_key: bytes, generation: int) -> None:
    """Authenticate every row with the vault key of this generation."""
    for row in operators(connection):
        mac = authenticate(vault_key, _roster_message(file, row, generation))
        connection.execute("UPDATE operators SET roster_mac = ? WHERE name = ?", (mac, row.name))


def check_roster(
    connection: Connection, file: VaultFile, vault_key: bytes, generation: int, *, without: str = ""
) -> None:
    """Raise `Tampered` if a row, other than that of `without`, isn't as an operator left it."""
    for row in operators(connection):
        if row.name != without:
            check_row(file, row, vault_key, generation)


def check_row(file: VaultFile, row: OperatorRow, vault_key: bytes, generation: int) -> None:
    """Raise `Tampered` if the row isn't as an operator left it."""
    if not is_row_authentic(file, row, vault_key, generation):
        raise Tampered(
            f"The vault's row of operator {row.name} was altered from outside.",
            "Remove the operator and add them again, or restore the vault from a backup.",
        )


def is_row_authentic(file: VaultFile, row: OperatorRow, vault_key: bytes, generation: int) -> bool:
    """True if the row's MAC is valid: nobody without the vault key changed it."""
    return is_authentic(vault_key, _roster_message(file, row, generation), row.roster_mac)


def _operator(  # noqa: PLR0917 -- the columns of a row, in their order
    name: str, roles: str, may_reveal: int, may_sign: int, public_key: bytes, added_at_us: int, mac: bytes
) -> OperatorRow:
    try:
        return OperatorRow(
            name, tuple(json.loads(roles)), bool(may_reveal), bool(may_sign), public_key, added_at_us, mac
        )
    except (ValueError, TypeError) as error:
        raise Tampered(
            f"The vault's row of operator {name} was altered from outside.",
            "Restore the vault from a backup.",
        ) from error


def _roles_text(roles: Sequence[str]) -> str:
    return json.dumps(sorted(set(roles)), ensure_ascii=False)


def _roster_message(file: VaultFile, row: OperatorRow, generation: int) -> bytes:
    return context(
        "operator",
        file.vault_id,
        generation,
        row.name,
        _roles_text(row.roles),
        row.may_reveal,
        row.may_sign,
        row.public_key,
    )


def _private_context(file: VaultFile, name: str, public_key: bytes, kdf: KdfParameters) -> bytes:
    return context("private key", file.vault_id, name, public_key, *kdf.binding())
