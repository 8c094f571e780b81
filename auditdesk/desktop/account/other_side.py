"""The other account of a transfer: in words, and as a place to go to. Names are looked up when shown."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from auditdesk.desktop.look import formats
from auditdesk.domain.events import TransferSent
from auditdesk.domain.streams import name_in
from auditdesk.services.commands.issue import Receipt
from auditdesk.services.history.directory import Directory


class Leg(Protocol):
    """A line of a register, as far as it tells where money went or came from."""

    @property
    def amount_minor(self) -> int | None: ...
    @property
    def other_account(self) -> str: ...


class Link(NamedTuple):
    """A place to go to: an account, at the event of this version."""

    words: str
    account: str
    version: int


def other_side(directory: Directory, leg: Leg) -> str:
    """`to 10-00014 · Name`, or `from` where money came in; empty where the bank has no other side."""
    if not leg.other_account:
        return ""
    way = formats.tr("to {account}") if (leg.amount_minor or 0) < 0 else formats.tr("from {account}")
    return way.format(account=named(directory, leg.other_account))


def named(directory: Directory, account: str) -> str:
    """An account's number, and its owner's name as far as it may be shown."""
    return f"{account} · {formats.personal(directory.owner_of(account))}"


def received(receipt: Receipt) -> Link | None:
    """The link to the account that a transfer was sent to; None for the receipt of any other command."""
    if receipt.envelopes[0].type != TransferSent.TAG:
        return None
    for leg in receipt.envelopes[1:]:
        number = name_in(leg.stream)
        return Link(formats.tr("Go to {number}").format(number=number), number, leg.version)
    return None
