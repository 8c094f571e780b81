"""Reports that leave the system as CSV files, each one class in a file of its own.

- `frame` has what all of them share: words, what they take, columns, rows, totals.
- `statement`, `balances`, `trial_balance`, `events`, `exceptions` and `erasures` are the reports.
- `cells` says how an instant, an amount or a text stands in a cell. `trust` says beside each row how far what
  is read can be believed.
- `export` writes a report with its `manifest`, whole or not at all.

To add a report, write its class and name it in `REPORTS`: command line, window and manifest read what it
says of itself. Personal columns are redacted unless a person asks for them, and then the log records it.
"""

from __future__ import annotations

from typing import Final

from auditdesk.domain.errors import Refused
from auditdesk.services.reports.balances import Balances
from auditdesk.services.reports.erasures import ErasureRegister
from auditdesk.services.reports.events import EventLogReport
from auditdesk.services.reports.exceptions import Exceptions
from auditdesk.services.reports.frame import Report
from auditdesk.services.reports.statement import Statement
from auditdesk.services.reports.trial_balance import TrialBalance

REPORTS: Final[tuple[type[Report], ...]] = (
    Statement,
    Balances,
    TrialBalance,
    EventLogReport,
    Exceptions,
    ErasureRegister,
)


def find_report(name: str) -> type[Report]:
    """The report of this name. Raises `Refused` (`report_unknown`)."""
    for report in REPORTS:
        if name == report.NAME:
            return report
    names = ", ".join(report.NAME for report in REPORTS)
    raise Refused(
        "report_unknown", f"There is no report {name!r}.", f"Choose one of {names}.", field="report"
    )
