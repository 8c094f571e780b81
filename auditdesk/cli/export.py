"""Sub-command export: a report as CSV."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from auditdesk.cli.terminal import TerminalProgress, opened_session, say, warn
from auditdesk.domain.instants import parse_instant
from auditdesk.domain.moments import parse_moment
from auditdesk.domain.money import format_amount
from auditdesk.services.access.context import system_clock


def run(arguments: Namespace) -> int:
    """Write the report and say what is in it."""
    from_us = _bound(arguments.booked_from, end_of_day=False)
    to_us = _bound(arguments.booked_to, end_of_day=True)
    as_of = parse_moment(arguments.as_of, arguments.clock)
    with opened_session(arguments, "needed" if arguments.reveal else "wanted") as session:
        result = session.reports.export(
            arguments.report,
            Path(arguments.out),
            account=arguments.account,
            from_us=from_us,
            to_us=to_us,
            as_of=as_of,
            reveal=arguments.reveal,
            raw=arguments.raw,
            bom=arguments.bom,
            progress=TerminalProgress(),
        )
    if result.unverified:
        warn("UNVERIFIED: the ledger is damaged, and each row of the report says so.")
    say(f"{result.path}: {result.rows} rows, sha256 {result.sha256}")
    for total in result.control_totals:
        debit = format_amount(total.debit_minor, total.currency)
        credit = format_amount(total.credit_minor, total.currency)
        say(f"{total.currency}: debit {debit}, credit {credit}")
    say(f"manifest: {result.manifest_path}")
    return 0


def _bound(text: str, *, end_of_day: bool) -> int | None:
    """A bound on the booked-at instant: a date is the start of its day for --from, the end for --to."""
    if not text:
        return None
    return system_clock() if text == "now" else parse_instant(text, date_means_end=end_of_day)
