"""Signed notes as C2SP `signed-note` has them: text, a blank line, and lines of Ed25519 signatures.

A key is written as a *vkey*: name, `+`, its id in hex, `+`, base64 of 0x01 and the public key. The cipher is
the caller's: signing and checking are passed in.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final, NamedTuple

from auditdesk.domain.errors import ProofError

ED25519: Final = b"\x01"
PUBLIC_KEY_BYTES: Final = 32
KEY_ID_BYTES: Final = 4
MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 64
_DASH: Final = "\N{EM DASH} "

# message → signature of 64 bytes
Sign = Callable[[bytes], bytes]
# public key of 32 bytes, signature, message → whether the signature is the key's over the message
CheckSignature = Callable[[bytes, bytes, bytes], bool]


class VerifierKey(NamedTuple):
    """A known Ed25519 key; name and id together say which signatures are its own."""

    name: str
    key_id: bytes
    public_key: bytes

    @classmethod
    def of(cls, name: str, public_key: bytes) -> VerifierKey:
        """The key of this name. Raises `ProofError` `key_form`."""
        if not is_key_name(name) or len(public_key) != PUBLIC_KEY_BYTES:
            raise ProofError("key_form", "A key needs a name without spaces or plus signs, and 32 bytes.")
        digest = sha256(name.encode() + b"\n" + ED25519 + public_key).digest()
        return cls(name, digest[:KEY_ID_BYTES], public_key)

    def vkey(self) -> str:
        """The key as one line of text."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519 + self.public_key).decode()}"


class NoteSignature(NamedTuple):
    """One signature line: whose it says it is, and the signature itself."""

    name: str
    key_id: bytes
    signature: bytes


class SignedNote(NamedTuple):
    """A note as it was read: not to be believed before `verify_note`. `text` ends in a newline."""

    text: str
    signatures: tuple[NoteSignature, ...]


def parse_vkey(text: str) -> VerifierKey:
    """Read a vkey. Raises `ProofError`: `key_form`, `key_type` (not Ed25519), `key_id_mismatch`."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        material = strict_base64(encoded)
    except ValueError as error:
        raise _not_a_vkey() from error
    if not is_key_name(name) or not material:
        raise _not_a_vkey()
    if material[:1] != ED25519:
        raise ProofError("key_type", f"The key {name} is not an Ed25519 key.")
    key = VerifierKey.of(name, material[1:])
    if key_id != key.key_id.hex():
        raise ProofError(
            "key_id_mismatch", f"The id of the key {name} does not belong to its name and bytes."
        )
    return key


def parse_note(raw: bytes) -> SignedNote:
    """Read a note, strictly. Raises `ProofError`: `note_encoding`, `note_form`, `note_signature_form`."""
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise ProofError("note_encoding", "The signed note is not UTF-8.") from error
    if any(char < " " and char != "\n" for char in whole):
        raise ProofError("note_encoding", "The signed note has control characters in it.")
    text, blank, lines = whole.rpartition("\n\n")
    if len(raw) > MAX_NOTE_BYTES or not (blank and text and lines.endswith("\n")):
        raise ProofError("note_form", "The signed note is not text, a blank line, and signature lines.")
    signatures = tuple(_parse_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES:
        raise ProofError("note_form", f"The signed note has more than {MAX_SIGNATURES} signatures.")
    return SignedNote(text + "\n", signatures)


def format_note(note: SignedNote) -> bytes:
    """The note's bytes. Raises `ProofError` where `parse_note` would not read them back."""
    lines = [
        f"{_DASH}{name} {b64encode(key_id + signature).decode()}\n"
        for name, key_id, signature in note.signatures
    ]
    raw = f"{note.text}\n{''.join(lines)}".encode()
    if parse_note(raw) != note:
        raise ProofError("note_form", "This text cannot be carried by a signed note.")
    return raw


def sign_note(text: str, key: VerifierKey, sign: Sign) -> bytes:
    """A note with one signature; `text` ends in a newline. Raises `ProofError` as `format_note`."""
    signature = NoteSignature(key.name, key.key_id, sign(text.encode()))
    return format_note(SignedNote(text, (signature,)))


def verify_note(
    note: SignedNote, keys: Iterable[VerifierKey], check: CheckSignature
) -> tuple[VerifierKey, ...]:
    """The known keys that signed the note, at least one; signatures of others are ignored.

    Raises `ProofError`: `ambiguous_key` (two known keys share name and id), `unknown_signer`,
    `bad_signature` (of a known key: the whole note is refused).
    """
    known = _by_name_and_id(keys)
    signers = []
    for name, key_id, signature in note.signatures:
        key = known.get((name, key_id))
        if key is None:
            continue
        if not check(key.public_key, signature, note.text.encode()):
            raise ProofError("bad_signature", f"The signature of {name} does not match the note.")
        if key not in signers:
            signers.append(key)
    if not signers:
        raise ProofError("unknown_signer", "None of the keys that are trusted has signed the note.")
    return tuple(signers)


def is_key_name(name: str) -> bool:
    """True if a key may have this name: printable to a signature line, without spaces and `+`."""
    return bool(name) and not any(char < " " or char == "+" or char.isspace() for char in name)


def strict_base64(text: str) -> bytes:
    """Standard base64 in its only spelling. Raises `ValueError` for any other."""
    try:
        value = b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error
    if b64encode(value).decode() != text:
        raise ValueError("not the canonical base64")
    return value


def strict_whole(text: str) -> int:
    """An ASCII decimal without sign or leading zeroes, below 2^63. Raises `ValueError` for any other."""
    max_digits = 19
    if not (text.isascii() and text.isdigit() and len(text) <= max_digits):
        raise ValueError("not a decimal")
    value = int(text)
    if str(value) != text or value.bit_length() > 63:  # noqa: PLR2004 - the width of a signed 64-bit count
        raise ValueError("not the canonical decimal")
    return value


def _parse_signature(line: str) -> NoteSignature:
    malformed = ProofError("note_signature_form", "A signature line of the note is malformed.")
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    try:
        value = strict_base64(encoded)
    except ValueError as error:
        raise malformed from error
    if f"{dash} " != _DASH or not is_key_name(name) or len(value) <= KEY_ID_BYTES:
        raise malformed
    return NoteSignature(name, value[:KEY_ID_BYTES], value[KEY_ID_BYTES:])


def _by_name_and_id(keys: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise ProofError("ambiguous_key", f"Two different keys share the name {key.name} and one id.")
    return known


def _not_a_vkey() -> ProofError:
    return ProofError("key_form", "This is not a key: a name, an id and base64, joined by plus signs.")
