"""The demo bank: an invented, plausible history, the same for the same seed and day.

Everything that is decided is decided by the bank's own rules, and everything is recorded when a clerk
or the night's run would have recorded it, so that both clocks span the years. It ends the night before
today: a demo made today is as recent as today.
"""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple

from auditdesk.demo import steps as s
from auditdesk.demo.bakery import Bakery
from auditdesk.demo.clerk import DemoClerk
from auditdesk.demo.days import Period, midnight
from auditdesk.demo.legacy import adoption
from auditdesk.demo.lives import Holder, Lives
from auditdesk.demo.people import People
from auditdesk.demo.teacher import founder
from auditdesk.domain import events as e
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import DAY_US
from auditdesk.domain.streams import operator_stream
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.command_ids import program_id
from auditdesk.services.access.context import NO_PROGRESS, OperatorContext, Progress
from auditdesk.vault.kdf import KdfParameters

BANK_NAME: Final = "Riverside Savings"
OPERATOR: Final = "ana"
PASSPHRASE: Final = "demo"  # noqa: S105 - everybody may open the invented bank
SEED: Final = 20_260_314
YEAR_DAYS: Final = 365
# the plan's persons and accounts with a story; numbers are given in the order of opening: 10-00001, …
FOUNDER: Final = 0
BAKERY: Final = 1
LEGACY: Final = 2


class DemoScale(NamedTuple):
    """The size of a demo bank, by default the whole one. `customers` and `accounts` are the totals."""

    customers: int = 200
    accounts: int = 300
    deep_events: int = 50_000
    employed: int = 8
    leaving: int = 18
    forgotten: int = 4
    frozen: int = 14


FULL: Final = DemoScale()


class DemoPlan(NamedTuple):
    """The steps in the order of their recording, and the instant by which all is recorded."""

    steps: list[s.Step]
    bakery: Bakery
    end_us: int


def start_of_demo(now_us: int) -> int:
    """The instant at which the demo bank was founded: ten years before the day of `now_us`."""
    return midnight(now_us) - (10 * YEAR_DAYS + 3) * DAY_US


def build(
    context: OperatorContext,
    clock: s.DemoClock,
    *,
    now_us: int,
    seed: int = SEED,
    scale: DemoScale = FULL,
    progress: Progress = NO_PROGRESS,
    kdf: KdfParameters | None = None,
) -> None:
    """Write the demo's history into new books that run on `clock`.

    Raises `Cancelled` or a `Fault`; what is there then is unfinished and to be thrown away.
    """
    plan = make_plan(seed, now_us, scale)
    _add_colleagues(context, clock, kdf)
    clerk = DemoClerk(context, clock, scale.customers)
    clerk.carry_out(plan.steps, progress)
    # what was refused on the way is made up for, so that the oldest account has its round figure
    missing = scale.deep_events - clerk.standing.accounts[BAKERY].version
    last_us = plan.end_us - s.HOUR_US
    clerk.carry_out(
        [
            s.at_the_till(
                last_us + index * s.HOUR_US // (missing + 1),
                0,
                OPERATOR,
                s.OnKey(BAKERY, plan.bakery.sale(index)),
            )
            for index in range(missing)
        ]
    )


def make_plan(seed: int, now_us: int, scale: DemoScale) -> DemoPlan:
    """Plan all lives: a pure function of the seed, the day of `now_us` and the scale."""
    chance = Random(seed)  # noqa: S311 - this chance is meant to repeat
    end_us = midnight(now_us)
    span = Period(end_us - 5 * YEAR_DAYS * DAY_US, end_us)
    decade = Period(start_of_demo(now_us), end_us)
    adopted_us = span.start_us  # before anybody joins: the account that came over is the third
    bakery = Bakery(chance, BAKERY, BAKERY, decade)
    bakery.open()
    lives = Lives(chance, People(chance), span)
    history = adoption(chance, LEGACY, LEGACY, Period(adopted_us - 3 * YEAR_DAYS * DAY_US, adopted_us))
    lives.steps.append(s.Step(adopted_us + 20 * s.HOUR_US, adopted_us, OPERATOR, history))
    first, story = founder(chance, FOUNDER, FOUNDER, decade)
    lives.steps += story
    _plan_lives(chance, lives, first, scale)
    adopted = Holder(
        LEGACY,
        "United States",
        "Dolores Whitaker",
        LEGACY,
        None,
        Period(adopted_us + DAY_US, end_us),
        262_500,
    )
    lives.live(adopted, adopted)
    steps = [step for step in lives.steps if step.recorded_at_us < end_us]
    wages = sum(isinstance(step.act, s.Move) and step.act.sender == BAKERY for step in steps)
    bakery.trade(scale.deep_events, wages)
    steps += [step for step in bakery.steps if step.recorded_at_us < end_us]
    steps.sort(key=lambda step: (step.recorded_at_us, step.booked_at_us))
    return DemoPlan(steps, bakery, end_us)


def _plan_lives(chance: Random, lives: Lives, first: Holder, scale: DemoScale) -> None:
    """Plan who joins, whom they know, who is frozen, who leaves, who is forgotten."""
    persons = range(LEGACY + 1, scale.customers)
    second = scale.accounts - scale.customers
    holders = []
    key = LEGACY + 1
    for index, person in enumerate(persons):
        employed, leaves = index < scale.employed, scale.employed <= index < scale.employed + scale.leaving
        savings = key + 1 if index < second else None
        holders.append(lives.join(person, key, savings, leaves=leaves, employed=employed))
        key += 1 if savings is None else 2
    by_country: dict[str, list[Holder]] = {}
    for holder in holders:
        by_country.setdefault(holder.country, []).append(holder)
    for index, holder in enumerate(holders):
        friend = chance.choice(by_country[holder.country])
        lives.live(holder, friend, employer=BAKERY if index < scale.employed else None)
    lives.live(first, holders[0], changes=False)
    leavers = holders[scale.employed : scale.employed + scale.leaving]
    for index, holder in enumerate(leavers):
        lives.leave(holder)
        if index == 0:
            lives.be_held(holder)
        if index < scale.forgotten:
            lives.be_forgotten(holder, 17 + index)
    for index, holder in enumerate(holders[scale.employed + scale.leaving :][: scale.frozen]):
        lives.freeze(holder, index, lasting=index % 3 == 0)


def _add_colleagues(context: OperatorContext, clock: s.DemoClock, kdf: KdfParameters | None) -> None:
    """Ben, a clerk, and Eva, an auditor who may not see personal data; their passphrase is everybody's."""
    keyring = context.check_keyring()
    for name, role, may_reveal in (("ben", "clerk", True), ("eva", "auditor", False)):
        keyring.add_operator(name, PASSPHRASE, roles=(role,), may_reveal=may_reveal, kdf=kdf)
        added = NewEvent(e.OperatorAdded(operator=name, roles=(role,)))
        append = StreamAppend(operator_stream(name), None, (added,), clock(), None)
        context.ledger.append([append], operator=OPERATOR, command_id=program_id("demo", "operator", name))
