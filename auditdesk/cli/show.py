"""Sub-command show: an account or a customer at a moment, for people or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from auditdesk.cli.grammar import WHEN, argument, clock, on_workspace, subcommand, switch, text
from auditdesk.cli.terminal import opened_session
from auditdesk.cli.words import printable, say, say_json
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import to_iso
from auditdesk.domain.moments import Moment, TimeAxis, parse_moment
from auditdesk.domain.money import format_amount
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.services.history.history import History
from auditdesk.services.history.views import AccountView, CustomerView

Document = dict[str, Any]


@subcommand("show")
@on_workspace
@argument("target", "ACCOUNT", "An account's or customer's number or reference.")
@text("--at", "WHEN", f"As it was then: {WHEN}.", default="now")
@clock
@switch("--json", "As one JSON object.")
def show(workspace: Path, target: str, at: str, clock: TimeAxis, *, json: bool) -> int:
    """Show what the number or reference stands for."""
    moment = parse_moment(at, clock)
    with opened_session(workspace, "wanted") as session:
        document = look_up(session.history, target, moment)
    if json:
        say_json(document)
    else:
        _tell(document)
    return 0


def look_up(history: History, target: str, moment: Moment) -> Document:
    """The account, or else the customer, as a document. Raises `Refused`."""
    try:
        return account_document(history.account_at(target, moment))
    except Refused as refused:
        if refused.code != "account_unknown":
            raise
        unknown = refused
    try:
        return customer_document(history.customer_at(target, moment))
    except Refused as refused:
        if refused.code == "customer_unknown":
            raise unknown from None
        raise


def account_document(view: AccountView) -> Document:
    """An account at a moment. Amounts are decimals in text, instants ISO 8601 UTC."""
    state = view.state

    def decimal(amount_minor: int) -> str:
        return format_amount(amount_minor, state.currency)

    return {
        "account": state.number,
        "reference": state.reference,
        "version": state.version,
        "versions": view.versions,
        "position": view.position,
        "booked_at": to_iso(view.booked_at_us),
        "recorded_at": to_iso(view.recorded_at_us),
        "status": state.status,
        "blocks": state.blocks,
        "currency": state.currency,
        "balance": decimal(state.balance_minor),
        "available": decimal(state.available_minor),
        "overdraft_limit": decimal(state.overdraft_limit_minor),
        "opened_at": to_iso(state.opened_at_us),
        "closed_at": to_iso(state.closed_at_us) if state.closed_at_us is not None else None,
        "customer": (
            owner_document(view.owner)
            if view.owner
            else {"number": state.customer, "not_yet_registered": True}
        ),
        "folded_events": view.folded_events,
    }


def customer_document(view: CustomerView) -> Document:
    """A customer at a moment."""
    return {
        "customer": owner_document(view.state),
        "version": view.state.version,
        "versions": view.versions,
        "position": view.position,
        "booked_at": to_iso(view.booked_at_us),
        "recorded_at": to_iso(view.recorded_at_us),
        "registered_at": to_iso(view.state.registered_at_us),
        "accounts": list(view.accounts),
    }


def owner_document(customer: Customer) -> Document:
    """Who a customer is, or why that can't be shown."""
    personal = customer.personal
    if isinstance(personal, Mask):
        return {"number": customer.number, "reference": customer.reference, **_mask(personal)}
    return {"number": customer.number, "reference": customer.reference, **_details(personal)}


def _mask(mask: Mask) -> Document:
    if mask.kind == "erased":
        return {"erased_on": mask.on.isoformat()} if mask.on else {"erasure_under_way": True}
    return {mask.kind: True}


def _details(details: PersonalDetails) -> Document:
    address = details.address
    return {
        "name": details.name,
        "birth_date": details.birth_date,
        "address": {
            "street": address.street,
            "city": address.city,
            "region": address.region,
            "postal_code": address.postal_code,
            "country": address.country,
        },
        "email": details.contact.email,
        "phone": details.contact.phone,
    }


def _tell(document: Document) -> None:
    for name, value in _lines(document):
        if value not in ("", None):
            say(f"{name.replace('_', ' '):<22}{printable(_text(value))}")


def _lines(document: Document) -> list[tuple[str, object]]:
    lines: list[tuple[str, object]] = []
    for name, value in document.items():
        if isinstance(value, dict):
            prefix = f"{name} " if name == "customer" else ""
            lines += [(f"{prefix}{inner}", content) for inner, content in _lines(value)]
        else:
            lines.append((name, value))
    return lines


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    if value is True:
        return "yes"
    return ", ".join(str(value).splitlines())
