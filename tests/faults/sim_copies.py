"""What is done to the bank's files behind its back, on copies, and must be found or refused in words.

Bits are flipped, sectors torn, the write-ahead log is cut or gone, the vault comes from an older backup.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import AuditdeskError
from auditdesk.domain.personal import KEY_LOST, Mask
from auditdesk.services.verification.findings import OF_THE_VAULT
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from auditdesk.storage.sqlite_file import DRIVER
from tests.faults.sim_bank import Backup, Bank
from tests.faults.sim_checks import check_now
from tests.faults.sim_writer import Writer

LEDGER: Final = ("ledger.db", "ledger.db-wal")
VAULT: Final = ("vault.db", "vault.db-journal")
SECTOR_BYTES: Final = 512
BACKUPS_KEPT: Final = 3
Damage = Callable[[Bank, Writer, int], None]


def flip_ledger(bank: Bank, writer: Writer, number: int) -> None:
    """A bit of the ledger is flipped."""
    _damage_ledger(bank, lambda raw: _flip(bank, raw))


def tear_ledger(bank: Bank, writer: Writer, number: int) -> None:
    """A sector of the ledger was never written, or holds what belongs elsewhere."""
    _damage_ledger(bank, lambda raw: _tear(bank, raw))


def _damage_ledger(bank: Bank, damage: Callable[[bytearray], None]) -> None:
    with _copied(bank, *LEDGER, *VAULT) as copy:
        file = copy / "ledger.db"
        settle_into_file(file)
        honest = read_all(file)
        _change(file, damage)
        changed = read_all(file) != honest
        said = verdict(bank, copy)
        assert said or not changed, "a reader would read otherwise, and nothing was said"
        bank.tally["damage that shows"] += changed


def flip_vault(bank: Bank, writer: Writer, number: int) -> None:
    """A bit of the vault is flipped."""
    with _copied(bank, *LEDGER, *VAULT) as copy:
        _change(copy / "vault.db", lambda raw: _flip(bank, raw))
        said = verdict(bank, copy)
        if said:
            bank.tally["damage that shows"] += 1
            return
        with _opened(bank, copy) as (workspace, session):
            assert workspace.operators() == ("ana",)
            people = {line.number: line.name for line in session.directory.customers()}
            for known, person in bank.model.customers.items():
                name = people[known]
                told = isinstance(name, Mask) and name.kind == "erased"
                assert told if person.forgotten else name == person.now.name, (known, name)


def break_wal(bank: Bank, writer: Writer, number: int) -> None:
    """The write-ahead log is gone, cut or flipped: a log shorter than its checkpoint is not written to."""
    if bank.chance.random() < 0.7:
        writer.session.checkpoints.make()
    vault = writer.session.context.vault
    assert vault is not None
    newest = vault.newest_checkpoint()
    signed = newest.size if newest else 0
    with _copied(bank, *LEDGER, *VAULT) as copy:
        wal = copy / "ledger.db-wal"
        how = bank.chance.choice(("drop", "drop", "cut", "flip"))
        if not wal.exists() or not wal.stat().st_size or how == "drop":
            wal.unlink(missing_ok=True)
        elif how == "cut":
            _change(wal, lambda raw: raw.__delitem__(slice(bank.chance.randrange(len(raw)), None)))
        else:
            _change(wal, lambda raw: _flip(bank, raw))
        _check_shortened(bank, copy, signed)


def _check_shortened(bank: Bank, copy: Path, signed: int) -> None:
    with _opened(bank, copy) as (workspace, session):
        length = session.context.ledger.log.head().position
        lost = len(bank.model.log) - length
        assert lost >= 0 or workspace.warnings
        if length < signed:
            bank.tally["logs shorter than signed"] += 1
            assert workspace.read_only
            assert f"but a checkpoint over {signed} was signed" in " ".join(workspace.warnings)
            assert f"the last {signed - length} are missing" in " ".join(workspace.warnings)
            with _refused():
                session.issue(Deposit("10-00001", 1))
            return
        found = [(env.stream, env.version, env.type) for env in session.context.ledger.log.read(up_to=length)]
        known = [kept[:3] for kept in bank.model.log[:length]]
        assert found[: len(known)] == known
        assert {finding.kind for finding in session.verification.run().findings} <= set(OF_THE_VAULT)


def keep_vault(bank: Bank, writer: Writer, number: int) -> None:
    """Somebody takes a copy of the vault, to come back with it later."""
    folder = bank.aside / f"vault-{number}"
    bank.helper.copy(bank.path, folder, "vault.db")
    bank.backups.append(Backup(folder, frozenset(bank.model.customers)))
    if len(bank.backups) > BACKUPS_KEPT:
        shutil.rmtree(bank.backups.pop(bank.chance.randrange(BACKUPS_KEPT)).folder)


def restore_vault(bank: Bank, writer: Writer, number: int) -> None:
    """An older vault comes back: the forgotten stay forgotten, those who came later read KEY LOST."""
    if not bank.backups:
        keep_vault(bank, writer, number)
        return
    harmless = [backup for backup in bank.backups if not _lost_with(bank, backup)]
    if harmless and bank.chance.random() < 0.5:
        _restore_in_place(bank, bank.chance.choice(harmless))
        return
    backup = bank.chance.choice(bank.backups)
    model, lost = bank.model, _lost_with(bank, backup)
    with _copied(bank, *LEDGER) as copy:
        bank.helper.copy(backup.folder, copy, "vault.db")
        with _opened(bank, copy) as (_, session):
            people = {line.number: line.name for line in session.directory.customers()}
            for known, person in model.customers.items():
                name = people[known]
                if person.forgotten:
                    assert isinstance(name, Mask)
                    assert name.kind == "erased"
                else:
                    assert name == (KEY_LOST if known in lost else person.now.name)
            findings = session.verification.run().findings
            streams = {finding.stream for finding in findings if finding.kind == "key_lost"}
            assert {f"customer/{known}" for known in lost} <= streams
            assert bool(findings) == bool(lost)
            assert all(finding.kind != "key_of_forgotten" for finding in findings)
    bank.tally["keys lost and named"] += len(lost)


def _lost_with(bank: Bank, backup: Backup) -> set[str]:
    """Who became a customer after the backup, and has not been forgotten."""
    known = {number for number, person in bank.model.customers.items() if not person.forgotten}
    return known - backup.customers


def _restore_in_place(bank: Bank, backup: Backup) -> None:
    for writer in bank.writers:
        writer.close()
    (bank.path / "vault.db-journal").unlink(missing_ok=True)
    bank.helper.copy(backup.folder, bank.path, "vault.db")
    for writer in bank.writers:
        writer.reopen()
        check_now(bank, writer)
    bank.tally["vaults restored in place"] += 1


# --- looking at a copy ----------------------------------------------------------------------------


def verdict(bank: Bank, copy: Path) -> tuple[str, ...]:
    """What the program says of a workspace, in sentences, and that it can be looked at without a crash."""
    try:
        with _opened(bank, copy) as (workspace, session):
            findings = session.verification.run().findings
            _look_around(session)
            return (*workspace.warnings, *(finding.sentence for finding in findings))
    except AuditdeskError as error:
        return (str(error),)


def _look_around(session: Session) -> None:
    """Read what a window would show."""
    with suppress(AuditdeskError):
        for line in session.directory.accounts():
            with suppress(AuditdeskError):
                view = session.history.account_at(line.number)
                session.history.account_register(line.number, max(1, view.versions - 50), view.versions)
    with suppress(AuditdeskError):
        for person in session.directory.customers():
            with suppress(AuditdeskError):
                session.history.customer_at(person.number)


def settle_into_file(file: Path) -> None:
    """Move a copy's write-ahead log into its file."""
    with closing(DRIVER.connect(str(file))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def read_all(file: Path) -> dict[str, object]:
    """All that a reader can get out of the file, by every table and every index, or where it fails."""
    found: dict[str, object] = {}
    with closing(DRIVER.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
        try:
            for pragma in ("user_version", "application_id"):
                found[pragma] = connection.execute(f"PRAGMA {pragma}").fetchall()
            things = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
            found["schema"] = things
            for kind, name, table, sql in things:
                if kind == "table":
                    query = f'SELECT * FROM "{name}" NOT INDEXED'
                elif kind == "index":
                    query = _by_index(connection, name, table, sql or "")
                else:
                    continue
                found[name] = connection.execute(query).fetchall()
        except (DRIVER.Error, UnicodeDecodeError) as error:
            found["unreadable"] = type(error).__name__
    return found


def _by_index(connection: Any, name: str, table: str, sql: str) -> str:
    columns = ", ".join(f'"{row[2]}"' for row in connection.execute(f'PRAGMA index_info("{name}")'))
    _, where, condition = sql.partition(" WHERE ")
    return f'SELECT {columns} FROM "{table}" INDEXED BY "{name}"{where}{condition} ORDER BY {columns}'


@contextmanager
def _copied(bank: Bank, *names: str) -> Iterator[Path]:
    copy = bank.aside / "copy"
    bank.helper.copy(bank.path, copy, *names)
    yield copy
    shutil.rmtree(copy)


@contextmanager
def _opened(bank: Bank, copy: Path) -> Iterator[tuple[Workspace, Session]]:
    workspace = open_workspace(copy, clock=bank.clock)
    with closing(workspace), closing(workspace.sign_in("ana", "x")) as session:
        yield workspace, session


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except AuditdeskError:
        return
    raise AssertionError("written to, though it is shorter than its checkpoint")


def _change(file: Path, damage: Callable[[bytearray], None]) -> None:
    raw = bytearray(file.read_bytes())
    damage(raw)
    file.write_bytes(raw)


def _flip(bank: Bank, raw: bytearray) -> None:
    """Flip a bit, more often than not of a byte that holds something: much of a page is empty."""
    at = bank.chance.randrange(len(raw))
    if bank.chance.random() < 0.7:
        while not raw[at]:
            at = (at + 1) % len(raw)
    raw[at] ^= 1 << bank.chance.randrange(8)


def _tear(bank: Bank, raw: bytearray) -> None:
    sectors = len(raw) // SECTOR_BYTES
    at, other = (bank.chance.randrange(sectors) * SECTOR_BYTES for _ in range(2))
    torn = bytes(SECTOR_BYTES) if bank.chance.random() < 0.5 else bytes(raw[other : other + SECTOR_BYTES])
    raw[at : at + SECTOR_BYTES] = torn


DAMAGES: Final[dict[str, tuple[Damage, int]]] = {
    "flipped bit, ledger": (flip_ledger, 3),
    "torn sector, ledger": (tear_ledger, 2),
    "flipped bit, vault": (flip_vault, 2),
    "write-ahead log broken": (break_wal, 3),
    "older vault restored": (restore_vault, 3),
    "vault copied": (keep_vault, 4),
}
