"""The accounts: a list to search, and the chosen account's page beside it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from auditdesk.desktop.account.evidence_dialog import EvidenceDialog, saved_text
from auditdesk.desktop.account.explain_dialog import ExplainDialog
from auditdesk.desktop.account.find_dialog import FindDialog
from auditdesk.desktop.account.other_side import named, received
from auditdesk.desktop.account.page import AccountPage
from auditdesk.desktop.bank.export_dialog import ExportDialog, exported_text
from auditdesk.desktop.form.command_form import CommandForm, receipt_text
from auditdesk.desktop.form.rights import why_not_permitted
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.lists import ListItem, SearchList
from auditdesk.desktop.kit.widgets import EmptyState, set_enabled_or_explain
from auditdesk.desktop.look import formats
from auditdesk.desktop.look.tokens import Palette
from auditdesk.domain.account import Account
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.errors import AuditdeskError
from auditdesk.domain.moments import Moment
from auditdesk.domain.personal import Mask
from auditdesk.domain.roles import EVIDENCE
from auditdesk.domain.streams import account_stream
from auditdesk.services.commands.issue import Receipt
from auditdesk.services.history.directory import AccountLine


class AccountsPage(QWidget):
    """List and account side by side."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("accountsPage")
        self._context = context
        self.list = SearchList("accounts", self.tr("Number, reference or name…"), "accounts", context.palette)
        self.page = AccountPage(context)
        self.empty = EmptyState("accounts", context.palette)
        self.empty.explain(self.tr("Choose an account at the left to see how its balance came to be."))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.page)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.list)
        row.addWidget(self._stack, 1)
        self._connect()

    @Slot()
    def reload(self) -> None:
        """Search again, off the GUI thread: the first search builds the index of names."""
        directory, text = self._context.session.directory, self.list.search.text()
        self._context.runner.latest(
            "accounts", lambda _task: directory.accounts(text), on_success=self._show, on_failure=self._fail
        )

    @Slot(str)
    def show_account(self, number: str, moment: Moment | None = None) -> None:
        """Show an account, at a moment if one is given."""
        try:
            self.page.show_account(number, moment)
        except AuditdeskError as error:
            self._fail(error)
            return
        self._stack.setCurrentWidget(self.page)
        self._show_in_list()

    def _show_in_list(self) -> None:
        """Let the list say what the page shows."""
        state = self.page.state
        if state is not None:
            name = self._context.session.directory.name_of(state.customer)
            self.list.show_now(_line(state, name))

    @Slot(object)
    def _show(self, accounts: list[AccountLine]) -> None:
        searched = bool(self.list.search.text())
        self.list.show_lines(
            [_line(account, account.customer_name) for account in accounts],
            self.tr("{n} accounts").format(n=f"{len(accounts):,}"),
            why_empty=self.tr("No account matches.")
            if searched
            else self.tr("There is no account yet. Register a customer, then open one."),
            action=self.tr("Clear the search") if searched else self.tr("Go to the customers"),
        )
        if self.page.number:
            self._show_in_list()
        elif accounts:
            self.show_account(accounts[0].number)

    @Slot()
    def _empty_action(self) -> None:
        if self.list.search.text():
            self.list.search.clear()
        else:
            self._context.customer_wanted.emit("", None)

    @Slot(object)
    def _fail(self, error: object) -> None:
        self._context.notified.emit(str(error))

    @Slot(str)
    def _open_form(self, name: str) -> None:
        if self.page.state is None:
            return
        dialog = CommandForm(self._context, COMMANDS[name], self.page.state, self)
        dialog.posted.connect(self._posted)
        dialog.open()

    @Slot(object)
    def _posted(self, receipt: Receipt) -> None:
        """Say what was posted; of a transfer also where it went, with a way there."""
        link, text = received(receipt), receipt_text(receipt)
        if link is not None:
            self._context.session.directory.refresh()
            text += " " + formats.tr("It went to {account}.").format(
                account=named(self._context.session.directory, link.account)
            )
        self._context.done(text, link)

    @Slot()
    def _export(self) -> None:
        timeline = self.page.timeline
        dialog = ExportDialog(
            self._context, self, account=self.page.number, moment=timeline.moment, instant=timeline.instant
        )
        dialog.posted.connect(lambda result: self._context.done(exported_text(result)))
        dialog.open()

    @Slot()
    def _find(self) -> None:
        if self.page.state is not None:
            dialog = FindDialog(self._context, self.page.state, self)
            dialog.posted.connect(self._found)
            dialog.open()

    @Slot(object)
    def _found(self, version: int) -> None:
        self.page.timeline.go_to(version)
        self._context.notified.emit(self.tr("Event {version} is the first.").format(version=version))

    @Slot(object)
    def _explain(self, version: int) -> None:
        history = self._context.session.history
        step = history.step(self.page.number, version)
        event = history.event(account_stream(self.page.number), version)
        dialog = ExplainDialog(step, event, self)
        why = why_not_permitted(self._context.session, EVIDENCE, writes=False)
        set_enabled_or_explain(dialog.evidence, why)
        dialog.evidence_wanted.connect(self._save_evidence)
        dialog.open()

    @Slot(object)
    def _save_evidence(self, version: int) -> None:
        number, history = self.page.number, self._context.session.history
        event = history.event(account_stream(number), version)
        sealed = event.personal is not None and not isinstance(event.personal, Mask)
        dialog = EvidenceDialog(self._context, number, version, sealed=sealed, parent=self)
        dialog.posted.connect(lambda result: self._context.done(saved_text(result)))
        dialog.open()

    @Slot(object)
    def _apply_theme(self, palette: Palette) -> None:
        self.list.apply_theme(palette)
        self.empty.apply_theme(palette)

    def _connect(self) -> None:
        self.list.chosen.connect(self.show_account)
        self.list.searched.connect(self.reload)
        self.list.empty.acted.connect(self._empty_action)
        self.page.command_wanted.connect(self._open_form)
        self.page.export_wanted.connect(self._export)
        self.page.find_wanted.connect(self._find)
        self.page.explain_wanted.connect(self._explain)
        self.page.evidence_wanted.connect(self._save_evidence)
        self._context.changed.connect(self.reload)
        self._context.theme_changed.connect(self._apply_theme)


def _line(account: AccountLine | Account, name: str | Mask) -> ListItem:
    words = formats.personal(name)
    if account.status == "closed":
        words = formats.tr("{name} · closed").format(name=words)
    elif account.blocks != "none":
        words = formats.tr("{name} · frozen").format(name=words)
    return ListItem(
        account.number,
        formats.money_with_currency(account.balance_minor, account.currency),
        words,
        masked=isinstance(name, Mask),
    )
