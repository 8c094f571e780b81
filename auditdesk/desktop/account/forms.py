"""The forms of the commands on an account. Each reads its fields and posts one command."""

from __future__ import annotations

from typing import Final, cast

from PySide6.QtWidgets import QCheckBox, QWidget

from auditdesk.desktop.kit.account_field import AccountField
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.fields import AmountField, choice_field, line_field, text_field
from auditdesk.desktop.kit.form_dialog import FormDialog, Work
from auditdesk.desktop.kit.subject import account_standing
from auditdesk.desktop.kit.widgets import label
from auditdesk.desktop.look import formats
from auditdesk.domain.account import Account
from auditdesk.domain.commands.account import CloseAccount, Freeze, SetOverdraft, Unfreeze
from auditdesk.domain.commands.money import (
    ChargeFee,
    CreditInterest,
    Deposit,
    MoneyCommand,
    Transfer,
    Withdraw,
)
from auditdesk.domain.commands.on_account import OnAccount
from auditdesk.domain.errors import Conflict, Refused
from auditdesk.domain.events import Blocks
from auditdesk.services.commands.issue import Receipt

MONEY_COMMANDS: Final[dict[str, type[MoneyCommand]]] = {
    each.NAME: each for each in (Deposit, Withdraw, CreditInterest, ChargeFee)
}
BLOCK_CHOICES: Final = (
    ("all", "Debits and credits"),
    ("debits", "Debits only"),
    ("credits", "Credits only"),
)


class AccountForm(FormDialog):
    """A form on one account as the operator sees it: posted on another version, it is a conflict."""

    def __init__(
        self,
        context: Context,
        account: Account,
        title: str,
        post: str,
        *,
        danger: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context.runner, title, post, danger=danger, parent=parent)
        self.account = account
        self._context = context
        self.after = label(kind="muted", name="balanceAfter", wrap=True)
        self.line = label(kind="muted", name="accountLine", wrap=True)
        self.add_widget(self.line)
        self._say_account()
        self.keep_draft(context.drafts, account.number, customer=account.customer)

    def show_problem(self, error: BaseException) -> None:
        """As every form; after a conflict the account is looked at again, and what was typed stays."""
        super().show_problem(error)
        if isinstance(error, Conflict):
            self.account = self._context.session.history.account_at(self.account.number).state
            self._say_account()
            self.follow()
            self.preview()
            self._context.changed.emit()

    def work(self, command: OnAccount) -> Work:
        """Issue a command on the account as it was seen."""
        session, command_id, version = self._context.session, self.command_id, self.account.version
        return lambda _task: session.issue(command, command_id=command_id, expected_version=version)

    def follow(self) -> None:
        """Say anew what the form's own parts say of the account; called when it has been looked at again."""

    def _say_account(self) -> None:
        account = self.account
        owner = self._context.session.history.customer_at(account.customer).state
        self.subject.show_customer(owner, account_standing(account))
        self.line.setText(
            self.tr("Account {number} · balance {balance} · available {available}").format(
                number=account.number,
                balance=formats.money_with_currency(account.balance_minor, account.currency),
                available=formats.money_with_currency(account.available_minor, account.currency),
            )
        )

    def say_balance_after(self, change_minor: int) -> None:
        """Show what the ledger balance would be."""
        after = formats.money_with_currency(self.account.balance_minor + change_minor, self.account.currency)
        self.after.setText(self.tr("Balance after: {after}").format(after=after))


class MoneyForm(AccountForm):
    """Deposit, withdrawal, interest or fee: an amount, and what is written beside it."""

    def __init__(self, context: Context, account: Account, key: str, parent: QWidget | None = None) -> None:
        self._command = MONEY_COMMANDS[key]
        super().__init__(context, account, self._command.TITLE, self._command.POST, parent=parent)
        self.setObjectName(f"{key}Dialog")
        self.amount = AmountField(self.tr("&Amount"), account.currency)
        self.value_date = line_field(
            "date", self.tr("&Value date"), hint=self.tr("Empty: today. Written 2025-12-24.")
        )
        self.counterparty = line_field("counterparty", self.tr("&Counterparty"))
        self.memo = text_field("memo", self.tr("&Memo"))
        self.add(self.amount, self.value_date)
        self.add(self.counterparty)
        self.add(self.memo)
        self.add_widget(self.after)

    def prepare(self) -> Work:
        return self.work(
            self._command(
                self.account.number,
                self.amount.amount_minor(),
                counterparty=self.counterparty.text(),
                memo=self.memo.text(),
                value_date=self.value_date.text().strip(),
            )
        )

    def preview(self) -> None:
        try:
            self.say_balance_after(self._command.LEAVES.SIGN * self.amount.amount_minor())
        except Refused:
            self.after.setText("")


class TransferForm(AccountForm):
    """A transfer to another account of the bank."""

    def __init__(self, context: Context, account: Account, parent: QWidget | None = None) -> None:
        super().__init__(context, account, self.tr("Transfer"), self.tr("Post transfer"), parent=parent)
        self.setObjectName("transferDialog")
        self.to = AccountField(
            "to_account",
            self.tr("&To account"),
            context.session.history,
            hint=self.tr("Number or reference of an account of this bank."),
        )
        self.amount = AmountField(self.tr("&Amount"), account.currency)
        self.memo = text_field("memo", self.tr("&Memo"))
        self.add(self.to)
        self.add(self.amount)
        self.add(self.memo)
        self.add_widget(self.after)

    def prepare(self) -> Work:
        amount_minor = self.amount.amount_minor()
        to = self.to.text().strip()
        if not to:
            raise Refused("text_missing", self.tr("Say which account it goes to."), field="to_account")
        return self.work(Transfer(self.account.number, to, amount_minor, memo=self.memo.text()))

    def preview(self) -> None:
        try:
            self.say_balance_after(-self.amount.amount_minor())
        except Refused:
            self.after.setText("")


