"""Session, task runner, settings, theme and drafts that every page of a signed-in window shares."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from auditdesk.desktop.kit.drafts import Drafts
from auditdesk.desktop.kit.settings import Settings
from auditdesk.desktop.kit.tasks import TaskRunner
from auditdesk.desktop.look.tokens import Palette
from auditdesk.services.workspace.session import Session


class Context(QObject):
    """The session and what goes with it.

    `changed`: the log has grown by a command of ours. `look_changed(Palette)`: another theme.
    `account_wanted(number, moment or None)`, `customer_wanted(number, moment or None)`: go there.
    `notified(text)`: a quiet receipt. `linked(link or None)`: where the receipt leads.
    """

    changed = Signal()
    theme_changed = Signal(object)
    account_wanted = Signal(str, object)
    customer_wanted = Signal(str, object)
    notified = Signal(str)
    linked = Signal(object)

    def __init__(
        self,
        session: Session,
        runner: TaskRunner,
        settings: Settings,
        palette: Palette,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.runner = runner
        self.settings = settings
        self.palette = palette
        self.drafts = Drafts()

    @Slot(object)
    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        self.palette = palette
        self.theme_changed.emit(palette)

    def done(self, receipt: str, link: object = None) -> None:
        """A command of ours is in the log: show its receipt, with a link, and let every page look again."""
        self.notified.emit(receipt)
        self.linked.emit(link)
        self.changed.emit()
