"""The form of any command, made from what the command says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import asdict
from PySide6.QtWidgets import QWidget

from auditdesk.desktop.form.account_field import AccountField
from auditdesk.desktop.form.command_hooks import BESIDE, CAPITALS, HOOKS, Hooks, balance_after, choices
from auditdesk.desktop.form.form_dialog import FormDialog, Work
from auditdesk.desktop.form.subject import account_standing
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.fields import AmountField, CheckField, Field, choice_field, line_field, text_field
from auditdesk.desktop.kit.widgets import label
from auditdesk.desktop.look import formats
from auditdesk.domain.account import Account
from auditdesk.domain.commands.base import Command, CommandField, about, fields_of, subject_of
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Conflict, Refused
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.services.commands.issue import Receipt


class CommandForm(FormDialog):
    """Asks for the fields of a command, and issues it on the account or customer as the operator sees them.

    `state` is that account or customer, None where the command is about neither. Issued on another version
    it is a conflict: what was typed stays, and the rest of the form says what is there now.
    """

    def __init__(
        self,
        context: Context,
        command: type[Command],
        state: Account | Customer | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context.runner, command.TITLE, command.POST, danger=command.DANGER, parent=parent)
        self.setObjectName(f"{command.NAME}Dialog")
        self.command, self.state = command, state
        self.line = label(kind="muted", name="accountLine", wrap=True)
        self.after = label(kind="muted", name="balanceAfter", wrap=True)
        self._context = context
        self._subject = subject_of(command)
        self._asked = [asked for asked in fields_of(command) if asked != self._subject]
        self._amount = next((asked for asked in self._asked if asked.input.kind == "amount"), None)
        self._hooks = HOOKS.get(command, Hooks())
        self._shown: dict[str, str] = {}
        self._lay_out_fields()
        self._hooks.made(self, state)
        self._say_what_is_there()
        customer = _customer_of(state)
        self.keep_draft(context.drafts, state.number if state else "", customer=customer)

    def read(self) -> Command:
        """The command as typed. Raises `Refused` when each field that is unusable has been told so."""
        values, problems = {}, []
        for asked in self._asked:
            try:
                values[asked.field] = self._value(asked)
            except Refused as refused:
                problems.append(refused)
        for problem in reversed(problems[1:]):
            self.show_problem(problem)
        if problems:
            raise problems[0]
        if self._subject is not None and self.state is not None:
            values[self._subject.field] = self.state.number
        return self.command(**values)

    def prepare(self) -> Work:
        command, session, command_id = self.read(), self._context.session, self.command_id
        version = self.state.version if self.state else None
        return lambda _task: session.issue(command, command_id=command_id, expected_version=version)

    def preview(self) -> None:
        if not isinstance(self.state, Account) or self._amount is None:
            return
        try:
            text = balance_after(self.command, self.state, self._value(self._amount))
        except Refused:
            text = ""
        self.after.setText(text)

    def show_problem(self, error: BaseException) -> None:
        """Show the problem like every form; after a conflict, read the account or customer again."""
        if isinstance(error, Conflict) and self.state is not None:
            history, number = self._context.session.history, self.state.number
            on_account = isinstance(self.state, Account)
            self.state = (history.account_at(number) if on_account else history.customer_at(number)).state
            self._say_what_is_there()
            self.preview()
            self._context.changed.emit()
        super().show_problem(error)

    # --- what is there -----------------------------------------------------------------

    def _say_what_is_there(self) -> None:
        """Say whom the form is about, and what is known of them and of their account."""
        state = self.state
        if isinstance(state, Account):
            owner = self._context.session.history.customer_at(state.customer).state
            self.subject.show_customer(owner, account_standing(state))
            self._say_account(state)
        elif state is not None:
            self.subject.show_customer(state)
            self._fill(state)
        if state is not None:
            self._hooks.seen(self, state)

    def _say_account(self, account: Account) -> None:
        self.line.setText(
            self.tr("Account {number} · balance {balance} · available {available}").format(
                number=account.number,
                balance=formats.money_with_currency(account.balance_minor, account.currency),
                available=formats.money_with_currency(account.available_minor, account.currency),
            )
        )

    def _fill(self, customer: Customer) -> None:
        """Show what is known, except where something else was typed over what was shown before."""
        for name, text in _known(customer).items():
            field = self.fields.get(name)
            if field is not None and field.text() == self._shown.get(name, ""):
                field.set_text(text)
                self._shown[name] = field.text()

    # --- fields ------------------------------------------------------------------------

    def _lay_out_fields(self) -> None:
        if isinstance(self.state, Account):
            self.add_widget(self.line)
        for row in _rows(self._asked):
            self.add(*(self._make_field(asked) for asked in row))
        for asked in self._asked:
            if isinstance(asked.default, str):
                self.fields[asked.name].set_text(asked.default)
        if isinstance(self.state, Account) and self._amount is not None:
            self.add_widget(self.after)

    def _make_field(self, asked: CommandField) -> Field:
        name, (kind, title, hint, *_) = asked.name, asked.input
        match kind:
            case "amount":
                return AmountField(title, self._currency(), name=name, hint=hint)
            case "account":
                return AccountField(name, title, self._context.session.history, hint=hint)
            case "text":
                return text_field(name, title, hint=hint)
            case "choice":
                return choice_field(name, title, choices(asked.input.words), hint=hint)
            case "check":
                return CheckField(name, title, hint=hint)
            case _:
                return line_field(name, title, hint=hint)

    def _value(self, asked: CommandField) -> Any:
        """Parse a field's text to the value that the command takes. Raises `Refused` on that field."""
        kind, text = asked.input.kind, self.fields[asked.name].text()
        if kind == "check":
            return bool(text)
        if kind == "amount":
            return self._amount_minor(asked, text)
        if asked.required and not text.strip():
            raise _missing(asked)
        if asked.field in CAPITALS:
            text = text.upper()
        return text if kind in ("text", "choice") else text.strip()

    def _amount_minor(self, asked: CommandField, text: str) -> int:
        if not asked.required and not text.strip():
            return int(asked.default)
        with about(asked.name, "amount"):
            return formats.parse_money(text, self._currency())

    def _currency(self) -> str:
        """The account's currency, or the one that is typed for an account to be opened."""
        if isinstance(self.state, Account):
            return self.state.currency
        typed = self.fields.get("currency")
        return typed.text().strip().upper() if typed is not None else ""


