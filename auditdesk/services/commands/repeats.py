"""What a command id that is already in the log means: the same command again, or a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from auditdesk.domain import events as e
from auditdesk.domain.commands.base import Command
from auditdesk.domain.errors import Refused
from auditdesk.domain.streams import name_in
from auditdesk.ledger.envelope import Envelope

# Fields that a command and the event it leaves may share. What is personal may have been erased since.
COMPARED: Final = ("amount_minor", "limit_minor", "blocks", "currency", "overdraft_limit_minor")


def check_repeat(known: Sequence[Envelope], command: Command, target: str) -> None:
    """Raise `Refused` (`command_id_taken`) unless `known` is what this very command left in the log.

    `target` is the number of the account or customer that it is about, empty where there was none.
    """
    left = next((envelope for envelope in known if envelope.type == command.LEAVES.TAG), None)
    if left is None or not _is_same(left, command, target):
        raise Refused(
            "command_id_taken",
            f"That command id belongs to another command, at position {known[0].position}.",
            "Give each command an id of its own.",
            field="command_id",
        )


def _is_same(left: Envelope, command: Command, target: str) -> bool:
    event = left.event()
    if any(_asked(command, name) not in (None, getattr(event, name, None)) for name in COMPARED):
        return False
    if isinstance(event, e.CustomerRegistered):
        return True
    if isinstance(event, e.AccountOpened):
        return event.customer == target
    return name_in(left.stream) == target


def _asked(command: Command, name: str) -> int | str | None:
    asked: int | str | None = getattr(command, name, None)
    return asked
