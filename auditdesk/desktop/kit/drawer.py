"""A panel beside the main thing where there is room; where there is none, a drawer over its right side."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

GAP_PX: Final = 10


class WithDrawer(QWidget):
    """`main` with `panel` at its right, `panel_px` wide.

    Where `main` would get less than it needs, the panel folds: it is hidden until `pull(True)`, and then
    covers the right of `main`. `folded(bool)`: whether there is something to pull.
    """

    folded = Signal(bool)

    def __init__(self, main: QWidget, panel: QWidget, panel_px: int) -> None:
        super().__init__()
        self._main, self._panel, self._panel_px = main, panel, panel_px
        self._is_folded = False
        self._pulled = False
        main.setParent(self)
        panel.setParent(self)

    @Slot(bool)
    def pull(self, pulled: bool) -> None:  # noqa: FBT001 - a signal's datum
        """Open the drawer, or push it in; beside the main thing the panel is always in sight."""
        self._pulled = pulled
        self._place()

    def minimumSizeHint(self) -> QSize:
        main, panel = self._main.minimumSizeHint(), self._panel.minimumSizeHint()
        return QSize(main.width(), max(main.height(), panel.height()))

    def sizeHint(self) -> QSize:
        main = self._main.sizeHint()
        return QSize(main.width() + GAP_PX + self._panel_px, main.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        folded = self.width() < self._main.minimumSizeHint().width() + GAP_PX + self._panel_px
        if folded != self._is_folded:
            self._is_folded = folded
            self.folded.emit(folded)
        self._place()

    def _place(self) -> None:
        width, height = self.width(), self.height()
        beside = 0 if self._is_folded else self._panel_px + GAP_PX
        self._main.setGeometry(0, 0, width - beside, height)
        self._panel.setGeometry(width - self._panel_px, 0, self._panel_px, height)
        self._panel.setVisible(self._pulled or not self._is_folded)
        self._panel.raise_()
