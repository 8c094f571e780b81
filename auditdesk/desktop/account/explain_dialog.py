"""Explain one event: state before and after, operator, instants, command, payload, hash; to copy as JSON."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from auditdesk.desktop.kit.widgets import button, label
from auditdesk.desktop.look import formats
from auditdesk.domain.instants import to_iso
from auditdesk.domain.money import format_amount
from auditdesk.services.history.views import EventView, StepView

SIZE_PX = (620, 560)


class ExplainDialog(QDialog):
    """Everything that is kept of one event of an account. `evidence_wanted(version)`."""

    evidence_wanted = Signal(object)

    def __init__(self, step: StepView, event: EventView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("explainDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Event {n}").format(n=event.envelope.version))
        self.resize(*SIZE_PX)
        self.document = explained(step, event)
        self.text = QPlainTextEdit(json.dumps(self.document, indent=2, ensure_ascii=False))
        self.text.setObjectName("explainText")
        self.text.setAccessibleName(self.tr("The event as JSON"))
        self.text.setReadOnly(True)
        self.copy = button(self.tr("&Copy as JSON"), "copyButton")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        self.evidence = button(self.tr("Save &evidence…"), "evidenceButton")
        self.evidence.clicked.connect(lambda: self.evidence_wanted.emit(event.envelope.version))
        self.done_button = button(self.tr("Close"), "closeButton", kind="primary")
        self.done_button.clicked.connect(self.accept)
        self._lay_out(step, event)

    def _lay_out(self, step: StepView, event: EventView) -> None:
        currency, before, after = step.after.currency, step.before, step.after
        title = f"{formats.event_name(event.envelope.type)} · {formats.instant(event.envelope.booked_at_us)}"
        lines = QGridLayout()
        lines.setHorizontalSpacing(16)
        rows = [
            (
                self.tr("Ledger balance"),
                formats.money_with_currency(before.balance_minor if before else 0, currency),
                formats.money_with_currency(after.balance_minor, currency),
            ),
            (
                self.tr("Available"),
                formats.money_with_currency(before.available_minor if before else 0, currency),
                formats.money_with_currency(after.available_minor, currency),
            ),
            (self.tr("Status"), before.status if before else self.tr("not open"), after.status),
            (
                self.tr("Blocks"),
                formats.blocks(before.blocks if before else "none"),
                formats.blocks(after.blocks),
            ),
        ]
        for column, words in enumerate(("", self.tr("before"), self.tr("after"))):
            lines.addWidget(label(words, kind="muted"), 0, column)
        for row, (caption, old, new) in enumerate(rows, start=1):
            lines.addWidget(label(caption, kind="muted"), row, 0)
            lines.addWidget(label(old), row, 1)
            lines.addWidget(label(new, kind="strong" if new != old else ""), row, 2)
        lines.setColumnStretch(2, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.evidence)
        buttons.addStretch(1)
        buttons.addWidget(self.done_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 18, 20, 16)
        box.setSpacing(12)
        box.addWidget(label(title, kind="section"))
        box.addLayout(lines)
        box.addWidget(self.text, 1)
        box.addLayout(buttons)


def explained(step: StepView, event: EventView) -> dict[str, Any]:
    """The explanation of an event as a JSON document: locale-neutral, amounts in minor units."""
    envelope = event.envelope
    currency = step.after.currency
    return {
        "position": envelope.position,
        "stream": envelope.stream,
        "version": envelope.version,
        "event": envelope.type,
        "schema": envelope.schema,
        "booked_at": to_iso(envelope.booked_at_us),
        "recorded_at": to_iso(envelope.recorded_at_us),
        "operator": envelope.operator,
        "command_id": envelope.command_id,
        "correlation_id": envelope.correlation_id,
        "event_id": envelope.event_id,
        "subject": envelope.subject,
        "payload": json.loads(envelope.payload),
        "personal": None if event.personal is None else _words(event.personal),
        "leaf_sha256": envelope.leaf_hash.hex(),
        "balance_before": format_amount(step.before.balance_minor if step.before else 0, currency),
        "balance_after": format_amount(step.after.balance_minor, currency),
        "currency": currency,
        "folded_events": step.folded_events,
    }


def _words(personal: object) -> object:
    fields = getattr(personal, "__struct_fields__", None)
    if fields is None or hasattr(personal, "kind"):
        return str(personal)
    return {name: _plain(getattr(personal, name)) for name in fields}


def _plain(value: object) -> object:
    return value if isinstance(value, str) else _words(value)
