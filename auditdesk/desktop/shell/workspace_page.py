"""The signed-in window: header with search, navigation, pages, status line."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from auditdesk.desktop.account.accounts_page import AccountsPage
from auditdesk.desktop.account.other_side import Link
from auditdesk.desktop.bank.event_log_page import EventLogPage
from auditdesk.desktop.bank.integrity_page import IntegrityPage
from auditdesk.desktop.bank.operators_page import OperatorsPage
from auditdesk.desktop.bank.reports_page import ReportsPage
from auditdesk.desktop.customer.customers_page import CustomersPage
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.fields import SearchField
from auditdesk.desktop.kit.widgets import Banner, Elided, button, label
from auditdesk.desktop.look.icons import icon
from auditdesk.desktop.look.tokens import Palette
from auditdesk.desktop.shell.background_checks import BackgroundChecks
from auditdesk.desktop.shell.help_menu import HelpButton
from auditdesk.desktop.shell.search import find_target
from auditdesk.domain.errors import AuditdeskError
from auditdesk.domain.moments import AtVersion, Moment
from auditdesk.services.verification.findings import VerificationReport
from auditdesk.services.workspace.workspace import Workspace

NAV_PX: Final = 78
RECEIPT_MS: Final = 12_000


class WorkspacePage(QWidget):
    """The pages of a signed-in operator, with navigation, search, warnings and receipts."""

    lock_wanted = Signal()
    theme_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, context: Context, workspace: Workspace) -> None:
        super().__init__()
        self.setObjectName("deskPage")
        self.setProperty("page", True)
        self._context = context
        self._workspace = workspace
        palette = context.palette
        self.accounts = AccountsPage(context)
        self.customers = CustomersPage(context)
        self.log = EventLogPage(context)
        self.reports = ReportsPage(context)
        self.integrity = IntegrityPage(context)
        self.operators = OperatorsPage(context)
        self.guard = BackgroundChecks(context.session, context.runner.record, self)
        self.pages = QStackedWidget()
        self.nav = QButtonGroup(self)
        self._nav_icons: list[tuple[QToolButton, str]] = []
        self.search = SearchField("globalSearch", self.tr("Account, customer or #position (Ctrl+K)"), palette)
        self.operator = QToolButton()
        self.help = HelpButton(palette, self)
        self.warning = Banner("warning", "warning", palette)
        self.receipt = Elided()
        self.receipt.setObjectName("receipt")
        self.receipt.setProperty("muted", True)
        self.receipt_link = button("", "receiptLink", kind="link")
        self.receipt_link.hide()
        self._link: Link | None = None
        self.verified = label(name="verifiedLine", kind="muted")
        self._receipt_timer = QTimer(self)
        self._receipt_timer.setSingleShot(True)
        self._receipt_timer.setInterval(RECEIPT_MS)
        self._lay_out()
        self._connect()
        self.apply_theme(palette)

    def enter(self) -> None:
        """Fill the first page, and verify what is new."""
        self._warn()
        self.accounts.reload()
        self.guard.start()
        self.accounts.list.search.setFocus()

    def leave(self) -> None:
        """Stop what still moves, before the session is closed."""
        self._receipt_timer.stop()
        self.accounts.page.player.pause()
        self.guard.stop()

    @Slot(str, object)
    def show_account(self, number: str, moment: Moment | None = None) -> None:
        """Go to an account, at a moment if one is given."""
        self.go_to("accounts")
        self.accounts.show_account(number, moment)

    @Slot(str, object)
    def show_customer(self, number: str, moment: Moment | None = None) -> None:
        """Go to a customer, at a moment if one is given."""
        self.go_to("customers")
        self.customers.show_customer(number, moment)

    def go_to(self, key: str) -> None:
        """Turn to a page by its name: accounts, customers, log, reports, integrity, operators."""
        for made in self.nav.buttons():
            if made.objectName() == f"{key}Nav":
                made.click()

    @Slot(object)
    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        for made, name in self._nav_icons:
            made.setIcon(icon(name, palette.accent if made.isChecked() else palette.text_muted))
        self.search.apply_theme(palette)
        self.warning.apply_theme(palette)
        self.operator.setIcon(icon("user", palette.text_muted))
        self.help.apply_theme(palette)

    # --- how ---------------------------------------------------------------------------

    @Slot()
    def _search(self) -> None:
        try:
            target = find_target(self._context.session, self.search.text())
        except AuditdeskError as error:
            self.say(str(error))
            return
        if target.customer:
            self.show_customer(target.customer)
        elif target.account:
            self.show_account(target.account, target.moment)
        else:
            self.go_to("log")
            self.log.go_to_position(target.position)
        self.search.clear()

    @Slot(str)
    def say(self, text: str) -> None:
        """Show a quiet receipt for a while."""
        self.receipt.set_full_text(text)
        self._offer(None)
        self._receipt_timer.start()

    @Slot()
    def _clear_receipt(self) -> None:
        self.receipt.set_full_text("")
        self._offer(None)

    @Slot(object)
    def _offer(self, link: Link | None) -> None:
        self._link = link
        self.receipt_link.setText(link.words if link else "")
        self.receipt_link.setVisible(link is not None)

    @Slot()
    def _follow_link(self) -> None:
        if self._link is not None:
            self.show_account(self._link.account, AtVersion(self._link.version))

    @Slot()
    def _turn(self) -> None:
        page = self.nav.checkedId()
        self.pages.setCurrentIndex(page)
        self.apply_theme(self._context.palette)
        current = self.pages.currentWidget()
        if isinstance(current, CustomersPage | EventLogPage | IntegrityPage | OperatorsPage):
            current.reload()

    def _warn(self) -> None:
        self.warning.say(" ".join(self._workspace.warnings))

    @Slot(object, object, str)
    def _show_verifying(self, done: int, total: int, _what: str) -> None:
        if total:
            self.verified.setText(self.tr("verifying {share} %").format(share=100 * done // total))

    @Slot(object)
    def _show_verified(self, report: VerificationReport) -> None:
        """Say in the status line what a verification found; a damaged ledger is read-only."""
        findings = len(report.findings)
        if findings:
            self.verified.setText(self.tr("{n} findings: not as it must be").format(n=findings))
            self._warn()
        else:
            position = f"{report.position:,}"
            self.verified.setText(self.tr("verified to #{position}").format(position=position))
        self.verified.setProperty("tone", "bad" if findings else "good")
        self.verified.style().polish(self.verified)
        if report.damage:
            self._context.changed.emit()

    @Slot(str)
    def _alarm(self, text: str) -> None:
        self.warning.say(" ".join((*self._workspace.warnings, text)))

    def _connect(self) -> None:
        context = self._context
        context.account_wanted.connect(self.show_account)
        context.customer_wanted.connect(self.show_customer)
        context.notified.connect(self.say)
        context.theme_changed.connect(self.apply_theme)
        self.search.returnPressed.connect(self._search)
        self.nav.idClicked.connect(self._turn)
        self.integrity.verified.connect(self._show_verified)
        self.guard.progressed.connect(self._show_verifying)
        self.guard.verified.connect(self.integrity.show_report)
        self.guard.alarmed.connect(self._alarm)
        context.linked.connect(self._offer)
        self.receipt_link.clicked.connect(self._follow_link)
        self._receipt_timer.timeout.connect(self._clear_receipt)
        QShortcut(QKeySequence("Ctrl+K"), self, self.search.setFocus)
        for place, made in enumerate(self.nav.buttons(), start=1):
            QShortcut(QKeySequence(f"Alt+{place}"), self, made.click)

    def _make_nav(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        entries: list[tuple[str, str, str, QWidget]] = [
            ("accounts", self.tr("Accounts"), "accounts", self.accounts),
            ("customers", self.tr("Customers"), "customers", self.customers),
            ("log", self.tr("Event log"), "log", self.log),
            ("reports", self.tr("Reports"), "reports", self.reports),
            ("integrity", self.tr("Integrity"), "integrity", self.integrity),
            ("operators", self.tr("Operators"), "key", self.operators),
        ]
        for place, (key, words, icon_name, page) in enumerate(entries):
            made = QToolButton()
            made.setObjectName(f"{key}Nav")
            made.setText(words)
            made.setAccessibleName(words)
            made.setToolTip(f"{words} (Alt+{place + 1})")
            made.setCheckable(True)
            made.setProperty("nav", True)
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            made.setIconSize(QSize(20, 20))
            made.setFixedWidth(NAV_PX)
            self.nav.addButton(made, place)
            self._nav_icons.append((made, icon_name))
            self.pages.addWidget(page)
            column.addWidget(made)
        self.nav.buttons()[0].setChecked(True)
        column.addStretch(1)
        return column

    def _make_operator(self) -> None:
        session = self._context.session
        self.operator.setObjectName("operatorMenu")
        signed_in = session.is_signed_in
        self.operator.setText(session.operator if signed_in else self.tr("viewer"))
        self.operator.setAccessibleName(self.tr("Operator"))
        self.operator.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.operator.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.operator)
        menu.addAction(self.tr("&Lock\tCtrl+L"), self.lock_wanted.emit)
        passphrase = menu.addAction(self.tr("Change my &passphrase…"), self.operators.change_passphrase)
        passphrase.setEnabled(signed_in)
        menu.addAction(self.tr("Light or &dark"), self.theme_wanted.emit)
        menu.addSeparator()
        menu.addAction(self.tr("&Another workspace"), self.close_wanted.emit)
        self.operator.setMenu(menu)

    def _lay_out(self) -> None:
        self._make_operator()
        self.search.setMaximumWidth(420)
        head = QHBoxLayout()
        head.addWidget(label("auditdesk", kind="section"))
        head.addWidget(label(self._workspace.bank, kind="muted", name="bankName"))
        head.addStretch(1)
        head.addWidget(self.search, 3)
        head.addStretch(1)
        head.addWidget(self.operator)
        head.addWidget(self.help)
        body = QHBoxLayout()
        body.setSpacing(10)
        body.addLayout(self._make_nav())
        body.addWidget(self.pages, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.verified)
        foot.addWidget(self.receipt)
        foot.addWidget(self.receipt_link)
        foot.addStretch(1)
        foot.addWidget(label(f"{self._workspace.path.name} · SQLite", kind="muted", name="workspaceName"))
        page = QVBoxLayout(self)
        page.setContentsMargins(12, 10, 12, 8)
        page.setSpacing(8)
        page.addLayout(head)
        page.addWidget(self.warning)
        page.addLayout(body, 1)
        page.addLayout(foot)
