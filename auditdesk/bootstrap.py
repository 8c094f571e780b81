"""The only place that wires the layers together: makes and opens workspaces."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from platform import python_version
from typing import NamedTuple

from platformdirs import user_data_dir

from auditdesk import __version__
from auditdesk.demo import bank as demo
from auditdesk.demo.steps import DemoClock
from auditdesk.domain import events as e
from auditdesk.domain.errors import LedgerMissing, LedgerReadOnly, Refused, VaultMissing
from auditdesk.domain.events import NewEvent
from auditdesk.domain.roles import ROLES
from auditdesk.domain.streams import operator_stream
from auditdesk.domain.text import clean_line
from auditdesk.ledger.backends.sqlite import SqliteBackend
from auditdesk.ledger.ledger import Ledger, StreamAppend
from auditdesk.ledger.migrations import open_ledger
from auditdesk.services.access.command_ids import new_command_id
from auditdesk.services.access.context import NO_PROGRESS, Clock, Progress, system_clock
from auditdesk.services.files.atomic import new_folder
from auditdesk.services.files.log_file import LogFile, default_log_folder
from auditdesk.services.workspace.workspace import LEDGER_FILE, VAULT_FILE, Workspace
from auditdesk.storage.sqlite_file import DRIVER
from auditdesk.vault.kdf import KdfParameters
from auditdesk.vault.vault import Vault


def create_workspace(
    path: Path,
    *,
    bank: str,
    operator: str,
    passphrase: str,
    clock: Clock = system_clock,
    kdf: KdfParameters | None = None,
) -> Workspace:
    """Make a new workspace in the folder `path`, whole or not at all, and open it.

    Raises `Refused` (`workspace_exists`, `text_missing`, …), and the `Fault` of a folder that
    can't be written.
    """
    bank = clean_line(bank, "bank", required=True)
    operator = clean_line(operator, "operator", required=True, limit=64)
    if not passphrase:
        raise Refused("text_missing", "The passphrase is missing.", field="passphrase")
    _check_free(path)
    with new_folder(path) as draft:
        _make_files(draft, bank, operator, passphrase, clock=clock, kdf=kdf)
    return open_workspace(path, clock=clock)


def open_workspace(path: Path, *, clock: Clock = system_clock) -> Workspace:
    """Open the workspace in the folder `path`; nothing is created.

    Raises `LedgerMissing`, `NotALedger`, `NewerLedger`, `VaultMismatch`, `LedgerLocked`.
    """
    ledger_file = path / LEDGER_FILE
    if not _is_there(ledger_file):
        raise LedgerMissing(
            f"There is no workspace at {path}.", f"A workspace is a folder that holds {LEDGER_FILE}."
        )
    ledger = open_ledger(SqliteBackend(ledger_file), clock=clock)
    try:
        vault = Vault.open(path / VAULT_FILE, ledger_id=ledger.ledger_id, clock=clock)
    except VaultMissing:
        vault = None
    except BaseException:
        ledger.close()
        raise
    return Workspace(path, ledger, vault, clock)


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError as error:
        raise LedgerReadOnly(
            f"The folder {file.parent} can't be read: {error.strerror}.", "Check the rights on it."
        ) from error


class ProgramInfo(NamedTuple):
    """Versions of program, Python and SQLite, and the path of the error log, for *About* and bug reports."""

    version: str
    python_version: str
    sqlite_version: str
    sqlite_driver: str
    log_file: Path


def program_info() -> ProgramInfo:
    """Versions, and where the log of bugs and faults lies."""
    driver = DRIVER.__name__.partition(".")[0]
    return ProgramInfo(__version__, python_version(), DRIVER.sqlite_version, driver, error_log().path)


def error_log() -> LogFile:
    """The log of bugs and faults, in the folder that the platform has for it."""
    return LogFile(default_log_folder())


def default_demo_path() -> Path:
    """The demo bank's folder by default: `demo.auditdesk` in the person's data folder."""
    return Path(user_data_dir("auditdesk", appauthor=False)) / "demo.auditdesk"


def make_demo(
    path: Path,
    *,
    seed: int = demo.SEED,
    now_us: int | None = None,
    scale: demo.DemoScale = demo.FULL,
    progress: Progress = NO_PROGRESS,
    kdf: KdfParameters | None = None,
) -> None:
    """Make the demo bank in the folder `path`, whole or not at all; one that is there is left as it is.

    Its operator is `demo.OPERATOR` with `demo.PASSPHRASE`. Raises as `create_workspace`, and `Cancelled`.
    """
    if _is_there(path / LEDGER_FILE):
        return
    _check_free(path)
    now_us = system_clock() if now_us is None else now_us
    clock = DemoClock(demo.start_of_demo(now_us))
    kdf = kdf or KdfParameters()  # the passphrase is no secret: not worth half a second each time
    with new_folder(path) as draft:
        _make_files(draft, demo.BANK_NAME, demo.OPERATOR, demo.PASSPHRASE, clock=clock, kdf=kdf)
        workspace = open_workspace(draft, clock=clock)
        with closing(workspace), closing(workspace.sign_in(demo.OPERATOR, demo.PASSPHRASE)) as session:
            demo.build(
                session.context, clock, now_us=now_us, seed=seed, scale=scale, progress=progress, kdf=kdf
            )
            session.sign_off()
            session.verification.run(progress)


def _check_free(path: Path) -> None:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise Refused("workspace_exists", f"{path} already exists.", "Choose another name.", field="path")


def _make_files(
    folder: Path, bank: str, operator: str, passphrase: str, *, clock: Clock, kdf: KdfParameters | None
) -> None:
    """Lay ledger and vault into a draft's folder."""
    ledger_id = _make_ledger(folder / LEDGER_FILE, bank, operator, clock)
    Vault.create(
        folder / VAULT_FILE,
        ledger_id=ledger_id,
        operator=operator,
        passphrase=passphrase,
        roles=ROLES,
        kdf=kdf,
        clock=clock,
    ).close()


def _make_ledger(file: Path, bank: str, operator: str, clock: Clock) -> str:
    ledger = Ledger.create(SqliteBackend(file), bank=bank, clock=clock)
    try:
        added = NewEvent(e.OperatorAdded(operator=operator, roles=ROLES))
        append = StreamAppend(operator_stream(operator), None, (added,), clock(), None)
        ledger.append([append], operator=operator, command_id=new_command_id())
    finally:
        ledger.close()
    return ledger.ledger_id
