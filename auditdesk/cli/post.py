"""Sub-command post: one clerk command; its event or events are printed as JSON.

One event is printed as it is. Several (a transfer, a closing with pay-out) are printed as one object with
`events`, in the order of the log. `replayed` says that the command id was known and nothing was added.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from auditdesk.cli.grammar import SubCommand, WorkspaceGroup, as_operator, on_workspace
from auditdesk.cli.terminal import Misused, opened_session
from auditdesk.cli.words import NO_TEXT, say_json
from auditdesk.domain import events as e
from auditdesk.domain.catalogue import ACCOUNT, stream_kind
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.commands.base import Command, CommandField, InputKind, fields_of
from auditdesk.domain.commands.customer import OnCustomer
from auditdesk.domain.commands.on_account import OnAccount
from auditdesk.domain.instants import to_iso
from auditdesk.domain.moments import AtVersion
from auditdesk.domain.money import format_amount, parse_amount
from auditdesk.domain.streams import name_in
from auditdesk.domain.text import is_text
from auditdesk.services.history.views import EventView
from auditdesk.services.workspace.session import Session

Document = dict[str, Any]


@click.group("post", cls=WorkspaceGroup, no_args_is_help=False, subcommand_metavar="ACTION ...")
@on_workspace
@click.pass_context
def post(context: click.Context, workspace: Path) -> None:
    """Keep the workspace for the action."""
    context.obj = workspace


def _issue(action: type[Command], command_id: str, expect_version: int | None = None, **typed: Any) -> int:
    """Issue the command and print what it left in the log."""
    with opened_session(click.get_current_context().obj, "needed") as session:
        command = _command(session, action, typed)
        receipt = session.issue(command, command_id=command_id, expected_version=expect_version)
        views = [session.history.event(each.stream, each.version) for each in receipt.envelopes]
        events = [event_document(session, view) for view in views]
    if len(events) == 1:
        say_json({**events[0], "replayed": receipt.replayed})
    else:
        command_id = events[0]["command_id"]
        say_json({"command_id": command_id, "replayed": receipt.replayed, "events": events})
    return 0


def event_document(session: Session, view: EventView) -> Document:
    """One event with the state it led to. `amount` is signed; `details` are the event's own members."""
    envelope = view.envelope
    document: Document = {
        "position": envelope.position,
        "stream": envelope.stream,
        "version": envelope.version,
        "event": envelope.type,
        "booked_at": to_iso(envelope.booked_at_us),
        "recorded_at": to_iso(envelope.recorded_at_us),
        "operator": envelope.operator,
        "command_id": envelope.command_id,
        "correlation_id": envelope.correlation_id,
        "event_id": envelope.event_id,
        "details": json.loads(envelope.payload),
    }
    number = name_in(envelope.stream)
    if stream_kind(envelope.stream) is not ACCOUNT:
        return {**document, "customer": number}
    state = session.history.account_at(number, AtVersion(envelope.version)).state
    if isinstance(view.event, e.MoneyEvent):
        signed_minor = view.event.signed_minor
        document["amount"] = format_amount(signed_minor, state.currency)
        document["value_date"] = view.event.value_date
    return {
        **document,
        "account": number,
        "customer": state.customer,
        "currency": state.currency,
        "balance": format_amount(state.balance_minor, state.currency),
        "available": format_amount(state.available_minor, state.currency),
        "status": state.status,
        "blocks": state.blocks,
    }


# --- from what was typed to a command --------------------------------------------------------------


def _command(session: Session, action: type[Command], typed: Mapping[str, Any]) -> Command:
    """The command that was asked for. Raises `Refused` where an amount or an account can't be understood."""
    values = {
        field.field: _amount(session, typed, typed[word_of(field)])
        if field.input.kind == "amount"
        else typed[word_of(field)]
        for field in fields_of(action)
    }
    return action(**values)


def _amount(session: Session, typed: Mapping[str, Any], text: str) -> int:
    """An amount in minor units of the currency that is named, or of the account."""
    currency = typed.get("currency") or session.history.account_at(typed["account"]).state.currency
    return parse_amount(text, currency)


# --- what can be typed -----------------------------------------------------------------------------


def _text(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    if not is_text(typed):
        raise Misused(NO_TEXT)
    return typed


COMMAND_ID: Final = click.Option(
    ["--command-id"], metavar="ID", default="", callback=_text, help="The same id again adds nothing."
)
EXPECT_VERSION: Final = click.Option(
    ["--expect-version"], metavar="N", type=int, help="Refuse if the account or customer has moved on."
)


def word_of(field: CommandField) -> str:
    """The parameter's name of a command's field, by which click passes its value."""
    return field.name if field.input.kind == "amount" else field.field


def parameters(action: type[Command]) -> Iterator[click.Parameter]:
    """Yield a command's click parameters: arguments for required fields but texts, options for the rest."""
    for field in fields_of(action):
        word = word_of(field)
        if field.required and field.input.kind != "text":
            yield click.Argument([word], metavar=word.upper().replace("_", "-"))
        else:
            yield _option(field, f"--{word.replace('_', '-')}")
    if issubclass(action, OnAccount | OnCustomer):
        yield EXPECT_VERSION
    yield COMMAND_ID


def _option(field: CommandField, flag: str) -> click.Option:
    label = f"{field.input.label.replace('&', '')}."
    if field.input.kind == "check":
        return click.Option([flag], is_flag=True, help=label)
    if field.choices:
        choice = click.Choice(field.choices)
        return click.Option([flag], type=choice, default=field.default, show_default=True, help=label)
    metavar = METAVARS.get(field.input.kind, "TEXT")
    default = "0" if field.input.kind == "amount" else field.default
    required = {"required": True} if field.required else {"default": default}
    return click.Option([flag], metavar=metavar, help=f"{label} {field.input.hint}".strip(), **required)


METAVARS: Final[Mapping[InputKind, str]] = {"amount": "AMOUNT", "date": "DATE"}

for action in COMMANDS.values():
    post.add_command(
        as_operator(
            SubCommand(
                action.NAME,
                callback=partial(_issue, action),
                params=list(parameters(action)),
                help=f"{action.ACT[0].upper()}{action.ACT[1:]}.",
            )
        )
    )
