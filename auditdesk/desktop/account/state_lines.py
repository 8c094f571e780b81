"""Lines of the state panel: an account, its owner and an event at a moment, without any widget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from auditdesk.desktop.look.protocols import Formats
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.personal import Mask
from auditdesk.services.history.views import RegisterRow

Tone = Literal["same", "up", "down", "changed"]
Translate = Callable[[str], str]

_SHOWN_ID: Final = 18


class StateLine(NamedTuple):
    """A line of the state panel: its label, its value (or the mask over it), and the event's change of it."""

    key: str
    label: str
    value: str | Mask
    change: str = ""
    tone: Tone = "same"


def account_lines(before: Account | None, after: Account, formats: Formats, tr: Translate) -> list[StateLine]:
    """The account's own lines, each with what changed between the two states."""
    old = before or after
    money = _Money(after.currency, formats)
    return [
        money.line("balance", tr("Ledger balance"), old.balance_minor, after.balance_minor),
        money.line("available", tr("Available"), old.available_minor, after.available_minor),
        money.line(
            "overdraft", tr("Overdraft limit"), old.overdraft_limit_minor, after.overdraft_limit_minor
        ),
        _words("status", tr("Status"), old.status, after.status, tr),
        _words("blocks", tr("Blocks"), _blocks(old, tr), _blocks(after, tr), tr),
    ]


def owner_lines(owner: Customer | None, tr: Translate, changed: str = "") -> list[StateLine]:
    """The owner's name and address as of then; `changed` says since when the address holds."""
    if owner is None:
        return [StateLine("owner", tr("Owner"), tr("not yet registered"))]
    personal = owner.personal
    if isinstance(personal, Mask):
        return [StateLine("owner", tr("Owner"), personal), StateLine("address", tr("Address"), personal)]
    return [
        StateLine("owner", tr("Owner"), personal.name),
        StateLine("address", tr("Address"), personal.address.one_line() or tr("none given"), changed),
    ]


def event_lines(event: RegisterRow, currency: str, formats: Formats, tr: Translate) -> list[StateLine]:
    """The event's own lines; empty ones are left out."""
    money = _Money(currency, formats)
    counterparty = "" if isinstance(event.counterparty, Mask) else event.counterparty  # the memo's says it
    lines = [
        StateLine("type", tr("Event"), formats.event_name(event.tag)),
        StateLine("amount", tr("Amount"), money.signed(event.amount_minor)),
        StateLine("counterparty", tr("Counterparty"), counterparty),
        StateLine("memo", tr("Memo"), event.memo),
        StateLine("operator", tr("By"), event.operator),
        StateLine("booked", tr("Booked"), formats.instant(event.booked_at_us)),
        StateLine("recorded", tr("Recorded"), formats.instant(event.recorded_at_us)),
        StateLine("value_date", tr("Value date"), event.value_date),
        StateLine("command", tr("Command"), _shortened(event.command_id)),
    ]
    stated = event.stated_balance_minor
    if stated is not None:
        gap = stated - event.balance_minor
        note = money.signed(gap) if gap else tr("agrees")
        tone: Tone = "changed" if gap else "same"
        lines.insert(2, StateLine("stated", tr("Stated balance"), money.plain(stated), note, tone))
    return [line for line in lines if line.value != ""]


def _shortened(command_id: str) -> str:
    """Both ends of a long command id; the whole of it stands in the event's explanation."""
    return command_id if len(command_id) <= _SHOWN_ID else f"{command_id[:8]}…{command_id[-8:]}"


class _Money(NamedTuple):
    currency: str
    formats: Formats

    def plain(self, amount_minor: int) -> str:
        return self.formats.money(amount_minor, self.currency)

    def signed(self, amount_minor: int | None) -> str:
        if amount_minor is None:
            return ""
        return ("+" if amount_minor > 0 else "") + self.plain(amount_minor)

    def line(self, key: str, label: str, old: int, new: int) -> StateLine:
        value = f"{self.plain(new)} {self.currency}"
        if new == old:
            return StateLine(key, label, value)
        arrow, tone = ("▲", "up") if new > old else ("▼", "down")
        return StateLine(key, label, value, f"{arrow} {self.signed(new - old)}", tone)  # type: ignore[arg-type] # a pair of literals


def _words(key: str, label: str, old: str, new: str, tr: Translate) -> StateLine:
    if old == new:
        return StateLine(key, label, new)
    return StateLine(key, label, new, tr("was {before}").format(before=old), "changed")


def _blocks(state: Account, tr: Translate) -> str:
    return {
        "none": tr("none"),
        "debits": tr("debits frozen"),
        "credits": tr("credits frozen"),
        "all": tr("debits and credits frozen"),
    }[state.blocks]
