"""Restoring a backup: ledger and vault are checked against each other, and the forgotten stay forgotten.

Every erasure in the ledger is applied to the vault before anything else can read it. Whoever was forgotten
after the backup was made is not in that ledger: their signed certificate, if it is given, is applied too.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from auditdesk.domain.errors import Fault, Refused
from auditdesk.domain.instants import day_of
from auditdesk.ledger.backends.sqlite import SqliteBackend
from auditdesk.ledger.ledger import Ledger
from auditdesk.ledger.migrations import open_ledger
from auditdesk.services.access.context import NO_PROGRESS, Clock, Progress, system_clock
from auditdesk.services.files.atomic import copy_new, file_faults, new_folder
from auditdesk.services.files.places import place_of
from auditdesk.services.privacy.certificate import check_certificate, keys_of
from auditdesk.services.privacy.erasures import is_undone, logged_erasures, shred
from auditdesk.services.upkeep.backup import (
    FORMAT,
    LEDGER_FILE,
    MANIFEST_FILE,
    VAULT_FILE,
    VAULT_FOLDER_PREFIX,
    BackupManifest,
    check_files,
    sha256_of,
    vault_folder_name,
)
from auditdesk.vault.vault import Vault


class Restored(NamedTuple):
    """The result of a restore. `erased_again` are the customers whose keys were destroyed again."""

    path: Path
    events: int
    vault_present: bool
    erased_again: tuple[str, ...]


def restore(
    backup: Path,
    target: Path,
    *,
    certificates: Sequence[Path] = (),
    expired_vault: bool = False,
    clock: Clock = system_clock,
    progress: Progress = NO_PROGRESS,
) -> Restored:
    """Make a workspace at `target` from a backup, whole or not at all.

    `certificates` are erasures that are younger than the backup. A vault's copy whose day has passed is
    refused unless `expired_vault`. Without the vault's folder the workspace can be looked at, redacted.
    Raises `Refused` (`backup_unknown`, `backup_altered`, `vault_expired`, `folder_exists`), `ProofError` for
    a certificate that proves nothing, `LedgerDamaged`, `VaultMismatch`, and the `Fault`s of the places.
    """
    source = backup.expanduser().resolve()
    manifest = read_manifest(source)
    vault_source = _vault_of(source, manifest, clock, expired_vault=expired_vault)
    place = place_of(target)
    with new_folder(place) as draft:
        ledger_file, vault_file = draft / LEDGER_FILE, draft / VAULT_FILE
        _take(source / LEDGER_FILE, ledger_file, manifest.ledger_sha256)
        erased: tuple[str, ...] = ()
        if vault_source is not None:
            _take(vault_source, vault_file, manifest.vault_sha256)
            erased = _erase_again(ledger_file, vault_file, certificates, clock)
        elif certificates:
            raise Refused("vault_missing", "There is no vault to apply the certificates to.", field="backup")
        events = check_files(ledger_file, vault_file if vault_source else None, clock, progress)
    return Restored(place, events, vault_source is not None, erased)


def read_manifest(backup: Path) -> BackupManifest:
    """Read the manifest of a backup. Raises `Refused` (`backup_unknown`)."""
    try:
        manifest = msgspec.json.decode((backup / MANIFEST_FILE).read_bytes(), type=BackupManifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(
            "backup_unknown",
            f"{backup} is not an auditdesk backup.",
            f"A backup is a folder that holds {MANIFEST_FILE}.",
            field="backup",
        ) from error
    if manifest.format != FORMAT:
        raise Refused("backup_unknown", "The backup was made by another auditdesk.", field="backup")
    return manifest


def _vault_of(source: Path, manifest: BackupManifest, clock: Clock, *, expired_vault: bool) -> Path | None:
    if not manifest.vault_sha256:
        return None
    try:
        expires_on = date.fromisoformat(manifest.vault_expires_on)
    except ValueError as error:
        raise Refused("backup_altered", "The backup doesn't say when its vault expires.") from error
    file = source / vault_folder_name(expires_on) / VAULT_FILE
    if not file.is_file():
        if any(source.glob(f"{VAULT_FOLDER_PREFIX}*")):
            raise Refused(
                "backup_altered", "The backup's vault is not the one that its manifest names.", field="backup"
            )
        return None
    if day_of(clock()) > expires_on and not expired_vault:
        raise Refused(
            "vault_expired",
            f"This copy of the vault expired on {expires_on.isoformat()} and should have been destroyed.",
            "Restore without it, or use --expired-vault with the certificate of every erasure since.",
            field="backup",
        )
    return file


def _take(source: Path, target: Path, sha256_hex: str) -> None:
    copy_new(source, target)
    if sha256_of(target) != sha256_hex:
        raise Refused(
            "backup_altered",
            f"{source.name} in the backup is damaged or was altered.",
            "Take another backup.",
            field="backup",
        )


def _erase_again(
    ledger_file: Path, vault_file: Path, certificates: Sequence[Path], clock: Clock
) -> tuple[str, ...]:
    with (
        closing(open_ledger(SqliteBackend(ledger_file), clock=clock)) as ledger,
        closing(Vault.open(vault_file, ledger_id=ledger.ledger_id, clock=clock)) as vault,
    ):
        keys = keys_of(vault)
        proven = []
        for file in certificates:
            with file_faults(file):
                raw = file.read_bytes()
            proven.append(check_certificate(raw, keys))
        erased = _destroy_again(ledger, vault)
        known = {row.number for row in ledger.customers.rows()}
        for certificate in proven:
            customer = certificate.customer
            if customer in known and customer not in vault.fenced():
                vault.shred(customer, keyring=None)
                erased.append(customer)
        alive = vault.key_subjects() & {erasure.customer for erasure in logged_erasures(ledger)}
    if alive:
        raise Fault(
            f"The keys of {', '.join(sorted(alive))} could not be destroyed.", "Nothing was restored."
        )
    return tuple(erased)


def _destroy_again(ledger: Ledger, vault: Vault) -> list[str]:
    """Destroy in the copy what its own log proves to be erased; the backup stays as it is."""
    holding, fenced = vault.key_subjects(), vault.fenced()
    erased = []
    for erasure in logged_erasures(ledger):
        if is_undone(erasure, holding, fenced):
            shred(ledger, vault, erasure, None)
            erased.append(erasure.customer)
    return erased
