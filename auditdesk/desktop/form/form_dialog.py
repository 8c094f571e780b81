"""Dialogs that take their inputs and give a result; nothing waits inside them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from auditdesk.desktop.form.subject import SubjectLine
from auditdesk.desktop.kit.drafts import DraftKey, Drafts
from auditdesk.desktop.kit.fields import Field
from auditdesk.desktop.kit.tasks import Task, TaskRunner
from auditdesk.desktop.kit.widgets import Notice, button, label
from auditdesk.domain.errors import AuditdeskError, Refused
from auditdesk.services.access.command_ids import new_command_id

Work = Callable[[Task], object]
WIDTH_PX: Final = 480
MARGINS_PX: Final = (20, 18, 20, 16)
GAP_PX: Final = 12
FRAME_PX: Final = 40  # what a window manager adds, and a little air


class FormDialog(QDialog):
    """A form that posts one command.

    Subclasses add fields and give `prepare`, which reads them on the GUI thread (raising `Refused` for what
    can't be read) and returns the work. Posting twice posts once; a refusal is shown beside its field and
    what was typed stays. `posted(result)` is emitted when the work is done, and the dialog closes.

    The dialog grows with what it has to say, and scrolls where the screen ends: no field is ever squashed.
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
        self._draft: tuple[Drafts, DraftKey] | None = None
        self._left_out: Collection[str] = ()
        self._untouched: dict[str, str] | None = None
        self.title = label(title, kind="section", name="dialogTitle", wrap=True)
        self.subject = SubjectLine()
        self.draft_notice = Notice(self.tr("Draft restored."), self.tr("Discard it"), "draft")
        self.draft_notice.acted.connect(self.discard_draft)
        self.problem = label(kind="problem", name="formProblem", wrap=True)
        self.problem.hide()
        self.cancel = button(self.tr("Cancel"), "cancelButton")
        self.post = button(post, "postButton", kind="danger" if danger else "primary")
        self.cancel.clicked.connect(self.reject)
        self.post.clicked.connect(self.submit)
        self.post.setDefault(True)
        self._head, self._foot = QVBoxLayout(), QVBoxLayout()
        self._body = QWidget()
        self._scroll = QScrollArea()
        self.box = QVBoxLayout()
        self._lay_out_frame()

    def add(self, *fields: Field) -> None:
        """Add fields under the last one; several stand side by side."""
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        for field in fields:
            self.fields[field.name] = field
            row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
            field.edited.connect(self._edited)
        self.box.addLayout(row)

    def add_widget(self, widget: QWidget) -> None:
        """Add anything else under the last field."""
        self.box.addWidget(widget)

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
        except AuditdeskError as error:
            self.show_problem(error)
            return
        self._set_posting(posting=True)
        self._task = self._runner.run(work, on_success=self._succeeded, on_failure=self._failed)

    def show_problem(self, error: BaseException) -> None:
        """Say what went wrong, beside the field that it is about where there is one."""
        text = str(error) if isinstance(error, AuditdeskError) else self.tr("Something unexpected happened.")
        field = self.fields.get(error.field) if isinstance(error, Refused) else None
        if field is None:
            self.problem.setText(text)
            self.problem.show()
        else:
            field.say(text)
            field.setFocus()
        self._make_room()
        QTimer.singleShot(0, self._scroll_to_problem)  # once the fields have their new places

    # --- drafts ------------------------------------------------------------------------

    def keep_draft(
        self, drafts: Drafts, about: str = "", *, customer: str = "", leave_out: Collection[str] = ()
    ) -> None:
        """Keep what is typed but not posted, but for the fields to leave out; and show it next time.

        `about`: the account or customer that the form acts on. `customer`: whose personal data it may hold.
        """
        self._draft = drafts, DraftKey(self.windowTitle(), about, customer)
        self._left_out = leave_out

    @Slot()
    def discard_draft(self) -> None:
        """Let the form be as if nobody had typed into it."""
        for name, text in (self._untouched or {}).items():
            self.fields[name].set_text(text)
        self._forget_draft()
        self._edited()

    def _restore_draft(self) -> None:
        self._untouched = {
            name: field.text()
            for name, field in self.fields.items()
            if not field.secret and name not in self._left_out
        }
        if self._draft is None:
            return
        drafts, key = self._draft
        texts = {
            name: text for name, text in drafts.of(key).items() if text != self._untouched.get(name, text)
        }
        for name, text in texts.items():
            self.fields[name].set_text(text)
        self.draft_notice.setVisible(bool(texts))

    def _store_draft(self) -> None:
        if self._draft is not None and self._untouched is not None:
            drafts, key = self._draft
            typed = {name: self.fields[name].text() for name in self._untouched}
            drafts.keep(key, {name: text for name, text in typed.items() if text != self._untouched[name]})

    def _forget_draft(self) -> None:
        self.draft_notice.hide()
        if self._draft is not None:
            drafts, key = self._draft
            drafts.keep(key, {})

    # --- Qt ----------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._untouched is None:
            self._restore_draft()
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
            self._store_draft()
            super().reject()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self._body and self.isVisible():
            self._make_room()
        return super().eventFilter(watched, event)

    # --- how ---------------------------------------------------------------------------

    def _make_room(self) -> None:
        """Be high enough for all there is to say: a dialog does not ask for wrapped texts by itself."""
        body_px = _height_px(self.box, self._scroll.viewport().width())
        rest_px = 2 * GAP_PX + sum(_height_px(part, self.width()) for part in (self._head, self._foot))
        room_px = self._room_px()
        self._scroll.setMinimumHeight(min(body_px, room_px - rest_px))
        wanted_px = min(body_px + rest_px, room_px)
        self.setMinimumHeight(wanted_px)
        self.resize(self.width(), min(max(wanted_px, self.height()), room_px))
        self._stay_on_screen()

    @Slot()
    def _scroll_to_problem(self) -> None:
        for field in self.fields.values():
            if field.problem.isVisible():
                self._scroll.ensureWidgetVisible(field, 0, 0)

    def _room_px(self) -> int:
        """The greatest height of a dialog on this screen, in pixels."""
        return self.screen().availableSize().height() - FRAME_PX

    def _stay_on_screen(self) -> None:
        """A dialog that grows beyond the screen's end moves up instead."""
        screen = self.screen().availableGeometry()
        over_px = self.frameGeometry().bottom() - screen.bottom()
        if over_px > 0:
            self.move(self.x(), max(self.y() - over_px, screen.top()))

    @Slot(object)
    def _succeeded(self, result: object) -> None:
        self._task = None
        self._forget_draft()
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

    def _lay_out_frame(self) -> None:
        left, top, right, bottom = MARGINS_PX
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self.box)
        column.addStretch(1)
        self.box.setContentsMargins(left, 0, right, 0)
        self.box.setSpacing(GAP_PX)
        self._body.setProperty("scrolled", True)
        self._body.installEventFilter(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._body)
        head, foot, row = self._head, self._foot, QHBoxLayout()
        head.setContentsMargins(left, top, right, 0)
        head.setSpacing(4)
        head.addWidget(self.title)
        head.addWidget(self.subject)
        head.addWidget(self.draft_notice)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.post)
        foot.setContentsMargins(left, 0, right, bottom)
        foot.setSpacing(GAP_PX)
        foot.addWidget(self.problem)
        foot.addLayout(row)
        frame = QVBoxLayout(self)
        frame.setContentsMargins(0, 0, 0, 0)
        frame.setSpacing(GAP_PX)
        frame.addLayout(head)
        frame.addWidget(self._scroll, 1)
        frame.addLayout(foot)


def _height_px(layout: QLayout, width_px: int) -> int:
    """The height of a layout at a width, in pixels; only wrapped texts make it depend on the width."""
    return layout.heightForWidth(width_px) if layout.hasHeightForWidth() else layout.sizeHint().height()
