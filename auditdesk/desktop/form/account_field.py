"""An account of the bank, typed by number or reference, and said back with its owner while one types."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit

from auditdesk.desktop.form.subject import account_standing, customer_standing, name_of
from auditdesk.desktop.kit.fields import Field
from auditdesk.desktop.look import formats
from auditdesk.domain.errors import AuditdeskError, Refused
from auditdesk.services.history.history import History


class AccountField(Field):
    """Says `10-00014 · Name · EUR` below what is typed, or that there is no such account."""

    def __init__(self, name: str, title: str, history: History, *, hint: str) -> None:
        entry = QLineEdit()
        super().__init__(name, title, entry, hint=hint)
        self._history, self._usual_hint = history, hint
        entry.textChanged.connect(self._resolve)

    @Slot()
    def _resolve(self) -> None:
        typed = self.text().strip()
        self.set_hint(self._said(typed) if typed else self._usual_hint)

    def _said(self, typed: str) -> str:
        try:
            view = self._history.account_at(typed)
        except Refused:
            return formats.tr("No account has this number or reference.")
        except AuditdeskError as error:
            return str(error)
        owner = view.owner
        standing = account_standing(view.state) + (customer_standing(owner) if owner else [])
        name = formats.personal(name_of(owner)) if owner else ""
        parts = (view.state.number, name, view.state.currency, *(each.words for each in standing))
        return " · ".join(part for part in parts if part)
