"""Evidence for one event: a bundle that anybody can check offline, with the program that lies in it."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.errors import ProofError, Refused, VaultMissing
from auditdesk.domain.events import NewEvent
from auditdesk.domain.roles import EVIDENCE, REVEAL
from auditdesk.domain.streams import account_stream, operator_stream
from auditdesk.ledger.envelope import Envelope
from auditdesk.ledger.ledger import StreamAppend
from auditdesk.proof.checkpoint import parse_text
from auditdesk.proof.signed_note import VerifierKey, parse_note
from auditdesk.proof.tlog_proof import TlogProof, format_proof
from auditdesk.services.access.command_ids import new_command_id
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.lookup import find_account
from auditdesk.services.access.permission import check_permission
from auditdesk.services.access.revealing import Revealer
from auditdesk.services.evidence import checking_program as program
from auditdesk.services.evidence.checking_program import Proven, check_bundle
from auditdesk.services.evidence.checkpoints import Checkpoints
from auditdesk.services.evidence.signing import keys_named
from auditdesk.services.files.atomic import drafting, file_faults, new_folder, write_new
from auditdesk.services.files.places import outside_workspace

REPORT: Final = "evidence"
ZIP_SUFFIX: Final = ".zip"


class EvidenceResult(NamedTuple):
    """Evidence that was written. `evidence_bytes` counts the bundle without opening and program.

    `log_size` is the number of events under the signed root; `vkey` the key to publish.
    """

    path: Path
    stream: str
    version: int
    position: int
    log_size: int
    opened: bool
    evidence_bytes: int
    vkey: str


class Evidence:
    """Gives evidence for one operator."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    def save(self, target: str, version: int, out: Path, *, with_opening: bool) -> EvidenceResult:
        """Write the evidence for one event of an account (number or reference) or a stream (`customer/…`).

        A name that ends in .zip becomes a file, any other a folder; whole or not at all. With the opening,
        the event's personal data is in it in the clear, and that is recorded. Raises `Refused`
        (`role_missing`, `account_unknown`, `version_unknown`, `opening_refused`, `nothing_to_open`,
        `out_in_workspace`, …), `VaultLocked`, `ProofError`, and the `Fault` of a place that can't be written.
        """
        check_permission(self._context, EVIDENCE, account=target)
        if with_opening:
            check_permission(self._context, REVEAL, account=target)
        stream = target if "/" in target else account_stream(find_account(self._context, target))
        place = outside_workspace(out, self._context.workspace, personal=with_opening)
        envelope = self._envelope(stream, version)
        opening = self._opening(envelope) if with_opening else {}
        files, size, vkey = self._bundle(envelope)
        evidence_bytes = sum(len(raw) for name, raw in files.items() if name != program.PROGRAM_FILE)
        self._write(place, files | opening, stream if opening else "")
        return EvidenceResult(
            path=out,
            stream=stream,
            version=version,
            position=envelope.position,
            log_size=size,
            opened=bool(opening),
            evidence_bytes=evidence_bytes,
            vkey=vkey,
        )

    def _envelope(self, stream: str, version: int) -> Envelope:
        found = self._ledger.log.envelopes(stream, after=version - 1, up_to=version) if version > 0 else []
        if not found:
            raise Refused("version_unknown", f"There is no event {version} in {stream}.", field="version")
        return found[0]

    def _opening(self, envelope: Envelope) -> dict[str, bytes]:
        """The personal data with its salt, if the operator may see it and nobody was forgotten."""
        keyring = self._context.check_writable()
        if envelope.sealed is None or envelope.subject is None:
            raise Refused("nothing_to_open", "This event has no personal data.", "Leave the opening out.")
        mask = Revealer(self._ledger, keyring).mask_of(envelope.subject)
        if mask is not None:
            raise Refused("opening_refused", f"The personal data of this event can't be opened: {mask}.")
        opened = keyring.open_with_salt(
            envelope.subject, envelope.stream, envelope.version, envelope.sealed, kind="event"
        )
        document = {"data": opened.data.decode(), "salt": opened.salt.hex()}
        return {program.OPENING_FILE: program.canonical_line(document)}

    def _bundle(self, envelope: Envelope) -> tuple[dict[str, bytes], int, str]:
        index = envelope.position - 1
        note, size, key = self._signed(envelope.position)
        hashes = self._ledger.tree.inclusion_proof(envelope.position, size)
        files = {
            program.README_FILE: program.README,
            program.EVENT_FILE: program.canonical_line(document_of(envelope)),
            program.PROOF_FILE: format_proof(TlogProof(index, tuple(hashes), note)),
            program.KEY_FILE: f"{key.vkey()}\n".encode(),
            program.PROGRAM_FILE: program.program_bytes(),
        }
        program.check_files(files)
        return files, size, key.vkey()

    def _signed(self, position: int) -> tuple[bytes, int, VerifierKey]:
        """The newest signed checkpoint if it covers the position, else a new one; its size and its key.

        The signature is checked with the whole bundle, once.
        """
        vault, checkpoints = self._context.vault, Checkpoints(self._context)
        if vault is None:
            raise VaultMissing("The vault, which knows the signing keys, is missing.", "Put it back.")
        kept = checkpoints.newest()
        if kept is None or kept.size < position:
            kept = checkpoints.make()
        raw = kept.note.encode()
        note = parse_note(raw)
        signers = {(signature.name, signature.key_id) for signature in note.signatures}
        known = [key for key in keys_named(vault) if (key.name, key.key_id) in signers]
        if not known:
            raise ProofError("unknown_signer", "The newest checkpoint is not signed with a key of the vault.")
        return raw, parse_text(note.text).size, known[0]

    def _write(self, place: Path, files: dict[str, bytes], opened_stream: str) -> None:
        packed = program.pack(files)
        if place.suffix.lower() == ZIP_SUFFIX:
            with drafting() as drafts:
                drafts.add(place).write(packed)
                drafts.publish(lambda: self._record(packed, opened_stream))
            return
        with new_folder(place) as draft:
            for name, raw in files.items():
                write_new(draft / name, raw)
            self._record(packed, opened_stream)

    def _record(self, packed: bytes, opened_stream: str) -> None:
        """Keep that personal data left the system; evidence without it leaves the log as it was."""
        if not opened_stream:
            return
        kind, _, number = opened_stream.partition("/")
        account = number if kind == "account" else ""
        new_event = NewEvent(
            e.ReportExported(report=REPORT, rows=1, sha256=sha256(packed).hexdigest(), account=account)
        )
        stream = operator_stream(self._context.operator)
        append = StreamAppend(stream, None, (new_event,), self._ledger.now_us(), None)
        self._ledger.append([append], operator=self._context.operator, command_id=new_command_id())


