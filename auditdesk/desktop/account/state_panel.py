"""The panel beside the register: the state at the moment, and below a rule, the event that led to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from auditdesk.desktop.account.state_lines import (
    StateLine,
    account_lines,
    event_lines,
    owner_lines,
)
from auditdesk.desktop.look.protocols import Formats
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.personal import Mask
from auditdesk.services.history.views import RegisterRow

WIDTH_PX: Final = 288
# Wrapped labels are laid out again at every step; what surely fits in a line is left unwrapped.
_SHORT: Final = 16
_LONG_RUN: Final = re.compile(r"\S{20}(?=\S)")


class StatePanel(QScrollArea):
    """The account and its owner as they were, each line with what the event changed of it.

    `explain_requested`, `evidence_requested` and `other_side_requested` carry the version of the event shown.
    """

    explain_requested = Signal(object)
    evidence_requested = Signal(object)
    other_side_requested = Signal(object)

    def __init__(self, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formats = formats
        self._version = 0
        self.setObjectName("statePanel")
        self.setAccessibleName(self.tr("State at the moment"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(WIDTH_PX - 48)
        self.title = _heading("stateTitle")
        self.event_title = _heading("eventTitle")
        self.explain = QPushButton(self.tr("Explain…"))
        self.explain.setObjectName("explainButton")
        self.explain.setToolTip(self.tr("Before and after, payload and proof of this event"))
        self.explain.clicked.connect(self._ask_to_explain)
        self.evidence = QPushButton(self.tr("Save evidence…"))
        self.evidence.setObjectName("evidenceButton")
        self.evidence.setToolTip(self.tr("Proof of this event that anybody can check without auditdesk"))
        self.evidence.clicked.connect(self._ask_for_evidence)
        self.other_side = QPushButton()
        self.other_side.setObjectName("otherSideButton")
        self.other_side.setProperty("link", True)
        self.other_side.setToolTip(self.tr("Go to the other account, at this transfer"))
        self.other_side.clicked.connect(self._ask_for_other_side)
        self._state = LineList("state", formats)
        self._event = LineList("event", formats, compact=True)
        self.setWidget(self._lay_out())

    def _lay_out(self) -> QWidget:
        split = QFrame()
        split.setObjectName("stateSplit")
        split.setProperty("rule", True)
        split.setFixedHeight(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.explain)
        buttons.addWidget(self.evidence)
        buttons.addStretch(1)
        body = QWidget()
        body.setObjectName("stateBody")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        for part in (self.title, self._state, split, self.event_title, self._event, self.other_side):
            layout.addWidget(part)
        layout.addLayout(buttons)
        layout.addStretch(1)
        return body

    def show_state(
        self,
        before: Account | None,
        after: Account,
        owner: Customer | None,
        *,
        title: str,
        owner_note: str = "",
    ) -> None:
        """Show the account after an event, and what that event changed; `owner` as of then."""
        self.title.setText(title)
        self._state.show_lines(
            [*account_lines(before, after, self._formats, self.tr), *owner_lines(owner, self.tr, owner_note)]
        )

    def show_event(self, event: RegisterRow, currency: str, other_side: str = "") -> None:
        """Show the event that led to the state; `other_side` says where a transfer went or came from."""
        self.other_side.setText(self.tr("Go to {number}").format(number=event.other_account))
        self.other_side.setVisible(bool(other_side))
        if other_side:
            event = event._replace(counterparty=other_side)
        self._version = event.version
        self.event_title.setText(
            self.tr("Event {version}").format(version=self.locale().toString(event.version))
        )
        self._event.show_lines(event_lines(event, currency, self._formats, self.tr))

    def text_of(self, key: str) -> str:
        """The text of a line by its key, for tests and for copying; empty if the line isn't shown."""
        return self._state.text_of(key) or self._event.text_of(key)

    def change_of(self, key: str) -> str:
        """The event's change of a state line by its key, for tests; empty if it changed nothing."""
        return self._state.change_of(key)

    @Slot()
    def _ask_to_explain(self) -> None:
        if self._version:
            self.explain_requested.emit(self._version)

    @Slot()
    def _ask_for_other_side(self) -> None:
        self.other_side_requested.emit(self._version)

    @Slot()
    def _ask_for_evidence(self) -> None:
        if self._version:
            self.evidence_requested.emit(self._version)


