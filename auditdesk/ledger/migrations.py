"""Bring a ledger of an older format up to today's: beside itself, proved, put in place whole or not at all.

The older file is held alone and copied twice. One copy is altered step by step, `bring_up` of each format in
one transaction; the other stays as it was and is kept. Only when both tell the same past, event for event,
with the same root, the same state of every stream and the same projections, does the altered one take the
ledger's place. Whatever goes wrong before that, a power cut too, leaves the ledger as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import zip_longest

from auditdesk.domain.errors import AuditdeskError, LedgerDamaged, LedgerReadOnly
from auditdesk.ledger.backends.base import Backend
from auditdesk.ledger.database import Database
from auditdesk.ledger.envelope import leaf_hash
from auditdesk.ledger.ledger import Ledger
from auditdesk.ledger.rebuild import Folding


def open_ledger(backend: Backend, *, clock: Callable[[], int]) -> Ledger:
    """Open a ledger, brought up to the newest format first where it can be written.

    One that can't be brought up is opened in its own format, to look at; `warnings` says why.
    Raises as `Ledger.open`.
    """
    ledger = Ledger.open(backend, clock=clock)
    newest = backend.formats[-1].number
    if not ledger.can_be_brought_up:
        if not ledger.read_only:
            backend.discard_drafts()
        return ledger
    older = ledger.format
    ledger.close()
    try:
        kept = bring_up(backend, clock=clock)
        said = f"The ledger was brought from format {older} to {newest}. As it was, it is kept at {kept}."
    except (AuditdeskError, OSError) as error:
        said = f"The ledger could not be brought from format {older} to {newest}: {error}"
    ledger = Ledger.open(backend, clock=clock)
    ledger.warnings = (*ledger.warnings, said)
    return ledger


def bring_up(backend: Backend, *, clock: Callable[[], int]) -> str:
    """Bring a ledger to the newest format; says where it is kept as it was.

    Raises `LedgerDamaged` where the upgrade would change what the ledger tells, `LedgerLocked` while another
    program has it open, and other `Fault`s; then the ledger is as it was.
    """
    upgrade = backend.upgrade()
    try:
        _alter(upgrade.draft)
        with (
            closing(Ledger.open(upgrade.original, clock=clock)) as before,
            closing(Ledger.open(upgrade.draft, clock=clock)) as after,
        ):
            prove_same(before, after)
        return upgrade.put_in_place()
    finally:
        upgrade.discard()


def prove_same(before: Ledger, after: Ledger) -> None:
    """Compare what two ledgers tell: log, root, checkpoints, every state, projections.

    Raises `LedgerDamaged` for the first difference, and where the second's schema isn't that of its format.
    """
    with before.view(), after.view():
        differences = after.schema_differences()
        if differences:
            raise _changed(f"the schema ({differences[0]})")
        _compare_logs(before, after)
        if before.tree.root() != after.tree.root() or before.log.head() != after.log.head():
            raise _changed("the tree's root")
        if before.tree.checkpoints() != after.tree.checkpoints():
            raise _changed("the checkpoints")
        _compare_rows("accounts", before.accounts.rows(), after.accounts.rows())
        _compare_rows("customers", before.customers.rows(), after.customers.rows())
        _compare_rows("entries", before.accounts.entry_pages(), after.accounts.entry_pages())
        _compare_rows("snapshots", before.snapshots.all(), after.snapshots.all())


def _alter(draft: Backend) -> None:
    """Bring the draft through the formats, in one transaction."""
    opened = draft.open(read_only=False)
    database = Database(draft, opened.engine)
    try:
        with database.writing() as connection:
            found = draft.format_of(connection)
            for ledger_format in draft.formats:
                if ledger_format.number > found:
                    if ledger_format.bring_up is None:
                        raise LedgerReadOnly(f"Nothing leads to format {ledger_format.number}.")
                    ledger_format.bring_up(connection)
                    draft.note_format(connection, ledger_format.number)
        draft.settle(opened.engine)
    finally:
        opened.engine.dispose()


def _compare_logs(before: Ledger, after: Ledger) -> None:
    """Hold the logs against each other, event by event, with the state that each event leads to."""
    old, new = Folding(), Folding()
    for mine, other in zip_longest(before.log.read(), after.log.read()):
        if mine is None or other is None:
            raise _changed("the number of events")
        if old.see(mine) != new.see(other):
            raise _changed(f"the state of {mine.stream} at version {mine.version}")
        if mine != other or leaf_hash(other) != other.leaf_hash:
            raise _changed(f"event {mine.position}")


def _compare_rows(what: str, before: Iterable[object], after: Iterable[object]) -> None:
    if any(mine != other for mine, other in zip_longest(before, after)):
        raise _changed(f"the {what}")


def _changed(what: str) -> LedgerDamaged:
    return LedgerDamaged(f"The upgrade would change {what}.", "The ledger was left as it was.")
