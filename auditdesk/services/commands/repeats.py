"""What a command id that is already in the log means: the same command again, or a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from auditdesk.domain import events as e
from auditdesk.domain.errors import Refused
from auditdesk.domain.streams import name_in
from auditdesk.ledger.envelope import Envelope

LEAVES: Final = {
    "register_customer": e.CustomerRegistered.TAG,
    "rename_customer": e.CustomerRenamed.TAG,
    "change_address": e.AddressChanged.TAG,
    "change_contact": e.ContactDetailsChanged.TAG,
    "place_hold": e.LegalHoldPlaced.TAG,
    "release_hold": e.LegalHoldReleased.TAG,
    "open_account": e.AccountOpened.TAG,
    "deposit": e.MoneyDeposited.TAG,
    "withdrawal": e.MoneyWithdrawn.TAG,
    "interest": e.InterestCredited.TAG,
    "fee": e.FeeCharged.TAG,
    "transfer": e.TransferSent.TAG,
    "set_overdraft_limit": e.OverdraftLimitSet.TAG,
    "freeze": e.AccountFrozen.TAG,
    "unfreeze": e.AccountUnfrozen.TAG,
    "close_account": e.AccountClosed.TAG,
}


def check_repeat(known: Sequence[Envelope], command: str, target: str, amount_minor: int | None) -> None:
    """Raise `Refused` (`command_id_taken`) unless `known` is what this very command left in the log.

    `target` is a number, empty where the command has none; the amount is compared where money moves.
    What is personal is not compared: it may have been erased since.
    """
    left = next((envelope for envelope in known if envelope.type == LEAVES[command]), None)
    if left is None or not _is_same(left, target, amount_minor):
        raise Refused(
            "command_id_taken",
            f"That command id belongs to another command, at position {known[0].position}.",
            "Give each command an id of its own.",
            field="command_id",
        )


def _is_same(left: Envelope, target: str, amount_minor: int | None) -> bool:
    event = left.event()
    if isinstance(event, e.CustomerRegistered):
        return True
    if isinstance(event, e.AccountOpened):
        return event.customer == target
    if isinstance(event, e.MoneyEvent) and event.amount_minor != amount_minor:
        return False
    return name_in(left.stream) == target
