"""Inputs with their label above and what is wrong with them below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from auditdesk.desktop.kit.widgets import label, set_flag
from auditdesk.desktop.look import formats
from auditdesk.desktop.look.icons import icon
from auditdesk.desktop.look.tokens import Palette
from auditdesk.domain.errors import Refused

TEXT_LINES = 3


class Field(QWidget):
    """An input of a form, with title, hint and problem. `name` is the field that a `Refused` points at."""

    edited = Signal()

    def __init__(self, name: str, title: str, entry: QWidget, *, hint: str = "") -> None:
        super().__init__()
        self.name = name
        self.entry = entry
        entry.setObjectName(f"{name}Input")
        self.setFocusProxy(entry)
        self._title = label(kind="muted")
        self._title.setBuddy(entry)
        self.set_title(title)
        self.problem = label(kind="problem", name=f"{name}Problem", wrap=True)
        self.problem.hide()
        self._hint = label(hint, kind="muted", wrap=True)
        self._hint.setVisible(bool(hint))
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(3)
        for part in (self._title, entry, self._hint, self.problem):
            self.box.addWidget(part)
        self._listen()

    def _listen(self) -> None:
        entry = self.entry
        if isinstance(entry, QLineEdit):
            entry.textEdited.connect(self.edited)
        elif isinstance(entry, QPlainTextEdit):
            entry.textChanged.connect(self.edited)
        elif isinstance(entry, QComboBox):
            entry.currentIndexChanged.connect(self.edited)
        elif isinstance(entry, QCheckBox):
            entry.toggled.connect(self.edited)

    @property
    def secret(self) -> bool:
        """True if the input is hidden, like a passphrase: no draft keeps it."""
        return isinstance(self.entry, QLineEdit) and self.entry.echoMode() != QLineEdit.EchoMode.Normal

    def text(self) -> str:
        """The text that was typed, or the value (not the words) of the choice."""
        entry = self.entry
        if isinstance(entry, QComboBox):
            return str(entry.currentData() if entry.currentData() is not None else entry.currentText())
        if isinstance(entry, QPlainTextEdit):
            return entry.toPlainText()
        return entry.text() if isinstance(entry, QLineEdit) else ""

    def set_text(self, text: str) -> None:
        """Fill the input."""
        entry = self.entry
        if isinstance(entry, QComboBox):
            entry.setCurrentIndex(max(entry.findData(text), 0))
        elif isinstance(entry, QPlainTextEdit):
            entry.setPlainText(text)
        elif isinstance(entry, QLineEdit):
            entry.setText(text)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer other (value, words); what was chosen stays chosen where it can. Nobody edited anything."""
        entry = self.entry
        if isinstance(entry, QComboBox):
            chosen = self.text()
            # To empty a combo box chooses another of its entries, which would count as an edit.
            blocker = QSignalBlocker(entry)
            entry.clear()
            for value, words in choices:
                entry.addItem(words, value)
            self.set_text(chosen)
            blocker.unblock()

    def say(self, problem: str) -> None:
        """Say what is wrong, beside the input; nothing takes it away."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.entry.setAccessibleDescription(problem)
        set_flag(self.entry, "invalid", bool(problem))

    def set_title(self, title: str) -> None:
        """Ask for it in other words."""
        self.entry.setAccessibleName(title.replace("&", ""))
        self._title.setText(title)

    def set_hint(self, hint: str) -> None:
        """Say something helpful under the input."""
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))


def typed_path(field: Field, missing: str) -> Path:
    """The file or folder typed into a field; `~` is a home folder.

    Raises `Refused` on that field: `missing` where it is empty, or where it is no path.
    """
    text = field.text().strip()
    if not text:
        raise Refused("text_missing", missing, field=field.name)
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # ~ of somebody whom this machine doesn't know
        path = Path()
    if not path.name or "\0" in text:
        raise Refused(
            "path_malformed",
            formats.tr("That is not a path."),
            formats.tr("Write the folder and the name."),
            field=field.name,
        )
    return path


class TextEntry(QPlainTextEdit):
    """Several lines; Tab moves on instead of being typed."""

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * TEXT_LINES + 18)


def line_field(name: str, title: str, *, hint: str = "", secret: bool = False) -> Field:
    """A field of one line; `secret` hides what is typed."""
    entry = QLineEdit()
    if secret:
        entry.setEchoMode(QLineEdit.EchoMode.Password)
    return Field(name, title, entry, hint=hint)


def text_field(name: str, title: str, *, hint: str = "") -> Field:
    """A field of several lines."""
    return Field(name, title, TextEntry(), hint=hint)


def choice_field(name: str, title: str, choices: Sequence[tuple[str, str]], *, hint: str = "") -> Field:
    """A choice of (value, words)."""
    made = Field(name, title, QComboBox(), hint=hint)
    made.set_choices(choices)
    return made


class AmountField(Field):
    """An amount in a currency, if that is known yet, typed as the operator's locale writes it."""

    def __init__(self, title: str, currency: str, *, name: str = "amount", hint: str = "") -> None:
        entry = QLineEdit()
        entry.setAlignment(Qt.AlignmentFlag.AlignRight)
        if currency:
            entry.setPlaceholderText(formats.money(0, currency))
        super().__init__(name, f"{title} ({currency})" if currency else title, entry, hint=hint)
        self._currency = currency

    def amount_minor(self) -> int:
        """The amount in minor units. Raises `Refused`."""
        return formats.parse_money(self.text(), self._currency)


class CheckField(Field):
    """Something that is ticked or not: the text is `TICKED`, or empty."""

    TICKED: Final = "yes"

    def __init__(self, name: str, title: str, *, hint: str = "") -> None:
        self._box = QCheckBox()
        super().__init__(name, title, self._box, hint=hint)
        self._title.hide()

    def text(self) -> str:
        return self.TICKED if self._box.isChecked() else ""

    def set_text(self, text: str) -> None:
        self._box.setChecked(bool(text))

    def set_title(self, title: str) -> None:
        super().set_title("")
        self._box.setText(title)


class SearchField(QLineEdit):
    """A search; Escape empties it, Down goes on to the list."""

    down_pressed = Signal()

    def __init__(self, name: str, placeholder: str, palette: Palette) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)
        self._lens = QAction(self)
        self.addAction(self._lens, QLineEdit.ActionPosition.LeadingPosition)
        self.apply_theme(palette)

    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        self._lens.setIcon(icon("search", palette.text_muted))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)
