"""Record refused commands in the log."""

from __future__ import annotations

from auditdesk.domain import events as e
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.streams import operator_stream
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.services.access.command_ids import new_command_id
from auditdesk.services.access.context import OperatorContext


def record_refusal(
    context: OperatorContext, command: str, target: str, refused: Refused, amount_minor: int | None = None
) -> None:
    """Keep a refusal in the stream of the operator who asked.

    `target` names something of ours: what is only typed is free text, and left out by the caller.
    """
    event = e.CommandRefused(
        command=command,
        target=target,
        code=refused.code,
        message=refused.message,
        amount_minor=amount_minor,
    )
    stream = operator_stream(context.operator)
    append = StreamAppend(stream, None, (NewEvent(event),), context.ledger.now_us(), None)
    context.ledger.append([append], operator=context.operator, command_id=new_command_id())
