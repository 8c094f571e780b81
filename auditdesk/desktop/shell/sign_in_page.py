"""Sign-in to an open workspace; also what a locked window shows."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from auditdesk.desktop.kit.fields import Field, line_field
from auditdesk.desktop.kit.widgets import Banner, Card, button, centred, label
from auditdesk.desktop.look.tokens import Palette
from auditdesk.services.workspace.workspace import Workspace

WIDTH_PX = 440


class SignInPage(QWidget):
    """Emits `submitted(operator, passphrase)`, `viewer_wanted` or `closed`; keeps no passphrase."""

    submitted = Signal(str, str)
    viewer_wanted = Signal()
    closed = Signal()

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.setObjectName("signInPage")
        self.title = label(kind="section", name="signInTitle", wrap=True)
        self.place = label(kind="muted", name="signInPlace", wrap=True)
        self.notice = Banner("warning", "warning", palette)
        self.operator = Field("operator", self.tr("&Operator"), QComboBox())
        self.passphrase = line_field("passphrase", self.tr("&Passphrase"), secret=True)
        self.submit = button(self.tr("Sign in"), "signInButton", kind="primary")
        self.viewer = button(self.tr("Open read-only, without personal data"), "viewerButton", kind="quiet")
        self.back = button(self.tr("Another workspace"), "backButton", kind="quiet")
        self.submit.clicked.connect(self._submit)
        self.viewer.clicked.connect(self.viewer_wanted)
        self.back.clicked.connect(self.closed)
        entry = self.passphrase.entry
        if isinstance(entry, QLineEdit):
            entry.returnPressed.connect(self._submit)
        self._lay_out()

    def show_workspace(self, workspace: Workspace, *, locked: bool = False) -> None:
        """Ask for the operators of a workspace."""
        self.title.setText(
            self.tr("{bank} is locked").format(bank=workspace.bank) if locked else workspace.bank
        )
        self.place.setText(str(workspace.path))
        combo = self.operator.entry
        if isinstance(combo, QComboBox):
            combo.clear()
            combo.addItems(workspace.operators())
        self.notice.say(" ".join(workspace.warnings))
        for part in (self.operator, self.passphrase, self.submit):
            part.setVisible(workspace.vault_present)
        self.passphrase.set_text("")
        self.passphrase.say("")
        self.set_busy(busy=False)
        self.passphrase.setFocus()

    def refuse(self, sentence: str) -> None:
        """Say why nobody was signed in."""
        self.set_busy(busy=False)
        self.passphrase.say(sentence)
        self.passphrase.set_text("")
        self.passphrase.setFocus()

    def set_busy(self, *, busy: bool) -> None:
        """The passphrase is being tried, which takes a moment on purpose."""
        for part in (self.submit, self.operator, self.passphrase, self.viewer, self.back):
            part.setEnabled(not busy)
        self.submit.setText(self.tr("Signing in…") if busy else self.tr("Sign in"))

    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        self.notice.apply_theme(palette)

    @Slot()
    def _submit(self) -> None:
        combo = self.operator.entry
        if self.submit.isEnabled() and isinstance(combo, QComboBox):
            self.set_busy(busy=True)
            self.submitted.emit(combo.currentText(), self.passphrase.text())

    def _lay_out(self) -> None:
        card = Card(margin=28)
        card.setFixedWidth(WIDTH_PX)
        card.box.setSpacing(12)
        for part in (self.title, self.place, self.notice, self.operator, self.passphrase, self.submit):
            card.box.addWidget(part)
        row = QHBoxLayout()
        row.addWidget(self.viewer)
        row.addStretch(1)
        row.addWidget(self.back)
        card.box.addLayout(row)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(centred(card))
