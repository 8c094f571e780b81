"""Inputs, the parts of pages, and forms that keep what was typed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from auditdesk.desktop.form.form_dialog import FormDialog, Work
from auditdesk.desktop.kit.fields import AmountField, Field, SearchField, choice_field, line_field, text_field
from auditdesk.desktop.kit.tasks import TaskRunner
from auditdesk.desktop.kit.widgets import Banner, Card, Elided, EmptyState, PersonalLabel, Pill
from auditdesk.desktop.look.tokens import LIGHT
from auditdesk.domain.errors import Conflict, Refused
from auditdesk.domain.personal import KEY_LOST, Mask


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.close()


class Deposit(FormDialog):
    """A form of two fields whose work a test gives."""

    def __init__(self, runner: TaskRunner, work: Callable[[int], object]) -> None:
        super().__init__(runner, "Deposit", "&Post")
        self._work = work
        self.amount = AmountField("Amount", "EUR")
        self.memo = line_field("memo", "Memo")
        self.add(self.amount, self.memo)
        self.previews: list[str] = []

    def prepare(self) -> Work:
        amount_minor = self.amount.amount_minor()
        return lambda _task: self._work(amount_minor)

    def preview(self) -> None:
        self.previews.append(self.amount.text())


def every_kind() -> list[Field]:
    choices = [("all", "Everything"), ("debits", "Debits")]
    return [line_field("a", "A"), text_field("b", "B"), choice_field("c", "C", choices)]


def show(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()


# --- fields ------------------------------------------------------------------------------


def test_every_input_can_be_found_and_is_named_for_screen_readers(qtbot: QtBot) -> None:
    field = line_field("name", "&Name of the bank")
    qtbot.addWidget(field)
    assert field.entry.objectName() == "nameInput"
    assert field.entry.accessibleName() == "Name of the bank"
    captions = [caption for caption in field.findChildren(QLabel) if caption.buddy() is field.entry]
    assert [caption.text() for caption in captions] == ["&Name of the bank"]


def test_fields_give_back_what_they_are_given(qtbot: QtBot) -> None:
    for field, text in zip(every_kind(), ["x", "two\nlines", "debits"], strict=True):
        qtbot.addWidget(field)
        with qtbot.waitSignal(field.edited, raising=False, timeout=10):
            field.set_text(text)
        assert field.text() == text


def test_a_problem_stands_below_its_input_until_it_is_taken_away(qtbot: QtBot) -> None:
    field = line_field("name", "Name")
    show(qtbot, field)
    field.say("There is no name.")
    assert field.problem.isVisible()
    assert field.entry.property("invalid") is True
    assert field.entry.accessibleDescription() == "There is no name."
    field.say("")
    assert not field.problem.isVisible()
    assert field.entry.property("invalid") is False


def test_tab_leaves_a_text_of_several_lines(qtbot: QtBot) -> None:
    page = QWidget()
    box = QVBoxLayout(page)
    first, second = text_field("a", "A"), line_field("b", "B")
    box.addWidget(first)
    box.addWidget(second)
    show(qtbot, page)
    first.setFocus()
    QTest.keyClick(first.entry, Qt.Key.Key_Tab)
    assert first.text() == ""
    assert page.focusWidget() is second.entry


def test_a_passphrase_is_not_shown(qtbot: QtBot) -> None:
    field = line_field("passphrase", "Passphrase", secret=True)
    qtbot.addWidget(field)
    QTest.keyClicks(field.entry, "correct horse")
    assert field.text() == "correct horse"
    assert field.entry.property("displayText") != "correct horse"


def test_an_amount_is_read_in_its_currency(qtbot: QtBot) -> None:
    field = AmountField("Amount", "JPY")
    qtbot.addWidget(field)
    QTest.keyClicks(field.entry, "84,200")
    assert field.amount_minor() == 84200
    assert "JPY" in field.entry.accessibleName()
    field.set_text("84.2")
    with pytest.raises(Refused) as caught:
        field.amount_minor()
    assert caught.value.code == "amount_decimals"


def test_escape_empties_a_search_and_down_goes_on_to_the_list(qtbot: QtBot) -> None:
    search = SearchField("search", "Find an account", LIGHT)
    show(qtbot, search)
    QTest.keyClicks(search, "doe")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    with qtbot.waitSignal(search.down_pressed):
        QTest.keyClick(search, Qt.Key.Key_Down)


# --- parts of pages ----------------------------------------------------------------------


def test_a_mask_is_shown_as_one_and_a_lost_key_as_an_alarm(qtbot: QtBot) -> None:
    label = PersonalLabel("owner")
    qtbot.addWidget(label)
    label.show_personal("Jane Doe")
    assert (label.text(), label.property("masked")) == ("Jane Doe", False)
    label.show_personal(Mask("erased", date(2026, 3, 14)))
    assert (label.text(), label.property("masked")) == ("▒▒▒ erased 14 Mar 2026", True)
    assert label.property("problem") is False
    label.show_personal(KEY_LOST)
    assert (label.text(), label.property("problem")) == ("KEY LOST", True)


def test_markup_in_personal_data_stays_inert(qtbot: QtBot) -> None:
    label = PersonalLabel("owner")
    qtbot.addWidget(label)
    label.show_personal("<b>Jane</b>")
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_banner_says_its_sentence_and_offers_what_to_do(qtbot: QtBot) -> None:
    banner = Banner("past", "history", LIGHT)
    qtbot.addWidget(banner)
    assert banner.isHidden()
    banner.say("You are viewing the past.", "Return to present")
    assert not banner.isHidden()
    with qtbot.waitSignal(banner.acted):
        banner.action.click()
    banner.say("")
    assert banner.isHidden()


def test_an_empty_list_says_why_and_what_to_do(qtbot: QtBot) -> None:
    state = EmptyState("accounts", LIGHT)
    qtbot.addWidget(state)
    state.explain("No account yet.", "Open one")
    assert state.sentence.text() == "No account yet."
    with qtbot.waitSignal(state.acted):
        state.action.click()
    state.explain("Nothing found.")
    assert state.action.isHidden()


def test_a_pill_hides_where_it_has_nothing_to_say(qtbot: QtBot) -> None:
    card, pill = Card(), Pill()
    card.box.addWidget(pill)
    show(qtbot, card)
    pill.show_word("frozen", "past")
    assert pill.isVisible()
    pill.show_word("", "past")
    assert not pill.isVisible()


def test_a_cut_line_keeps_all_of_it_in_its_tool_tip(qtbot: QtBot) -> None:
    line = Elided()
    line.setFixedWidth(60)
    show(qtbot, line)
    line.set_full_text("a path that is far too long to fit")
    assert line.toolTip() == "a path that is far too long to fit"
    assert line.minimumSizeHint().width() <= 60


# --- forms -------------------------------------------------------------------------------


def test_enter_posts_and_the_dialog_closes_with_the_result(qtbot: QtBot, runner: TaskRunner) -> None:
    form = Deposit(runner, lambda amount_minor: amount_minor * 2)
    form.open()
    QTest.keyClicks(form.amount.entry, "12.50")
    assert form.previews[-1] == "12.50"
    with qtbot.waitSignal(form.destroyed), qtbot.waitSignal(form.posted) as caught:
        QTest.keyClick(form.amount.entry, Qt.Key.Key_Return)
    assert caught.args == [2500]


def test_posting_twice_posts_once(qtbot: QtBot, runner: TaskRunner) -> None:
    go_on, posted = threading.Event(), []

    def work(amount_minor: int) -> None:
        go_on.wait(10)
        posted.append(amount_minor)

    form = Deposit(runner, work)
    form.open()
    QTest.keyClicks(form.amount.entry, "1")
    QTest.mouseClick(form.post, Qt.MouseButton.LeftButton)
    QTest.mouseClick(form.post, Qt.MouseButton.LeftButton)
    form.submit()
    assert not form.post.isEnabled()
    form.reject()
    form.close()
    assert form.isVisible()
    with qtbot.waitSignal(form.destroyed):
        go_on.set()
    assert posted == [100]


def test_what_cannot_be_read_is_said_beside_its_field_and_nothing_is_posted(
    qtbot: QtBot, runner: TaskRunner
) -> None:
    posted: list[int] = []
    form = Deposit(runner, posted.append)
    show(qtbot, form)
    QTest.keyClicks(form.amount.entry, "1e999")
    form.submit()
    assert form.amount.problem.isVisible()
    assert form.amount.text() == "1e999"
    assert form.post.isEnabled()
    assert not runner.busy
    QTest.keyClick(form.amount.entry, Qt.Key.Key_Backspace)
    assert not form.amount.problem.isVisible()
    assert posted == []


@pytest.mark.parametrize(
    ("error", "beside_field"),
    [
        (Refused("insufficient_funds", "Not enough money.", field="amount"), True),
        (Refused("account_closed", "The account is closed."), False),
        (Refused("other", "About something else.", field="elsewhere"), False),
        (Conflict("The account has changed since."), False),
        (ValueError("Jane Doe"), False),
    ],
)
def test_a_refusal_is_shown_where_it_belongs_and_keeps_what_was_typed(
    qtbot: QtBot, runner: TaskRunner, error: Exception, *, beside_field: bool
) -> None:
    def work(_amount_minor: int) -> None:
        raise error

    form = Deposit(runner, work)
    show(qtbot, form)
    QTest.keyClicks(form.amount.entry, "1.00")
    QTest.keyClicks(form.memo.entry, "Rent")
    form.submit()
    qtbot.waitUntil(form.post.isEnabled)
    shown = form.amount.problem if beside_field else form.problem
    hidden = form.problem if beside_field else form.amount.problem
    assert shown.isVisible()
    assert not hidden.isVisible()
    assert shown.text() == (str(error) if not isinstance(error, ValueError) else shown.text())
    assert "Jane" not in shown.text()
    assert (form.amount.text(), form.memo.text()) == ("1.00", "Rent")


def test_a_form_can_be_posted_again_after_a_refusal(qtbot: QtBot, runner: TaskRunner) -> None:
    def work(amount_minor: int) -> int:
        if amount_minor > 100:
            raise Refused("insufficient_funds", "Not enough money.", field="amount")
        return amount_minor

    form = Deposit(runner, work)
    form.open()
    form.amount.set_text("2")
    form.submit()
    qtbot.waitUntil(form.amount.problem.isVisible)
    form.amount.set_text("1")
    with qtbot.waitSignal(form.destroyed), qtbot.waitSignal(form.posted) as caught:
        form.submit()
    assert caught.args == [100]


def test_a_form_starts_in_its_first_field_and_escape_closes_it(qtbot: QtBot, runner: TaskRunner) -> None:
    form = Deposit(runner, lambda amount_minor: amount_minor)
    form.open()
    assert form.focusWidget() is form.amount.entry
    with qtbot.waitSignal(form.destroyed):
        QTest.keyClick(form, Qt.Key.Key_Escape)
