"""Signing notes with the key in the vault, and the keys by which they are believed."""

from __future__ import annotations

from auditdesk.domain.errors import VaultMissing
from auditdesk.proof.checkpoint import Checkpoint, format_text, open_checkpoint, origin_of
from auditdesk.proof.signed_note import NoteSignature, SignedNote, VerifierKey, format_note
from auditdesk.services.access.context import OperatorContext
from auditdesk.vault.signing_keys import is_signature
from auditdesk.vault.vault import Vault


def keys_named(vault: Vault, suffix: str = "") -> tuple[VerifierKey, ...]:
    """The keys that ever signed for a vault's ledger, oldest first, retired ones too.

    What is signed for different ends bears different names: the ledger's origin and a `suffix`.
    """
    name = origin_of(vault.ledger_id) + suffix
    return tuple(VerifierKey.of(name, key.public_key) for key in vault.public_keys())


def signed_note(context: OperatorContext, text: str, suffix: str = "") -> tuple[bytes, VerifierKey]:
    """The text as a note signed with the key in use, and that key.

    Raises `VaultLocked` where the operator may not sign, `ProofError` where no note can carry the text.
    """
    keyring, vault = context.check_keyring(), context.vault
    if vault is None:
        raise VaultMissing("The vault, which holds the signing key, is missing.", "Put it back.")
    used = keyring.sign(text.encode())
    public_key = next(key.public_key for key in vault.public_keys() if key.key_id == used.key_id)
    key = VerifierKey.of(origin_of(context.ledger.ledger_id) + suffix, public_key)
    return format_note(SignedNote(text, (NoteSignature(key.name, key.key_id, used.signature),))), key


def signed_checkpoint(context: OperatorContext, size: int, root: bytes) -> bytes:
    """The signed note on a tree. Raises as `signed_note`."""
    return signed_note(context, format_text(Checkpoint(origin_of(context.ledger.ledger_id), size, root)))[0]


def believed_checkpoint(vault: Vault, raw: bytes) -> Checkpoint:
    """Read a checkpoint that a key of this vault has signed. Raises `ProofError`."""
    return open_checkpoint(raw, keys_named(vault), is_signature)
