"""A customer's page: details at any moment, every change, accounts, and the way to be forgotten."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from auditdesk.desktop.customer.history import CustomerHistory
from auditdesk.desktop.form.rights import PAST, commands_on, why_not, why_not_permitted
from auditdesk.desktop.form.subject import Status, customer_standing
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.widgets import (
    Banner,
    Card,
    Elided,
    PersonalLabel,
    Pill,
    button,
    label,
    set_enabled_or_explain,
)
from auditdesk.desktop.look import formats
from auditdesk.desktop.look.icons import icon
from auditdesk.desktop.look.tokens import Palette
from auditdesk.desktop.time.playback import Player
from auditdesk.desktop.time.time_bar import TimeBar
from auditdesk.desktop.time.time_keys import TimeKeys
from auditdesk.desktop.time.timeline import TimelineModel
from auditdesk.domain.commands.base import gone
from auditdesk.domain.commands.customer import PlaceHold, ReleaseHold
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import AuditdeskError
from auditdesk.domain.instants import day_of
from auditdesk.domain.moments import AtVersion, Moment, TimeAxis
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.domain.roles import CERTIFY, FORGET, Permission
from auditdesk.domain.streams import customer_stream

CAPTIONS: Final = (
    ("name", "Name"),
    ("birth_date", "Birth date"),
    ("street", "Street"),
    ("town", "Town"),
    ("country", "Country"),
    ("email", "E-mail"),
    ("phone", "Phone"),
)
ACCOUNTS_PX: Final = 130
HOLDS: Final = (PlaceHold.NAME, ReleaseHold.NAME)
SERVICES: Final = {FORGET.name: FORGET, CERTIFY.name: CERTIFY}


class CustomerPage(QWidget):
    """One customer at any moment. `form_wanted(name)`: of a command, or of a service for customers."""

    form_wanted = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("customerPage")
        self._context = context
        self._history = context.session.history
        self.number = ""
        self.state: Customer | None = None
        palette = context.palette
        self.timeline = TimelineModel(self._resolve, self._instants, parent=self)
        self.player = Player(self.timeline, parent=self)
        self.bar = TimeBar(
            self.timeline, self.player, palette, lambda name: icon(name, self._context.palette.text)
        )
        self.banner = Banner("past", "history", palette)
        self.title = label(kind="title", name="customerNumber")
        self.pill = Pill()
        self.about = Elided()
        self.about.setObjectName("customerAbout")
        self.about.setProperty("muted", True)
        self.values = {key: PersonalLabel(f"customer_{key}") for key, _ in CAPTIONS}
        self.accounts = QListWidget()
        self.accounts.setObjectName("customerAccounts")
        self.accounts.setAccessibleName(self.tr("Accounts of this customer"))
        self.accounts.setMaximumHeight(ACCOUNTS_PX)
        self.events = CustomerHistory(palette)
        self.buttons = self._make_buttons()
        self._lay_out()
        self._connect()

    def show_customer(self, number: str, moment: Moment | None = None) -> None:
        """Show a customer at the present, or at a moment. Raises `Refused`."""
        self.player.pause()
        self.timeline.load(self._read(number))
        if moment is not None:
            self.timeline.go_to_moment(moment)
        self._show(self.timeline.version)

    @Slot()
    def refresh(self) -> None:
        """Look again after the log has grown; stay at the moment that is shown."""
        if self.number:
            self.timeline.extend(self._read(self.number))

    def _read(self, number: str) -> int:
        """Read the customer, their history and accounts; return how many events there are."""
        view = self._history.customer_at(number)
        self.number = view.state.number
        self.state = view.state
        self.events.show_events(self._history.customer_register(self.number))
        self.accounts.clear()
        for account in view.accounts:
            state = self._history.account_at(account).state
            words = formats.money_with_currency(state.balance_minor, state.currency)
            item = QListWidgetItem(f"{account}   {words}   {state.status}")
            item.setData(Qt.ItemDataRole.UserRole, account)
            self.accounts.addItem(item)
        return view.versions

    @Slot(object)
    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        self.bar.apply_theme(palette)
        self.banner.apply_theme(palette)
        self.events.apply_theme(palette)

    @Slot(object)
    def _show(self, version: int) -> None:
        if not version:
            return
        try:
            state = self._history.customer_at(self.number, AtVersion(version)).state
        except AuditdeskError as error:
            self._context.runner.record(error)
            self.banner.say(str(error))
            return
        past = self.timeline.is_past
        self._show_state(state)
        self.events.set_current(version)
        self._allow(self.state or state, past=past)
        if past:
            when = formats.instant(self.timeline.shown_us)
            self.banner.say(
                self.tr("You are viewing {when} UTC. Commands are off.").format(when=when),
                self.tr("Return to present (Esc)"),
            )
        else:
            self.banner.say("")

    def _show_state(self, state: Customer) -> None:
        self.title.setText(state.number)
        weightiest = next(iter(customer_standing(self.state or state)), Status("", "muted"))
        self.pill.show_word(*weightiest)
        reference = f" · {state.reference}" if state.reference else ""
        registered = formats.day(day_of(state.registered_at_us))
        self.about.set_full_text(self.tr("Registered {day}").format(day=registered) + reference)
        personal = state.personal
        for key, _ in CAPTIONS:
            self.values[key].show_personal(personal if isinstance(personal, Mask) else _value(personal, key))

    def _allow(self, now: Customer, *, past: bool) -> None:
        """Show what can be done about the customer as they are now; what is disabled says why."""
        reasons = why_not(self._context.session, now, past=past)
        for service in SERVICES.values():
            why = PAST if past else why_not_permitted(self._context.session, service)
            reasons[service.name] = why or _unavailable(service, now)
        for name, made in self.buttons.items():
            set_enabled_or_explain(made, reasons.get(name, ""))
        forgotten, held = now.forgotten_at_us is not None, now.held_since_us is not None
        self.buttons[PlaceHold.NAME].setVisible(not forgotten and not held)
        self.buttons[ReleaseHold.NAME].setVisible(not forgotten and held)
        self.buttons[FORGET.name].setVisible(not forgotten)
        self.buttons[CERTIFY.name].setVisible(forgotten)

    def _resolve(self, instant_us: int, clock: TimeAxis) -> int:
        return self._history.version_at(customer_stream(self.number), instant_us, clock)

    def _instants(self, version: int) -> tuple[int, int]:
        return self._history.instants(customer_stream(self.number), version)

    def _make_buttons(self) -> dict[str, QPushButton]:
        words = {command.NAME: command.WORDS for command in commands_on("customer")}
        words |= {
            FORGET.name: self.tr("&Forget customer…"),
            CERTIFY.name: self.tr("Save &certificate…"),
        }
        made = {}
        for name, text in words.items():
            made[name] = button(text, f"{name}Button", kind="danger" if name == FORGET.name else "")
            made[name].clicked.connect(lambda _=False, name=name: self.form_wanted.emit(name))
        return made

    def _connect(self) -> None:
        self.timeline.moved.connect(self._show)
        self.timeline.past_changed.connect(lambda _past: self._show(self.timeline.version))
        self.banner.acted.connect(self.timeline.last)
        self.events.chosen.connect(self.timeline.go_to)
        self.accounts.itemActivated.connect(self._go_to_account)
        self.accounts.itemClicked.connect(self._go_to_account)
        self.keys = TimeKeys(
            self,
            self.timeline,
            self.player,
            neighbour=lambda version, direction: version + direction,
            go_to_date=self.bar.focus_field,
        )
        here = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.timeline.last, context=here)
        self._context.changed.connect(self.refresh)
        self._context.theme_changed.connect(self.apply_theme)

    @Slot(QListWidgetItem)
    def _go_to_account(self, item: QListWidgetItem) -> None:
        self._context.account_wanted.emit(item.data(Qt.ItemDataRole.UserRole), None)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.pill)
        head.addWidget(self.about, 1)
        commands = QHBoxLayout()
        for name, made in self.buttons.items():
            (head if name in (*HOLDS, *SERVICES) else commands).addWidget(made)
        commands.addStretch(1)
        details = Card(margin=16)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for row, (key, caption) in enumerate(CAPTIONS):
            grid.addWidget(label(caption, kind="muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self.values[key], row, 1)
        grid.setColumnStretch(1, 1)
        details.box.addLayout(grid)
        details.box.addWidget(label(self.tr("Accounts"), kind="heading"))
        details.box.addWidget(self.accounts)
        details.box.addStretch(1)
        time_card, event_card = Card(), Card()
        time_card.box.addWidget(self.bar)
        event_card.box.addWidget(label(self.tr("What happened, and since when"), kind="heading"))
        event_card.box.addWidget(self.events, 1)
        body = QHBoxLayout()
        body.setSpacing(10)
        body.addWidget(details, 2)
        body.addWidget(event_card, 3)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(10)
        page.addLayout(head)
        page.addLayout(commands)
        page.addWidget(self.banner)
        page.addWidget(time_card)
        page.addLayout(body, 1)


def _unavailable(service: Permission, customer: Customer) -> str:
    """A customer is forgotten once, and certified once they are."""
    if service is FORGET:
        return gone(customer) if customer.forgotten_at_us is not None else ""
    return "" if customer.forgotten_at_us is not None else formats.tr("The customer has not been forgotten.")


def _value(personal: PersonalDetails, key: str) -> str:
    address, contact = personal.address, personal.contact
    town = " ".join(part for part in (address.postal_code, address.city, address.region) if part)
    return {
        "name": personal.name,
        "birth_date": personal.birth_date,
        "street": address.street,
        "town": town,
        "country": address.country,
        "email": contact.email,
        "phone": contact.phone,
    }[key]
