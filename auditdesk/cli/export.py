"""Sub-command export: a report as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from auditdesk.cli.grammar import WHEN, argument, clock, file, on_workspace, subcommand, switch, text
from auditdesk.cli.terminal import opened_session
from auditdesk.cli.words import TerminalProgress, say, warn
from auditdesk.domain.instants import parse_instant
from auditdesk.domain.moments import TimeAxis, parse_moment
from auditdesk.domain.money import format_amount
from auditdesk.services.access.context import system_clock
from auditdesk.services.reports import REPORTS
from auditdesk.services.reports.export import ExportResult

WORDS: Final = "\n\n".join(f"{known.NAME}: {known.WORDS}" for known in REPORTS)


@subcommand("export")
@on_workspace
@argument("report", "REPORT", WORDS, kind=click.Choice([known.NAME for known in REPORTS]))
@file("--out", "The file to write.", required=True)
@text("--account", "ACCOUNT", "Only this account.")
@text("--from", "WHEN", "Booked at or after; a date is its start.")
@text("--to", "WHEN", "Booked at or before; a date is its end.")
@text("--as-of", "WHEN", f"As the books were then: {WHEN}.", default="now")
@clock
@switch("--reveal", "With personal data; this is recorded.")
@switch("--raw", "Write text unchanged, without escaping it for spreadsheets.")
@switch("--bom", "Begin with a byte order mark, for Excel.")
def export(
    workspace: Path,
    report: str,
    out: Path,
    *,
    account: str,
    as_of: str,
    clock: TimeAxis,
    reveal: bool,
    raw: bool,
    bom: bool,
    **bounds: str,
) -> int:
    """Write the report and say what is in it."""
    from_us = _bound(bounds["from"], end_of_day=False)
    to_us = _bound(bounds["to"], end_of_day=True)
    moment = parse_moment(as_of, clock)
    with opened_session(workspace, "needed" if reveal else "wanted") as session:
        result = session.reports.export(
            report,
            out,
            account=account,
            from_us=from_us,
            to_us=to_us,
            as_of=moment,
            reveal=reveal,
            raw=raw,
            bom=bom,
            progress=TerminalProgress(),
        )
    _tell(result)
    return 0


def _tell(result: ExportResult) -> None:
    if result.unverified:
        warn("UNVERIFIED: the ledger is damaged, and each row of the report says so.")
    say(f"{result.path}: {result.rows} rows, sha256 {result.sha256}")
    for total in result.control_totals:
        debit = format_amount(total.debit_minor, total.currency)
        credit = format_amount(total.credit_minor, total.currency)
        say(f"{total.currency}: debit {debit}, credit {credit}")
    say(f"manifest: {result.manifest_path}")


def _bound(given: str, *, end_of_day: bool) -> int | None:
    """A bound on the booked-at instant: a date is the start of its day for --from, the end for --to."""
    if not given:
        return None
    return system_clock() if given == "now" else parse_instant(given, date_means_end=end_of_day)
