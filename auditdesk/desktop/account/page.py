"""An account's page: header, past banner, chart, time bar, register and state panel as one thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from auditdesk.desktop.account.filter_chips import Chip
from auditdesk.desktop.account.header import AccountHeader
from auditdesk.desktop.account.other_side import Leg, other_side
from auditdesk.desktop.account.register_model import RegisterModel, money_bounds
from auditdesk.desktop.account.register_view import RegisterView
from auditdesk.desktop.account.state_panel import StatePanel
from auditdesk.desktop.form.rights import why_not, why_not_permitted
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.kit.drawer import WithDrawer
from auditdesk.desktop.kit.widgets import Banner, Card, set_enabled_or_explain
from auditdesk.desktop.look import formats
from auditdesk.desktop.look.icons import icon
from auditdesk.desktop.look.tokens import Palette
from auditdesk.desktop.time.balance_chart import BalanceChart
from auditdesk.desktop.time.playback import Player
from auditdesk.desktop.time.time_bar import TimeBar
from auditdesk.desktop.time.time_keys import TimeKeys
from auditdesk.desktop.time.time_slider import SliderMark
from auditdesk.desktop.time.timeline import TimelineModel
from auditdesk.domain.account import Account
from auditdesk.domain.catalogue import CHIPS, EVENTS
from auditdesk.domain.catalogue import tags as tags_of
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import AuditdeskError
from auditdesk.domain.moments import AtVersion, Moment, Now, TimeAxis
from auditdesk.domain.roles import EVIDENCE, EXPORT_STATEMENT
from auditdesk.domain.streams import account_stream
from auditdesk.services.history.views import BalanceBucket, OwnerMark, RegisterRow, StepView, register_row

PANEL_PX: Final = 272
ROWS_TO_JUDGE_BY: Final = 50


class Overview(NamedTuple):
    """Balance series and event counts of a whole account, read after the page's first paint."""

    number: str
    series: list[BalanceBucket]
    counts: dict[str, int]
    marks: list[OwnerMark]