def receipt_text(receipt: Receipt) -> str:
    """The receipt for a posted command: its first event, version, account or customer, and position."""
    first = receipt.envelopes[0]
    return formats.tr("{event} posted as event {version} of {number} (position {position}).").format(
        event=formats.event_name(first.type),
        version=first.version,
        number=receipt.number,
        position=first.position,
    )


def _rows(asked: Iterable[CommandField]) -> list[list[CommandField]]:
    """The fields in their order, those that belong side by side in one row; what is ticked comes last."""
    rows: list[list[CommandField]] = []
    for each in sorted(asked, key=lambda each: each.input.kind == "check"):
        beside = BESIDE.get(each.field)
        row = next((row for row in rows if row[0].field == beside), None)
        if row is None:
            rows.append([each])
        else:
            row.append(each)
    return rows


def _customer_of(state: Account | Customer | None) -> str:
    if state is None:
        return ""
    return state.customer if isinstance(state, Account) else state.number


def _known(customer: Customer) -> dict[str, str]:
    """Personal data of a customer by field name; empty where it is masked."""
    personal = PersonalDetails("") if isinstance(customer.personal, Mask) else customer.personal
    return {"name": personal.name, **asdict(personal.address), **asdict(personal.contact)}


def _missing(asked: CommandField) -> Refused:
    """The refusal `text_missing` for a required field that is empty."""
    what = asked.input.label.replace("&", "").lower()
    if asked.input.kind == "account":
        sentence = formats.tr("Say which account.")
    else:
        sentence = formats.tr("The {what} is missing.").format(what=what)
    return Refused("text_missing", sentence, field=asked.name)
