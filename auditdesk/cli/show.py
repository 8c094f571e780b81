"""Sub-command show: an account or a customer at a moment, for people or as JSON."""

from __future__ import annotations

from pathlib import Path

from auditdesk.cli.grammar import WHEN, argument, clock, on_workspace, subcommand, switch, text
from auditdesk.cli.terminal import opened_session
from auditdesk.cli.words import printable, say, say_json
from auditdesk.domain.errors import Refused
from auditdesk.domain.moments import Moment, TimeAxis, parse_moment
from auditdesk.services.history.documents import Document, account_document, customer_document
from auditdesk.services.history.history import History


@subcommand("show")
@on_workspace
@argument("target", "ACCOUNT", "An account's or customer's number or reference.")
@text("--at", "WHEN", f"As it was then: {WHEN}.", default="now")
@clock
@switch("--json", "As one JSON object.")
def show(workspace: Path, target: str, at: str, clock: TimeAxis, *, json: bool) -> int:
    """Show what the number or reference stands for."""
    moment = parse_moment(at, clock)
    with opened_session(workspace, "wanted") as session:
        document = look_up(session.history, target, moment)
    if json:
        say_json(document)
    else:
        _tell(document)
    return 0


def look_up(history: History, target: str, moment: Moment) -> Document:
    """The account, or else the customer, as a document. Raises `Refused`."""
    try:
        return account_document(history.account_at(target, moment))
    except Refused as refused:
        if refused.code != "account_unknown":
            raise
        unknown = refused
    try:
        return customer_document(history.customer_at(target, moment))
    except Refused as refused:
        if refused.code == "customer_unknown":
            raise unknown from None
        raise


def _tell(document: Document) -> None:
    for name, value in _lines(document):
        if value not in ("", None):
            say(f"{name.replace('_', ' '):<22}{printable(_text(value))}")


def _lines(document: Document) -> list[tuple[str, object]]:
    lines: list[tuple[str, object]] = []
    for name, value in document.items():
        if isinstance(value, dict):
            prefix = f"{name} " if name == "customer" else ""
            lines += [(f"{prefix}{inner}", content) for inner, content in _lines(value)]
        else:
            lines.append((name, value))
    return lines


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    if value is True:
        return "yes"
    return ", ".join(str(value).splitlines())