class AccountPage(QWidget):
    """One account at any moment. It asks for a command's form, an export, the finder, or an explanation."""

    command_wanted = Signal(str)
    export_wanted = Signal()
    find_wanted = Signal()
    explain_wanted = Signal(object)
    evidence_wanted = Signal(object)
    overview_shown = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("accountPage")
        self._context = context
        self._history = context.session.history
        self.number = ""
        self.state: Account | None = None
        self._marks: list[OwnerMark] = []
        self.timeline = TimelineModel(self._resolve, self._instants, parent=self)
        self.player = Player(self.timeline, parent=self)
        palette = context.palette
        self.header = AccountHeader(palette)
        self.banner = Banner("past", "history", palette)
        self.chart = BalanceChart(self.timeline, palette)
        self.bar = TimeBar(self.timeline, self.player, palette, self._icon)
        self.model = RegisterModel(self._fetch, palette, formats, self, other_side=self._other_side)
        self.register = RegisterView(self.timeline, self.model, self._versions_of)
        self.panel = StatePanel(formats)
        self._lay_out()
        self._connect()

    # --- what is shown -----------------------------------------------------------------

    def show_account(self, number: str, moment: Moment | None = None) -> None:
        """Show an account, at its present or at a moment. Raises `Refused` where that can't be shown.

        State and register are there at once; what reads the whole account (chart, counts, marks) follows.
        """
        self.player.pause()
        view = self._history.account_at(number)
        self.timeline.load(0)  # nobody may ask for the last account's moments in this one
        self.number = view.state.number
        self.state = view.state
        self._marks = []
        self.chart.set_series([], view.state.currency)
        self.register.set_chips([Chip("all", self.tr("All"), (), view.versions)])
        # The register before the timeline, which tells it at once where to scroll.
        self.model.load(view.versions, view.state.currency)
        self.timeline.load(view.versions)
        self.register.show_column("stated", shown=self._states_balances(view.versions))
        if moment is not None and not isinstance(moment, Now):
            self.timeline.go_to_moment(moment)
        self._load_overview()

    @Slot()
    def refresh(self) -> None:
        """Look again after the log has grown; stay at the moment that is shown."""
        if not self.number:
            return
        view = self._history.account_at(self.number)
        self.state = view.state
        if view.versions != self.timeline.count:
            # The register first here too.
            self.model.grow(view.versions)
            self.timeline.extend(view.versions)
        else:
            self.model.load(view.versions, view.state.currency)
            self._show(self.timeline.version)
        self._load_overview()

    def _load_overview(self) -> None:
        """Read what needs the whole account off the GUI thread; of one left meanwhile nothing is shown."""
        history, number = self._history, self.number

        def work(_task: object) -> Overview:
            return Overview(
                number,
                history.balance_series(number),
                history.type_counts(number),
                history.owner_marks(number),
            )

        self._context.runner.latest(
            "overview", work, on_success=self._show_overview, on_failure=self._say_failure
        )

    @Slot(object)
    def _show_overview(self, overview: Overview) -> None:
        if overview.number != self.number or self.state is None:
            return
        self._marks = overview.marks
        self.register.set_chips(_chips(overview.counts, self.timeline.count))
        self.chart.set_series(overview.series, self.state.currency)
        self.model.expect(money_bounds(overview.series))
        self._place_marks()
        self._show(self.timeline.version)
        self.overview_shown.emit()

    @Slot(object)
    def _say_failure(self, error: object) -> None:
        self._context.notified.emit(str(error))

    @Slot(object)
    def apply_theme(self, palette: Palette) -> None:
        """Follow the theme."""
        for part in (self.header, self.banner, self.chart, self.bar, self.model):
            part.apply_theme(palette)

    # --- how ---------------------------------------------------------------------------

    def _resolve(self, instant_us: int, clock: TimeAxis) -> int:
        return self._history.version_at(account_stream(self.number), instant_us, clock)

    def _instants(self, version: int) -> tuple[int, int]:
        return self._history.instants(account_stream(self.number), version)

    def _fetch(self, versions: Sequence[int]) -> list[RegisterRow]:
        return self._history.account_register_of(self.number, versions)

    def _other_side(self, row: Leg) -> str:
        return other_side(self._context.session.directory, row)

    @Slot(object)
    def _go_to_other_side(self, version: int) -> None:
        try:
            leg = self._history.other_leg(self.number, version)
        except AuditdeskError as error:
            self._say_failure(error)
            return
        if leg is not None:
            self._context.account_wanted.emit(leg.account, AtVersion(leg.version))

    def _states_balances(self, versions: int) -> bool:
        """True if one of the account's first rows has a stated balance, as an imported account's have."""
        rows = self._history.account_register(self.number, 1, min(versions, ROWS_TO_JUDGE_BY))
        return any(row.stated_balance_minor is not None for row in rows)

    def _versions_of(self, tags: Sequence[str]) -> list[int]:
        return self._history.versions_of_types(self.number, tags)

    def _icon(self, name: str) -> QIcon:
        return icon(name, self._context.palette.text)

    @Slot(object)
    def _show(self, version: int) -> None:
        if not version:
            return
        try:
            step = self._history.step(self.number, version)
            owner = self._owner(step)
        except AuditdeskError as error:
            self._context.runner.record(error)
            self.banner.say(str(error))
            return
        past = self.timeline.is_past
        when = formats.instant(self.timeline.shown_us)
        self.panel.show_state(
            step.before,
            step.after,
            owner,
            title=self.tr("State at {when}").format(when=when) if past else self.tr("State now"),
            owner_note=self._owner_note(),
        )
        row = register_row(step.event, step.after)
        self.panel.show_event(row, step.after.currency, self._other_side(row))
        self.header.show_account(step.after, owner, past=past)
        self.header.allow(why_not(self._context.session, self.state or step.after, past=past))
        self.chart.set_caption(f"{when} · {formats.money(step.after.balance_minor, step.after.currency)}")
        self._show_banner(past=past, when=when)

    def _owner(self, step: StepView) -> Customer | None:
        return self._history.owner_at(
            step.after.customer, self.timeline.moment, step.event.envelope.booked_at_us
        )

    def _owner_note(self) -> str:
        """The sentence that the owner has changed since the moment shown; empty at the present."""
        if not self.timeline.is_past:
            return ""
        recorded = self.timeline.clock == "recorded"
        later = [
            mark
            for mark in self._marks
            if (mark.recorded_at_us if recorded else mark.booked_at_us) > self.timeline.shown_us
            and mark.tag in ("CustomerRenamed", "AddressChanged", "ContactDetailsChanged")
        ]
        return self.tr("changed since") if later else ""

    def _show_banner(self, *, past: bool, when: str) -> None:
        if not past:
            self.banner.say("")
            return
        clock = self.tr("as booked") if self.timeline.clock == "booked" else self.tr("as recorded")
        self.banner.say(
            self.tr("You are viewing {when} UTC, {clock}. Commands are off.").format(when=when, clock=clock),
            self.tr("Return to present (Esc)"),
        )

    @Slot()
    def _place_marks(self) -> None:
        marks = [
            SliderMark(
                self.timeline.scale_of(max(mark.version, 1), mark.booked_at_us),
                f"{formats.event_name(mark.tag)}, {formats.instant(mark.booked_at_us)}",
            )
            for mark in self._marks
            if mark.tag != "CustomerRegistered"
        ]
        self.bar.set_marks(marks)
        self.chart.set_marks(marks)

    def _neighbour(self, version: int, direction: Literal[-1, 1]) -> int | None:
        tag = self._history.event(account_stream(self.number), version).envelope.type
        versions = self._history.versions_of_types(self.number, [tag])
        at = versions.index(version) + direction
        return versions[at] if 0 <= at < len(versions) else None

    def _connect(self) -> None:
        self.timeline.moved.connect(self._show)
        self.timeline.past_changed.connect(lambda _past: self._show(self.timeline.version))
        self.timeline.scale_changed.connect(lambda: self._show(self.timeline.version))
        self.bar.marks_wanted.connect(self._place_marks)
        self.chart.area_changed.connect(self.bar.slider.set_inset)
        self.banner.acted.connect(self.timeline.last)
        self.header.command_chosen.connect(self.command_wanted)
        self.header.export_chosen.connect(self.export_wanted)
        self.header.find_chosen.connect(self.find_wanted)
        self.header.owner_chosen.connect(self._go_to_owner)
        self.panel.explain_requested.connect(self.explain_wanted)
        self.panel.other_side_requested.connect(self._go_to_other_side)
        self.register.other_side_requested.connect(self._go_to_other_side)
        self.panel.evidence_requested.connect(self.evidence_wanted)
        self.register.explain_requested.connect(self.explain_wanted)
        self._allow_taking_away()
        self.keys = TimeKeys(
            self, self.timeline, self.player, neighbour=self._neighbour, go_to_date=self.bar.focus_field
        )
        here = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.timeline.last, context=here)
        QShortcut(QKeySequence("Ctrl+E"), self, self.header.export.trigger, context=here)
        QShortcut(QKeySequence("Ctrl+G"), self, self.bar.focus_field, context=here)
        QShortcut(QKeySequence("Ctrl+F"), self, self._focus_filter, context=here)
        self._context.changed.connect(self.refresh)
        self._context.theme_changed.connect(self.apply_theme)

    def _allow_taking_away(self) -> None:
        """Evidence and exports are for those whose role has them; the others read why."""
        session = self._context.session
        why = why_not_permitted(session, EVIDENCE, writes=False)
        if why:
            set_enabled_or_explain(self.panel.evidence, why)
        self.header.export.setEnabled(not session.why_not(EXPORT_STATEMENT))
        self.header.export.setToolTip(session.why_not(EXPORT_STATEMENT))

    @Slot()
    def _focus_filter(self) -> None:
        self.register.chips.setFocus()

    @Slot()
    def _go_to_owner(self) -> None:
        if self.state is not None:
            self._context.customer_wanted.emit(self.state.customer, None)

    def _lay_out(self) -> None:
        time_card, register_card, panel_card = Card(), Card(), Card(margin=0)
        time_card.box.addWidget(self.chart, 1)
        time_card.box.addWidget(self.bar)
        register_card.box.addWidget(self.register)
        panel_card.box.addWidget(self.panel)
        left = QSplitter(Qt.Orientation.Vertical)
        left.setObjectName("accountSplitter")
        left.setChildrenCollapsible(False)
        left.addWidget(time_card)
        left.addWidget(register_card)
        left.setSizes([340, 400])
        body = WithDrawer(left, panel_card, PANEL_PX)
        body.folded.connect(self.header.state.setVisible)
        self.header.state.toggled.connect(body.pull)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(10)
        page.addWidget(self.header)
        page.addWidget(self.banner)
        page.addWidget(body, 1)


def _chips(counts: dict[str, int], total: int) -> list[Chip]:
    chips = [Chip("all", formats.tr("All"), (), total)]
    for key, name in CHIPS.items():
        tags = tags_of(kind for kind in EVENTS.values() if kind.chip == key)
        events = sum(counts.get(tag, 0) for tag in tags)
        if events:
            chips.append(Chip(key, name, tags, events))
    return chips
