"""Orders as a bank's day brings them: most of them sensible, some to be refused, all by chance alone."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from msgspec.structs import replace

from tests.faults.sim_model import Model
from tests.faults.sim_orders import NEEDLE, Kind, Order
from tests.faults.sim_rules import BLOCKS

CURRENCIES: Final = ("EUR", "EUR", "JPY")
MOST_ACCOUNTS: Final = 14  # open at a time
MOST_FROZEN: Final = 2
SENSELESS: Final = 0.08  # of all orders, so that they are refused
ON_ACCOUNTS: Final[dict[Kind, int]] = {
    "deposit": 32,
    "withdraw": 14,
    "transfer": 18,
    "fee": 5,
    "overdraft": 4,
    "freeze": 2,
    "unfreeze": 4,
    "close": 2,
}
ON_CUSTOMERS: Final[dict[Kind, int]] = {"open": 8, "rename": 5, "address": 5, "forget": 3}


def draw_order(chance: Random, model: Model, number: int) -> Order:
    """The next order of a clerk; `number` tells it from all others."""
    command_id = f"sim-{number}"
    if not model.customers or chance.random() < 0.03:
        return Order("register", command_id, text=f"{NEEDLE} No{number}")
    kinds = ON_ACCOUNTS if model.accounts and chance.random() < 0.85 else ON_CUSTOMERS
    (kind,) = chance.choices(list(kinds), list(kinds.values()))
    if kind in ON_CUSTOMERS:
        return _on_customer(chance, model, kind, command_id)
    return _on_account(chance, model, kind, command_id)


def draw_of(chance: Random, model: Model, kinds: Sequence[Kind], number: int) -> Order:
    """An order of one of these kinds, about somebody who could be forgotten, if there is one."""
    leavers = [
        customer
        for customer, person in model.customers.items()
        if not person.forgotten and not model.open_accounts(customer)
    ]
    if not leavers:
        return draw_order(chance, model, number)
    return _on_customer(chance, model, chance.choice(kinds), f"sim-{number}", chance.choice(leavers))


def rival_of(chance: Random, model: Model, order: Order, number: int) -> Order:
    """An order of somebody else at the same time, as often as not about the same person or account."""
    drawn = draw_order(chance, model, number)
    if order.kind in ON_CUSTOMERS and chance.random() < 0.9:
        kind = chance.choice([kind for kind in ON_CUSTOMERS if kind != order.kind])
        drawn = _on_customer(chance, model, kind, "", order.target)
    elif drawn.kind in ON_ACCOUNTS and order.kind in ON_ACCOUNTS and chance.random() < 0.7:
        drawn = _on_account(chance, model, drawn.kind, "", order.target)
    return replace(drawn, command_id=f"rival-{number}")


def _on_customer(chance: Random, model: Model, kind: Kind, command_id: str, customer: str = "") -> Order:
    known = [number for number, person in model.customers.items() if not person.forgotten]
    if not known or chance.random() < SENSELESS:
        known = list(model.customers)
    leavers = [number for number in known if not model.open_accounts(number)]
    sensible = leavers if kind == "forget" and leavers else known
    customer = customer or chance.choice(sensible)
    if kind == "forget":
        return Order(kind, command_id, customer)
    if kind == "open":
        if len(model.open_accounts()) >= MOST_ACCOUNTS:
            return Order("close", command_id, chance.choice(model.open_accounts()), pay_out=True)
        limit = chance.choice((0, 500, 5_000))
        return Order(kind, command_id, customer, amount_minor=limit, text=chance.choice(CURRENCIES))
    what = "Street" if kind == "address" else "Named"
    return Order(kind, command_id, customer, text=f"{NEEDLE} {what} {chance.randrange(20)}")


def _on_account(chance: Random, model: Model, kind: Kind, command_id: str, account: str = "") -> Order:
    frozen = [number for number in model.open_accounts() if model.accounts[number].now.blocked]
    if kind == "freeze" and len(frozen) > MOST_FROZEN:
        kind = "unfreeze"
    sensible = frozen if kind == "unfreeze" and frozen else model.open_accounts()
    if not sensible or chance.random() < SENSELESS:
        sensible = list(model.accounts)
    account = account or chance.choice(sensible)
    if kind == "transfer":
        currency = model.accounts[account].currency
        others = [number for number in sensible if model.accounts[number].currency == currency]
        other = chance.choice(others if others and chance.random() > SENSELESS else sensible)
        return Order(kind, command_id, account, other=other, amount_minor=_amount(chance))
    match kind:
        case "overdraft":
            return Order(kind, command_id, account, amount_minor=chance.choice((0, 500, 5_000, 6_000)))
        case "freeze":
            return Order(kind, command_id, account, text=chance.choice(tuple(BLOCKS)))
        case "unfreeze":
            text = "all" if len(model.accounts[account].now.blocked) > 1 else chance.choice(tuple(BLOCKS))
            return Order(kind, command_id, account, text=text)
        case "close":
            return Order(kind, command_id, account, pay_out=chance.random() < 0.7)
        case _:
            return Order(kind, command_id, account, amount_minor=_amount(chance))


def _amount(chance: Random) -> int:
    return chance.choice((0, -5)) if chance.random() < SENSELESS / 4 else chance.randint(1, 2_000)
