"""Sub-commands verify and checkpoint."""

from __future__ import annotations

from pathlib import Path

import click

from auditdesk.cli.grammar import file, on_workspace, subcommand, switch
from auditdesk.cli.terminal import opened_session
from auditdesk.cli.words import TerminalProgress, printable, say, say_json
from auditdesk.services.verification.findings import VerificationReport


@subcommand("verify")
@on_workspace
@switch("--full", "Verify everything (the default).")
@switch("--incremental", "Verify only what was appended since the last verification without findings.")
@file(
    "--anchor",
    "Also compare with a checkpoint that was kept elsewhere; may be repeated.",
    multiple=True,
)
@switch("--json", "As one JSON object.")
def verify(workspace: Path, anchor: tuple[Path, ...], *, full: bool, incremental: bool, json: bool) -> int:
    """Verify; exit code 1 if anything is not as it must be."""
    if full and incremental:
        raise click.UsageError("--full and --incremental exclude each other.", click.get_current_context())
    with opened_session(workspace, "if_at_hand") as session:
        anchors = [session.checkpoints.read_anchor(kept) for kept in anchor]
        report = session.verification.run(TerminalProgress(), incremental=incremental, anchors=anchors)
    if json:
        say_json(_document(report))
    else:
        _tell(report)
    return 0 if report.clean else 1


@subcommand("checkpoint")
@on_workspace
@file("--out", "Write it to a file, to be kept elsewhere.")
def checkpoint(workspace: Path, out: Path | None) -> int:
    """Sign a checkpoint."""
    with opened_session(workspace, "needed") as session:
        made = session.checkpoints.save_anchor(out) if out else session.checkpoints.make()
    say(f"{out}: {made.size} events, root {made.root.hex()}" if out else made.note.rstrip())
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
