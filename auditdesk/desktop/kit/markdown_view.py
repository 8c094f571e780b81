"""Documents written in Markdown, shown with links between them; nothing comes from the network."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QFont,
    QFontDatabase,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser, QWidget

from auditdesk.desktop.look.assets import read_text

SCHEME: Final = "qrc"  # to Qt a link with any scheme but this and file leads out of the program
CELL_PX: Final = 4
LINE_PERCENT: Final = 125
_NO_WORD: Final = re.compile(r"[^\w\- ]")


class MarkdownView(QTextBrowser):
    """Shows a file below `resources`; a link to another one, or to a heading, is followed here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)

    def show_page(self, *path: str) -> None:
        """Show a file by its path below `resources`. Raises FileNotFoundError."""
        read_text(*path)
        self.setSource(_address("/".join(path)), QTextDocument.ResourceType.MarkdownResource)

    def loadResource(self, _kind: int, name: QUrl | str, /) -> object:
        """A file's text, or nothing where there is none; pictures are left out."""
        address = QUrl(name)
        path = address.path().strip("/").split("/")
        if address.scheme() != SCHEME or ".." in path:
            return None
        try:
            return read_text(*path)
        except (OSError, UnicodeDecodeError):
            return None

    def doSetSource(
        self,
        name: QUrl | str,
        /,
        type: QTextDocument.ResourceType = QTextDocument.ResourceType.MarkdownResource,  # noqa: A002 - Qt's name
    ) -> None:
        super().doSetSource(name, type)
        _dress(self.document(), self.palette())
        self._scroll_to(QUrl(name).fragment())

    def _follow(self, link: QUrl) -> None:
        """Go where a link leads: to a page of ours, or out into the reader's own browser."""
        target = self.source().resolved(link)
        if target.scheme() == SCHEME:
            self.setSource(target, QTextDocument.ResourceType.MarkdownResource)
        else:
            QDesktopServices.openUrl(target)

    def _scroll_to(self, fragment: str) -> None:
        block = heading_of(self.document(), fragment)
        if block is not None:
            top = self.document().documentLayout().blockBoundingRect(block).top()
            self.setTextCursor(QTextCursor(block))
            self.verticalScrollBar().setValue(int(top))


def heading_of(document: QTextDocument, fragment: str) -> QTextBlock | None:
    """The heading that a link's fragment names, as GitHub makes fragments from headings."""
    block = document.begin()
    while fragment and block.isValid():
        if block.blockFormat().headingLevel() and fragment_of(block.text()) == fragment:
            return block
        block = block.next()
    return None


def fragment_of(heading: str) -> str:
    """The fragment of a heading: lower case, words joined by hyphens, no other signs."""
    return _NO_WORD.sub("", heading.strip().lower()).replace(" ", "-")


def _address(path: str) -> QUrl:
    return QUrl(f"{SCHEME}:/{path}")


def _dress(document: QTextDocument, palette: QPalette) -> None:
    """Give tables lines, code a ground, and the text room: Qt's Markdown has none of them."""
    tables = [frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable)]
    for table in tables:
        form = table.format().toTableFormat()
        form.setBorder(1)
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderBrush(palette.mid())
        form.setBorderCollapse(True)
        form.setCellPadding(CELL_PX)
        table.setFormat(form)
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        room = QTextBlockFormat()
        room.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence):
            room.setBackground(palette.alternateBase())
        cursor.mergeBlockFormat(room)
        block = block.next()
    _set_fixed_font(document)


def _set_fixed_font(document: QTextDocument) -> None:
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    block = document.begin()
    while block.isValid():
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            if fragment.charFormat().fontFixedPitch():
                cursor = QTextCursor(document)
                cursor.setPosition(fragment.position())
                cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
                form = QTextCharFormat()
                form.setFontFamilies([fixed.family(), "monospace"])
                form.setFontStyleHint(QFont.StyleHint.Monospace)
                cursor.mergeCharFormat(form)
            iterator += 1
        block = block.next()
