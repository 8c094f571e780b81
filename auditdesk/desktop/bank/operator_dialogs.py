"""Dialogs to add, change and remove an operator, and to replace a passphrase or the signing key."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from auditdesk.desktop.bank.create_dialog import ADVISED_LENGTH
from auditdesk.desktop.form.form_dialog import FormDialog, Work
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.fields import Field, line_field
from auditdesk.desktop.kit.widgets import label
from auditdesk.desktop.look import formats
from auditdesk.domain.errors import Refused, WrongPassphrase
from auditdesk.domain.roles import ROLES
from auditdesk.services.upkeep.operators import Operator

ROLE_WORDS: Final = {
    "administrator": "manages operators and the bank's signing key",
    "auditor": "reads, verifies and exports reports",
    "clerk": "serves customers and their accounts",
    "privacy officer": "forgets customers",
}


class RolesField(Field):
    """Any number of roles, each with what it is about."""

    def __init__(self, chosen: tuple[str, ...]) -> None:
        entry = QWidget()
        super().__init__("roles", formats.tr("Roles"), entry)
        grid = QGridLayout(entry)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setColumnStretch(1, 1)
        self.boxes: dict[str, QCheckBox] = {}
        for row, role in enumerate(ROLES):
            box = _check_box(f"{role.replace(' ', '_')}Role", role)
            box.setChecked(role in chosen)
            box.toggled.connect(self.edited)
            grid.addWidget(box, row, 0)
            grid.addWidget(label(ROLE_WORDS[role], kind="muted"), row, 1)
            self.boxes[role] = box
        entry.setFocusProxy(self.boxes[ROLES[0]])

    def roles(self) -> tuple[str, ...]:
        """The roles that are ticked."""
        return tuple(role for role, box in self.boxes.items() if box.isChecked())


class Grants(QWidget):
    """Check boxes for an operator's grants: personal data and the signing key."""

    def __init__(self, *, may_reveal: bool, may_sign: bool) -> None:
        super().__init__()
        self.reveal = _check_box("revealInput", self.tr("May see &personal data, and so write"))
        self.sign = _check_box("signInput", self.tr("May &sign checkpoints, evidence and certificates"))
        self.reveal.setChecked(may_reveal)
        self.sign.setChecked(may_sign)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        for part in (self.reveal, self.sign):
            box.addWidget(part)


