"""The erasures that the log itself knows: nothing irrevocable is done because a list says so.

A list of customers is made from the log, and whoever can write the file can write it. What may destroy a key
is an event in the customer's own stream whose leaf, hashed again, stands under the log's tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.errors import LedgerDamaged, ProofError
from auditdesk.domain.streams import customer_stream, name_in
from auditdesk.ledger.envelope import Envelope, leaf_hash
from auditdesk.ledger.ledger import Ledger
from auditdesk.proof.merkle import verify_inclusion
from auditdesk.vault.vault import Keyring, Vault


class LoggedErasure(NamedTuple):
    """An erasure as the log has it: not to be acted upon before `check_proven`."""

    customer: str
    requested: Envelope
    finished: bool


def logged_erasures(ledger: Ledger) -> Iterator[LoggedErasure]:
    """Every erasure in the log, in its order; two looks by the type of event, however long the log is."""
    finished = {envelope.stream for envelope in ledger.log.read(types=(e.CustomerForgotten.TAG,))}
    for envelope in ledger.log.read(types=(e.ErasureRequested.TAG,)):
        number = name_in(envelope.stream)
        if envelope.stream == customer_stream(number):
            yield LoggedErasure(number, envelope, envelope.stream in finished)


def logged_erasure(ledger: Ledger, customer: str) -> LoggedErasure:
    """One customer's erasure. Raises `LedgerDamaged` where the log knows of none."""
    found = {envelope.type: envelope for envelope in ledger.log.envelopes(customer_stream(customer))}
    if e.ErasureRequested.TAG not in found:
        raise LedgerDamaged(
            f"Nothing in the log asks for the erasure of customer {customer}; no key was touched.",
            "Verify the ledger: a list in it was altered from outside.",
        )
    return LoggedErasure(customer, found[e.ErasureRequested.TAG], e.CustomerForgotten.TAG in found)


def check_proven(ledger: Ledger, erasure: LoggedErasure) -> None:
    """Raise `LedgerDamaged` unless the request is what its leaf says, and stands under the log's tree."""
    envelope = erasure.requested
    try:
        with ledger.view():
            size = ledger.log.head().position
            proof = ledger.tree.inclusion_proof(envelope.position, size)
            verify_inclusion(leaf_hash(envelope), envelope.position - 1, size, proof, ledger.tree.root(size))
        proven = isinstance(envelope.event(), e.ErasureRequested)
    except ProofError:
        proven = False
    if not proven:
        raise LedgerDamaged(
            f"The request to erase customer {erasure.customer}, at position {envelope.position}, "
            "does not match the log's tree; no key was destroyed.",
            "Verify the ledger.",
        )


def shred(ledger: Ledger, vault: Vault, erasure: LoggedErasure, keyring: Keyring | None) -> str:
    """Destroy a customer's key for a proven erasure; returns the key's id.

    Raises `LedgerDamaged` where nothing proves the erasure, and `Fault`s of the vault.
    """
    check_proven(ledger, erasure)
    return vault.shred(erasure.customer, keyring=keyring)


def is_undone(erasure: LoggedErasure, holding: frozenset[str], fenced: frozenset[str]) -> bool:
    """True if a vault with these keys and fences is older than the erasure."""
    return erasure.customer in holding or erasure.customer not in fenced
