"""Sub-commands evidence, check-evidence and check-certificate."""

from __future__ import annotations

from pathlib import Path

from auditdesk.cli.grammar import FILE, argument, file, on_workspace, subcommand, switch, text
from auditdesk.cli.terminal import Misused, opened_session
from auditdesk.cli.words import printable, say
from auditdesk.domain.errors import ProofError
from auditdesk.proof.signed_note import parse_vkey
from auditdesk.services.evidence.bundle import check, key_texts
from auditdesk.services.files.atomic import file_faults
from auditdesk.services.privacy.certificate import Certificate, check_certificate

_published_key = text("--key", "VKEY", "The bank's key as it was published.", default=None)


@subcommand("evidence")
@on_workspace
@argument("target", "ACCOUNT", "An account's number or reference, or a stream.")
@argument("event", "#VERSION", "The event's number in the account.")
@file("--out", "A .zip to write, or a folder.", required=True)
@switch("--opening", "With its personal data; this is recorded.")
def evidence(workspace: Path, target: str, event: str, out: Path, *, opening: bool) -> int:
    """Write the proof of an event."""
    digits = event.removeprefix("#")
    if not (digits.isascii() and digits.isdigit()):
        raise Misused(f"{event!r} is not an event number; write it like #3.")
    with opened_session(workspace, "needed") as session:
        made = session.evidence.save(target, int(digits), out, with_opening=opening)
    opened = ", with its personal data" if made.opened else ""
    say(f"{made.path}: {made.stream} #{made.version}, position {made.position} of {made.log_size}{opened}")
    say(f"key: {made.vkey}")
    return 0


@subcommand("check-evidence")
@argument("bundle", "FILE", "A .zip or a folder.", kind=FILE)
@_published_key
def check_evidence(bundle: Path, key: str | None) -> int:
    """Check evidence; exit code 1 where it proves nothing."""
    try:
        say(check(bundle, key).description)
    except ProofError as error:
        return _refuse(error)
    return 0


@subcommand("check-certificate")
@argument("certificate", "FILE", "Its JSON file.", kind=FILE)
@_published_key
def check_certificate_(certificate: Path, key: str | None) -> int:
    """Check a certificate; exit code 1 where it proves nothing."""
    with file_faults(certificate):
        raw = certificate.read_bytes()
    try:
        keys = () if key is None else tuple(map(parse_vkey, key_texts(key)))
        _tell(check_certificate(raw, keys))
    except ProofError as error:
        return _refuse(error)
    if not keys:
        say(
            "NOTE: you named no key. Compare the one in the certificate with the one that the bank publishes."
        )
    return 0


def _refuse(error: ProofError) -> int:
    say(f"REFUSED ({error.code}): {error.message}")
    return 1


def _tell(certificate: Certificate) -> None:
    say(f"PROVEN: customer {printable(certificate.customer)} of {printable(certificate.bank)} was forgotten.")
    say(f"  requested {certificate.requested_at} by {printable(certificate.requested_by)}")
    say(f"  done {certificate.forgotten_at} by {printable(certificate.done_by)}")
    say(f"  reason: {printable(certificate.reason)}")
    say(f"  key {printable(certificate.key_fingerprint)}: {certificate.sealed_events} events")
    say(f"  the log of {certificate.size_before} events is unaltered in that of {certificate.size_after}")
