"""Carries out the demo's steps in the order in which they are recorded, on a clock of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from auditdesk.demo import steps as s
from auditdesk.demo.decisions import DemoState, decide
from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.streams import BANK, account_stream, customer_number, customer_stream, operator_stream
from auditdesk.ledger.ledger import Batch, StreamAppend
from auditdesk.services.access.command_ids import program_id
from auditdesk.services.access.context import NO_PROGRESS, OperatorContext, Progress
from auditdesk.services.privacy.forgetting import Forgetting

STEPS_OF_A_TRANSACTION: Final = 20_000
STEPS_BETWEEN_REPORTS: Final = 500
COMMANDS_ASKED_AHEAD: Final = 500
LABEL: Final = "Making the demo bank"


class DemoClerk:
    """Writes the demo's history for `people` customers to come. The ledger must be new."""

    def __init__(self, context: OperatorContext, clock: s.DemoClock, people: int) -> None:
        self._context = context
        self._clock = clock
        self._sealer = context.check_keyring()
        self._sealer.create_keys([customer_number(serial + 1) for serial in range(people)])
        self._commands = 0
        self._asked_up_to = 0
        self.standing = DemoState()

    def carry_out(self, steps: Sequence[s.Step], progress: Progress = NO_PROGRESS) -> None:
        """Carry out steps that are sorted by the instant of their recording. Raises `Cancelled`, `Fault`."""
        done = 0
        for run in _transactions(steps):
            if isinstance(run[0].act, s.Forget):
                self._forget(run[0], run[0].act)
            else:
                with self._context.ledger.writing() as batch:
                    self._asked_up_to = self._commands
                    for ahead, step in enumerate(run):
                        if ahead % STEPS_BETWEEN_REPORTS == 0:
                            progress.report(done + ahead, len(steps), LABEL)
                            progress.check()
                        self._do(batch, step)
            done += len(run)
        progress.report(done, len(steps), LABEL)

    def _do(self, batch: Batch, step: s.Step) -> None:
        self._clock.now_us = step.recorded_at_us
        batch.set_clock(step.recorded_at_us)
        if isinstance(step.act, s.Adopt):
            self._adopt(batch, step, step.act)
            return
        try:
            appends = decide(self.standing, step)
        except Refused as refused:
            self._keep_refusal(batch, step, refused)
            return
        self._append(batch, step.operator, appends)

    def _append(
        self, batch: Batch, operator: str, appends: Sequence[StreamAppend], correlation_id: str = ""
    ) -> None:
        if not appends:
            return
        self._ask_ahead(batch)
        self._commands += 1
        command_id = program_id("demo", str(self._commands))
        batch.append(
            appends,
            operator=operator,
            command_id=command_id,
            correlation_id=correlation_id or (command_id if len(appends) > 1 else ""),
            sealer=self._sealer,
        )
        for append in appends:
            state = batch.state(append.stream)
            if state is not None:
                self.standing.keep(state)

    def _ask_ahead(self, batch: Batch) -> None:
        """Let the ledger look up at once that the next commands are new, instead of one by one."""
        if self._commands == self._asked_up_to:
            self._asked_up_to += COMMANDS_ASKED_AHEAD
            ahead = range(self._commands + 1, self._asked_up_to + 1)
            batch.known_commands([program_id("demo", str(serial)) for serial in ahead])

    def _keep_refusal(self, batch: Batch, step: s.Step, refused: Refused) -> None:
        """Record a refusal at the till as `CommandRefused`; the night run tries again another day."""
        if step.operator == s.NIGHT_RUN or not isinstance(step.act, s.OnKey) or not s.is_entry(step.act):
            return
        command = step.act.command
        event = e.CommandRefused(
            command=command.NAME,
            target=self.standing.accounts[step.act.key].number,
            code=refused.code,
            message=refused.message,
            amount_minor=command.asked_minor,
        )
        stream = operator_stream(step.operator)
        self._append(
            batch, step.operator, [StreamAppend(stream, None, (NewEvent(event),), step.recorded_at_us, None)]
        )

    def _forget(self, step: s.Step, act: s.Forget) -> None:
        self._clock.now_us = step.recorded_at_us
        Forgetting(self._context).forget(self.standing.customers.pop(act.person).number, act.reason)

    def _adopt(self, batch: Batch, step: s.Step, act: s.Adopt) -> None:
        """Take over what another system tells: history is fact, recorded as it was given."""
        correlation_id = f"import:{act.source}"
        number = self.standing.new_customer(act.person)
        account = self.standing.new_account(act.key)
        customer: Customer | None = None
        state: Account | None = None
        for booked_at_us, new_event in act.history:
            if isinstance(new_event.event, e.CustomerRegistered):
                append = StreamAppend(customer_stream(number), customer, (new_event,), booked_at_us, number)
                self._append(batch, step.operator, [append], correlation_id)
                customer = self.standing.customers[act.person]
                continue
            if isinstance(new_event.event, e.AccountOpened):
                new_event = NewEvent(replace(new_event.event, customer=number))  # noqa: PLW2901 - the number is ours to give
            append = StreamAppend(account_stream(account), state, (new_event,), booked_at_us, number)
            self._append(batch, step.operator, [append], correlation_id)
            state = self.standing.accounts[act.key]
        event = e.HistoryImported(
            sources={act.source: act.sha256},
            rows_read=len(act.history),
            rows_booked=len(act.history),
            rows_rejected=0,
            rows_already_there=0,
        )
        summary = StreamAppend(BANK, None, (NewEvent(event),), step.recorded_at_us, None)
        self._append(batch, step.operator, [summary], correlation_id)


def _transactions(steps: Sequence[s.Step]) -> Iterator[Sequence[s.Step]]:
    """Runs of steps that share a transaction; forgetting has transactions of its own."""
    start = 0
    for index, step in enumerate(steps):
        alone = isinstance(step.act, s.Forget)
        if start < index and (alone or index - start == STEPS_OF_A_TRANSACTION):
            yield steps[start:index]
            start = index
        if alone:
            yield steps[index : index + 1]
            start = index + 1
    if start < len(steps):
        yield steps[start:]
