"""The operators page: roles and grants, one's own passphrase, and the bank's public keys."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from auditdesk.desktop.bank.event_words import grants_words
from auditdesk.desktop.bank.operator_dialogs import (
    AddOperatorDialog,
    ChangeOperatorDialog,
    NewKeyDialog,
    PassphraseDialog,
    RemoveOperatorDialog,
)
from auditdesk.desktop.form.form_dialog import FormDialog
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.paged_model import Column
from auditdesk.desktop.kit.text_table import TextTable
from auditdesk.desktop.kit.widgets import Banner, Card, EmptyState, button, label
from auditdesk.desktop.look import formats
from auditdesk.desktop.look.tokens import Palette
from auditdesk.services.upkeep.operators import Operator, Operators, PublishedKey

OPERATOR_COLUMNS: Final = (
    Column("name", "Name", 170),
    Column("roles", "Roles", 340),
    Column("grants", "Grants", 260),
    Column("since", "Since", 120),
)
KEY_COLUMNS: Final = (
    Column("vkey", "Public key", 900),
    Column("state", "State", 240),
)
KEYS_PX: Final = 132


class OperatorsShown(NamedTuple):
    """Operators and published keys; `refusal` says why only one's own passphrase can be changed, if so."""

    operators: tuple[Operator, ...]
    keys: tuple[PublishedKey, ...]
    refusal: str