class AddOperatorDialog(FormDialog):
    """`posted(Operator)`. The passphrase is told to the new operator, who changes it."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(
            context.runner,
            formats.tr("Add an operator"),
            formats.tr("Add"),
            parent=parent,
        )
        self.setObjectName("addOperatorDialog")
        self._operators = context.session.operators
        self.name = line_field(
            "operator",
            self.tr("&Name"),
            hint=self.tr("Recorded permanently beside everything they do."),
        )
        self.passphrase = line_field("passphrase", self.tr("&First passphrase"), secret=True)
        self.again = line_field("again", self.tr("The same &again"), secret=True)
        self.roles = RolesField(("clerk",))
        self.grants = Grants(may_reveal=True, may_sign=False)
        self.add(self.name)
        self.add(self.passphrase, self.again)
        self.add(self.roles)
        self.add_widget(self.grants)
        self.keep_draft(context.drafts)

    def prepare(self) -> Work:
        _check_same(self.passphrase, self.again)
        operators, name, passphrase = self._operators, self.name.text(), self.passphrase.text()
        roles = self.roles.roles()
        reveal, sign = self.grants.reveal.isChecked(), self.grants.sign.isChecked()
        return lambda _task: operators.add(name, passphrase, roles=roles, may_reveal=reveal, may_sign=sign)

    def preview(self) -> None:
        _advise(self.passphrase)


class ChangeOperatorDialog(FormDialog):
    """`posted(Operator)`: roles and grants as they are from now on."""

    def __init__(self, context: Context, operator: Operator, parent: QWidget | None = None) -> None:
        super().__init__(
            context.runner,
            formats.tr("Change the roles and grants of {name}").format(name=operator.name),
            formats.tr("Change"),
            parent=parent,
        )
        self.setObjectName("changeOperatorDialog")
        self._operators = context.session.operators
        self._before = operator
        self.roles = RolesField(operator.roles)
        self.grants = Grants(may_reveal=operator.may_reveal, may_sign=operator.may_sign)
        self.outcome = label(kind="muted", name="grantsOutcome", wrap=True)
        self.add(self.roles)
        self.add_widget(self.grants)
        self.add_widget(self.outcome)
        for box in (self.grants.reveal, self.grants.sign):
            box.toggled.connect(self.preview)

    def prepare(self) -> Work:
        operators, name, roles = self._operators, self._before.name, self.roles.roles()
        reveal, sign = self.grants.reveal.isChecked(), self.grants.sign.isChecked()
        return lambda _task: operators.set_grants(name, roles=roles, may_reveal=reveal, may_sign=sign)

    def preview(self) -> None:
        lines = []
        if self._before.may_reveal and not self.grants.reveal.isChecked():
            lines.append(self.tr("The vault key is replaced: the old key no longer opens anything."))
        if self._before.may_sign and not self.grants.sign.isChecked():
            lines.append(self.tr("The signing key is replaced: publish the new one."))
        self.outcome.setText(
            "\n".join(lines) or self.tr("Takes effect immediately, including in open sessions.")
        )


class RemoveOperatorDialog(FormDialog):
    """Removes an operator once their name was typed; emits `posted(name)`."""

    def __init__(self, context: Context, operator: Operator, parent: QWidget | None = None) -> None:
        super().__init__(
            context.runner,
            formats.tr("Remove operator {name}").format(name=operator.name),
            formats.tr("Remove"),
            danger=True,
            parent=parent,
        )
        self.setObjectName("removeOperatorDialog")
        self._operators = context.session.operators
        self._name = operator.name
        words = [
            self.tr("They can no longer sign in; in an open session their next command is refused."),
            self.tr("The vault key is replaced: a copy that they kept opens nothing new."),
            self.tr("What they did stays in the log, under their name."),
        ]
        if operator.may_sign:
            words.insert(2, self.tr("The signing key is replaced too: publish the new one."))
        self.add_widget(label(_points(*words), name="removalExplained", wrap=True))
        self.typed = line_field("operator", self.tr("&Type {name} to confirm").format(name=self._name))
        self.add(self.typed)

    def prepare(self) -> Work:
        operators, name = self._operators, self._name
        if self.typed.text().strip() != name:
            raise Refused(
                "confirmation_differs",
                self.tr("Type {name} to confirm.").format(name=name),
                field="operator",
            )

        def work(_task: object) -> str:
            operators.remove(name)
            return name

        return work

    def preview(self) -> None:
        self.post.setEnabled(self.typed.text().strip() == self._name)


class PassphraseDialog(FormDialog):
    """`posted(None)`: one's own passphrase is another from now on."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(
            context.runner,
            formats.tr("Change my passphrase"),
            formats.tr("Change"),
            parent=parent,
        )
        self.setObjectName("passphraseDialog")
        self._operators = context.session.operators
        self.old = line_field("old", self.tr("Your passphrase as it &is"), secret=True)
        self.passphrase = line_field("passphrase", self.tr("The &new one"), secret=True)
        self.again = line_field("again", self.tr("The same &again"), secret=True)
        self.add(self.old)
        self.add(self.passphrase, self.again)
        words = self.tr("Nobody can reset it. Your other sessions must sign in again.")
        self.add_widget(label(words, kind="muted", wrap=True))

    def prepare(self) -> Work:
        _check_same(self.passphrase, self.again)
        operators, old, new = self._operators, self.old.text(), self.passphrase.text()
        return lambda _task: operators.change_passphrase(old, new)

    def preview(self) -> None:
        _advise(self.passphrase)

    def show_problem(self, error: BaseException) -> None:
        if isinstance(error, WrongPassphrase):
            error = Refused("wrong_passphrase", self.tr("That is not your passphrase."), field="old")
        super().show_problem(error)


class NewKeyDialog(FormDialog):
    """`posted(PublishedKey)`: the bank signs with another key from now on."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(
            context.runner,
            formats.tr("New signing key"),
            formats.tr("Replace the key"),
            parent=parent,
        )
        self.setObjectName("newKeyDialog")
        self._operators = context.session.operators
        words = (
            self.tr("The log is signed with the current key, then with the new one."),
            self.tr("Publish the new key where the bank's customers look for it, beside the previous one."),
            self.tr("Earlier signatures stay valid: they are checked with the key that made them."),
        )
        self.add_widget(label(_points(*words), name="newKeyExplained", wrap=True))

    def prepare(self) -> Work:
        operators = self._operators
        return lambda _task: operators.rotate_signing_key()


def _check_box(name: str, words: str) -> QCheckBox:
    made = QCheckBox(words)
    made.setObjectName(name)
    made.setAccessibleName(words.replace("&", ""))
    return made


def _points(*sentences: str) -> str:
    return "\n".join(f"•  {sentence}" for sentence in sentences)


def _check_same(passphrase: Field, again: Field) -> None:
    if passphrase.text() != again.text():
        raise Refused("passphrases_differ", formats.tr("The two passphrases differ."), field="again")


def _advise(passphrase: Field) -> None:
    short = 0 < len(passphrase.text()) < ADVISED_LENGTH
    advice = formats.tr("Short: {n} characters or more are better.").format(n=ADVISED_LENGTH)
    passphrase.set_hint(advice if short else "")
