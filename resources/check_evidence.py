"""Check, offline and without auditdesk, that an event stands in a ledger as a bundle of evidence says.

    python check_evidence.py [BUNDLE] [--key KEY] ...

BUNDLE is a folder or a .zip file; without it, the folder this program lies in. KEY is the ledger's public
key, or a file that holds it, from a source that you trust: the bank's web site or a letter, not the bundle.
It exits with 0 where everything is proven, 1 where anything is refused, 2 where it was called wrongly.
It needs nothing but Python 3.8 or newer, and takes a few milliseconds.

A bundle holds:

event.json         the event: canonical JSON (UTF-8, members sorted by name, no white space, whole numbers
                   only) and a newline. `payload` is the exact text that was recorded, `sealed` the encrypted
                   personal data in base64 or null, `commitment` hex or null, `leaf_hash` hex.
                   leaf_hash = SHA-256(0x00 ‖ canonical JSON of all members but leaf_hash, with `payload` and
                   `sealed` replaced by `payload_sha256` and `sealed_sha256`, hex or null)
proof.tlog-proof   C2SP tlog-proof@v1 without an extra line: the leaf's index (position - 1), the RFC 6962
                   inclusion proof, and the ledger's checkpoint, a C2SP signed note of origin, size and root
key.vkey           the key that signed the checkpoint, as a C2SP vkey (Ed25519) named after the origin, and a
                   newline
opening.json       optional. Canonical JSON and a newline: `data`, the exact text of the personal data, and
                   `salt`, 32 bytes in hex; commitment = HMAC-SHA-256(salt, data)
README.txt         optional: the text `README` below
check_evidence.py  optional: this program, or an earlier release of it (`EARLIER_SHA256`)

A zip is written by `pack`, one byte sequence for one bundle. Every other byte sequence is refused.
"""
# ruff: noqa: T201, UP017, PLR2004 - it prints, runs on Python 3.8, and the sizes are those of the formats

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import io
import json
import sys
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

EVENT, PROOF, KEY, OPENING = "event.json", "proof.tlog-proof", "key.vkey", "opening.json"
README_NAME, PROGRAM = "README.txt", "check_evidence.py"
NAMES = (README_NAME, EVENT, OPENING, PROOF, KEY, PROGRAM)
MAX_BYTES = 1_000_000
MAX_SIGNATURES = 64
# SHA-256 (hex) of the earlier releases of this program, whose bundles it still takes
EARLIER_SHA256: tuple[str, ...] = ()

README = """Evidence for one event in a ledger of auditdesk.

To check it, offline, with Python 3.8 or newer:

    python check_evidence.py --key KEY

Take KEY, the ledger's public key, from a source that you trust, not from this folder.
The program is short and plain; you may read it, or take it from elsewhere.

event.json         the event
opening.json       the personal data of the event, if it was opened for you
proof.tlog-proof   the way from the event to the ledger's signed root
key.vkey           the key that signed the root
"""

PROVES = """This proves that whoever holds the ledger's key has signed for a ledger with exactly this event at
exactly this place, and that nothing of what is shown above was altered since.
It does not prove that what the event says is true, that the clock was right, or that there is no other
ledger beside this one."""
NO_KEY = """NOTE: you named no key. It was taken from the bundle itself: compare it with the one that the bank
publishes, or run this again with --key."""

