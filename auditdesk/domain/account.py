"""An account as a fold over its events. Pure: a fold returns a new state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from auditdesk.domain import events as e
from auditdesk.domain.errors import LedgerDamaged

# Raise it when `Account` changes: snapshots of another schema are ignored and rebuilt.
ACCOUNT_STATE_SCHEMA: Final = 1


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """The state of an account after `version` events.

    `balance_minor` is the ledger balance; blocks are apart from the status, as a closed account
    has none and an open one may have either. Instants are microseconds UTC.
    """

    number: str
    version: int
    customer: str
    currency: str
    opened_at_us: int
    last_booked_at_us: int
    reference: str = ""
    status: Literal["open", "closed"] = "open"
    balance_minor: int = 0
    overdraft_limit_minor: int = 0
    debits_blocked: bool = False
    credits_blocked: bool = False
    closed_at_us: int | None = None

    @property
    def available_minor(self) -> int:
        """Ledger balance plus agreed overdraft: what may be withdrawn."""
        return self.balance_minor + self.overdraft_limit_minor

    @property
    def blocks(self) -> str:
        """`none`, `debits`, `credits` or `all`."""
        if self.debits_blocked and self.credits_blocked:
            return "all"
        return "debits" if self.debits_blocked else "credits" if self.credits_blocked else "none"


def apply(number: str, state: Account | None, event: e.Event, booked_at_us: int) -> Account:
    """Fold one event of account `number`, booked at that instant, onto `state`.

    Raises `LedgerDamaged` where the log holds what can't be: a second opening, an event
    before the opening, or one that belongs to no account.
    """
    if state is None:
        if not isinstance(event, e.AccountOpened):
            raise LedgerDamaged(f"Account {number} begins with {event.TAG} instead of its opening.")
        return Account(
            number=number,
            version=1,
            customer=event.customer,
            currency=event.currency,
            opened_at_us=booked_at_us,
            last_booked_at_us=booked_at_us,
            reference=event.reference,
            overdraft_limit_minor=event.overdraft_limit_minor,
        )
    if isinstance(event, e.MoneyEvent):
        return replace(
            state,
            version=state.version + 1,
            last_booked_at_us=booked_at_us,
            balance_minor=state.balance_minor + event.signed_minor,
        )
    folder = _FOLDERS.get(type(event))
    if folder is None:
        raise LedgerDamaged(f"Account {number} holds {event.TAG} after version {state.version}.")
    return replace(
        state,
        version=state.version + 1,
        last_booked_at_us=booked_at_us,
        **folder(event, booked_at_us),
    )


def fold(number: str, state: Account | None, events: Iterable[tuple[e.Event, int]]) -> Account | None:
    """Fold many events with the instants they were booked at: what `apply` one by one leads to.

    A run of money events makes one new state instead of one for each. Raises `LedgerDamaged`.
    """
    moves = moved_minor = last_us = 0
    for event, booked_at_us in events:
        if state is not None and isinstance(event, e.MoneyEvent):
            moves += 1
            moved_minor += event.signed_minor
            last_us = booked_at_us
            continue
        if state is not None and moves:
            state = _moved(state, moves, moved_minor, last_us)
            moves = moved_minor = 0
        state = apply(number, state, event, booked_at_us)
    return _moved(state, moves, moved_minor, last_us) if state is not None and moves else state


def _moved(state: Account, moves: int, moved_minor: int, last_us: int) -> Account:
    return replace(
        state,
        version=state.version + moves,
        last_booked_at_us=last_us,
        balance_minor=state.balance_minor + moved_minor,
    )


def _overdraft(event: Any, _at: int) -> dict[str, Any]:
    return {"overdraft_limit_minor": event.limit_minor}


def _block(*, value: bool) -> Callable[[Any, int], dict[str, Any]]:
    def fold(event: Any, _at: int) -> dict[str, Any]:
        changes = {}
        if event.blocks in ("debits", "all"):
            changes["debits_blocked"] = value
        if event.blocks in ("credits", "all"):
            changes["credits_blocked"] = value
        return changes

    return fold


def _close(_event: Any, at: int) -> dict[str, Any]:
    return {
        "status": "closed",
        "closed_at_us": at,
        "overdraft_limit_minor": 0,
        "debits_blocked": False,
        "credits_blocked": False,
    }


_FOLDERS: Final[dict[type[e.Event], Callable[[Any, int], dict[str, Any]]]] = {
    e.OverdraftLimitSet: _overdraft,
    e.AccountFrozen: _block(value=True),
    e.AccountUnfrozen: _block(value=False),
    e.AccountClosed: _close,
}
