"""What must hold after every fault, and between: quickly, or down to every event and every byte."""

from __future__ import annotations

from datetime import date

from auditdesk.domain import events as e
from auditdesk.domain.moments import AtInstant, AtVersion
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.services.workspace.session import Session
from tests.faults.sim_bank import Bank
from tests.faults.sim_model import Account, Kept
from tests.faults.sim_orders import NEEDLE
from tests.faults.sim_writer import Writer

MOMENTS: int = 4


def check_now(bank: Bank, writer: Writer) -> None:
    """The log is as long as was acknowledged, every account and customer is as the model says."""
    session, model = writer.session, bank.model
    head = writer.ledger.log.head()
    assert (head.position, head.recorded_at_us) == (len(model.log), model.recorded_at_us)
    lines = session.directory.accounts()
    assert [line.number for line in lines] == sorted(model.accounts)
    for line in lines:
        account = model.accounts[line.number]
        assert line.balance_minor == account.now.balance_minor
        assert line.available_minor == account.now.balance_minor + account.now.limit_minor
        assert (line.status == "closed") == account.now.closed
        assert line.blocks == _blocks(account)
    by_currency = dict.fromkeys(model.paid_in, 0)
    for line in lines:
        by_currency[line.currency] = by_currency.get(line.currency, 0) + line.balance_minor
    assert by_currency == model.paid_in, "what came in and didn't go out is what the accounts hold"
    people = {line.number: line.name for line in session.directory.customers()}
    assert list(people) == sorted(model.customers)
    for number, person in model.customers.items():
        name = people[number]
        assert (
            (isinstance(name, Mask) and name.kind == "erased")
            if person.forgotten
            else name == person.now.name
        )


def check_past(bank: Bank, writer: Writer) -> None:
    """A few accounts and customers as they were at a few moments, by version and on both clocks."""
    model, chance = bank.model, bank.chance
    streams = model.streams()
    for _ in range(MOMENTS):
        if model.accounts:
            number = chance.choice(list(model.accounts))
            kept = streams[f"account/{number}"]
            version, moment = _moment(bank, kept)
            state = writer.session.history.account_at(number, moment).state
            then = model.accounts[number].past[version - 1]
            assert (state.version, state.balance_minor) == (version, then.balance_minor)
            assert (state.overdraft_limit_minor, state.status == "closed") == (then.limit_minor, then.closed)
            assert (state.debits_blocked, state.credits_blocked) == (
                "debits" in then.blocked,
                "credits" in then.blocked,
            )
            assert writer.session.history.replay_account(number, version) == state
        if model.customers:
            _check_customers_past(bank, writer.session, streams)


def _check_customers_past(bank: Bank, session: Session, streams: dict[str, list[Kept]]) -> None:
    number = bank.chance.choice(list(bank.model.customers))
    kept = streams[f"customer/{number}"]
    version, moment = _moment(bank, kept)
    state = session.history.customer_at(number, moment).state
    assert state.version == version
    customer = bank.model.customers[number]
    if customer.forgotten:
        assert isinstance(state.personal, Mask)
        assert state.personal.kind == "erased"
        assert isinstance(state.personal.on, date)
    else:
        assert isinstance(state.personal, PersonalDetails)
        then = customer.past[version - 1]
        assert (state.personal.name, state.personal.address.street) == (then.name, then.street)


def check_all(bank: Bank, writer: Writer) -> None:
    """Every event is what was acknowledged, once; the ledger verifies; nothing personal is in any file."""
    check_now(bank, writer)
    check_past(bank, writer)
    log = list(writer.ledger.log.read())
    found = [(env.stream, env.version, env.type, env.command_id, _amount(env.event())) for env in log]
    acknowledged = [(*kept[:4], kept.amount_minor) for kept in bank.model.log]
    assert found == acknowledged, next(
        pair for pair in zip(found, acknowledged, strict=False) if pair[0] != pair[1]
    )
    clocks = [(env.booked_at_us, env.recorded_at_us) for env in log]
    assert clocks == [(kept.booked_at_us, kept.recorded_at_us) for kept in bank.model.log]
    assert [env.position for env in log] == list(range(1, len(log) + 1))
    _check_transfers(bank)
    report = writer.session.verification.run()
    assert report.findings == ()
    assert report.events == len(log)
    assert bank.helper.search(bank.path, [NEEDLE.encode(), *bank.dead_keys]) == []
    forgotten = frozenset(number for number, customer in bank.model.customers.items() if customer.forgotten)
    vault = writer.session.context.vault
    assert vault is not None
    assert vault.fenced() == forgotten
    assert not vault.key_subjects() & forgotten


def _check_transfers(bank: Bank) -> None:
    """Each transfer has two sides of one amount, under one command."""
    sides: dict[str, list[Kept]] = {}
    for kept in bank.model.log:
        if kept.tag in (e.TransferSent.TAG, e.TransferReceived.TAG):
            sides.setdefault(kept.command_id, []).append(kept)
    for sent, received in sides.values():
        assert (sent.tag, received.tag) == (e.TransferSent.TAG, e.TransferReceived.TAG)
        assert sent.amount_minor == received.amount_minor


def _moment(bank: Bank, kept: list[Kept]) -> tuple[int, AtVersion | AtInstant]:
    """A version of a stream, and a moment that stands for it."""
    version = bank.chance.randint(1, len(kept))
    how = bank.chance.choice(("version", "booked", "recorded"))
    if how == "version":
        return version, AtVersion(version)
    clock = [one.booked_at_us if how == "booked" else one.recorded_at_us for one in kept]
    instant_us = clock[version - 1]
    last = max(at for at, one in enumerate(clock, start=1) if one <= instant_us)
    return last, AtInstant(instant_us, "booked" if how == "booked" else "recorded")


def _amount(event: e.Event) -> int:
    return event.amount_minor if isinstance(event, e.MoneyEvent) else 0


def _blocks(account: Account) -> str:
    blocked = account.now.blocked
    return "all" if len(blocked) > 1 else next(iter(blocked), "none")
