"""Sub-commands evidence, check-evidence and check-certificate."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from auditdesk.cli.terminal import Misused, opened_session, printable, say
from auditdesk.domain.errors import ProofError
from auditdesk.proof.signed_note import parse_vkey
from auditdesk.services.evidence.bundle import Evidence, check, key_text
from auditdesk.services.files.atomic import file_faults
from auditdesk.services.privacy.certificate import Certificate, check_certificate


def run(arguments: Namespace) -> int:
    """Write evidence, or check what was handed out; exit code 1 where it proves nothing."""
    if arguments.command == "evidence":
        return _save(arguments)
    try:
        return _check_evidence(arguments) if arguments.command == "check-evidence" else _check(arguments)
    except ProofError as error:
        say(f"REFUSED ({error.code}): {error.message}")
        return 1


def _save(arguments: Namespace) -> int:
    digits = arguments.event.removeprefix("#")
    if not (digits.isascii() and digits.isdigit()):
        raise Misused(f"{arguments.event!r} is no event; say its number in the account, like #3.")
    with opened_session(arguments, "needed") as session:
        made = Evidence(session.context).save(
            arguments.target, int(digits), Path(arguments.out), with_opening=arguments.opening
        )
    opened = ", with its personal data" if made.opened else ""
    say(f"{made.path}: {made.stream} #{made.version}, position {made.position} of {made.log_size}{opened}")
    say(f"key: {made.vkey}")
    return 0


def _check_evidence(arguments: Namespace) -> int:
    say(check(Path(arguments.file), arguments.key).description)
    return 0


def _check(arguments: Namespace) -> int:
    file = Path(arguments.file).expanduser()
    with file_faults(file):
        raw = file.read_bytes()
    keys = () if arguments.key is None else (parse_vkey(key_text(arguments.key)),)
    _tell(check_certificate(raw, keys))
    if not keys:
        say(
            "NOTE: you named no key. Compare the one in the certificate with the one that the bank publishes."
        )
    return 0


def _tell(certificate: Certificate) -> None:
    say(f"PROVEN: customer {printable(certificate.customer)} of {printable(certificate.bank)} was forgotten.")
    say(f"  requested {certificate.requested_at} by {printable(certificate.requested_by)}")
    say(f"  done {certificate.forgotten_at} by {printable(certificate.done_by)}")
    say(f"  reason: {printable(certificate.reason)}")
    say(f"  key {printable(certificate.key_fingerprint)}: {certificate.sealed_events} events")
    say(
        f"  the log of {certificate.size_before} events goes on unaltered in that of {certificate.size_after}"
    )
