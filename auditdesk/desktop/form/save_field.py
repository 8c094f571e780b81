"""Choose the path of a new file: a free name is proposed, an existing file is never overwritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QWidget

from auditdesk.desktop.kit.fields import Field, typed_path
from auditdesk.desktop.kit.widgets import button
from auditdesk.desktop.look.formats import tr
from auditdesk.domain.errors import Refused
from auditdesk.domain.instants import to_iso
from auditdesk.services.files.places import place_of

FilesOf = Callable[[Path], Sequence[Path]]
DAY_CHARS: Final = 10
ASK_NOTHING: Final = QFileDialog.Option.DontConfirmOverwrite  # the form refuses it itself, in words


def alone(path: Path) -> tuple[Path, ...]:
    """The one file itself: what is written where nothing else lies beside it."""
    return (path,)


def proposed_path(*words: str, now_us: int, suffix: str, files_of: FilesOf = alone) -> Path:
    """A free place in the home folder, named after what it holds and the day it is made on (UTC)."""
    parts = (*words, to_iso(now_us)[:DAY_CHARS])
    return free_path(Path.home() / ("-".join(filter(None, parts)).replace("/", "-") + suffix), files_of)


def free_path(path: Path, files_of: FilesOf = alone) -> Path:
    """The path, or the first one numbered from 2 on, at which nothing lies that would be replaced."""
    candidate, number = path, 1
    while _taken(candidate, files_of):
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate


def refuse_taken(path: Path, files_of: FilesOf = alone, *, field: str = "") -> None:
    """Refuse what would replace a file.

    Raises `Refused` (`file_exists`, and `out_is_ledger` for a file of a bank's books) or a `Fault`.
    """
    place_of(path)
    taken = _taken(path, files_of)
    if taken:
        raise Refused(
            "file_exists",
            tr("{path} already exists; nothing is overwritten.").format(path=taken[0]),
            tr("Choose another name."),
            field=field,
        )


def choose_file(parent: QWidget, title: str, proposed: str, kinds: str = "") -> str:
    """Ask for a place by the system's own dialog; empty where it was cancelled."""
    chosen, _ = QFileDialog.getSaveFileName(parent, title, proposed, kinds, options=ASK_NOTHING)
    return chosen


class SaveField(Field):
    """A path to type or to choose. `files_of(path)`: all the files that will be written there.

    Where one of them is there already, it is refused; or, where it is `replaceable`, a tick is asked for.
    """

    def __init__(
        self,
        title: str,
        kinds: str,
        *,
        hint: str = "",
        files_of: FilesOf = alone,
        replaceable: bool = False,
    ) -> None:
        entry = QLineEdit()
        super().__init__("out", tr("&File"), entry, hint=hint)
        self._dialog_title, self._kinds, self._files_of = title, kinds, files_of
        self._replaceable = replaceable
        self._asked_for: Path | None = None
        self.replace = QCheckBox(tr("Re&place the file that is there"))
        self.replace.setObjectName("replaceInput")
        self.replace.hide()
        self.box.addWidget(self.replace)
        self.browse = button(tr("&Choose…"), "browseButton")
        self.browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(entry, 1)
        row.addWidget(self.browse)
        self.box.insertLayout(1, row)

    def new_path(self) -> Path:
        """The path as typed. Raises `Refused` where it is none, or where a file lies already."""
        path = typed_path(self, tr("Say where the file is to go."))
        if self._asked_for != path:
            self.replace.setChecked(False)
        if not self.replace.isChecked():
            self._ask_for(path)
            refuse_taken(path, self._files_of, field=self.name)
        return path

    def _ask_for(self, path: Path) -> None:
        """Offer to replace what lies at a path; a tick counts for that path alone."""
        self._asked_for = path
        self.replace.setVisible(self._replaceable and bool(_taken(path, self._files_of)))

    @Slot()
    def _browse(self) -> None:
        chosen = choose_file(self, self._dialog_title, self.text(), self._kinds)
        if chosen:
            self.set_text(chosen)
            self.edited.emit()


def _taken(path: Path, files_of: FilesOf) -> list[Path]:
    """Files that are there; a folder is for the writer to refuse, in its own words."""
    return [file for file in files_of(path) if file.is_file() or file.is_symlink()]
