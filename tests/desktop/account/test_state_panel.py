"""The state panel: what was, what the event changed, and the event itself."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QFrame, QLabel
from pytestqt.qtbot import QtBot

from auditdesk.desktop.account.state_lines import account_lines, event_lines, owner_lines
from auditdesk.desktop.account.state_panel import StatePanel, breakable
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.personal import REDACTED, Address, Mask, PersonalDetails
from auditdesk.services.history.views import RegisterRow
from tests.desktop.looks import FORMATS

LONG_ADDRESS = Address(
    "12 Long Street, Building C, Apartment 1204", "Springfield", "Illinois", "62704", "USA"
)
EVENT = RegisterRow(
    version=410,
    position=88_412,
    tag="MoneyDeposited",
    booked_at_us=1_766_566_512_000_000,
    recorded_at_us=1_766_566_512_000_000,
    operator="a.ruiz",
    command_id="0192f3c1-7c55-7a31-9d2f-a4b1c2d3e4f5",
    amount_minor=5_000,
    balance_minor=312_050,
)


def plain(text: str) -> str:
    return text


def an_account(balance_minor: int, *, limit_minor: int = 0, frozen: bool = False) -> Account:
    return Account(
        number="10-4711",
        version=1,
        customer="C-00001",
        currency="EUR",
        opened_at_us=0,
        last_booked_at_us=0,
        balance_minor=balance_minor,
        overdraft_limit_minor=limit_minor,
        debits_blocked=frozen,
    )


def an_owner(personal: PersonalDetails | Mask) -> Customer:
    return Customer(number="C-00001", version=1, registered_at_us=0, last_booked_at_us=0, personal=personal)


def test_money_that_moved_says_by_how_much() -> None:
    lines = {
        line.key: line for line in account_lines(an_account(307_050), an_account(312_050), FORMATS, plain)
    }
    assert (lines["balance"].change, lines["balance"].tone) == ("▲ +50.00", "up")
    assert (lines["overdraft"].change, lines["overdraft"].tone) == ("", "same")
    fewer = account_lines(an_account(10_000), an_account(2_500), FORMATS, plain)[0]
    assert fewer.change.startswith("▼")
    assert fewer.change.endswith("75.00")


def test_words_that_changed_say_what_they_were() -> None:
    lines = {
        line.key: line for line in account_lines(an_account(0), an_account(0, frozen=True), FORMATS, plain)
    }
    assert (lines["blocks"].value, lines["blocks"].change) == ("debits frozen", "was none")
    assert lines["status"].change == ""


def test_an_opening_changes_nothing_before_it() -> None:
    assert all(line.change == "" for line in account_lines(None, an_account(0), FORMATS, plain))


def test_a_forgotten_owner_reads_erased() -> None:
    mask = Mask("erased", date(2026, 3, 14))
    lines = owner_lines(an_owner(mask), plain)
    assert [line.value for line in lines] == [mask, mask]
    assert owner_lines(None, plain)[0].value == "not yet registered"


def test_a_stated_balance_that_differs_says_by_how_much() -> None:
    wrong = EVENT._replace(stated_balance_minor=312_040)
    lines = {line.key: line for line in event_lines(wrong, "EUR", FORMATS, plain)}
    assert lines["stated"].tone == "changed"
    assert lines["stated"].change.endswith("0.10")
    right = EVENT._replace(stated_balance_minor=312_050)
    assert {line.key: line for line in event_lines(right, "EUR", FORMATS, plain)}["stated"].change == "agrees"


def test_an_empty_field_of_the_event_takes_no_line() -> None:
    keys = [line.key for line in event_lines(EVENT, "EUR", FORMATS, plain)]
    assert "memo" not in keys
    assert "stated" not in keys
    assert keys[:2] == ["type", "amount"]


def a_panel(qtbot: QtBot, owner: Customer | None) -> StatePanel:
    panel = StatePanel(FORMATS)
    qtbot.addWidget(panel)
    panel.resize(260, 620)
    panel.show_state(an_account(307_050), an_account(312_050), owner, title="State at 24 Dec 2025, event 410")
    panel.show_event(EVENT, "EUR")
    panel.show()
    return panel


def test_a_long_address_is_wrapped_and_never_cut(qtbot: QtBot) -> None:
    panel = a_panel(qtbot, an_owner(PersonalDetails("Jane Doe", address=LONG_ADDRESS)))
    address = panel.findChild(QLabel, "state_address")
    assert isinstance(address, QLabel)
    assert address.text() == LONG_ADDRESS.one_line()
    assert address.height() >= address.heightForWidth(address.width())
    assert address.height() >= 2 * address.fontMetrics().height()
    assert panel.horizontalScrollBar().maximum() == 0


def test_state_and_event_are_split_by_a_rule(qtbot: QtBot) -> None:
    panel = a_panel(qtbot, None)
    split = panel.findChild(QFrame, "stateSplit")
    assert isinstance(split, QFrame)
    assert split.isVisible()
    assert panel.event_title.text() == "Event 410"
    assert panel.text_of("operator") == "a.ruiz"


def test_explaining_names_the_event_shown(qtbot: QtBot) -> None:
    panel = a_panel(qtbot, None)
    with qtbot.waitSignal(panel.explain_requested) as explained:
        panel.explain.click()
    assert explained.args == [410]


def test_lines_of_an_earlier_step_are_left_out_of_the_next(qtbot: QtBot) -> None:
    panel = a_panel(qtbot, None)
    panel.show_event(EVENT._replace(memo="Gift", version=411), "EUR")
    assert panel.text_of("memo") == "Gift"
    panel.show_event(EVENT, "EUR")
    assert panel.text_of("memo") == ""
    assert panel.text_of("balance").startswith("3")


def test_a_word_longer_than_the_panel_may_break() -> None:
    assert breakable("x" * 45).replace("\u200b", "") == "x" * 45
    assert "\u200b" in breakable("x" * 45)
    assert breakable("a normal sentence of short words") == "a normal sentence of short words"


def test_a_mask_over_both_texts_of_an_event_is_shown_once() -> None:
    lines = event_lines(EVENT._replace(counterparty=REDACTED, memo=REDACTED), "EUR", FORMATS, plain)
    assert [line.key for line in lines if line.value == REDACTED] == ["memo"]