SENTENCES = {
    "file_missing": "The bundle has no {}.",
    "file_unreadable": "{} cannot be read.",
    "file_too_large": "{} is larger than any evidence.",
    "zip_altered": "The zip file is not as it was written: damaged or packed anew. If you packed it yourself,"
    " check the unpacked folder instead.",
    "readme_altered": "README.txt in the bundle is not the text that belongs there.",
    "program_altered": "The checking program in the bundle is neither this one nor an earlier release.",
    "key_form": "The key is not a name, an id and base64, joined by plus signs, on one line.",
    "key_type": "The key is not an Ed25519 key.",
    "key_id_mismatch": "The key's id does not belong to its name and bytes.",
    "wrong_key": "The bundle rests on another key than those you trust.",
    "json_form": "{} is not canonical JSON.",
    "json_duplicate": "{} names a member twice.",
    "json_number": "{} holds a number that is not a whole number.",
    "event_members": "event.json does not have the members of an event: {}.",
    "event_altered": "The event is not the one whose hash it bears: it was altered.",
    "proof_form": "The proof is not of the form c2sp.org/tlog-proof@v1.",
    "proof_extra": "The proof has an extra line, which nothing vouches for.",
    "proof_index": "The proof does not name the index of a leaf.",
    "proof_hash": "A line of the proof is not a hash.",
    "index_mismatch": "The proof is for another place in the ledger than the event's position.",
    "note_encoding": "The signed checkpoint is not plain UTF-8 text.",
    "note_form": "The checkpoint is not text, a blank line, and signatures.",
    "note_signature_form": "A signature line of the checkpoint is not of its form.",
    "unknown_signer": "The checkpoint is not signed with the bundle's key.",
    "bad_signature": "The signature does not fit the checkpoint: it was altered, or never signed.",
    "checkpoint_form": "The checkpoint is not three or more lines, none of them empty.",
    "checkpoint_size": "The checkpoint does not state the size of a ledger.",
    "checkpoint_root": "The checkpoint does not state the root of such a ledger.",
    "wrong_origin": "The key is not the one of the ledger that the checkpoint is about.",
    "index_beyond_size": "The event's place lies beyond the end of the ledger that was signed.",
    "empty_proof": "The proof is empty, though the ledger has more events than this one.",
    "extra_hash": "The proof has more hashes than the tree has levels.",
    "missing_hash": "The proof ends before it reaches the root of the tree.",
    "root_mismatch": "The proof does not lead from this event to the signed root.",
    "opening_form": "opening.json is not a text and a salt of 32 bytes.",
    "opening_unsealed": "The bundle opens personal data, but the event has none.",
    "opening_mismatch": "The opened personal data is not what the event was recorded with: it was altered.",
}


class Refusal(Exception):
    """The bundle proves nothing. `code` is stable, for programs; `sentence` is for people."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.sentence = SENTENCES[code].format(detail)
        super().__init__(f"{code}: {self.sentence}")


class Key(NamedTuple):
    """An Ed25519 key, the name it signs under, and its id."""

    name: str
    key_id: bytes
    public_key: bytes
    vkey: str


class Proof(NamedTuple):
    """The proof as it was read: of the leaf at `leaf_index`; `note` is the signed checkpoint."""

    leaf_index: int
    hashes: Sequence[bytes]
    note: bytes


class Checkpoint(NamedTuple):
    """What the ledger's key signed: `size` events under `root`."""

    origin: str
    size: int
    root: bytes


class Proven(NamedTuple):
    """What a bundle proves: the members of event.json, the opened personal data, and the signed state."""

    event: Mapping[str, Any]
    personal: str | None
    checkpoint: Checkpoint
    key: Key
    key_was_given: bool


def check(files: Mapping[str, bytes], trusted: Sequence[str] = ()) -> Proven:
    """Check the files of a bundle by name, against trusted vkeys if there are any. Raises `Refusal`."""
    for name in (EVENT, PROOF, KEY):
        if name not in files:
            raise Refusal("file_missing", name)
    if files.get(README_NAME, README.encode()) != README.encode():
        raise Refusal("readme_altered")
    if PROGRAM in files:
        check_program(files[PROGRAM])
    key = read_key(_one_line(files[KEY]))
    if trusted and key not in [read_key(text) for text in trusted]:
        raise Refusal("wrong_key")
    event = read_event(files[EVENT])
    proof = read_proof(files[PROOF])
    if proof.leaf_index != event["position"] - 1:
        raise Refusal("index_mismatch")
    checkpoint = check_proof(proof, bytes.fromhex(event["leaf_hash"]), key)
    personal = read_opening(files[OPENING], event["commitment"]) if OPENING in files else None
    return Proven(event, personal, checkpoint, key, bool(trusted))


# --- the files of a bundle -----------------------------------------------------------------


def read_bundle(path: Path) -> dict[str, bytes]:
    """The files of a folder or of a zip that `pack` wrote. Raises `Refusal`."""
    if path.is_dir():
        return {name: _read_file(path / name) for name in NAMES if (path / name).is_file()}
    raw = _read_file(path)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            stored = [info for info in archive.infolist() if info.compress_type == zipfile.ZIP_STORED]
            files = {info.filename: archive.read(info) for info in stored}
    except Exception as error:  # damage shows as errors of many types, all of which mean the same
        raise Refusal("zip_altered") from error
    if pack(files) != raw:
        raise Refusal("zip_altered")
    return files


