"""Name the customer of a form or page: number, name, and statuses that restrict a command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from auditdesk.desktop.kit.widgets import PersonalLabel, Pill, Tone, label
from auditdesk.desktop.look import formats
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.instants import day_of
from auditdesk.domain.personal import Mask


class Status(NamedTuple):
    """A word on a pill, and its tone."""

    words: str
    tone: Tone


def customer_standing(customer: Customer) -> list[Status]:
    """Forgotten, being forgotten, under a legal hold: the weightiest first."""
    found = []
    if customer.forgotten_at_us is not None:
        day = formats.day(day_of(customer.forgotten_at_us))
        found.append(Status(formats.tr("forgotten {day}").format(day=day), "muted"))
    elif customer.erasure_requested_at_us is not None:
        found.append(Status(formats.tr("erasure under way"), "past"))
    if customer.held_since_us is not None:
        day = formats.day(day_of(customer.held_since_us))
        found.append(Status(formats.tr("legal hold since {day}").format(day=day), "past"))
    return found


def account_standing(account: Account) -> list[Status]:
    """Closed, or what is frozen."""
    found = []
    if account.status == "closed":
        found.append(Status(formats.tr("closed"), "muted"))
    if account.blocks != "none":
        found.append(Status(formats.blocks(account.blocks), "past"))
    return found


def name_of(customer: Customer) -> str | Mask:
    """The name, or the mask that stands in its place."""
    return customer.personal if isinstance(customer.personal, Mask) else customer.name


class SubjectLine(QWidget):
    """A line with the customer's number, name and statuses; hidden until a customer is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("subjectLine")
        self.name = PersonalLabel("subjectName")
        self.name.setProperty("strong", True)
        self.number = label(kind="muted", name="subjectNumber")
        self._pills = QHBoxLayout()
        self._pills.setSpacing(6)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.number, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.name, 1, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._pills)
        self.hide()

    def show_customer(self, customer: Customer, of_account: Sequence[Status] = ()) -> None:
        """Name a customer, with what stands in the way of acting on them or on their account."""
        self.number.setText(customer.number)
        self.name.show_personal(name_of(customer))
        while (old := self._pills.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.deleteLater()
        for standing in (*of_account, *customer_standing(customer)):
            pill = Pill()
            self._pills.addWidget(pill, 0, Qt.AlignmentFlag.AlignTop)
            pill.show_word(*standing)
        self.show()

    def words(self) -> list[str]:
        """The words of the status pills, for tests and for assistive tools."""
        items = (self._pills.itemAt(place) for place in range(self._pills.count()))
        pills = (item.widget() for item in items if item is not None)
        return [pill.text() for pill in pills if isinstance(pill, Pill)]
