"""Settings kept between runs: the window's geometry, its theme, recent workspaces. Nothing audited."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QSettings

from auditdesk.desktop.look.tokens import Theme

RECENT: Final = 8


class Settings:
    """Settings in the user's place for them, or in a file that a test gives."""

    def __init__(self, file: Path | None = None) -> None:
        if file is None:
            self._store = QSettings("auditdesk", "auditdesk")
        else:
            self._store = QSettings(str(file), QSettings.Format.IniFormat)

    @property
    def theme(self) -> Theme:
        """Light or dark."""
        return "dark" if self._store.value("theme") == "dark" else "light"

    @theme.setter
    def theme(self, theme: Theme) -> None:
        self._store.setValue("theme", theme)

    @property
    def recent(self) -> list[Path]:
        """The workspaces opened last, the newest first, as far as they are still there."""
        stored = self._store.value("recent")
        names = stored if isinstance(stored, list) else [stored] if isinstance(stored, str) and stored else []
        return [Path(name) for name in names if os.path.isdir(name)]  # noqa: PTH112 - no error for a closed folder

    def remember(self, workspace: Path) -> None:
        """Put a workspace first among the recent ones."""
        paths = [workspace, *(path for path in self.recent if path != workspace)]
        self._store.setValue("recent", [str(path) for path in paths[:RECENT]])

    def bytes(self, name: str) -> QByteArray:
        """A stored geometry; empty where there is none."""
        stored = self._store.value(name)
        return stored if isinstance(stored, QByteArray) else QByteArray()

    def keep_bytes(self, name: str, value: QByteArray) -> None:
        """Store a geometry."""
        self._store.setValue(name, value)

    def sync(self) -> None:
        """Write what is not yet written."""
        self._store.sync()
