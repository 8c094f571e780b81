"""Import, CSV of the whole log, and verification, with the plain driver as the floor."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from auditdesk.services.workspace.workspace import LEDGER_FILE
from auditdesk.storage.sqlite_file import DRIVER
from tests.benchmarks.banks import new_bank, write_history
from tests.benchmarks.timing import Line, seconds

ALL_COLUMNS = (
    "SELECT position, stream, version, type, booked_at, recorded_at, operator, subject, payload FROM events"
)


def bulk_lines(folder: Path, *, short: bool) -> list[Line]:
    """Events a second of what goes through the whole log."""
    events = 10_000 if short else 300_000
    session = new_bank(folder, "bulk")
    history = write_history(folder / "bulk-history", events, accounts=events // 500)
    took = seconds(lambda: session.importer.run(history))
    booked = session.context.ledger.log.head().position
    lines = [Line(f"import of {booked:,} events, sealed", f"{booked / took:,.0f}/s", "", "", "≥ 30,000/s")]
    database = folder / "bulk.auditdesk" / LEDGER_FILE
    floor = booked / seconds(lambda: plain_csv(database, folder / "plain.csv"))
    redacted = booked / seconds(lambda: session.reports.export("events", folder / "events.csv"))
    revealed = booked / seconds(lambda: session.reports.export("events", folder / "all.csv", reveal=True))
    for name, ours, aim in (("redacted", redacted, "≥ 1/4"), ("revealed", revealed, "≥ 1/8")):
        lines.append(
            Line(
                f"CSV of the whole log, {name}",
                f"{ours:,.0f} rows/s",
                f"{floor:,.0f} rows/s, csv.writer",
                f"{ours / floor:.2f}",
                aim,
            )
        )
    verified = booked / min(seconds(session.verification.run) for _ in range(3))
    lines.append(Line("verify", f"{verified:,.0f} events/s", "", "", "≥ 100,000/s"))
    session.close()
    return lines


def plain_csv(database: Path, out: Path) -> None:
    """The floor: the driver's rows straight into csv.writer.

    By the same SQLite that has the ledger open: a second library in one process ends the first one's locks.
    """
    connection: Any = DRIVER.connect(f"file:{database}?mode=ro", uri=True)
    with out.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(connection.execute(ALL_COLUMNS))
    connection.close()
