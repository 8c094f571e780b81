"""From a sealed value to what an operator may see: personal data, or the mask that stands for it.

Erased wins over everything: a tombstone in the ledger hides a value even where an old key would
still open it. A missing key without a tombstone is an alarm, never taken for an erasure.
"""

from __future__ import annotations

from auditdesk.domain import codec
from auditdesk.domain.errors import KeyLost, SubjectErased, Tampered, UnknownEvent, VaultLocked
from auditdesk.domain.events import CustomerForgotten, ErasureRequested
from auditdesk.domain.instants import day_of
from auditdesk.domain.personal import KEY_LOST, REDACTED, TAMPERED, Mask, Personal
from auditdesk.domain.streams import customer_stream
from auditdesk.ledger.envelope import Envelope, SealKind
from auditdesk.ledger.ledger import Ledger
from auditdesk.vault.vault import Keyring


class Revealer:
    """Reveals the sealed values of one look at the ledger.

    Tombstones are asked for once per customer and remembered, so make a new one for each look.
    """

    def __init__(self, ledger: Ledger, keyring: Keyring | None) -> None:
        self._ledger = ledger
        self._unlocked = keyring
        self._masks: dict[str, Mask | None] = {}

    def mask_of(self, customer: str) -> Mask | None:
        """The mask over all of a customer's personal data, or None where it may be shown."""
        if customer not in self._masks:
            self._masks[customer] = self._tombstone(customer) or (
                REDACTED if self._unlocked is None else None
            )
        return self._masks[customer]

    def _tombstone(self, customer: str) -> Mask | None:
        """Asked of the log: nothing follows an erasure in a customer's stream, and lists can be altered."""
        tag, booked_at_us = self._ledger.log.last_event(customer_stream(customer))
        if tag == CustomerForgotten.TAG:
            return Mask("erased", day_of(booked_at_us))
        return Mask("erased") if tag == ErasureRequested.TAG else None

    def personal(self, envelope: Envelope) -> Personal | Mask | None:
        """The personal data beside an event, its mask, or None where the event has none."""
        if envelope.sealed is None or envelope.subject is None:
            return None
        opened = self._open(envelope.subject, envelope.stream, envelope.version, envelope.sealed, "event")
        if isinstance(opened, Mask):
            return opened
        try:
            return codec.decode_personal(envelope.type, opened)
        except UnknownEvent:
            return TAMPERED

    def snapshot(self, subject: str, stream: str, version: int, blob: bytes) -> bytes | Mask:
        """The personal part of a snapshot in the clear, or its mask."""
        return self._open(subject, stream, version, blob, "snapshot")

    def _open(self, subject: str, stream: str, version: int, blob: bytes, kind: SealKind) -> bytes | Mask:
        mask, keyring = self.mask_of(subject), self._unlocked
        if mask is not None or keyring is None:
            return mask if mask is not None else REDACTED
        try:
            return keyring.open(subject, stream, version, blob, kind=kind)
        except SubjectErased as error:
            return Mask("erased", error.erased_on)
        except KeyLost:
            return KEY_LOST
        except Tampered:
            return TAMPERED
        except VaultLocked:
            if keyring.closed:
                raise
            return REDACTED  # the grant was removed while they were signed in
