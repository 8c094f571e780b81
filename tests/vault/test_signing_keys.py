"""Signing keys: what they sign verifies with the public half, also after they are retired."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from auditdesk.domain.errors import Tampered, VaultLocked
from auditdesk.vault.vault import Keyring, Vault


def public_key(vault: Vault, key_id: str) -> Ed25519PublicKey:
    (raw,) = [key.public_key for key in vault.public_keys() if key.key_id == key_id]
    return Ed25519PublicKey.from_public_bytes(raw)


def test_a_signature_verifies_with_the_key_it_names(vault: Vault, ana: Keyring) -> None:
    key_id, signature = ana.sign(b"checkpoint")
    public_key(vault, key_id).verify(signature, b"checkpoint")
    with pytest.raises(InvalidSignature):
        public_key(vault, key_id).verify(signature, b"another")


def test_after_a_rotation_old_signatures_still_verify_and_new_ones_name_the_new_key(
    vault: Vault, ana: Keyring
) -> None:
    old = ana.sign(b"checkpoint")
    new_id = ana.rotate_signing_key()
    new = ana.sign(b"checkpoint")
    assert new.key_id == new_id != old.key_id
    public_key(vault, old.key_id).verify(old.signature, b"checkpoint")
    public_key(vault, new.key_id).verify(new.signature, b"checkpoint")
    retired, used = vault.public_keys()
    assert retired.retired_at_us is not None
    assert used.retired_at_us is None
    assert used.created_at_us == retired.retired_at_us


def test_a_retired_keys_private_half_is_gone(vault: Vault, ana: Keyring) -> None:
    ana.rotate_signing_key()
    with vault._file.reading() as connection:
        lengths = connection.execute(
            "SELECT length(wrapped_private) FROM signing_keys ORDER BY id"
        ).fetchall()
    assert lengths == [(0,), (60,)]


def test_a_signer_who_may_not_reveal_signs_and_rotates(vault: Vault, ana: Keyring) -> None:
    ana.add_operator("bob", "battery staple", roles=["auditor"], may_reveal=False, may_sign=True)
    bob = vault.sign_in("bob", "battery staple")
    new_id = bob.rotate_signing_key()
    assert ana.sign(b"m").key_id == bob.sign(b"m").key_id == new_id


def test_forgetting_a_customer_leaves_the_signing_key_as_it_is(vault: Vault, ana: Keyring) -> None:
    before = ana.sign(b"m").key_id
    vault.shred("C-00001", keyring=ana)
    assert ana.sign(b"m").key_id == before


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE signing_keys SET public_key = zeroblob(32)",
        "UPDATE signing_keys SET key_id = '0123456789abcdef'",
    ],
)
def test_an_altered_signing_key_signs_nothing(vault: Vault, ana: Keyring, edit: str) -> None:
    with vault._file.writing() as connection:
        connection.execute(edit)
    with pytest.raises(Tampered):
        ana.sign(b"m")


def test_only_a_signer_rotates_the_signing_key(vault: Vault, ana: Keyring) -> None:
    ana.add_operator("bob", "battery staple", roles=["auditor"], may_reveal=True, may_sign=False)
    with pytest.raises(VaultLocked):
        vault.sign_in("bob", "battery staple").rotate_signing_key()
