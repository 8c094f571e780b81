"""Repeated command ids: the same command again, or a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import asdict

from auditdesk.domain import events as e
from auditdesk.domain.commands.base import Command, InputKind, fields_of
from auditdesk.domain.commands.money import Transfer
from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import parse_date
from auditdesk.domain.streams import name_in
from auditdesk.domain.text import clean_text
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.lookup import known_number


def check_repeat(context: OperatorContext, known: Sequence[Envelope], command: Command, target: str) -> None:
    """Raise `Refused` (`command_id_taken`) unless `known` is what this very command left in the log.

    `target` is the number of the account or customer that it is about, empty where there was none. What is
    personal is not compared: it may have been erased since.
    """
    left = {envelope.type: envelope for envelope in known}
    leaves = {command.LEAVES.TAG, *(event.TAG for event in command.LEAVES_TOO)}
    main = left.get(command.LEAVES.TAG)
    if main is None or not left.keys() <= leaves or not _is_same(context, main, command, target):
        raise Refused(
            "command_id_taken",
            f"That command id belongs to another command, at position {known[0].position}.",
            "Give each command an id of its own.",
            field="command_id",
        )


def _is_same(context: OperatorContext, left: Envelope, command: Command, target: str) -> bool:
    event = left.event()
    if not _says_what_was_asked(event, command):
        return False
    if isinstance(command, Transfer) and isinstance(event, e.TransferSent):
        receiver = known_number(context, account=command.to_account)
        return event.other_account == receiver and name_in(left.stream) == target
    if isinstance(event, e.CustomerRegistered):
        return True
    if isinstance(event, e.AccountOpened):
        return event.customer == target
    return name_in(left.stream) == target


def _says_what_was_asked(event: e.Event, command: Command) -> bool:
    """Whether the members of an event that its command asked for by the same names are as asked."""
    left = asdict(event)
    return all(
        _agrees(field.input.kind, getattr(command, field.field), left[field.field])
        for field in fields_of(type(command))
        if field.field in left
    )


def _agrees(kind: InputKind, asked: Any, recorded: object) -> bool:
    """Whether what was asked is what was recorded. An empty date meant a day that only the event knows."""
    match kind:
        case "account" | "customer":  # by number or by reference: compared as the target
            return True
        case "date":
            return asked == "" or parse_date(asked) == recorded
        case "line" | "text":
            return clean_text(asked, "text") == recorded
        case _:
            return bool(recorded == asked)