class OverdraftForm(AccountForm):
    """Another agreed overdraft."""

    def __init__(self, context: Context, account: Account, parent: QWidget | None = None) -> None:
        super().__init__(context, account, self.tr("Overdraft limit"), self.tr("Set limit"), parent=parent)
        self.setObjectName("overdraftDialog")
        self.amount = AmountField(self.tr("New &limit"), account.currency)
        self.add(self.amount)
        self.add_widget(self.after)
        self.follow()

    def follow(self) -> None:
        limit = formats.money_with_currency(self.account.overdraft_limit_minor, self.account.currency)
        self.amount.set_hint(self.tr("Agreed now: {limit}. Zero ends it.").format(limit=limit))

    def prepare(self) -> Work:
        return self.work(SetOverdraft(self.account.number, self.amount.amount_minor()))

    def preview(self) -> None:
        try:
            available_minor = self.account.balance_minor + self.amount.amount_minor()
        except Refused:
            self.after.setText("")
            return
        text = formats.money_with_currency(available_minor, self.account.currency)
        self.after.setText(self.tr("Available after: {available}").format(available=text))


class FreezeForm(AccountForm):
    """Freeze, or with `lift` unfreeze."""

    def __init__(
        self, context: Context, account: Account, *, lift: bool = False, parent: QWidget | None = None
    ) -> None:
        title = self.tr("Unfreeze") if lift else self.tr("Freeze")
        super().__init__(context, account, title, title, danger=not lift, parent=parent)
        self.setObjectName("unfreezeDialog" if lift else "freezeDialog")
        self._lift = lift
        self.blocks = choice_field("blocks", self.tr("&What"), self._choices())
        self.reason = text_field(
            "reason",
            self.tr("&Reason"),
            hint="" if lift else self.tr("Mandatory. Kept sealed with the event."),
        )
        self.add(self.blocks)
        self.add(self.reason)

    def follow(self) -> None:
        self.blocks.set_choices(self._choices())

    def _choices(self) -> list[tuple[str, str]]:
        """What can be frozen; or lifted, where not everything is frozen."""
        one_way = self._lift and self.account.blocks in ("debits", "credits")
        return [choice for choice in BLOCK_CHOICES if not one_way or choice[0] == self.account.blocks]

    def prepare(self) -> Work:
        blocks, reason = cast("Blocks", self.blocks.text()), self.reason.text()
        command = Unfreeze if self._lift else Freeze
        return self.work(command(self.account.number, blocks=blocks, reason=reason))


class CloseForm(AccountForm):
    """Close for good, paying the rest out if there is any."""

    def __init__(self, context: Context, account: Account, parent: QWidget | None = None) -> None:
        super().__init__(
            context,
            account,
            self.tr("Close the account"),
            self.tr("Close for good"),
            danger=True,
            parent=parent,
        )
        self.setObjectName("closeDialog")
        self.pay_out = QCheckBox()
        self.pay_out.setObjectName("payOutInput")
        self.pay_out.setChecked(account.balance_minor > 0)
        self.follow()
        self.reason = text_field("reason", self.tr("&Reason"), hint=self.tr("May be empty."))
        self.add_widget(label(self.tr("A closed account can never be opened again."), wrap=True))
        self.add(self.reason)
        self.add_widget(self.pay_out)

    def follow(self) -> None:
        """Name the rest there is; whether it is paid out stays what the clerk said, or never saw: no."""
        balance_minor = self.account.balance_minor
        rest = formats.money_with_currency(balance_minor, self.account.currency)
        self.pay_out.setText(self.tr("&Pay the rest out ({rest})").format(rest=rest))
        self.pay_out.setVisible(balance_minor > 0)

    def prepare(self) -> Work:
        pay_out, reason = self.pay_out.isChecked(), self.reason.text()
        return self.work(CloseAccount(self.account.number, pay_out=pay_out, reason=reason))


def form_of(context: Context, account: Account, key: str, parent: QWidget | None = None) -> AccountForm:
    """The form of a command of the account's header. Raises KeyError for a key that is none."""
    if key in MONEY_COMMANDS:
        return MoneyForm(context, account, key, parent)
    if key in ("freeze", "unfreeze"):
        return FreezeForm(context, account, lift=key == "unfreeze", parent=parent)
    forms: dict[str, type[TransferForm | OverdraftForm | CloseForm]] = {
        "transfer": TransferForm,
        "overdraft": OverdraftForm,
        "close": CloseForm,
    }
    return forms[key](context, account, parent)


def receipt_text(receipt: Receipt) -> str:
    """What was posted, in a sentence."""
    first = receipt.envelopes[0]
    return formats.tr("{event} posted as event {version} of {number} (position {position}).").format(
        event=formats.event_name(first.type),
        version=first.version,
        number=receipt.number,
        position=first.position,
    )
