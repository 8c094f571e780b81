"""Backups: a copy of the ledger while it is in use, and apart from it a copy of the vault that expires.

The vault's copy holds the keys of people who may be forgotten later, so the name of its folder says until
when it may be kept; the ledger's copy is sealed and may be kept for good. The ledger is copied first: a vault
that is newer than the ledger holds keys to spare, an older one would lack some.
"""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from auditdesk.domain.errors import Fault, LedgerDamaged, Refused
from auditdesk.domain.instants import day_of, to_iso
from auditdesk.domain.roles import BACK_UP
from auditdesk.ledger.backends.sqlite import SqliteBackend
from auditdesk.ledger.ledger import Ledger
from auditdesk.services.access.context import NO_PROGRESS, Clock, OperatorContext, Progress
from auditdesk.services.access.permission import check_permission
from auditdesk.services.files.atomic import file_faults, new_folder, write_new
from auditdesk.services.files.places import place_of
from auditdesk.services.verification.run import Verification
from auditdesk.vault.vault import Vault

FORMAT: Final = 1
LEDGER_FILE: Final = "ledger.db"
VAULT_FILE: Final = "vault.db"
MANIFEST_FILE: Final = "backup.json"
VAULT_FOLDER_PREFIX: Final = "vault-until-"
KEEP_VAULT_DAYS: Final = 30
KEEP_VAULT_DAYS_AT_MOST: Final = 366


class BackupManifest(Struct, frozen=True):
    """The manifest of a backup. Fields of the vault are empty if it has none."""

    format: int
    ledger_id: str
    bank: str
    made_at: str
    made_by: str
    events: int
    ledger_sha256: str
    vault_sha256: str
    vault_expires_on: str


class BackupResult(NamedTuple):
    """A backup that was written and verified. `vault_folder` is None where the ledger had no vault."""

    folder: Path
    vault_folder: Path | None
    vault_expires_on: date | None
    events: int


class Backup:
    """Makes backups of one workspace."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context

    def run(
        self, folder: Path, *, keep_vault_days: int = KEEP_VAULT_DAYS, progress: Progress = NO_PROGRESS
    ) -> BackupResult:
        """Write a backup into a new folder, verified and whole, or not at all.

        Raises `Refused` (`role_missing`, `folder_exists`, `folder_in_workspace`, `expiry_range`),
        `LedgerDamaged` where the copy does not verify, `Cancelled`, or the `Fault` of a place that can not
        be written.
        """
        check_permission(self._context, BACK_UP)
        if not 1 <= keep_vault_days <= KEEP_VAULT_DAYS_AT_MOST:
            raise Refused(
                "expiry_range",
                f"A vault's copy is kept for 1 to {KEEP_VAULT_DAYS_AT_MOST} days.",
                "A person who is forgotten stays readable in it until then.",
                field="vault_days",
            )
        target = place_of(folder)
        if target.is_relative_to(self._context.workspace):
            raise Refused(
                "folder_in_workspace",
                f"{folder} lies in the workspace itself.",
                "Choose another place.",
                field="folder",
            )
        expires_on = day_of(self._context.clock()) + timedelta(days=keep_vault_days)
        with new_folder(target) as draft:
            return self._write(draft, expires_on, progress)._replace(
                folder=target,
                vault_folder=target / vault_folder_name(expires_on) if self._context.vault else None,
            )

    def _write(self, draft: Path, expires_on: date, progress: Progress) -> BackupResult:
        context, ledger_copy = self._context, draft / LEDGER_FILE

        def tell(done: int, total: int) -> None:
            progress.report(done, total, "Copying the ledger")
            progress.check()

        context.ledger.backend.copy_to(ledger_copy, tell)
        vault_copy = None
        if context.vault is not None:
            vault_folder = draft / vault_folder_name(expires_on)
            vault_folder.mkdir(mode=0o700)
            vault_copy = vault_folder / VAULT_FILE
            context.vault.copy_to(vault_copy)
        events = check_files(ledger_copy, vault_copy, context.clock, progress)
        manifest = BackupManifest(
            format=FORMAT,
            ledger_id=context.ledger.ledger_id,
            bank=context.ledger.bank,
            made_at=to_iso(context.clock()),
            made_by=context.operator,
            events=events,
            ledger_sha256=sha256_of(ledger_copy),
            vault_sha256=sha256_of(vault_copy) if vault_copy else "",
            vault_expires_on=expires_on.isoformat() if vault_copy else "",
        )
        write_new(draft / MANIFEST_FILE, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        return BackupResult(draft, None, expires_on if vault_copy else None, events)


def check_files(ledger_file: Path, vault_file: Path | None, clock: Clock, progress: Progress) -> int:
    """Verify a ledger that nobody else uses, and that its vault fits it; returns how many events it has.

    Raises `LedgerDamaged`, `VaultMismatch`, `Cancelled`.
    """
    backend = SqliteBackend(ledger_file)
    backend.require_whole()
    with closing(Ledger.open(backend, clock=clock)) as ledger:
        if vault_file is None:
            return _verified(OperatorContext(ledger, None, None, "backup", clock), progress)
        with closing(Vault.open(vault_file, ledger_id=ledger.ledger_id, clock=clock)) as vault:
            _check_keys_are_whole(ledger, vault)
            events = _verified(OperatorContext(ledger, vault, None, "backup", clock), progress)
    vault_file.with_name(f"{vault_file.name}-journal").unlink(missing_ok=True)
    return events


def sha256_of(file: Path) -> str:
    """SHA-256 of a file that nobody writes, hex."""
    with file_faults(file), file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def vault_folder_name(expires_on: date) -> str:
    """The folder that holds a vault's copy, named after the day when it must be gone."""
    return f"{VAULT_FOLDER_PREFIX}{expires_on.isoformat()}"


def _check_keys_are_whole(ledger: Ledger, vault: Vault) -> None:
    """Every customer of the ledger has a key or a fence; whoever has neither can't be read again."""
    known = vault.key_subjects() | vault.fenced()
    erased = {row.number for row in ledger.customers.erasures()}
    lost = sorted(row.number for row in ledger.customers.rows() if row.number not in known | erased)
    if lost:
        names = ", ".join(lost[:5])
        raise Fault(
            f"The vault lacks the keys of {len(lost)} customers of this ledger ({names}).",
            "It is older than the ledger: take a newer copy of the vault.",
        )


def _verified(context: OperatorContext, progress: Progress) -> int:
    report = Verification(context).run(progress, open_seals=False)
    if report.damage:
        raise LedgerDamaged(
            f"The ledger does not verify ({len(report.findings)} findings): {report.damage}",
            "Nothing was written. Verify the workspace.",
        )
    return report.events
