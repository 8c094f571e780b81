"""Sub-command post: one clerk command; its event or events are printed as JSON.

One event is printed as it is. Several (a transfer, a closing with pay-out) are printed as one object with
`events`, in the order of the log. `replayed` says that the command id was known and nothing was added.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, get_args

import click

from auditdesk.cli.grammar import SubCommand, WorkspaceGroup, as_operator, on_workspace
from auditdesk.cli.terminal import opened_session
from auditdesk.cli.words import say_json
from auditdesk.domain import events as e
from auditdesk.domain.commands.account import Note
from auditdesk.domain.instants import to_iso
from auditdesk.domain.moments import AtVersion
from auditdesk.domain.money import format_amount, parse_amount
from auditdesk.domain.personal import Address, Contact, PersonalDetails
from auditdesk.domain.streams import name_in
from auditdesk.services.commands.issue import Receipt
from auditdesk.services.history.views import EventView
from auditdesk.services.workspace.session import Session

Document = dict[str, Any]
Act = Callable[[Session, SimpleNamespace], Receipt]


@click.group("post", cls=WorkspaceGroup, no_args_is_help=False, subcommand_metavar="ACTION ...")
@on_workspace
@click.pass_context
def post(context: click.Context, workspace: Path) -> None:
    """Keep the workspace for the action."""
    context.obj = workspace


def _issue(act: Act, **given: Any) -> int:
    """Issue the command and print what it left in the log."""
    with opened_session(click.get_current_context().obj, "needed") as session:
        receipt = act(session, SimpleNamespace(**given))
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
    if not envelope.stream.startswith("account/"):
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


# --- customers -------------------------------------------------------------------------------------


def _register(session: Session, given: SimpleNamespace) -> Receipt:
    details = PersonalDetails(
        name=given.name,
        birth_date=given.birth_date,
        address=_address(given),
        contact=Contact(email=given.email, phone=given.phone),
    )
    return session.desk.register_customer(details, reference=given.reference, command_id=given.command_id)


def _rename(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.rename_customer(given.customer, given.name, command_id=given.command_id)


def _change_address(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.change_address(given.customer, _address(given), command_id=given.command_id)


def _change_contact(session: Session, given: SimpleNamespace) -> Receipt:
    known = session.history.customer_at(given.customer).state.personal
    contact = known.contact if isinstance(known, PersonalDetails) else Contact()
    changed = Contact(
        email=contact.email if given.email is None else given.email,
        phone=contact.phone if given.phone is None else given.phone,
    )
    return session.desk.change_contact(given.customer, changed, command_id=given.command_id)


def _place_hold(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.set_legal_hold(
        given.customer, held=True, reason=given.reason, command_id=given.command_id
    )


def _release_hold(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.set_legal_hold(
        given.customer, held=False, reason=given.reason, command_id=given.command_id
    )


def _address(given: SimpleNamespace) -> Address:
    return Address(
        street=given.street,
        city=given.city,
        region=given.region,
        postal_code=given.postal_code,
        country=given.country,
    )


# --- accounts --------------------------------------------------------------------------------------


def _open(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.open_account(
        given.customer,
        given.currency,
        overdraft_limit_minor=parse_amount(given.overdraft, given.currency),
        reference=given.reference,
        command_id=given.command_id,
    )


def _deposit(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.deposit(given.account, _amount(session, given), note=_note(given), **_guards(given))


def _withdraw(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.withdraw(given.account, _amount(session, given), note=_note(given), **_guards(given))


def _interest(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.credit_interest(
        given.account, _amount(session, given), note=_note(given), **_guards(given)
    )


def _fee(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.charge_fee(
        given.account, _amount(session, given), note=_note(given), **_guards(given)
    )


def _transfer(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.transfer(
        given.account, given.to_account, _amount(session, given), note=_note(given), **_guards(given)
    )


def _overdraft(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.set_overdraft_limit(given.account, _amount(session, given), **_guards(given))


def _freeze(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.freeze(given.account, given.blocks, reason=given.reason, **_guards(given))


def _unfreeze(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.unfreeze(given.account, given.blocks, reason=given.reason, **_guards(given))


def _close(session: Session, given: SimpleNamespace) -> Receipt:
    return session.desk.close_account(
        given.account, pay_out=given.pay_out, reason=given.reason, **_guards(given)
    )


def _amount(session: Session, given: SimpleNamespace) -> int:
    """The amount in the account's currency. Raises `Refused`."""
    return parse_amount(given.amount, session.history.account_at(given.account).state.currency)