def pack(files: Mapping[str, bytes]) -> bytes:
    """The zip of a bundle: the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in NAMES:
            if name in files:
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.create_system, info.external_attr = 3, 0o644 << 16
                archive.writestr(info, files[name])
    return buffer.getvalue()


def check_program(raw: bytes) -> None:
    """The program in a bundle is this one, or an earlier release. Raises `Refusal`."""
    if raw != Path(__file__).read_bytes() and hashlib.sha256(raw).hexdigest() not in EARLIER_SHA256:
        raise Refusal("program_altered")


def read_event(raw: bytes) -> dict[str, Any]:
    """The members of event.json, whose hash is found to fit. Raises `Refusal`."""
    whole, text, text_or_none = (int,), (str,), (str, type(None))
    types = {
        "booked_at_us": whole,
        "command_id": text,
        "commitment": text_or_none,
        "correlation_id": text,
        "event_id": text,
        "leaf_hash": text,
        "operator": text,
        "ordinal": whole,
        "payload": text,
        "position": whole,
        "recorded_at_us": whole,
        "schema": whole,
        "sealed": text_or_none,
        "stream": text,
        "subject": text_or_none,
        "type": text,
        "version": whole,
    }
    event = read_canonical(raw, EVENT)
    wrong = [name for name in types if type(event.get(name, ...)) not in types[name]]
    if wrong or len(event) != len(types):
        raise Refusal("event_members", ", ".join(wrong) or "there are others")
    parse_json(event["payload"], "The payload of event.json")
    if event["leaf_hash"] != leaf_hash(event).hex():
        raise Refusal("event_altered")
    return event


def leaf_hash(event: Mapping[str, Any]) -> bytes:
    """The leaf of the tree that stands for the event. Raises `Refusal`."""
    entry = {name: value for name, value in event.items() if name not in ("leaf_hash", "payload", "sealed")}
    entry["payload_sha256"] = hashlib.sha256(event["payload"].encode()).hexdigest()
    entry["sealed_sha256"] = None
    if event["sealed"] is not None:
        entry["sealed_sha256"] = hashlib.sha256(strict_base64(event["sealed"], "event_altered")).hexdigest()
    return hashlib.sha256(b"\0" + canonical(entry)).digest()


def read_opening(raw: bytes, commitment: str | None) -> str:
    """The personal data that the event committed to. Raises `Refusal`."""
    opening = read_canonical(raw, OPENING)
    data, salt = opening.get("data"), opening.get("salt")
    if len(opening) != 2 or not isinstance(data, str) or not isinstance(salt, str):
        raise Refusal("opening_form")
    if len(salt) != 64 or set(salt) - set("0123456789abcdef"):
        raise Refusal("opening_form")
    if commitment is None:
        raise Refusal("opening_unsealed")
    found = hmac.new(bytes.fromhex(salt), data.encode(), "sha256").hexdigest()
    if found != commitment:
        raise Refusal("opening_mismatch")
    parse_json(data, "The data of opening.json")
    return data


def read_canonical(raw: bytes, name: str) -> dict[str, Any]:
    """An object in canonical JSON with a newline after it. Raises `Refusal`."""
    try:
        value = parse_json(raw.decode(), name)
        if isinstance(value, dict) and canonical(value) + b"\n" == raw:
            return value
    except ValueError as error:
        raise Refusal("json_form", name) from error
    raise Refusal("json_form", name)


def parse_json(text: str, name: str) -> Any:
    """JSON of whole numbers, no member named twice. Raises `Refusal`."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise Refusal("json_duplicate", name)
        return dict(pairs)

    def not_whole(_text: str) -> None:
        raise Refusal("json_number", name)

    try:
        return json.loads(text, object_pairs_hook=members, parse_float=not_whole, parse_constant=not_whole)
    except (ValueError, RecursionError) as error:
        raise Refusal("json_form", name) from error


def canonical(value: Any) -> bytes:
    """Canonical JSON. Raises `ValueError` for text that is not Unicode."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# --- the proof: C2SP tlog-proof, signed-note, tlog-checkpoint; RFC 6962 --------------------


def read_key(text: str) -> Key:
    """A vkey. Raises `Refusal`."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    material = strict_base64(encoded, "key_form")
    if not _is_name(name) or not material:
        raise Refusal("key_form")
    if material[0] != 1:
        raise Refusal("key_type")
    if len(material) != 33:
        raise Refusal("key_form")
    digest = hashlib.sha256(name.encode() + b"\n" + material).digest()
    if key_id != digest[:4].hex():
        raise Refusal("key_id_mismatch")
    return Key(name, digest[:4], material[1:], text)


