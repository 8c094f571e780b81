"""Adapt the form of a single command, beyond its fields: their layout, their words, their preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from auditdesk.desktop.form.form_dialog import FormDialog
from auditdesk.desktop.kit.fields import CheckField
from auditdesk.desktop.kit.widgets import label
from auditdesk.desktop.look import formats
from auditdesk.domain.account import Account
from auditdesk.domain.commands.account import BLOCK_WORDS, CloseAccount, OpenAccount, SetOverdraft, Unfreeze
from auditdesk.domain.commands.base import Command
from auditdesk.domain.events import MoneyEvent, OverdraftLimitSet

USUAL_CURRENCY: Final = "EUR"
BESIDE: Final[Mapping[str, str]] = {
    "value_date": "amount_minor",
    "reference": "counterparty",
    "city": "postal_code",
    "country": "region",
    "phone": "email",
    "overdraft_limit_minor": "currency",
}
"""The fields that stand at the right of another, where a form has both."""

CAPITALS: Final = frozenset({"currency"})
"""The fields that are codes: small letters are taken for capitals."""

Hook = Callable[[FormDialog, Any], None]


def _nothing(_form: FormDialog, _state: object) -> None:
    """Most forms are no more than their fields."""


class Hooks(NamedTuple):
    """Hooks of a command's form: run once it is made, and each time its account or customer is read."""

    made: Hook = _nothing
    seen: Hook = _nothing


def balance_after(command: type[Command], account: Account, amount_minor: int) -> str:
    """Preview the balance, or limit, after a command with `amount_minor`; empty if it changes neither."""
    balance_minor = account.balance_minor
    if issubclass(command.LEAVES, MoneyEvent):
        text, after_minor = (
            formats.tr("Balance after: {after}"),
            balance_minor + command.LEAVES.SIGN * amount_minor,
        )
    elif issubclass(command.LEAVES, OverdraftLimitSet):
        text, after_minor = formats.tr("Available after: {after}"), balance_minor + amount_minor
    else:
        return ""
    return text.format(after=formats.money_with_currency(after_minor, account.currency))


def choices(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Turn words by value into a field's choices: (value, capitalised words)."""
    return [(value, said.capitalize()) for value, said in words.items()]


def _propose_currency(form: FormDialog, _customer: object) -> None:
    form.fields["currency"].set_text(USUAL_CURRENCY)


def _say_limit(form: FormDialog, account: Account) -> None:
    limit = formats.money_with_currency(account.overdraft_limit_minor, account.currency)
    form.fields["amount"].set_hint(formats.tr("Agreed now: {limit}. Zero ends it.").format(limit=limit))


def _offer_what_is_frozen(form: FormDialog, account: Account) -> None:
    one_way = account.blocks in ("debits", "credits")
    words = {account.blocks: BLOCK_WORDS[account.blocks]} if one_way else BLOCK_WORDS
    form.fields["blocks"].set_choices(choices(words))


def _warn(form: FormDialog, account: Account) -> None:
    form.add_widget(label(formats.tr("A closed account can never be opened again."), wrap=True))
    form.fields["pay_out"].set_text(CheckField.TICKED if account.balance_minor > 0 else "")


def _name_rest(form: FormDialog, account: Account) -> None:
    """Name the rest there is; whether it is paid out stays what the clerk said, or never saw: no."""
    pay_out = form.fields["pay_out"]
    rest = formats.money_with_currency(account.balance_minor, account.currency)
    pay_out.set_title(formats.tr("&Pay the rest out ({rest})").format(rest=rest))
    pay_out.setVisible(account.balance_minor > 0)


HOOKS: Final[Mapping[type[Command], Hooks]] = {
    OpenAccount: Hooks(made=_propose_currency),
    SetOverdraft: Hooks(seen=_say_limit),
    Unfreeze: Hooks(seen=_offer_what_is_frozen),
    CloseAccount: Hooks(made=_warn, seen=_name_rest),
}
