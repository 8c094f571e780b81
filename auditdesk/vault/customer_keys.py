"""Customers' keys in the file: made, looked up, rewrapped, fenced, destroyed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from auditdesk.domain.errors import KeyLost, SubjectErased, Tampered
from auditdesk.domain.instants import day_of
from auditdesk.vault.ciphers import context, new_key, unwrap, wrap
from auditdesk.vault.file import Connection, VaultFile
from auditdesk.vault.roster import authenticate_roster
from auditdesk.vault.sealing import KEY_ID_BYTES, CustomerKey
from auditdesk.vault.wrapped_keys import Secrets, seal_vault_key


class Fence(NamedTuple):
    """A customer for whom no key may ever be made again; `key_id` is empty where there was none."""

    subject: str
    key_id: bytes
    fenced_at_us: int


def create_keys(connection: Connection, file: VaultFile, secrets: Secrets, subjects: Sequence[str]) -> None:
    """Make a key for each subject that has none. Raises `SubjectErased` for a fenced one, `VaultLocked`."""
    vault_key = secrets.need_vault_key()
    fenced = fences(connection)
    for subject in subjects:
        if subject in fenced:
            raise erased(fenced[subject])
    holding = subjects_with_keys(connection)
    now_us = file.clock()
    rows = []
    for subject in dict.fromkeys(subjects):
        if subject not in holding:
            key_id = os.urandom(KEY_ID_BYTES)
            bound_to = _context(file, subject, key_id, secrets.generation)
            rows.append((subject, key_id, secrets.generation, wrap(vault_key, new_key(), bound_to), now_us))
    connection.executemany(
        "INSERT INTO customer_keys (subject, key_id, generation, wrapped, created_at_us)"
        " VALUES (?, ?, ?, ?, ?)",
        rows,
    )


def load_key(connection: Connection, file: VaultFile, secrets: Secrets, subject: str) -> CustomerKey:
    """A customer's key. Raises `SubjectErased`, `KeyLost`, `Tampered`, `VaultLocked`."""
    vault_key = secrets.need_vault_key()
    row = connection.execute(
        "SELECT key_id, generation, wrapped FROM customer_keys WHERE subject = ?", (subject,)
    ).fetchone()
    if row is None:
        fence = find_fence(connection, subject)
        if fence is not None:
            raise erased(fence)
        raise KeyLost(
            f"The vault holds no key of customer {subject}, and no erasure either.",
            "Restore the newest backup of the vault.",
        )
    key_id, generation, wrapped = row
    key = unwrap(vault_key, wrapped, _context(file, subject, key_id, generation))
    return CustomerKey(key, key_id, file.ledger_id)


def rotate_vault_key(connection: Connection, file: VaultFile, secrets: Secrets) -> None:
    """A new vault key: every customer key rewrapped, sealed to every operator who may have it.

    The caller has checked the roster in this transaction, before changing it.
    A customer key that doesn't unwrap stays as it is: it was lost before. Raises `VaultLocked`.
    """
    old_key = secrets.need_vault_key()
    vault_key, generation = new_key(), secrets.generation + 1
    rows = connection.execute("SELECT id, subject, key_id, generation, wrapped FROM customer_keys").fetchall()
    rewrapped = []
    for row_id, subject, key_id, old_generation, wrapped in rows:
        with suppress(Tampered):
            key = unwrap(old_key, wrapped, _context(file, subject, key_id, old_generation))
            bound_to = _context(file, subject, key_id, generation)
            rewrapped.append((generation, wrap(vault_key, key, bound_to), row_id))
    connection.executemany("UPDATE customer_keys SET generation = ?, wrapped = ? WHERE id = ?", rewrapped)
    keep_vault_key(connection, file, vault_key, generation)
    connection.execute("UPDATE vault SET rotation_pending = 0")


def keep_vault_key(connection: Connection, file: VaultFile, vault_key: bytes, generation: int) -> None:
    """Make this the vault key: sealed to the operators, their rows authenticated with it."""
    seal_vault_key(connection, file, vault_key, generation)
    authenticate_roster(connection, file, vault_key, generation)
    connection.execute("UPDATE vault SET generation = ?, scrub_pending = 1", (generation,))


def fence(connection: Connection, file: VaultFile, subject: str) -> Fence:
    """Fence a subject, or return the fence that is there."""
    found = find_fence(connection, subject)
    if found is not None:
        return found
    row = connection.execute("SELECT key_id FROM customer_keys WHERE subject = ?", (subject,)).fetchone()
    made = Fence(subject, row[0] if row else b"", file.clock())
    connection.execute("INSERT INTO fences (subject, key_id, fenced_at_us) VALUES (?, ?, ?)", made)
    return made


def destroy_key(connection: Connection, subject: str) -> bool:
    """Delete a subject's key, and owe a rotation and a scrub for it; whether there was one."""
    deleted = connection.execute("DELETE FROM customer_keys WHERE subject = ?", (subject,)).rowcount > 0
    if deleted:
        connection.execute("UPDATE vault SET rotation_pending = 1, scrub_pending = 1")
    return deleted


def rotation_pending(connection: Connection) -> bool:
    """True if a key was destroyed by an operator who couldn't rotate the vault key."""
    (pending,) = connection.execute("SELECT rotation_pending FROM vault").fetchone()
    return bool(pending)


def fences(connection: Connection) -> dict[str, Fence]:
    """All fences by subject."""
    rows: Iterable[tuple[str, bytes, int]] = connection.execute(
        "SELECT subject, key_id, fenced_at_us FROM fences"
    )
    return {row[0]: Fence(*row) for row in rows}


def find_fence(connection: Connection, subject: str) -> Fence | None:
    """The fence of a subject, if there is one."""
    row = connection.execute(
        "SELECT subject, key_id, fenced_at_us FROM fences WHERE subject = ?", (subject,)
    ).fetchone()
    return Fence(*row) if row else None


def subjects_with_keys(connection: Connection) -> frozenset[str]:
    """The subjects that have a key."""
    return frozenset(subject for (subject,) in connection.execute("SELECT subject FROM customer_keys"))


def has_key(connection: Connection, subject: str) -> bool:
    """True if a subject has a key."""
    found = connection.execute("SELECT 1 FROM customer_keys WHERE subject = ?", (subject,))
    return found.fetchone() is not None


def erased(fence_: Fence) -> SubjectErased:
    """The error that says since when a subject is erased."""
    day = day_of(fence_.fenced_at_us)
    return SubjectErased(f"Customer {fence_.subject} was erased on {day.isoformat()}.", day)


def _context(file: VaultFile, subject: str, key_id: bytes, generation: int) -> bytes:
    return context("customer key", file.vault_id, subject, key_id, generation)
