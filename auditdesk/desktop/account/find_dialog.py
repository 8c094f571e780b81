"""Find the first moment when…: the question, and the event that answers it."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QWidget

from auditdesk.desktop.form.form_dialog import FormDialog, Work
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.fields import AmountField, choice_field
from auditdesk.domain.account import Account


class FindDialog(FormDialog):
    """`posted(version)` with the first event that fits."""

    def __init__(self, context: Context, account: Account, parent: QWidget | None = None) -> None:
        super().__init__(
            context.runner, self.tr("Find the first moment when…"), self.tr("Find"), parent=parent
        )
        self.setObjectName("findDialog")
        self._finder = context.session.finder
        self._account = account
        self.question = choice_field(
            "question",
            self.tr("&What"),
            [
                ("stated", self.tr("the stated balance differs from the replayed one")),
                ("below", self.tr("the balance is below…")),
                ("AccountFrozen", self.tr("the account was frozen")),
                ("OverdraftLimitSet", self.tr("the overdraft limit was changed")),
                ("AccountClosed", self.tr("the account was closed")),
            ],
        )
        self.amount = AmountField(self.tr("&Below"), account.currency)
        self.add(self.question)
        self.add(self.amount)
        combo = self.question.entry
        if isinstance(combo, QComboBox):
            combo.currentIndexChanged.connect(self._show_amount)
        self._show_amount()

    def prepare(self) -> Work:
        question, number, finder = self.question.text(), self._account.number, self._finder
        if question == "stated":
            return lambda task: finder.first_discrepancy(number, task)
        if question == "below":
            limit_minor = self.amount.amount_minor()
            return lambda task: finder.first_below(number, limit_minor, task)
        return lambda _task: finder.first_of_type(number, question)

    def _show_amount(self) -> None:
        self.amount.setVisible(self.question.text() == "below")
