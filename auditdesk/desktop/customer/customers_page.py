"""The customers: a list to search, and the chosen customer's page beside it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from auditdesk.desktop.customer.certificate_dialog import CertificateDialog, certified_text
from auditdesk.desktop.customer.forget_dialog import ForgetDialog, erased_text
from auditdesk.desktop.customer.page import CustomerPage
from auditdesk.desktop.form.command_form import CommandForm, receipt_text
from auditdesk.desktop.form.rights import why_not_issued
from auditdesk.desktop.form.subject import name_of
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.lists import ListItem, SearchList
from auditdesk.desktop.kit.widgets import EmptyState, button, set_enabled_or_explain
from auditdesk.desktop.look import formats
from auditdesk.desktop.look.tokens import Palette
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.commands.base import Command
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import AuditdeskError
from auditdesk.domain.events import AccountOpened, CustomerRegistered
from auditdesk.domain.moments import Moment
from auditdesk.domain.personal import Mask
from auditdesk.domain.roles import CERTIFY, FORGET
from auditdesk.services.commands.issue import Receipt
from auditdesk.services.history.directory import CustomerLine
from auditdesk.services.privacy.forgetting import Erasure


class CustomersPage(QWidget):
    """List and customer side by side."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("customersPage")
        self._context = context
        self.list = SearchList(
            "customers", self.tr("Number, reference or name…"), "customers", context.palette
        )
        self.page = CustomerPage(context)
        self.new = button(RegisterCustomer.WORDS, f"{RegisterCustomer.NAME}Button", kind="primary")
        set_enabled_or_explain(self.new, why_not_issued(context.session, RegisterCustomer))
        self.empty = EmptyState("customers", context.palette)
        self.empty.explain(self.tr("Choose a customer at the left."))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.page)
        left = QVBoxLayout()
        left.addWidget(self.new)
        left.addWidget(self.list, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addLayout(left)
        row.addWidget(self._stack, 1)
        self._connect()

    @Slot()
    def reload(self) -> None:
        """Search again, off the GUI thread."""
        directory, text = self._context.session.directory, self.list.search.text()
        self._context.runner.latest(
            "customers", lambda _task: directory.customers(text), on_success=self._show, on_failure=self._fail
        )

    @Slot(str)
    def show_customer(self, number: str, moment: Moment | None = None) -> None:
        """Show a customer, at a moment if one is given; with an empty number, whoever is first."""
        if not number:
            return
        try:
            self.page.show_customer(number, moment)
        except AuditdeskError as error:
            self._fail(error)
            return
        self._stack.setCurrentWidget(self.page)
        self._show_in_list()

    def _show_in_list(self) -> None:
        """Let the list say what the page shows."""
        state = self.page.state
        if state is not None:
            self.list.show_now(_line(state, name_of(state)))

    @Slot(object)
    def _show(self, customers: list[CustomerLine]) -> None:
        searched = bool(self.list.search.text())
        self.list.show_lines(
            [_line(customer, customer.name) for customer in customers],
            self.tr("{n} customers").format(n=f"{len(customers):,}"),
            why_empty=self.tr("No customer matches.")
            if searched
            else self.tr("There is no customer yet. Register the first one, or import a bank's history."),
            action=self.tr("Clear the search") if searched else "",
        )
        if self.page.number:
            self._show_in_list()
        elif customers:
            self.show_customer(customers[0].number)

    @Slot(object)
    def _fail(self, error: object) -> None:
        self._context.notified.emit(str(error))

    @Slot()
    def _register(self) -> None:
        self._open_command(RegisterCustomer)

    @Slot(str)
    def _open_form(self, name: str) -> None:
        customer = self.page.number
        if name == FORGET.name:
            preview = self._context.session.forgetting.preview(customer)
            dialog = ForgetDialog(self._context, preview, self)
            dialog.posted.connect(self._forgotten)
            dialog.open()
        elif name == CERTIFY.name:
            self._certificate_dialog(customer).open()
        else:
            self._open_command(COMMANDS[name], self.page.state)

    def _open_command(self, command: type[Command], customer: Customer | None = None) -> None:
        dialog = CommandForm(self._context, command, customer, self)
        dialog.posted.connect(self._posted)
        dialog.open()

    @Slot(object)
    def _posted(self, receipt: Receipt) -> None:
        """Say what was posted, and go to what is new."""
        begun = receipt.envelopes[0].type
        if begun == CustomerRegistered.TAG:
            self.show_customer(receipt.number)
        self._context.done(receipt_text(receipt))
        if begun == AccountOpened.TAG:
            self._context.account_wanted.emit(receipt.number, None)

    @Slot(object)
    def _forgotten(self, erasure: Erasure) -> None:
        """Say what came of it, and offer the certificate; what was typed about them is forgotten too."""
        self._context.drafts.forget_customer(erasure.customer)
        self._context.done(erased_text(erasure))
        self._certificate_dialog(erasure.customer, erased_text(erasure)).open()

    def _certificate_dialog(self, customer: str, outcome: str = "") -> CertificateDialog:
        dialog = CertificateDialog(self._context, customer, outcome, self)
        dialog.posted.connect(lambda paths: self._context.notified.emit(certified_text(paths)))
        return dialog

    @Slot(object)
    def _apply_theme(self, palette: Palette) -> None:
        self.list.apply_theme(palette)
        self.empty.apply_theme(palette)

    def _connect(self) -> None:
        self.new.clicked.connect(self._register)
        self.list.chosen.connect(self.show_customer)
        self.list.searched.connect(self.reload)
        self.list.empty.acted.connect(self.list.search.clear)
        self.page.form_wanted.connect(self._open_form)
        self._context.changed.connect(self.reload)
        self._context.theme_changed.connect(self._apply_theme)


def _line(customer: CustomerLine | Customer, name: str | Mask) -> ListItem:
    return ListItem(
        customer.number, customer.reference, formats.personal(name), masked=isinstance(name, Mask)
    )
