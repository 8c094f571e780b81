"""The manifest beside a report: what it is of, and by which figures it can be checked. No personal data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from auditdesk.domain.moments import AtInstant, AtVersion, Moment
from auditdesk.domain.money import format_amount
from auditdesk.services.reports.cells import instant
from auditdesk.services.reports.frame import ControlTotal, Query

SUFFIX: Final = ".manifest.json"


def manifest_path(out: Path) -> Path:
    """The path of a report's manifest."""
    return out.with_name(out.name + SUFFIX)


def manifest_bytes(
    *,
    bank: dict[str, str],
    report: dict[str, Any],
    query: Query,
    totals: tuple[ControlTotal, ...],
    extras: dict[str, Any],
) -> bytes:
    """The manifest as indented JSON. `bank` and `report` are taken over as they are."""
    document = {
        **bank,
        **report,
        "as_of": describe_moment(query.as_of),
        "last_position": query.last_position,
        "filters": {
            "account": query.account or None,
            "booked_from": None if query.from_us is None else instant(query.from_us),
            "booked_to": None if query.to_us is None else instant(query.to_us),
        },
        "control_totals": {
            total.currency: {
                "debit": format_amount(total.debit_minor, total.currency),
                "credit": format_amount(total.credit_minor, total.currency),
            }
            for total in totals
        },
        **extras,
    }
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")  # a file's name may be no text: JSON writes it by its code


def describe_moment(moment: Moment) -> dict[str, object]:
    """A moment in words: its version, its instant with the clock it is read on, or the log's end."""
    if isinstance(moment, AtVersion):
        return {"version": moment.version}
    if isinstance(moment, AtInstant):
        return {"instant": instant(moment.instant_us), "clock": moment.clock}
    return {"end_of_log": True, "clock": "recorded"}
