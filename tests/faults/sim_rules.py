"""The bank's rules once more, in the fewest words: what an order makes of a state, or why it doesn't."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from msgspec import Struct

from auditdesk.domain import events as e
from tests.faults.sim_orders import Kind, Order

BLOCKS: Final = {"debits": {"debits"}, "credits": {"credits"}, "all": {"debits", "credits"}}


class AccountState(NamedTuple):
    """An account after one of its events."""

    balance_minor: int
    limit_minor: int
    blocked: frozenset[str] = frozenset()
    closed: bool = False


class PersonState(NamedTuple):
    """A customer after one of his events."""

    name: str
    street: str


class Change(NamedTuple):
    """An event that an order must leave: its stream and type, the state after it, the amount it moves."""

    stream: str
    tag: str
    state: AccountState | PersonState | None = None
    amount_minor: int = 0


class Refusal(Struct, frozen=True):
    """The code that an order must be refused with."""

    code: str


Outcome = tuple[Change, ...] | Refusal


def change_person(order: Order, now: PersonState) -> Outcome:
    """Give a customer another name or street."""
    renamed = order.kind == "rename"
    person = now._replace(**{"name" if renamed else "street": order.text})
    if person == now:
        return Refusal("nothing_changes")
    return (
        Change(f"customer/{order.target}", (e.CustomerRenamed if renamed else e.AddressChanged).TAG, person),
    )


def move(order: Order, now: AccountState, cls: type[e.MoneyEvent]) -> Outcome:
    """Move money in or out."""
    refusal = _refused_move(order.amount_minor, now, cls.SIGN)
    if refusal:
        return Refusal(refusal)
    state = now._replace(balance_minor=now.balance_minor + cls.SIGN * order.amount_minor)
    return (Change(f"account/{order.target}", cls.TAG, state, order.amount_minor),)


def _refused_move(amount_minor: int, now: AccountState, sign: int) -> str:
    if now.closed:
        return "account_closed"
    if amount_minor <= 0:
        return "amount_not_positive"
    if ("debits" if sign < 0 else "credits") in now.blocked:
        return "frozen"
    too_much = sign < 0 and amount_minor > now.balance_minor + now.limit_minor
    return "insufficient_funds" if too_much else ""


def _overdraft(order: Order, now: AccountState) -> Outcome:
    if now.closed:
        return Refusal("account_closed")
    if order.amount_minor == now.limit_minor:
        return Refusal("nothing_changes")
    if now.balance_minor + order.amount_minor < 0:
        return Refusal("overdraft_in_use")
    state = now._replace(limit_minor=order.amount_minor)
    return (Change(f"account/{order.target}", e.OverdraftLimitSet.TAG, state),)


def _freeze(order: Order, now: AccountState) -> Outcome:
    if now.closed:
        return Refusal("account_closed")
    wanted = BLOCKS[order.text]
    if wanted <= now.blocked:
        return Refusal("already_frozen")
    state = now._replace(blocked=now.blocked | wanted)
    return (Change(f"account/{order.target}", e.AccountFrozen.TAG, state),)


def _unfreeze(order: Order, now: AccountState) -> Outcome:
    if now.closed:
        return Refusal("account_closed")
    wanted = BLOCKS[order.text]
    if not wanted <= now.blocked:
        return Refusal("not_frozen")
    state = now._replace(blocked=now.blocked - wanted)
    return (Change(f"account/{order.target}", e.AccountUnfrozen.TAG, state),)


def _close(order: Order, now: AccountState) -> Outcome:
    if now.closed:
        return Refusal("account_closed")
    if now.blocked:
        return Refusal("frozen")
    stream = f"account/{order.target}"
    closed = Change(stream, e.AccountClosed.TAG, AccountState(0, 0, closed=True))
    if now.balance_minor == 0:
        return (closed,)
    if now.balance_minor < 0 or not order.pay_out:
        return Refusal("balance_not_zero")
    paid = Change(stream, e.MoneyWithdrawn.TAG, now._replace(balance_minor=0), now.balance_minor)
    return (paid, closed)


ON_ACCOUNT: Final[dict[Kind, Callable[[Order, AccountState], Outcome]]] = {
    "deposit": partial(move, cls=e.MoneyDeposited),
    "withdraw": partial(move, cls=e.MoneyWithdrawn),
    "fee": partial(move, cls=e.FeeCharged),
    "overdraft": _overdraft,
    "freeze": _freeze,
    "unfreeze": _unfreeze,
    "close": _close,
}