class OperatorsPage(QWidget):
    """Two tables, and the forms that change what is in them."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("operatorsPage")
        self._context = context
        self._shown = OperatorsShown((), (), "")
        self.add = button(self.tr("&Add…"), "addOperatorButton", kind="primary")
        self.change = button(self.tr("&Change…"), "changeOperatorButton")
        self.remove = button(self.tr("&Remove…"), "removeOperatorButton", kind="danger")
        self.passphrase = button(self.tr("Change my &passphrase…"), "passphraseButton")
        self.new_key = button(self.tr("&New signing key…"), "newKeyButton")
        self.copy = button(self.tr("C&opy"), "copyKeyButton")
        self.why = label(kind="muted", name="operatorsRefusal", wrap=True)
        self.bad = Banner("warning", "warning", context.palette)
        self.table = TextTable("operatorsTable", self.tr("Operators"), OPERATOR_COLUMNS)
        self.keys = TextTable("keysTable", self.tr("Signing keys"), KEY_COLUMNS)
        self.empty = EmptyState("key", context.palette)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self._settle()

    @property
    def operator(self) -> Operator | None:
        """The operator whose row is the current one."""
        return next((row for row in self._shown.operators if row.name == self.table.current), None)

    @Slot()
    def reload(self) -> None:
        """Look again, off the GUI thread."""
        operators = self._context.session.operators
        self._context.runner.latest(
            "operators", lambda _task: _palette(operators), on_success=self._show, on_failure=self._fail
        )

    @Slot()
    def change_passphrase(self) -> None:
        """Ask for another passphrase of one's own."""
        done = self.tr("You sign in with the new passphrase from now on.")
        self._open(PassphraseDialog(self._context, self), done)

    # --- how ---------------------------------------------------------------------------

    @Slot(object)
    def _show(self, shown: OperatorsShown) -> None:
        self._shown = shown
        self.bad.say("")
        self.table.show_rows([_operator_row(row) for row in shown.operators])
        self.keys.show_rows([_key_row(key) for key in reversed(shown.keys)])
        self._stack.setCurrentIndex(0)
        self._settle()

    @Slot(object)
    def _fail(self, error: object) -> None:
        """Without a vault there is nothing to show; anything else leaves what was shown."""
        if self._shown.operators:
            self.bad.say(str(error))
            return
        self.empty.explain(str(error))
        self._stack.setCurrentIndex(1)

    @Slot()
    def _settle(self) -> None:
        """Disable each button with its reason."""
        chosen, refusal = self.operator, self._shown.refusal
        nobody = "" if self._shown.operators else self.tr("No operator is listed.")
        is_self = chosen is not None and chosen.name == self._context.session.operator
        own = self.tr("You cannot remove yourself. Let another administrator do it.") if is_self else ""
        for made in (self.add, self.change, self.new_key):
            _allow(made, refusal or nobody)
        _allow(self.remove, refusal or nobody or own)
        signed_in = self._context.session.is_signed_in
        _allow(self.passphrase, "" if signed_in else self.tr("No operator is signed in."))
        _allow(self.copy, "" if self.keys.current else self.tr("There is no key."))
        self.why.setText(refusal)
        self.why.setVisible(bool(refusal))

    def _open(self, dialog: FormDialog, done: str) -> None:
        """Show a form; what it did is told in `done`, with the operator's name where it has one."""

        def posted(result: object) -> None:
            name = result.name if isinstance(result, Operator) else str(result or "")
            self._context.done(done.format(name=name))

        dialog.posted.connect(posted)
        dialog.open()

    @Slot()
    def _add(self) -> None:
        self._open(AddOperatorDialog(self._context, self), self.tr("{name} may sign in from now on."))

    @Slot()
    def _change(self) -> None:
        chosen = self.operator
        if chosen is not None and self.change.isEnabled():
            dialog = ChangeOperatorDialog(self._context, chosen, self)
            self._open(dialog, self.tr("The roles and grants of {name} were changed."))

    @Slot()
    def _remove(self) -> None:
        chosen = self.operator
        if chosen is not None:
            dialog = RemoveOperatorDialog(self._context, chosen, self)
            self._open(dialog, self.tr("{name} was removed, and every key that they knew is replaced."))

    @Slot()
    def _replace_key(self) -> None:
        done = self.tr("The bank signs with a new key. Publish it beside the previous one.")
        self._open(NewKeyDialog(self._context, self), done)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.keys.current)
        self._context.notified.emit(self.tr("The public key is on the clipboard."))

    @Slot(object)
    def _apply_theme(self, palette: Palette) -> None:
        self.bad.apply_theme(palette)
        self.empty.apply_theme(palette)

    def _connect(self) -> None:
        self.add.clicked.connect(self._add)
        self.change.clicked.connect(self._change)
        self.remove.clicked.connect(self._remove)
        self.passphrase.clicked.connect(self.change_passphrase)
        self.new_key.clicked.connect(self._replace_key)
        self.copy.clicked.connect(self._copy)
        self.table.chosen.connect(self._settle)
        self.table.activated.connect(self._change)
        self.keys.chosen.connect(self._settle)
        self._context.changed.connect(self.reload)
        self._context.theme_changed.connect(self._apply_theme)

    def _lay_out(self) -> None:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(_card(self.table), 1)
        inner.addSpacing(8)
        inner.addLayout(_head(label(self.tr("Signing keys"), kind="section"), self.new_key, self.copy))
        inner.addWidget(
            label(
                self.tr(
                    "Publish these keys: with them anybody checks the bank's checkpoints and evidence "
                    "without trusting this program. A retired key is still needed for what it signed."
                ),
                kind="muted",
                wrap=True,
            )
        )
        self.keys.setFixedHeight(KEYS_PX)
        inner.addWidget(_card(self.keys))
        self._stack.addWidget(body)
        self._stack.addWidget(self.empty)
        title = label(self.tr("Operators"), kind="title")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(_head(title, self.passphrase, self.change, self.remove, self.add))
        box.addWidget(self.why)
        box.addWidget(self.bad)
        box.addWidget(self._stack, 1)


def _palette(operators: Operators) -> OperatorsShown:
    return OperatorsShown(operators.list(), operators.public_keys, str(operators.refusal() or ""))


def _operator_row(row: Operator) -> tuple[str, ...]:
    roles = ", ".join(row.roles)
    grants = grants_words(may_reveal=row.may_reveal, may_sign=row.may_sign)
    return row.name, roles, grants, formats.instant(row.added_at_us)


def _key_row(key: PublishedKey) -> tuple[str, ...]:
    if key.retired_at_us is None:
        return key.vkey, formats.tr("in use since {at}").format(at=formats.instant(key.created_at_us))
    return key.vkey, formats.tr("retired {at}").format(at=formats.instant(key.retired_at_us))


def _allow(made: QPushButton, why_not: str) -> None:
    made.setEnabled(not why_not)
    made.setToolTip(why_not)


def _card(content: QWidget) -> Card:
    card = Card(margin=1)
    card.box.addWidget(content)
    return card


def _head(title: QWidget, *buttons: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(title)
    row.addStretch(1)
    for made in buttons:
        row.addWidget(made)
    return row
