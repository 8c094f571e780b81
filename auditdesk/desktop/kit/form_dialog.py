"""Dialogs that take their inputs and give a result; nothing waits inside them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from auditdesk.desktop.kit.fields import Field
from auditdesk.desktop.kit.tasks import Task, TaskRunner
from auditdesk.desktop.kit.widgets import button, label
from auditdesk.domain.errors import AuditdeskError, Refused
from auditdesk.services.access.context import new_command_id

Work = Callable[[Task], object]
WIDTH_PX = 480


class FormDialog(QDialog):
    """A form that posts one command.

    Subclasses add fields and give `prepare`, which reads them on the GUI thread (raising `Refused` for what
    can't be read) and returns the work. Posting twice posts once; a refusal is shown beside its field and
    what was typed stays. `posted(result)` is emitted when the work is done, and the dialog closes.
    """

    posted = Signal(object)

    def __init__(
        self,
        runner: TaskRunner,
        title: str,
        post: str,
        *,
        danger: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH_PX)
        self.fields: dict[str, Field] = {}
        self.command_id = new_command_id()
        self._runner = runner
        self._task: Task | None = None
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(20, 18, 20, 16)
        self.box.setSpacing(12)
        self.box.addWidget(label(title, kind="section", name="dialogTitle"))
        self.problem = label(kind="problem", name="formProblem", wrap=True)
        self.problem.hide()
        self.cancel = button(self.tr("Cancel"), "cancelButton")
        self.post = button(post, "postButton", kind="danger" if danger else "primary")
        self.cancel.clicked.connect(self.reject)
        self.post.clicked.connect(self.submit)
        self.post.setDefault(True)
        self._finish_layout()

    def add(self, *fields: Field) -> None:
        """Add fields under the last one; several stand side by side."""
        row = QHBoxLayout()
        row.setSpacing(12)
        for field in fields:
            self.fields[field.name] = field
            row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
            field.edited.connect(self._edited)
        self.box.insertLayout(self.box.count() - 2, row)

    def add_widget(self, widget: QWidget) -> None:
        """Add anything else under the last field."""
        self.box.insertWidget(self.box.count() - 2, widget)

    def prepare(self) -> Work:
        """Read the fields and return the work. Raises `Refused`."""
        raise AssertionError("a form says what it does")

    def preview(self) -> None:
        """Show what the command would lead to; called after each edit."""

    @Slot()
    def submit(self) -> None:
        """Post, unless a post is under way."""
        if self._task is not None:
            return
        self._clear()
        try:
            work = self.prepare()
        except Refused as refused:
            self.show_problem(refused)
            return
        self._set_posting(posting=True)
        self._task = self._runner.run(work, on_success=self._succeeded, on_failure=self._failed)

    def show_problem(self, error: BaseException) -> None:
        """Say what went wrong, beside the field that it is about where there is one."""
        text = str(error) if isinstance(error, AuditdeskError) else self.tr("Something unexpected happened.")
        field = self.fields.get(error.field) if isinstance(error, Refused) else None
        if field is not None:
            field.say(text)
            field.setFocus()
            return
        self.problem.setText(text)
        self.problem.show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.fields:
            next(iter(self.fields.values())).setFocus()
        self.preview()
        self._make_room()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._task is not None:
            event.ignore()
            return
        super().closeEvent(event)

    def reject(self) -> None:
        """Close without posting; while posting there is nothing to take back any more."""
        if self._task is None:
            super().reject()

    def _make_room(self) -> None:
        """Be high enough for wrapped texts, which a dialog does not ask for by itself."""
        wanted = self.box.totalHeightForWidth(self.width())
        available = self.screen().availableSize().height()
        self.resize(self.width(), min(max(wanted, self.height()), available))

    @Slot(object)
    def _succeeded(self, result: object) -> None:
        self._task = None
        self.posted.emit(result)
        self.accept()

    @Slot(object)
    def _failed(self, error: object) -> None:
        self._task = None
        self._set_posting(posting=False)
        if isinstance(error, BaseException):
            self.show_problem(error)

    @Slot()
    def _edited(self) -> None:
        self._clear()
        self.preview()

    def _clear(self) -> None:
        self.problem.hide()
        for field in self.fields.values():
            field.say("")

    def _set_posting(self, *, posting: bool) -> None:
        self.post.setEnabled(not posting)
        self.cancel.setEnabled(not posting)

    def _finish_layout(self) -> None:
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.post)
        self.box.addWidget(self.problem)
        self.box.addLayout(row)
