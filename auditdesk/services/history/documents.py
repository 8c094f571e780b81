"""An account or a customer at a moment as a document of plain values, for JSON and for other programs."""

from __future__ import annotations

from typing import Any

from auditdesk.domain.customer import Customer
from auditdesk.domain.instants import to_iso
from auditdesk.domain.money import format_amount
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.services.history.views import AccountView, CustomerView

Document = dict[str, Any]


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
    """A customer's personal data as a document, or the reason why it can't be shown."""
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