def read_proof(raw: bytes) -> Proof:
    """A tlog-proof, not yet believed. Raises `Refusal`."""
    head, blank, note = raw.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    if not head.isascii() or not blank or first != "c2sp.org/tlog-proof@v1" or not lines:
        raise Refusal("proof_form")
    if lines[0].startswith("extra "):
        raise Refusal("proof_extra")
    if not lines[0].startswith("index "):
        raise Refusal("proof_index")
    index = strict_whole(lines[0][len("index ") :], "proof_index")
    hashes = [strict_base64(line, "proof_hash") for line in lines[1:]]
    if len(hashes) > 63 or any(len(value) != 32 for value in hashes):
        raise Refusal("proof_hash")
    return Proof(index, hashes, note)


def check_proof(proof: Proof, leaf: bytes, key: Key) -> Checkpoint:
    """The checkpoint that the key signed and that has the leaf at the proof's index. Raises `Refusal`."""
    origin, size_text, root_text, *_ = check_note(proof.note, key)
    size = strict_whole(size_text, "checkpoint_size")
    root = strict_base64(root_text, "checkpoint_root")
    if len(root) != 32 or (size == 0 and root != hashlib.sha256().digest()):
        raise Refusal("checkpoint_root")
    if origin != key.name:
        raise Refusal("wrong_origin")
    check_inclusion(leaf, proof.leaf_index, size, proof.hashes, root)
    return Checkpoint(origin, size, root)


def check_note(raw: bytes, key: Key) -> list[str]:
    """The lines of a note that the key signed; signatures of other keys are ignored. Raises `Refusal`."""
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise Refusal("note_encoding") from error
    if any(char < " " and char != "\n" for char in whole):
        raise Refusal("note_encoding")
    text, blank, block = whole.rpartition("\n\n")
    if not (blank and text and block.endswith("\n")) or block.count("\n") > MAX_SIGNATURES:
        raise Refusal("note_form")
    signatures = [_read_signature(line) for line in block[:-1].split("\n")]
    own = [value[4:] for name, value in signatures if (name, value[:4]) == (key.name, key.key_id)]
    if not own:
        raise Refusal("unknown_signer")
    message = f"{text}\n".encode()
    if not all(is_signature(key.public_key, signature, message) for signature in own):
        raise Refusal("bad_signature")
    lines = text.split("\n")
    if len(lines) < 3 or "" in lines:
        raise Refusal("checkpoint_form")
    return lines


def check_inclusion(leaf: bytes, index: int, size: int, hashes: Sequence[bytes], root: bytes) -> None:
    """RFC 9162, section 2.1.3.2. Raises `Refusal`."""
    if index >= size:
        raise Refusal("index_beyond_size")
    if size > 1 and not hashes:
        raise Refusal("empty_proof")
    here, last, found = index, size - 1, leaf
    for sibling in hashes:
        if last == 0:
            raise Refusal("extra_hash")
        if here % 2 or here == last:
            found = hashlib.sha256(b"\1" + sibling + found).digest()
            while here and here % 2 == 0:
                here, last = here // 2, last // 2
        else:
            found = hashlib.sha256(b"\1" + found + sibling).digest()
        here, last = here // 2, last // 2
    if last:
        raise Refusal("missing_hash")
    if found != root:
        raise Refusal("root_mismatch")


