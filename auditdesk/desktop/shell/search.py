"""The search of the header: an account, a customer, or a #position of the log."""

from __future__ import annotations

from typing import NamedTuple

from auditdesk.desktop.look.formats import tr
from auditdesk.domain.catalogue import ACCOUNT, stream_kind
from auditdesk.domain.errors import Refused
from auditdesk.domain.moments import AtVersion, Moment
from auditdesk.domain.streams import name_in
from auditdesk.services.workspace.session import Session


class SearchTarget(NamedTuple):
    """The result of a search: an account at a moment, a customer, or a position."""

    account: str = ""
    customer: str = ""
    position: int = 0
    moment: Moment | None = None


def find_target(session: Session, text: str) -> SearchTarget:
    """Find the account, customer or #position that a text names. Raises `Refused` for none, or several."""
    text = text.strip()
    if text.startswith("#"):
        return _at_position(session, text[1:])
    accounts = session.directory.accounts(text)
    customers = session.directory.customers(text)
    exact = [line.number for line in accounts if text.casefold() in (line.number, line.reference.casefold())]
    if exact:
        return SearchTarget(account=exact[0])
    if any(text.casefold() in (line.number.casefold(), line.reference.casefold()) for line in customers):
        return SearchTarget(customer=customers[0].number)
    if len(customers) == 1:
        return SearchTarget(customer=customers[0].number)
    if len(accounts) == 1:
        return SearchTarget(account=accounts[0].number)
    if not accounts and not customers:
        raise Refused("nothing_found", tr("Nothing matches “{text}”.").format(text=text))
    raise Refused(
        "ambiguous",
        tr("{n} customers and accounts match “{text}”; type more of it.").format(
            n=len(accounts) + len(customers), text=text
        ),
    )


def _at_position(session: Session, digits: str) -> SearchTarget:
    if not (digits.isascii() and digits.isdigit()):
        raise Refused("position_malformed", tr("A position is written #4711."))
    envelope = session.history.at_position(int(digits))
    if stream_kind(envelope.stream) is ACCOUNT:
        return SearchTarget(account=name_in(envelope.stream), moment=AtVersion(envelope.version))
    return SearchTarget(position=envelope.position)
