"""The head of an account's page: who and what it is, its balances now or then, and its commands."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from auditdesk.desktop.form.rights import commands_on
from auditdesk.desktop.kit.widgets import Elided, Pill, Tone, button, label, set_enabled_or_explain
from auditdesk.desktop.look import formats
from auditdesk.desktop.look.icons import icon
from auditdesk.desktop.look.tokens import Palette
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.instants import day_of
from auditdesk.domain.personal import Mask

COMMANDS_IN_SIGHT: Final = 3
"""So many commands have buttons; the others stand in the menu."""


class AccountHeader(QWidget):
    """`command_chosen(name)`, `owner_chosen()`, `export_chosen()`, `find_chosen()`."""

    command_chosen = Signal(str)
    owner_chosen = Signal()
    export_chosen = Signal()
    find_chosen = Signal()

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.setObjectName("accountHeader")
        self.number = label(kind="title", name="accountNumber")
        self.status = Pill()
        self.blocks = Pill()
        self.owner = Elided()
        self.owner.setObjectName("accountOwner")
        self.owner.setProperty("muted", True)
        self.balance, self.available = (
            label(kind="figure", name="headerBalance"),
            label(kind="figure", name="headerAvailable"),
        )
        self.balance_caption = label(kind="muted", name="balanceCaption")
        self.available_caption = label(kind="muted")
        self._why: dict[str, str] = {}
        self._buttons: dict[str, QPushButton] = {}
        self._actions: dict[str, QAction] = {}
        self._palette = palette
        self._make_commands()
        self._lay_out()
        self.apply_theme(palette)

    def show_account(self, state: Account, owner: Customer | None, *, past: bool) -> None:
        """Show the account as it is at a moment; figures of the past are said to be of then."""
        currency = state.currency
        self.number.setText(state.number)
        tone: Tone = "info" if state.status == "open" else "muted"
        self.status.show_word(self.tr("open") if state.status == "open" else self.tr("closed"), tone)
        frozen = "" if state.blocks == "none" else formats.blocks(state.blocks)
        self.blocks.show_word(frozen, "past")
        self.owner.set_full_text(_about(state, owner))
        self.balance.setText(formats.money_with_currency(state.balance_minor, currency))
        self.available.setText(formats.money_with_currency(state.available_minor, currency))
        balance = self.tr("ledger balance then") if past else self.tr("ledger balance now")
        self.balance_caption.setText(balance)
        self.available_caption.setText(self.tr("available then") if past else self.tr("available now"))

    def allow(self, reasons: dict[str, str]) -> None:
        """Enable the commands, or disable them with the reason in their tool tips."""
        for each in commands_on("account"):
            set_enabled_or_explain(self.command(each.NAME), reasons.get(each.NAME, ""))

    def command(self, name: str) -> QPushButton | QAction:
        """A command's button or menu entry."""
        return self._buttons.get(name) or self._actions[name]

    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        self._palette = palette
        for each in commands_on("account"):
            if each.ICON:
                self.command(each.NAME).setIcon(icon(each.ICON, palette.text_muted))
        self.more.setIcon(icon("more", palette.text_muted))
        self.owner_button.setIcon(icon("user", palette.text_muted))

    def _make_commands(self) -> None:
        commands = commands_on("account")
        for each in commands[:COMMANDS_IN_SIGHT]:
            made = button(each.WORDS, f"{each.NAME}Button")
            made.clicked.connect(lambda _=False, name=each.NAME: self.command_chosen.emit(name))
            self._buttons[each.NAME] = made
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for each in commands[COMMANDS_IN_SIGHT:]:
            action = menu.addAction(each.WORDS)
            action.setObjectName(f"{each.NAME}Action")
            action.triggered.connect(lambda _=False, name=each.NAME: self.command_chosen.emit(name))
            self._actions[each.NAME] = action
        menu.addSeparator()
        self.export = menu.addAction(self.tr("&Export CSV…\tCtrl+E"), self.export_chosen.emit)
        self.export.setObjectName("exportAction")
        menu.addAction(self.tr("Find the first &moment when…"), self.find_chosen.emit).setObjectName(
            "findAction"
        )
        self.more = QToolButton()
        self.more.setObjectName("moreButton")
        self.more.setAccessibleName(self.tr("More commands"))
        self.more.setText(self.tr("More"))
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(menu)
        self.state = QToolButton()
        self.state.setObjectName("stateButton")
        self.state.setCheckable(True)
        self.state.setText(self.tr("&State"))
        self.state.setToolTip(self.tr("The state and the event beside the register, which have no room here"))
        self.state.hide()
        self.owner_button = QToolButton()
        self.owner_button.setObjectName("ownerButton")
        self.owner_button.setProperty("quiet", True)
        self.owner_button.setToolTip(self.tr("Go to the customer"))
        self.owner_button.setAccessibleName(self.tr("Go to the customer"))
        self.owner_button.clicked.connect(self.owner_chosen)

    def _lay_out(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(8)
        for part in (self.number, self.status, self.blocks):
            names.addWidget(part)
        names.addStretch(1)
        for made in self._buttons.values():
            names.addWidget(made)
        names.addWidget(self.more)
        names.addWidget(self.state)
        who = QHBoxLayout()
        who.setSpacing(6)
        who.addWidget(self.owner_button)
        who.addWidget(self.owner, 1)
        who.addSpacing(12)
        for caption, figure in (
            (self.balance_caption, self.balance),
            (self.available_caption, self.available),
        ):
            who.addWidget(caption, 0, Qt.AlignmentFlag.AlignBaseline)
            who.addWidget(figure, 0, Qt.AlignmentFlag.AlignBaseline)
            who.addSpacing(8)
        box = QVBoxLayout(self)
        box.setContentsMargins(4, 0, 4, 0)
        box.setSpacing(4)
        box.addLayout(names)
        box.addLayout(who)


def _about(state: Account, owner: Customer | None) -> str:
    parts = []
    if owner is not None:
        parts.append(formats.personal(owner.personal) if isinstance(owner.personal, Mask) else owner.name)
        if not isinstance(owner.personal, Mask):
            parts.append(owner.personal.address.one_line())
    parts += [state.customer, state.currency, f"opened {formats.day(day_of(state.opened_at_us))}"]
    if state.reference:
        parts.append(state.reference)
    return " · ".join(part for part in parts if part)
