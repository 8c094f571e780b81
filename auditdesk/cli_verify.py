"""Sub-command verify: everything against a replay of the log."""

from __future__ import annotations

from argparse import Namespace

from auditdesk.cli_frame import TerminalProgress, opened_session, printable, say, say_json
from auditdesk.services.findings import VerificationReport


def run(arguments: Namespace) -> int:
    """Verify; exit code 1 if anything is not as it must be."""
    with opened_session(arguments, "if_at_hand") as session:
        report = session.verification.run(TerminalProgress())
    if arguments.json:
        say_json(_document(report))
    else:
        _tell(report)
    return 0 if report.clean else 1


def _tell(report: VerificationReport) -> None:
    for finding in report.findings:
        where = f" at position {finding.position}" if finding.position else ""
        say(f"{finding.kind}{where}: {printable(finding.sentence)}")
    result = f"{len(report.findings)} findings" if report.findings else "nothing contradicts the log"
    say(
        f"Verified {report.events} events, {report.accounts} accounts, {report.customers} customers, "
        f"{report.entries} entries, {report.snapshots} snapshots, {report.seals_opened} seals: {result}."
    )


def _document(report: VerificationReport) -> dict[str, object]:
    document: dict[str, object] = {"clean": report.clean, **report._asdict()}
    document["findings"] = [finding._asdict() for finding in report.findings]
    return document