class LineList(QWidget):
    """Captions with wrapped values; its labels are reused at every step, as a step must be cheap.

    Airy, a value stands below its caption and what changed at the right; compact, beside it.
    """

    def __init__(
        self, name: str, formats: Formats, *, compact: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._formats = formats
        self._compact = compact
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3 if compact else 1)
        self._grid.setColumnStretch(1 if compact else 0, 1)
        self._rows: list[_Line] = []
        self._keys: list[str] = []

    def show_lines(self, lines: Sequence[StateLine]) -> None:
        """Show these lines, hide what is left over."""
        while len(self._rows) < len(lines):
            row = _Line()
            place = row.place_beside if self._compact else row.place_below
            place(self._grid, len(self._rows) * 3)
            self._rows.append(row)
        self._keys = [line.key for line in lines]
        for shown, line in zip(self._rows, lines, strict=False):
            value = line.value
            text = self._formats.mask(value) if isinstance(value, Mask) else breakable(value)
            shown.show_line(self._name, line, text)
        for left_over in self._rows[len(lines) :]:
            left_over.hide()

    def text_of(self, key: str) -> str:
        """The value of a line; empty where there is none."""
        return self._rows[self._keys.index(key)].value.text() if key in self._keys else ""

    def change_of(self, key: str) -> str:
        """The change shown in a line by its key; empty if there was none."""
        row = self._rows[self._keys.index(key)]
        return row.note.text() or row.delta.text()


class _Line:
    """A caption, a value, and what changed: in words beside the caption, in money beside the value."""

    def __init__(self) -> None:
        self.caption, self.value, self.note, self.delta = QLabel(), QLabel(), QLabel(), QLabel()
        self._shown: StateLine | None = None
        self.caption.setProperty("muted", True)
        self.value.setProperty("strong", True)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for label in self._labels():
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.delta.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)

    def _labels(self) -> tuple[QLabel, ...]:
        return self.caption, self.value, self.note, self.delta

    def place_below(self, grid: QGridLayout, row: int) -> None:
        """The value below its caption."""
        grid.addWidget(self.caption, row, 0)
        grid.addWidget(self.note, row, 1, Qt.AlignmentFlag.AlignRight)
        values = QHBoxLayout()
        values.addWidget(self.value, 1)
        values.addWidget(self.delta)
        grid.addLayout(values, row + 1, 0, 1, 2)
        grid.setRowMinimumHeight(row + 2, 5)

    def place_beside(self, grid: QGridLayout, row: int) -> None:
        """The value beside its caption, what changed below it."""
        grid.addWidget(self.caption, row, 0)
        grid.addWidget(self.value, row, 1)
        grid.addWidget(self.delta, row, 2)
        grid.addWidget(self.note, row + 1, 1, 1, 2)

    def show_line(self, name: str, line: StateLine, text: str) -> None:
        """Show another line; what stays the same is left alone."""
        # Each `setText` asks the whole window for a new layout, at every step of the slider.
        if line == self._shown:
            return
        old, self._shown = self._shown, line
        change = self.delta if line.tone in ("up", "down") else self.note
        self.caption.setText(line.label)
        self.value.setWordWrap(len(text) > _SHORT)
        self.value.setText(text)
        self.value.setObjectName(f"{name}_{line.key}")
        self.value.setAccessibleName(f"{line.label}: {text} {line.change}".strip())
        for label in (self.note, self.delta):
            label.setText(line.change if label is change else "")
            _set_visible(label, visible=label is change and bool(line.change))
        if line.change and change.property("tone") != line.tone:
            _restyle(change, "tone", line.tone)
        if old is None or isinstance(old.value, Mask) != isinstance(line.value, Mask):
            _restyle(self.value, "masked", isinstance(line.value, Mask))
        _set_visible(self.caption, visible=True)
        _set_visible(self.value, visible=True)

    def hide(self) -> None:
        """Take no room."""
        self._shown = None
        for label in self._labels():
            _set_visible(label, visible=False)


def _set_visible(label: QLabel, *, visible: bool) -> None:
    if label.isHidden() == visible:
        label.setVisible(visible)


def breakable(text: str) -> str:
    """Let words that are longer than the panel break, by zero-width spaces; a label would cut them."""
    return _LONG_RUN.sub(lambda run: run[0] + "\u200b", text)


def _restyle(label: QLabel, name: str, value: object) -> None:
    label.setProperty(name, value)
    label.style().unpolish(label)
    label.style().polish(label)


def _heading(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setProperty("heading", True)
    label.setWordWrap(True)
    return label
