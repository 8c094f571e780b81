"""The bank under test beside its model: every order goes to both, and both must agree on what came of it."""

from __future__ import annotations

from collections import Counter, deque
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from auditdesk.bootstrap import create_workspace
from auditdesk.domain.errors import Conflict, Fault, Refused, SubjectErased
from auditdesk.ledger.envelope import Envelope
from tests.faults.sim_model import REFUSED, Expected, Model, Repeat
from tests.faults.sim_orders import Order, issue
from tests.faults.sim_rules import Refusal
from tests.faults.sim_writer import Helper, Writer
from tests.helpers import CHEAP_KDF, ManualClock

REMEMBERED: Final = 20


class Backup(NamedTuple):
    """An older vault, and who was a customer when it was copied."""

    folder: Path
    customers: frozenset[str]


class Bank:
    """Two writers on one workspace, what must be in it, and what was done to it."""

    def __init__(self, folder: Path, chance: Random) -> None:
        self.path = folder / "bank"
        self.aside = folder / "aside"
        self.chance = chance
        self.clock = ManualClock()
        self.model = Model()
        self.tally: Counter[str] = Counter()
        self.last: deque[str] = deque(maxlen=REMEMBERED)
        self.dying: dict[str, bytes] = {}  # the wrapped keys of those who are to be forgotten
        self.dead_keys: list[bytes] = []
        self.orders: list[Order] = []
        self.backups: list[Backup] = []
        create_workspace(
            self.path, bank="Sim Bank", operator="ana", passphrase="x", clock=self.clock, kdf=CHEAP_KDF
        ).close()
        self.helper = Helper()
        self.writers = [Writer(self.path, self.clock) for _ in range(2)]
        (founding,) = self.writers[0].ledger.log.read()
        self.model.note(founding)

    def close(self) -> None:
        """Close everything."""
        for writer in self.writers:
            writer.close()
        self.helper.close()

    # --- orders --------------------------------------------------------------------------------

    def perform(self, writer: Writer, order: Order) -> None:
        """Let a writer carry out an order while nothing is in his way."""
        expected = self.model.expect(order)
        self.prepare(writer, order, expected)
        try:
            envelopes = issue(writer.session, order)
        except Refused as refused:
            self.settle_refusal(writer, expected, refused)
        else:
            self.settle(writer, order, expected, envelopes)

    def prepare(self, writer: Writer, order: Order, expected: Expected) -> None:
        """Take note of an order, and of the key that it must destroy."""
        must = [change.tag for change in expected] if isinstance(expected, tuple) else expected
        self.last.append(f"writer {self.writers.index(writer)}: {order} -> {must}")
        if order.kind == "forget" and isinstance(expected, tuple):
            with writer.session.context.vault._file.reading() as connection:  # type: ignore[union-attr]
                query = "SELECT wrapped FROM customer_keys WHERE subject = ?"
                found = connection.execute(query, (order.target,)).fetchone()
            if found is not None:
                self.dying[order.target] = found[0]

    def settle(
        self, writer: Writer, order: Order, expected: Expected, envelopes: tuple[Envelope, ...]
    ) -> None:
        """What was acknowledged must be what was expected, and be all that is new in the log."""
        tail = self.tail(writer)
        if isinstance(expected, Repeat):
            assert (tuple(env.position for env in envelopes), tail) == (expected.positions, ())
            self.tally["repeats"] += 1
            return
        assert not isinstance(expected, Refusal), f"accepted, though {expected.code}: {order}"
        assert tail == envelopes
        self._book(order, expected, tail)

    def settle_refusal(self, writer: Writer, expected: Expected, refused: Refused) -> None:
        """What was refused must have been expected to be, for that reason, and leave one record of it."""
        assert isinstance(expected, Refusal), f"refused with {refused.code}: {refused}"
        assert refused.code == expected.code
        self._note_refusal(self.tail(writer))

    def settle_fault(self, writer: Writer, order: Order, expected: Expected) -> bool:
        """After a fault nobody was told what happened: everything of an order must be there, or nothing.

        Whether the order is done.
        """
        tail = self.tail(writer)
        if not tail:
            return isinstance(expected, Repeat)
        if isinstance(expected, Refusal):
            self._note_refusal(tail)
            return False
        assert not isinstance(expected, Repeat), "a repeat left something in the log"
        self._book(order, expected, tail)
        return True

    def tail(self, writer: Writer) -> tuple[Envelope, ...]:
        """What is in the log and the model does not know of."""
        return tuple(writer.ledger.log.read(after_position=len(self.model.log)))

    def _book(self, order: Order, expected: Expected, tail: tuple[Envelope, ...]) -> None:
        assert not isinstance(expected, Refusal | Repeat)
        self.model.book(order, expected, tail)
        self.orders.append(order)
        self.tally["orders"] += 1
        if order.kind == "forget":
            self.tally["forgotten"] += 1
            self.dead_keys.append(self.dying.pop(order.target))
            assert self.helper.search(self.path, self.dead_keys[-1:]) == []

    def _note_refusal(self, tail: tuple[Envelope, ...]) -> None:
        assert [envelope.type for envelope in tail] == [REFUSED]
        self.model.note(tail[0])
        self.tally["refusals"] += 1

    # --- two at once ---------------------------------------------------------------------------

    def race(self, writer: Writer, order: Order, rival: Writer, rivals_order: Order) -> None:
        """Let the rival write between what the writer decides on and what he appends."""
        before = self.model.expect(order)
        self.prepare(writer, order, before)
        try:
            with writer.before_append(lambda: self.perform(rival, rivals_order)):
                envelopes = issue(writer.session, order)
        except Refused as refused:
            after = self.model.expect(order)
            expected = before if isinstance(before, Refusal) else after
            self.settle_refusal(writer, expected, refused)
        except Fault as fault:
            assert isinstance(fault, Conflict | SubjectErased), f"a race ended in {fault!r}"
            assert self.tail(writer) == ()
        else:
            self.settle(writer, order, self.model.expect(order), envelopes)
