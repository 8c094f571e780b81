"""Certificates of erasure: signed, and checkable by anybody without the ledger.

A certificate names the customer by number only. It binds the state of the log before the erasure to the one
after it with a proof of consistency (RFC 9162 §2.1.4): nothing that was there before was altered or removed.
The signature is that of a C2SP signed note whose first line is the key's name, `<origin>/certificates`, and
whose second is the certificate's canonical JSON, so that it can't be taken for a checkpoint's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from auditdesk.domain import events as e
from auditdesk.domain.errors import ProofError, Refused
from auditdesk.domain.instants import to_iso
from auditdesk.domain.roles import CERTIFY
from auditdesk.domain.streams import account_stream, customer_stream
from auditdesk.ledger.envelope import Envelope
from auditdesk.proof.checkpoint import origin_of
from auditdesk.proof.merkle import verify_consistency
from auditdesk.proof.signed_note import VerifierKey, parse_note, parse_vkey, verify_note
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.lookup import find_customer
from auditdesk.services.access.permission import check_permission
from auditdesk.services.evidence.checking_program import is_signature
from auditdesk.services.evidence.signing import keys_named, signed_note
from auditdesk.services.files.atomic import save_file
from auditdesk.services.files.places import place_of
from auditdesk.vault.vault import Vault

KIND: Final = "auditdesk erasure certificate 1"
NAME_SUFFIX: Final = "/certificates"


class Certificate(Struct, frozen=True):
    """The content of an erasure certificate. Hashes are hex, instants ISO 8601 in UTC; sizes count events.

    `consistency` proves that the log of `size_after` begins with all events of the log of `size_before`.
    """

    kind: str
    ledger_id: str
    bank: str
    customer: str
    reason: str
    requested_at: str
    requested_by: str
    forgotten_at: str
    done_by: str
    key_fingerprint: str
    accounts: tuple[str, ...]
    sealed_events: int
    snapshots: int
    size_before: int
    root_before: str
    size_after: int
    root_after: str
    consistency: tuple[str, ...]
    issued_at: str


class SignedCertificate(Struct, frozen=True):
    """A certificate as it lies in its file: not to be believed before `check_certificate`."""

    certificate: Certificate
    key: str
    signature: str


class Certificates:
    """Issues certificates of finished erasures for one operator who may sign."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    def make(self, customer: str) -> SignedCertificate:
        """The signed certificate of a forgotten customer's erasure.

        Raises `Refused` (`role_missing`, `customer_unknown`, `not_forgotten`, `key_alive`), and
        `VaultLocked` where the operator may not sign.
        """
        check_permission(self._context, CERTIFY, customer=customer)
        self._context.check_keyring()
        number = find_customer(self._context, customer)
        certificate = self._certificate(number)
        if self._context.vault is not None and self._context.vault.holds_key(number):
            raise Refused(
                "key_alive",
                f"The vault holds a key of customer {number}, so nothing can be certified.",
                "Sign in again, which destroys it; if it comes back, restore the vault from a backup.",
                field="customer",
            )
        text = _text(origin_of(self._ledger.ledger_id) + NAME_SUFFIX, certificate)
        note, key = signed_note(self._context, text, NAME_SUFFIX)
        return SignedCertificate(certificate, key.vkey(), note.decode().rpartition("\n\n")[2].strip("\n"))

    def save(self, customer: str, out: Path) -> SignedCertificate:
        """Write the certificate as a JSON file, whole or not at all.

        Raises as `make`, `Refused` (`out_is_ledger`), and `Fault`s.
        """
        place = place_of(out)
        made = self.make(customer)
        save_file(place, to_bytes(made))
        return made

    def _certificate(self, number: str) -> Certificate:
        requested, forgotten = self._steps(number)
        request, done = requested.event(), forgotten.event()
        if not isinstance(request, e.ErasureRequested) or not isinstance(done, e.CustomerForgotten):
            raise TypeError(requested.type, forgotten.type)
        streams = [customer_stream(number), *(account_stream(account) for account in done.accounts)]
        before, after = requested.position - 1, forgotten.position
        with self._ledger.view():
            proof = self._ledger.tree.consistency_proof(before, after)
            roots = self._ledger.tree.root(before), self._ledger.tree.root(after)
            snapshots = self._ledger.snapshots.count(streams)
        return Certificate(
            kind=KIND,
            ledger_id=self._ledger.ledger_id,
            bank=self._ledger.bank,
            customer=number,
            reason=request.reason,
            requested_at=to_iso(requested.recorded_at_us),
            requested_by=requested.operator,
            forgotten_at=to_iso(forgotten.recorded_at_us),
            done_by=forgotten.operator,
            key_fingerprint=done.key_id,
            accounts=tuple(done.accounts),
            sealed_events=done.sealed_events,
            snapshots=snapshots,
            size_before=before,
            root_before=roots[0].hex(),
            size_after=after,
            root_after=roots[1].hex(),
            consistency=tuple(value.hex() for value in proof),
            issued_at=to_iso(self._context.clock()),
        )

    def _steps(self, number: str) -> tuple[Envelope, Envelope]:
        found: dict[str, Envelope] = {}
        for envelope in self._ledger.log.envelopes(customer_stream(number)):
            found[envelope.type] = envelope
        try:
            return found[e.ErasureRequested.TAG], found[e.CustomerForgotten.TAG]
        except KeyError as error:
            raise Refused(
                "not_forgotten", f"Customer {number} has not been forgotten.", field="customer"
            ) from error