def document_of(envelope: Envelope) -> dict[str, Any]:
    """The members of event.json."""
    return {
        **{name: getattr(envelope, name) for name in envelope.__struct_fields__},
        "payload": envelope.payload.decode(),
        "sealed": None if envelope.sealed is None else base64.b64encode(envelope.sealed).decode(),
        "commitment": None if envelope.commitment is None else envelope.commitment.hex(),
        "leaf_hash": envelope.leaf_hash.hex(),
    }


def check(path: Path, key: str | None = None) -> Proven:
    """Check evidence against trusted keys (a vkey, or the file that holds some), if any are given.

    Raises `ProofError` with a code and a sentence of its own for each way in which it can fail.
    """
    return check_bundle(path, () if key is None else key_texts(key))


def key_texts(key: str) -> tuple[str, ...]:
    """The vkey itself, or those in the file of that name, one a line; what follows a key tells of it.

    So the lines of `auditdesk keys` can be kept as they are. Raises the `Fault` of a file, and `ProofError`
    (`key_form`) where it holds none.
    """
    text = key
    if "+" not in key:
        file = Path(key).expanduser()
        with file_faults(file):
            text = file.read_text(encoding="utf-8")
    found = tuple(line.split()[0] for line in text.splitlines() if line.strip())
    if not found:
        raise ProofError("key_form", "There is no key in it.")
    return found