def strict_base64(text: str, code: str) -> bytes:
    """Base64 in its only spelling. Raises `Refusal` with `code`."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError as error:
        raise Refusal(code) from error
    if base64.b64encode(value).decode() != text:
        raise Refusal(code)
    return value


def strict_whole(text: str, code: str) -> int:
    """A decimal without leading zeroes, below 2^63. Raises `Refusal` with `code`."""
    if not (text.isascii() and text.isdigit() and len(text) < 20) or text != str(int(text)):
        raise Refusal(code)
    if int(text) >= 1 << 63:
        raise Refusal(code)
    return int(text)


def _read_signature(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    value = strict_base64(encoded, "note_signature_form")
    if dash != "\u2014" or not _is_name(name) or len(value) <= 4:
        raise Refusal("note_signature_form")
    return name, value


def _is_name(name: str) -> bool:
    return bool(name) and not any(char < " " or char == "+" or char.isspace() for char in name)


def _one_line(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    if not text.endswith("\n") or text.count("\n") != 1:
        raise Refusal("key_form")
    return text[:-1]


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refusal("file_unreadable", path.name) from error
    if len(raw) > MAX_BYTES:
        raise Refusal("file_too_large", path.name)
    return raw


# --- Ed25519: RFC 8032, sections 5.1.3, 5.1.4 and 5.1.7 -------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL: tuple[int, ...] = (0, 1, 1, 0)


def is_signature(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the 64 bytes are the key's signature over the message: [S]B = R + [k]A, compared as bytes."""
    key = _point(public_key)
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != 64 or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    negated = (P - key[0], key[1], 1, P - key[3])
    sums = (NEUTRAL, BASE, negated, _add(BASE, negated))
    found = NEUTRAL
    for bit in range(ORDER.bit_length() - 1, -1, -1):
        found = _add(_add(found, found), sums[(scalar >> bit & 1) + 2 * (challenge >> bit & 1)])
    inverse = pow(found[2], P - 2, P)
    x, y = found[0] * inverse % P, found[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def _add(one: tuple[int, ...], two: tuple[int, ...]) -> tuple[int, ...]:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * D * one[3] * two[3] % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _point(encoded: bytes) -> tuple[int, ...] | None:
    number = int.from_bytes(encoded, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * SQRT_OF_MINUS_1 % P
    if len(encoded) != 32 or y >= P or (v * x * x - u) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return (x, y, 1, x * y % P)


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


# --- the command ----------------------------------------------------------------------------


def describe(proven: Proven) -> str:
    """What is proven, in plain words."""
    event, checkpoint = proven.event, proven.checkpoint
    sealed = "none" if event["sealed"] is None else "sealed, and not opened in this bundle"
    rows = (
        ("ledger", checkpoint.origin),
        ("event", f"{event['type']}, number {event['position']} of the ledger"),
        ("stream", f"{event['stream']}, version {event['version']}"),
        ("booked at", _instant(event["booked_at_us"])),
        ("recorded at", _instant(event["recorded_at_us"])),
        ("operator", event["operator"]),
        ("content", event["payload"]),
        ("personal data", proven.personal if proven.personal is not None else sealed),
        ("checkpoint", f"{checkpoint.size} events, root {base64.b64encode(checkpoint.root).decode()}"),
        ("signed by", proven.key.vkey),
    )
    lines = [f"{label:15}{_printable(value)}" for label, value in rows]
    remarks = [PROVES] if proven.key_was_given else [PROVES, "", NO_KEY]
    return "\n".join(["PROVEN: the event stands in the ledger as shown here.", "", *lines, "", *remarks])


def _instant(microseconds: int) -> str:
    try:
        moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=microseconds)
    except OverflowError:
        return f"{microseconds} microseconds after 1970"
    return moment.isoformat()


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def _trusted(text: str) -> str:
    """A vkey given as such or as a file that holds one."""
    try:
        try:
            return read_key(text).vkey
        except Refusal:
            return read_key(_one_line(_read_file(Path(text)))).vkey
    except Refusal as refusal:
        raise argparse.ArgumentTypeError(refusal.sentence) from refusal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(description="Check a bundle of evidence for one event of a ledger.")
    parser.add_argument("bundle", nargs="?", type=Path, default=Path(__file__).parent, help="folder or zip")
    parser.add_argument(
        "--key", action="append", default=[], type=_trusted, help="the trusted key, or its file"
    )
    options = parser.parse_args(arguments)
    if not options.bundle.exists():
        parser.error("there is no such bundle")
    try:
        report = describe(check(read_bundle(options.bundle), options.key))
    except Refusal as refusal:
        print(f"REFUSED ({refusal.code}): {_printable(refusal.sentence)}")
        return 1
    print(report)
    if options.bundle.is_dir():
        others = sorted(path.name for path in options.bundle.iterdir() if path.name not in NAMES)
        if others:
            print("\nNot part of the evidence, and not checked:", _printable(", ".join(others)))
    return 0


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main())