def to_bytes(signed: SignedCertificate) -> bytes:
    """The certificate's file: JSON for people and programs."""
    return msgspec.json.format(msgspec.json.encode(signed), indent=2) + b"\n"


def check_certificate(raw: bytes, keys: Iterable[VerifierKey] = ()) -> Certificate:
    """The certificate that a file proves, against trusted keys if there are any.

    A key may be given as the bank publishes it, under the ledger's name, or under that of certificates.
    Without any, the key in the file is taken: then it is only known that it was not altered since.
    Raises `ProofError`: `certificate_form`, `certificate_kind`, `wrong_origin`, and as `verify_note` and
    `verify_consistency`.
    """
    signed = _read(raw)
    certificate, own_key = signed.certificate, parse_vkey(signed.key)
    name = origin_of(certificate.ledger_id) + NAME_SUFFIX
    if certificate.kind != KIND:
        raise ProofError("certificate_kind", "This is not an erasure certificate of a known format.")
    if own_key.name != name:
        raise ProofError("wrong_origin", "The key does not sign certificates of this ledger.")
    note = parse_note(f"{_text(name, certificate)}\n{signed.signature}\n".encode())
    trusted = tuple(_for_certificates(key) for key in keys) or (own_key,)
    verify_note(note, trusted, is_signature)
    verify_consistency(
        certificate.size_before,
        certificate.size_after,
        _hashes(certificate.consistency),
        *_hashes((certificate.root_before, certificate.root_after)),
    )
    return certificate


def keys_of(vault: Vault) -> tuple[VerifierKey, ...]:
    """The keys that ever signed certificates of a vault's ledger, retired ones too."""
    return keys_named(vault, NAME_SUFFIX)


def _for_certificates(key: VerifierKey) -> VerifierKey:
    """A published key under the name that it signs certificates with."""
    return key if key.name.endswith(NAME_SUFFIX) else VerifierKey.of(key.name + NAME_SUFFIX, key.public_key)


def _read(raw: bytes) -> SignedCertificate:
    try:
        signed = msgspec.json.decode(raw, type=SignedCertificate)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_a_certificate() from error
    if to_bytes(signed) != raw:
        raise _not_a_certificate()
    return signed


def _text(name: str, certificate: Certificate) -> str:
    document: Any = msgspec.to_builtins(certificate)
    return f"{name}\n{msgspec.json.encode(document, order='sorted').decode()}\n"


def _hashes(texts: Sequence[str]) -> list[bytes]:
    try:
        return [bytes.fromhex(text) for text in texts]
    except ValueError as error:
        raise _not_a_certificate() from error


def _not_a_certificate() -> ProofError:
    return ProofError("certificate_form", "The certificate is damaged or was altered.")
