"""Forgetting a customer: what it will touch, why, the typed number, each step, and what came of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from auditdesk.desktop.form.form_dialog import FormDialog, Work
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.fields import line_field, text_field
from auditdesk.desktop.kit.tasks import Task
from auditdesk.desktop.kit.widgets import Card, label
from auditdesk.desktop.look import formats
from auditdesk.domain.errors import Refused
from auditdesk.services.privacy.forgetting import Erasure, ErasurePreview, Step

STEPS: Final[tuple[Step, ...]] = ("requested", "shredded", "recorded")
WIDTH_PX: Final = 560


class ForgetDialog(FormDialog):
    """`posted(Erasure)`. Nothing is forgotten before the customer's number has been typed."""

    step_done = Signal(str)

    def __init__(self, context: Context, preview: ErasurePreview, parent: QWidget | None = None) -> None:
        super().__init__(
            context.runner,
            self.tr("Forget customer {number}").format(number=preview.customer.number),
            self.tr("Forget for good"),
            danger=True,
            parent=parent,
        )
        self.setObjectName("forgetDialog")
        self.setMinimumWidth(WIDTH_PX)
        self._forgetting = context.session.forgetting
        self._number = preview.customer.number
        self._steps = dict(
            zip(
                STEPS,
                (
                    self.tr("The request is recorded; no new data is accepted"),
                    self.tr("The key is destroyed, and the vault key replaced"),
                    self.tr("The log says that the customer is forgotten"),
                ),
                strict=True,
            )
        )
        self.summary = label(preview_text(preview), name="forgetPreview", wrap=True)
        card = Card()
        card.box.addWidget(self.summary)
        self.add_widget(card)
        self.reason = text_field(
            "reason",
            self.tr("&Reason"),
            hint=self.tr("Kept for good: refer to the letter by its number, never name the person."),
        )
        self.typed = line_field("customer", self.tr("&Type {number} to confirm").format(number=self._number))
        self.progress = label(kind="muted", name="forgetSteps", wrap=True)
        self.progress.hide()
        self.add(self.reason)
        self.add(self.typed)
        self.add_widget(self.progress)
        self.step_done.connect(self._show_step)
        self._done: list[str] = []
        self.subject.show_customer(preview.customer)
        self.keep_draft(context.drafts, self._number, customer=self._number, leave_out=("customer",))
        if preview.refusal is not None:
            self.show_problem(Refused(preview.refusal.code, str(preview.refusal)))
            self.post.setEnabled(False)
            for field in (self.reason, self.typed):
                field.setEnabled(False)
        else:
            self.post.setEnabled(False)

    def prepare(self) -> Work:
        if self.typed.text().strip() != self._number:
            raise Refused(
                "confirmation_differs",
                self.tr("Type {number} to confirm.").format(number=self._number),
                field="customer",
            )
        forgetting, number, reason = self._forgetting, self._number, self.reason.text()

        def work(_task: Task) -> Erasure:
            return forgetting.forget(number, reason, on_step=self.step_done.emit)

        return work

    def preview(self) -> None:
        if self.reason.isEnabled():
            self.post.setEnabled(self.typed.text().strip() == self._number)

    def _show_step(self, step: str) -> None:
        self._done.append(step)
        lines = [f"{'✓' if name in self._done else '…'} {words}" for name, words in self._steps.items()]
        self.progress.setText("\n".join(lines))
        self.progress.show()


def preview_text(preview: ErasurePreview) -> str:
    """Preview an erasure in sentences: the customer, their accounts, sealed events and snapshots."""
    tr = formats.tr
    customer = preview.customer
    accounts = ", ".join(f"{account.number} ({account.status})" for account in preview.accounts)
    lines = [
        formats.personal(customer.personal) if not hasattr(customer.personal, "name") else customer.name,
        "",
        tr("{n} events and {m} snapshots hold this person's data, sealed with one key.").format(
            n=preview.sealed_events, m=preview.snapshots
        ),
        tr("Accounts: {accounts}.").format(accounts=accounts or tr("none")),
        tr("Exports with personal data that left the system: {n}.").format(n=len(preview.exports)),
        "",
        tr("The key is destroyed. This can't be undone, not even from a backup of the ledger."),
        tr("Kept:"),
        *(f"•  {sentence}" for sentence in preview.kept),
    ]
    return "\n".join(lines)


def erased_text(erasure: object) -> str:
    """The receipt for an erasure: the customer, the events now erased, the destroyed key."""
    if not isinstance(erasure, Erasure):
        raise TypeError(erasure)
    return formats.tr(
        "Customer {number} is forgotten; {n} events read as erased. Key {key} is destroyed."
    ).format(number=erasure.customer, n=erasure.sealed_events, key=erasure.key_id[:12])
