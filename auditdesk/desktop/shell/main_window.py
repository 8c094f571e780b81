"""The window: from the welcome over the sign-in to the desk, and back when it is locked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget

from auditdesk.bootstrap import default_demo_path, error_log, make_demo, open_workspace
from auditdesk.desktop.bank.create_dialog import CreateDialog
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.progress import ProgressDialog
from auditdesk.desktop.kit.settings import Settings
from auditdesk.desktop.kit.tasks import TaskRunner
from auditdesk.desktop.look.theme import apply_theme
from auditdesk.desktop.look.tokens import Theme
from auditdesk.desktop.shell.bug_hook import BugHook
from auditdesk.desktop.shell.ending import closed_from_outside
from auditdesk.desktop.shell.restore_dialog import RestoreDialog, RestoreRequest
from auditdesk.desktop.shell.sign_in_page import SignInPage
from auditdesk.desktop.shell.welcome_page import WelcomePage
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.errors import AuditdeskError, Cancelled
from auditdesk.services.upkeep.restore import restore
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import LEDGER_FILE, Workspace

IDLE_LOCK_MS: Final = 10 * 60 * 1_000
DEMO_OPERATOR: Final = ("ana", "demo")  # published: the demo bank holds nobody's data
SIZE_PX: Final = (1280, 800)
SWITCH_S: Final = 0.001  # how long work in the background may keep the window waiting


class MainWindow(QMainWindow):
    """The main window: opens one workspace at a time, signs an operator in, locks and closes it."""

    def __init__(
        self,
        settings: Settings,
        app: QApplication,
        *,
        open_files: Callable[[Path], Workspace] = open_workspace,
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("auditdesk")
        self.settings = settings
        self.runner = TaskRunner(self, record=error_log().record)
        self.bugs = BugHook(self.runner.record, self)
        self.workspace: Workspace | None = None
        self.session: Session | None = None
        self.workspace_page: WorkspacePage | None = None
        self._app = app
        self._open_files = open_files
        self._context: Context | None = None
        self.colors = apply_theme(app, settings.theme)
        self.stack = QStackedWidget()
        self.welcome = WelcomePage(self.colors)
        self.sign_in = SignInPage(self.colors)
        self.stack.addWidget(self.welcome)
        self.stack.addWidget(self.sign_in)
        self.setCentralWidget(self.stack)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_LOCK_MS)
        self._connect()
        self.resize(*SIZE_PX)
        self.restoreGeometry(settings.bytes("geometry"))
        self.welcome.show_recent(settings.recent)

    # --- workspaces --------------------------------------------------------------------

    @Slot(object)
    def open_path(self, path: Path) -> None:
        """Open a workspace and ask who signs in; a demo bank's operator is signed in at once."""
        self.close_workspace()
        try:
            workspace = self._open_files(path)
        except AuditdeskError as error:
            self.runner.record(error)
            self.welcome.problem.say(str(error))
            return
        self.welcome.problem.say("")
        self.workspace = workspace
        self.settings.remember(path)
        self.setWindowTitle(f"{workspace.bank} — auditdesk")
        if path.name == default_demo_path().name and workspace.vault_present:
            self._sign_in(*DEMO_OPERATOR)
            return
        self._ask_for_sign_in(locked=False)

    @Slot()
    def close_workspace(self) -> None:
        """Drop the keys, close the files and go back to the welcome."""
        self._leave_desk()
        if self.workspace is not None:
            self.workspace.close()
            self.workspace = None
        self.setWindowTitle("auditdesk")
        self.welcome.show_recent(self.settings.recent)
        self.stack.setCurrentWidget(self.welcome)

    @Slot()
    def lock(self) -> None:
        """Drop the keys and every name from memory; the workspace stays open for the next sign-in."""
        if self.workspace is not None and self.session is not None:
            self._leave_desk()
            self._ask_for_sign_in(locked=True)

    @Slot()
    def _lock_idle(self) -> None:
        """Lock after the idle time, unless a task is running, which needs the keys to its end."""
        if not self.runner.busy:
            self.lock()

    @Slot(bool)
    def _work_changed(self, busy: bool) -> None:  # noqa: FBT001 - a signal's datum
        # The idle time ran out while work was under way: what was put off then is done now.
        if not busy and self.session is not None and not self._idle.isActive():
            self.lock()

    @Slot()
    def make_default_demo(self) -> None:
        """Make the demo bank where it lives when nobody says otherwise, or open it there."""
        self.make_demo(default_demo_path())

    def make_demo(self, path: Path) -> None:
        """Make the demo bank where it is not there yet, then open it. Cancelled, it leaves nothing behind."""
        if (path / LEDGER_FILE).exists():
            self.open_path(path)
            return
        task = self.runner.run(
            lambda progress: make_demo(path, progress=progress),
            on_success=lambda _none: self.open_path(path),
            on_failure=self._say_on_welcome,
        )
        ProgressDialog(task, self.tr("Making the demo bank"), self).open()

    @Slot()
    def create_bank(self) -> None:
        """Ask for a new bank."""
        dialog = CreateDialog(self.runner, Path.home(), self)
        dialog.posted.connect(self.open_path)
        dialog.open()

    @Slot()
    def restore_backup(self) -> None:
        """Ask for a backup to make a workspace from."""
        dialog = RestoreDialog(self.runner, Path.home(), self)
        dialog.posted.connect(self.restore)
        dialog.open()

    @Slot(object)
    def restore(self, request: RestoreRequest) -> None:
        """Make a workspace from a backup, then open it."""
        task = self.runner.run(
            lambda progress: restore(
                request.backup,
                request.target,
                certificates=request.certificates,
                expired_vault=request.expired_vault,
                progress=progress,
            ),
            on_success=lambda restored: self.open_path(restored.path),
            on_failure=self._say_on_welcome,
        )
        ProgressDialog(task, self.tr("Restoring the backup"), self).open()

    # --- signing in --------------------------------------------------------------------

    def _ask_for_sign_in(self, *, locked: bool) -> None:
        if self.workspace is not None:
            self.stack.setCurrentWidget(self.sign_in)
            self.sign_in.show_workspace(self.workspace, locked=locked)

    @Slot(str, str)
    def _sign_in(self, operator: str, passphrase: str) -> None:
        workspace = self.workspace
        if workspace is not None:
            self.runner.run(
                lambda _task: workspace.sign_in(operator, passphrase),
                on_success=self._enter,
                on_failure=self._refuse,
            )

    @Slot()
    def _look_only(self) -> None:
        if self.workspace is not None:
            self._enter(self.workspace.sign_in_redacted())

    @Slot(object)
    def _enter(self, session: Session) -> None:
        if self.workspace is None:  # it was closed while the passphrase was being checked
            session.close()
            return
        self.session = session
        self._context = Context(session, self.runner, self.settings, self.colors, self)
        self.workspace_page = WorkspacePage(self._context, self.workspace)
        self.workspace_page.lock_wanted.connect(self.lock)
        self.workspace_page.theme_wanted.connect(self.switch_theme)
        self.workspace_page.close_wanted.connect(self.close_workspace)
        self.stack.addWidget(self.workspace_page)
        self.stack.setCurrentWidget(self.workspace_page)
        self.workspace_page.enter()
        self._idle.start()

    @Slot(object)
    def _refuse(self, error: object) -> None:
        if self.stack.currentWidget() is not self.sign_in:
            self._ask_for_sign_in(locked=False)
        self.sign_in.refuse(str(error))

    def _leave_desk(self) -> None:
        self._idle.stop()
        if self.workspace_page is not None:
            # The page stops its timers and work first: they use the session that is closed below.
            self.workspace_page.leave()
            self.stack.removeWidget(self.workspace_page)
            # Not at once: the signal that asked to lock may be the page's own, still being delivered.
            self.workspace_page.deleteLater()
            self.workspace_page = None
        if self.session is not None:
            with suppress(AuditdeskError):  # the next opening compares again, and says what it finds
                self.session.sign_off()
            self.session.close()
            self.session = None
        if self._context is not None:
            self._context.drafts.clear()
            self._context.deleteLater()
            self._context = None

    # --- the window itself ---------------------------------------------------------------

    @Slot()
    def switch_theme(self) -> None:
        """Light becomes dark, and back."""
        theme: Theme = "light" if self.colors.theme == "dark" else "dark"
        self.settings.theme = theme
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Apply the theme to the window."""
        self.colors = apply_theme(self._app, theme)
        self.welcome.apply_theme(self.colors)
        self.sign_in.apply_theme(self.colors)
        if self._context is not None:
            self._context.apply_theme(self.colors)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.session is not None and event.type() in (
            QEvent.Type.KeyPress,
            QEvent.Type.MouseButtonPress,
            QEvent.Type.MouseMove,
            QEvent.Type.Wheel,
        ):
            self._idle.start()
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.keep_bytes("geometry", self.saveGeometry())
        self.settings.sync()
        self._app.removeEventFilter(self)
        self.runner.close()
        self.close_workspace()
        super().closeEvent(event)

    @Slot(object)
    def _say_on_welcome(self, error: object) -> None:
        if not isinstance(error, Cancelled):
            self.welcome.problem.say(str(error))

    @Slot()
    def _say_bug(self) -> None:
        sentence = self.tr("The program met a bug. Help → About says where the log of bugs is.")
        if self.workspace_page is not None:
            self.workspace_page.say(sentence)
        else:
            self.welcome.problem.say(sentence)

    def _connect(self) -> None:
        self.bugs.met.connect(self._say_bug)
        self.runner.bug.connect(self._say_bug)
        self.welcome.create_wanted.connect(self.create_bank)
        self.welcome.open_wanted.connect(self.open_path)
        self.welcome.demo_wanted.connect(self.make_default_demo)
        self.welcome.restore_wanted.connect(self.restore_backup)
        self.sign_in.submitted.connect(self._sign_in)
        self.sign_in.viewer_wanted.connect(self._look_only)
        self.sign_in.closed.connect(self.close_workspace)
        self._idle.timeout.connect(self._lock_idle)
        self.runner.busy_changed.connect(self._work_changed)
        self._app.installEventFilter(self)
        QShortcut(QKeySequence("Ctrl+L"), self, self.lock)
        QShortcut(QKeySequence("Ctrl+Q"), self, self.close)


def start(path: Path | None, *, demo: bool = False) -> int:
    """Run the window until it is closed; the exit code. `demo` makes the demo bank at `path` first."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("a core application was made before the window")
    sys.setswitchinterval(SWITCH_S)
    app.setApplicationName("auditdesk")
    app.setApplicationDisplayName("auditdesk")
    window = MainWindow(Settings(), app)
    window.bugs.install()
    try:
        with closed_from_outside(window, app):
            window.show()
            if path is not None:
                (window.make_demo if demo else window.open_path)(path)
            return app.exec()
    finally:
        window.bugs.remove()
