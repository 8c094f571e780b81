"""Small parts that every page is made of."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from auditdesk.desktop.look import formats
from auditdesk.desktop.look.icons import pixmap
from auditdesk.desktop.look.tokens import Palette
from auditdesk.domain.personal import Mask

Tone = Literal["info", "past", "muted", "bad", "good"]
BannerTone = Literal["past", "warning", "good"]
ICON_PX = 32
PILL_MARGINS_PX = (8, 3, 8, 3)


def set_enabled_or_explain(control: QWidget | QAction, why: str) -> None:
    """Disable a control with the reason as its tool tip; enable it if the reason is empty."""
    control.setEnabled(not why)
    control.setToolTip(why)


def set_flag(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and have the widget drawn by it."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def label(text: str = "", *, kind: str = "", name: str = "", wrap: bool = False) -> QLabel:
    """A plain-text label of a kind that the style sheet knows: muted, strong, title, section, figure."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if kind:
        made.setProperty(kind, True)
    if name:
        made.setObjectName(name)
    return made


def button(text: str, name: str, *, kind: str = "") -> QPushButton:
    """A push button; `kind` is primary, danger, quiet or nothing."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(text.replace("&", ""))
    made.setAutoDefault(False)
    if kind:
        made.setProperty(kind, True)
    return made


class Card(QFrame):
    """A rounded ground for what belongs together, with a vertical layout in `box`."""

    def __init__(self, parent: QWidget | None = None, *, margin: int = 12) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(margin, margin, margin, margin)
        self.box.setSpacing(8)


def centred(card: QWidget) -> QScrollArea:
    """A card of fixed width in the middle of a page, which scrolls where the card is higher.

    Stretches at its sides let the page ask the card for its height at its own width; aligned instead, it
    would be asked at the page's, at which a sentence of three lines takes one.
    """
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(card)
    row.addStretch(1)
    body = QWidget()
    body.setProperty("scrolled", True)
    column = QVBoxLayout(body)
    column.addStretch(1)
    column.addLayout(row)
    column.addStretch(2)
    made = QScrollArea()
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setWidgetResizable(True)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setWidget(body)
    return made


class Pill(QLabel):
    """A word on a coloured ground; hidden while it has nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.setContentsMargins(*PILL_MARGINS_PX)  # a style sheet's padding is not part of a label's size
        self.hide()

    def show_word(self, text: str, tone: Tone) -> None:
        """Show a word in a tone; an empty one hides the pill."""
        set_flag(self, "pill", tone)
        self.setText(text)
        self.setVisible(bool(text))


class Elided(QLabel):
    """A one-line label, elided with an ellipsis where room is short; the tool tip has the whole text."""

    def set_full_text(self, text: str) -> None:
        """Show a text."""
        self.setToolTip(text)
        self.setText(text)
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(20, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(self.alignment()), text)


class PersonalLabel(QLabel):
    """A personal text, or what stands in its place, in a style of its own."""

    def __init__(self, name: str, *, wrap: bool = True) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_personal(self, value: str | Mask) -> None:
        """Show a text or a mask."""
        alarm = isinstance(value, Mask) and value.kind in ("key_lost", "tampered")
        set_flag(self, "masked", isinstance(value, Mask))
        set_flag(self, "problem", alarm)
        self.setText(formats.personal(value) or "\N{EN DASH}")


class EmptyState(QWidget):
    """A placeholder for an empty list: why it is empty, and a button for what to do."""

    acted = Signal()

    def __init__(self, icon_name: str, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.sentence = label(kind="muted", name="emptySentence", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.action = button("", "emptyAction")
        self.action.clicked.connect(self.acted)
        box = QVBoxLayout(self)
        box.addStretch(1)
        box.addWidget(self._picture)
        box.addWidget(self.sentence)
        box.addWidget(self.action, alignment=Qt.AlignmentFlag.AlignCenter)
        box.addStretch(2)
        self.apply_theme(palette)
        self.explain("")

    def explain(self, sentence: str, action: str = "") -> None:
        """Say why there is nothing, and offer what to do, if anything."""
        self.sentence.setText(sentence)
        self.action.setText(action)
        self.action.setAccessibleName(action)
        self.action.setVisible(bool(action))

    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        self._picture.setPixmap(pixmap(self._icon_name, palette.text_faint, ICON_PX, scale=2))


class Notice(QWidget):
    """A quiet line with something to do about it; hidden until there is a reason to show it."""

    acted = Signal()

    def __init__(self, sentence: str, action: str, name: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}Notice")
        self.sentence = label(sentence, kind="muted", name=f"{name}Sentence")
        self.action = button(action, f"{name}Action", kind="quiet")
        self.action.clicked.connect(self.acted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.sentence)
        row.addWidget(self.action)
        row.addStretch(1)
        self.hide()


class Banner(QFrame):
    """A strip across the page that can't be missed: a sentence, and what to do about it."""

    acted = Signal()

    def __init__(self, tone: BannerTone, icon_name: str, palette: Palette) -> None:
        super().__init__()
        self._icon_name, self._tone = icon_name, tone
        self.setProperty("banner", tone)
        self._picture = QLabel()
        self.sentence = label(name="bannerSentence", wrap=True)
        self.action = button("", "bannerAction")
        self.action.clicked.connect(self.acted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._picture)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.action)
        self.apply_theme(palette)
        self.hide()

    def say(self, sentence: str, action: str = "") -> None:
        """Show a sentence; an empty one hides the banner."""
        self.sentence.setText(sentence)
        self.action.setText(action)
        self.action.setAccessibleName(action)
        self.action.setVisible(bool(action))
        self.setVisible(bool(sentence))

    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        color = {"past": palette.past, "warning": palette.danger, "good": palette.credit}[self._tone]
        self._picture.setPixmap(pixmap(self._icon_name, color, 16, scale=2))
