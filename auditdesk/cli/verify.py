"""Sub-commands verify and checkpoint."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from auditdesk.cli.terminal import TerminalProgress, opened_session, printable, say, say_json
from auditdesk.services.verification.findings import VerificationReport


def run(arguments: Namespace) -> int:
    """Verify, exit code 1 if anything is not as it must be; or sign a checkpoint."""
    return _sign(arguments) if arguments.command == "checkpoint" else _verify(arguments)


def _verify(arguments: Namespace) -> int:
    with opened_session(arguments, "if_at_hand") as session:
        anchors = [session.checkpoints.read_anchor(Path(file)) for file in arguments.anchor]
        report = session.verification.run(
            TerminalProgress(), incremental=arguments.incremental, anchors=anchors
        )
    if arguments.json:
        say_json(_document(report))
    else:
        _tell(report)
    return 0 if report.clean else 1


def _sign(arguments: Namespace) -> int:
    with opened_session(arguments, "needed") as session:
        if arguments.out:
            made = session.checkpoints.save_anchor(Path(arguments.out))
        else:
            made = session.checkpoints.make()
    say(
        f"{arguments.out}: {made.size} events, root {made.root.hex()}"
        if arguments.out
        else made.note.rstrip()
    )
    return 0


def _tell(report: VerificationReport) -> None:
    for finding in report.findings:
        where = f" at position {finding.position}" if finding.position else ""
        say(f"{finding.kind}{where}: {printable(finding.sentence)}")
    result = f"{len(report.findings)} findings" if report.findings else "nothing contradicts the log"
    say(
        f"Verified {report.events} events{_since(report)}, {report.accounts} accounts, "
        f"{report.customers} customers, {report.entries} entries, {report.snapshots} snapshots, "
        f"{report.seals_opened} seals, {report.checkpoints} checkpoints: {result}."
    )


def _since(report: VerificationReport) -> str:
    return f" after position {report.after}, verified before" if report.after else ""


def _document(report: VerificationReport) -> dict[str, object]:
    document: dict[str, object] = {"clean": report.clean, **report._asdict()}
    document["findings"] = [finding._asdict() for finding in report.findings]
    return document