def _note(given: SimpleNamespace) -> Note:
    return Note(
        counterparty=given.counterparty,
        memo=given.memo,
        value_date=given.value_date,
        reference=given.reference,
    )


def _guards(given: SimpleNamespace) -> Document:
    return {"command_id": given.command_id, "expected_version": given.expect_version}


# --- what can be typed -----------------------------------------------------------------------------


def _option(name: str, metavar: str | None = "TEXT", sentence: str = "", **rest: Any) -> click.Option:
    return click.Option([f"--{name}"], **{"metavar": metavar, "help": sentence, "default": "", **rest})


COMMAND_ID: Final = _option("command-id", "ID", "The same id again adds nothing.")
GUARDS: Final = (
    _option("expect-version", "N", "Refuse if the account has moved on.", type=int, default=None),
    COMMAND_ID,
)
BLOCKED: Final = _option(
    "blocks", type=click.Choice(get_args(e.Blocks)), metavar=None, default="all", sentence="What is blocked."
)
WHY: Final = click.Option(["--reason"], metavar="TEXT", required=True, help="Why.")
PERHAPS_WHY: Final = _option("reason", sentence="Why.")
ADDRESS: Final = tuple(map(_option, ("street", "city", "region", "postal-code", "country")))
CONTACT: Final = ("email", "phone")
REFERENCE: Final = _option("reference")
NOTE: Final = (
    _option("memo"),
    _option("counterparty"),
    REFERENCE,
    _option("value-date", "DATE", "The booking day if left out."),
)
PAID_OUT: Final = click.Option(["--pay-out"], is_flag=True, help="Pay the rest out in the same command.")

# name → what does it, what it is, its words, its options
ACTIONS: Final[dict[str, tuple[Act, str, tuple[str, ...], tuple[click.Option, ...]]]] = {
    "register-customer": (
        _register,
        "Register a person as a customer.",
        ("name",),
        (_option("birth-date", "DATE"), *ADDRESS, *map(_option, CONTACT), REFERENCE, COMMAND_ID),
    ),
    "rename-customer": (
        _rename,
        "Give a customer another name.",
        ("customer", "name"),
        (COMMAND_ID,),
    ),
    "change-address": (
        _change_address,
        "Let a customer live elsewhere.",
        ("customer",),
        (*ADDRESS, COMMAND_ID),
    ),
    "change-contact": (
        _change_contact,
        "Let a customer be reached otherwise.",
        ("customer",),
        (*(_option(n, sentence="Left out: stays as it is.", default=None) for n in CONTACT), COMMAND_ID),
    ),
    "place-hold": (
        _place_hold,
        "Let a customer not be forgotten, for legal reasons.",
        ("customer",),
        (WHY, COMMAND_ID),
    ),
    "release-hold": (_release_hold, "End a legal hold.", ("customer",), (WHY, COMMAND_ID)),
    "open-account": (
        _open,
        "Open an account.",
        ("customer", "currency"),
        (REFERENCE, _option("overdraft", "AMOUNT", "The agreed overdraft.", default="0"), COMMAND_ID),
    ),
    "deposit": (_deposit, "Pay money in.", ("account", "amount"), (*NOTE, *GUARDS)),
    "withdraw": (_withdraw, "Pay money out.", ("account", "amount"), (*NOTE, *GUARDS)),
    "interest": (_interest, "Pay interest.", ("account", "amount"), (*NOTE, *GUARDS)),
    "fee": (_fee, "Charge a fee.", ("account", "amount"), (*NOTE, *GUARDS)),
    "transfer": (
        _transfer,
        "Move money between two accounts.",
        ("account", "to_account", "amount"),
        (*NOTE, *GUARDS),
    ),
    "overdraft": (_overdraft, "Agree another overdraft.", ("account", "amount"), GUARDS),
    "freeze": (_freeze, "Block debits, credits or all.", ("account",), (BLOCKED, WHY, *GUARDS)),
    "unfreeze": (_unfreeze, "Lift a block.", ("account",), (BLOCKED, PERHAPS_WHY, *GUARDS)),
    "close": (_close, "Close an account for good.", ("account",), (PAID_OUT, PERHAPS_WHY, *GUARDS)),
}


for action, (act, sentence, words, options) in ACTIONS.items():
    arguments = (click.Argument([word], metavar=word.upper().replace("_", "-")) for word in words)
    command = SubCommand(action, callback=partial(_issue, act), params=[*arguments, *options], help=sentence)
    post.add_command(as_operator(command))
