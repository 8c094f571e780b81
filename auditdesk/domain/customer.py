"""A customer as a fold over events and the personal data beside them."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from auditdesk.domain import events as e
from auditdesk.domain.errors import LedgerDamaged
from auditdesk.domain.personal import (
    REDACTED,
    Address,
    Contact,
    Mask,
    Personal,
    PersonalDetails,
    PersonName,
)

# Raise it when `Customer` changes: snapshots of another schema are ignored and rebuilt.
CUSTOMER_STATE_SCHEMA: Final = 2


class Customer(Struct, frozen=True, forbid_unknown_fields=True):
    """The state of a customer after `version` events.

    `personal` is a `Mask` when any part of it can't be shown. `held_since_us`: under a legal hold.
    Instants are microseconds UTC.
    """

    number: str
    version: int
    registered_at_us: int
    last_booked_at_us: int
    personal: PersonalDetails | Mask = REDACTED
    reference: str = ""
    erasure_requested_at_us: int | None = None
    forgotten_at_us: int | None = None
    held_since_us: int | None = None

    @property
    def name(self) -> str:
        """The name, or the mask in words."""
        return str(self.personal) if isinstance(self.personal, Mask) else self.personal.name


def apply(
    number: str,
    state: Customer | None,
    event: e.Event,
    personal: Personal | Mask | None,
    booked_at_us: int,
) -> Customer:
    """Fold one event, with the personal data beside it or its mask, onto `state`.

    Raises `LedgerDamaged` for an event that can't be where it is.
    """
    if state is None:
        if not isinstance(event, e.CustomerRegistered):
            raise LedgerDamaged(f"Customer {number} begins with {event.TAG}, not a registration.")
        return Customer(
            number=number,
            version=1,
            registered_at_us=booked_at_us,
            last_booked_at_us=booked_at_us,
            personal=personal if isinstance(personal, PersonalDetails | Mask) else REDACTED,
            reference=event.reference,
        )
    state = replace(state, version=state.version + 1, last_booked_at_us=booked_at_us)
    match event:
        case e.CustomerRenamed() | e.AddressChanged() | e.ContactDetailsChanged():
            return replace(state, personal=_merge(state.personal, personal))
        case e.LegalHoldPlaced():
            return replace(state, held_since_us=booked_at_us)
        case e.LegalHoldReleased():
            return replace(state, held_since_us=None)
        case e.ErasureRequested():
            return replace(state, erasure_requested_at_us=booked_at_us)
        case e.CustomerForgotten():
            return replace(state, forgotten_at_us=booked_at_us)
        case _:
            raise LedgerDamaged(f"Customer {number} holds {event.TAG} at version {state.version}.")


def _merge(known: PersonalDetails | Mask, news: Personal | Mask | None) -> PersonalDetails | Mask:
    if isinstance(known, Mask):
        return known
    match news:
        case PersonName(name=name):
            return replace(known, name=name)
        case Address():
            return replace(known, address=news)
        case Contact():
            return replace(known, contact=news)
        case Mask():
            return news
        case _:
            return REDACTED
