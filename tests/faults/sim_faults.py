"""What befalls the two who write: power cuts, kills, full disks, a rival in between, a clock that jumps."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from msgspec.structs import replace

from auditdesk.domain.errors import DiskFull, Fault, Refused
from auditdesk.services.privacy.forgetting import NotForgotten
from tests.faults.sim_bank import Bank
from tests.faults.sim_draws import draw_of, draw_order, rival_of
from tests.faults.sim_orders import NEEDLE, Order, issue
from tests.faults.sim_rules import Refusal
from tests.faults.sim_writer import PowerCut, Writer

LONGEST_DEATH_LINES: Final = 900  # an order executes some hundreds of lines, a forget more
ORDERS_ON_A_FULL_DISK: Final = 6
KILLED: Final = (signal.SIGKILL, signal.SIGXFSZ)
Mishap = Callable[[Bank, Writer, int], None]


def cut_ledger(bank: Bank, writer: Writer, number: int) -> None:
    """The process ends between the appended rows and their commit, or before anybody is told of it."""
    order = draw_order(bank.chance, bank.model, number)
    if bank.chance.random() < 0.5:
        _cut(bank, writer, order, writer.cut_at_commit(bank.chance.choice((1, 1, 2))))
    else:
        _cut(bank, writer, order, writer.cut_after_commit())


def cut_vault(bank: Bank, writer: Writer, number: int) -> None:
    """The process ends at a commit of the vault, in a forget or where a customer is registered."""
    if bank.chance.random() < 0.3:
        order = Order("register", f"sim-{number}", text=f"{NEEDLE} No{number}")
    else:
        order = draw_of(bank.chance, bank.model, ("forget",), number)
    nth, after = bank.chance.choice((1, 1, 2)), bank.chance.random() < 0.5
    _cut(bank, writer, order, writer.cut_vault(nth, after=after))


def _cut(bank: Bank, writer: Writer, order: Order, cut: AbstractContextManager[None]) -> None:
    expected = bank.model.expect(order)
    bank.prepare(writer, order, expected)
    try:
        with cut:
            envelopes = issue(writer.session, order)
    except PowerCut:
        writer.reopen()
        bank.settle_fault(writer, order, expected)
        bank.tally["cuts that hit"] += 1
    except Refused as refused:
        bank.settle_refusal(writer, expected, refused)
    else:
        bank.settle(writer, order, expected, envelopes)
    bank.perform(writer, order)  # whoever was told nothing asks again


def kill(bank: Bank, writer: Writer, number: int) -> None:
    """Another process is killed in an order: at a line of the program, or in the midst of a write."""
    order = draw_order(bank.chance, bank.model, number)
    expected = bank.model.expect(order)
    bank.prepare(writer, order, expected)
    if bank.chance.random() < 0.6:
        trap = {"line": bank.chance.randint(1, LONGEST_DEATH_LINES)}
    else:
        trap = {"byte": _byte_to_stop_at(bank)}
    said, by = bank.helper.die(bank.path, bank.clock.instant_us, order, **trap)
    bank.clock.instant_us += 1_000
    assert by in KILLED, f"{said} {by}"
    assert not said.startswith("crash"), said
    if not said:
        bank.tally["kills that hit"] += 1
    if said and isinstance(expected, Refusal):
        assert said == f"refused {expected.code}"
    writer.reopen()
    done = bank.settle_fault(writer, order, expected)
    assert done or said != "done", "acknowledged and lost"
    bank.perform(writer, order)


def full_ledger(bank: Bank, writer: Writer, number: int) -> None:
    """The ledger has no page to grow by."""
    _while_full(bank, writer, number, lambda: writer.full(bank.chance.randrange(3)))


def full_vault(bank: Bank, writer: Writer, number: int) -> None:
    """The vault has no page to grow by, or no room for what it commits."""

    def full() -> AbstractContextManager[None]:
        if bank.chance.random() < 0.3:
            return writer.full_vault()
        return writer.no_room_to_commit_vault(bank.chance.choice((1, 2, 3)))

    _while_full(bank, writer, number, full)


def full_disk(bank: Bank, writer: Writer, number: int) -> None:
    """Every file is refused its next byte beyond some length, be it in the midst of a page."""
    limit = _byte_to_stop_at(bank)
    _while_full(bank, writer, number, lambda: _no_byte_beyond(limit))


def _while_full(
    bank: Bank, writer: Writer, number: int, full: Callable[[], AbstractContextManager[None]]
) -> None:
    """Orders on a full disk are carried out, or fail as a whole; and nothing is wrong when there is room."""
    for turn in range(ORDERS_ON_A_FULL_DISK):
        if bank.chance.random() < 0.2:
            order = draw_of(bank.chance, bank.model, ("forget",), number)
        else:
            order = draw_order(bank.chance, bank.model, number)
        order = replace(order, command_id=f"full-{number}-{turn}")
        expected = bank.model.expect(order)
        bank.prepare(writer, order, expected)
        try:
            with full():
                envelopes = issue(writer.session, order)
        except Refused as refused:
            bank.settle_refusal(writer, expected, refused)
        except Fault as fault:
            assert isinstance(fault, DiskFull | NotForgotten) or "can't be cleared" in str(fault), repr(fault)
            half_way = isinstance(fault, NotForgotten)
            bank.tally["forgets stopped half way" if half_way else "orders without room"] += 1
            _finish(bank, writer, order)
            bank.settle_fault(writer, order, expected)
        else:
            bank.settle(writer, order, expected, envelopes)


def _finish(bank: Bank, writer: Writer, order: Order) -> None:
    """A forget that stopped half way goes on at the next try, or at the next sign-in."""
    if order.kind != "forget" or not bank.tail(writer):
        return
    if bank.chance.random() < 0.5:
        issue(writer.session, order)
    else:
        writer.reopen()


def rival(bank: Bank, writer: Writer, number: int) -> None:
    """The other writer comes in between."""
    if bank.chance.random() < 0.4:
        order = draw_of(bank.chance, bank.model, ("forget", "open"), number)
    else:
        order = draw_order(bank.chance, bank.model, number)
    other = next(one for one in bank.writers if one is not writer)
    bank.race(writer, order, other, rival_of(bank.chance, bank.model, order, number))


def clock_jump(bank: Bank, writer: Writer, number: int) -> None:
    """The machine's clock is set: back as well as on."""
    days = bank.chance.choice((-400.0, -3.0, -0.01, 0.01, 0.5, 3.0, 40.0))
    bank.clock.sleep_days(days)
    bank.perform(writer, draw_order(bank.chance, bank.model, number))


def _byte_to_stop_at(bank: Bank) -> int:
    """A length beyond which no file may grow: near that of the write-ahead log, or of anything."""
    wal = bank.path / "ledger.db-wal"
    size = wal.stat().st_size if wal.exists() else 0
    return bank.chance.choice((bank.chance.randrange(size + 20_000), size + bank.chance.randrange(9_000)))


@contextmanager
def _no_byte_beyond(limit: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


FAULTS: Final[dict[str, tuple[Mishap, int]]] = {
    "power cut, ledger": (cut_ledger, 4),
    "power cut, vault": (cut_vault, 3),
    "kill -9": (kill, 2),
    "full ledger": (full_ledger, 2),
    "full vault": (full_vault, 2),
    "full disk": (full_disk, 3),
    "rival in between": (rival, 6),
    "clock jump": (clock_jump, 4),
}
