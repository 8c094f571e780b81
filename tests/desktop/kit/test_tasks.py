"""Work off the GUI thread, and what comes back from it."""

from __future__ import annotations

import gc
import itertools
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QObject, QThread, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from auditdesk.desktop.kit.progress import ProgressDialog
from auditdesk.desktop.kit.tasks import Task, TaskRunner
from auditdesk.domain.errors import Cancelled, Refused

SECRET = "Jane Doe, born 1971"


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.close()


class Owner(QObject):
    """A page that asked for something."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[object] = []
        self.threads: list[QThread] = []

    @Slot(object)
    def take(self, value: object) -> None:
        self.got.append(value)
        self.threads.append(QThread.currentThread())


def test_results_come_back_on_the_thread_of_the_widgets(qtbot: QtBot, runner: TaskRunner) -> None:
    owner, worked_on = Owner(), []

    def work(_task: Task) -> int:
        worked_on.append(threading.get_ident())
        return 2**40

    with qtbot.waitSignal(runner.run(work, on_success=owner.take).finished):
        pass
    assert owner.got == [2**40]
    assert owner.threads == [owner.thread()]
    assert worked_on[0] != threading.get_ident()


def test_work_runs_one_after_the_other_in_order(qtbot: QtBot, runner: TaskRunner) -> None:
    got: list[int] = []
    inside: list[int] = []
    overlaps: list[int] = []

    def work_of(number: int) -> Task:
        def work(_task: Task) -> int:
            inside.append(number)
            overlaps.append(len(inside))
            inside.remove(number)
            return number

        return runner.run(work, on_success=got.append)

    last = [work_of(number) for number in range(20)][-1]
    with qtbot.waitSignal(last.finished):
        pass
    assert got == list(range(20))
    assert set(overlaps) == {1}


def test_a_refusal_comes_back_whole_and_is_no_bug(qtbot: QtBot, runner: TaskRunner) -> None:
    failures: list[Refused] = []
    bugs: list[str] = []
    runner.bug.connect(bugs.append)

    def work(_task: Task) -> None:
        raise Refused("insufficient_funds", "Not enough.", field="amount")

    with qtbot.waitSignal(runner.run(work, on_failure=failures.append).finished):
        pass
    assert [(error.code, error.field) for error in failures] == [("insufficient_funds", "amount")]
    assert bugs == []


def test_a_bug_is_reported_by_its_place_without_what_was_typed(qtbot: QtBot, runner: TaskRunner) -> None:
    failures: list[BaseException] = []

    def stumble(_task: Task) -> None:
        raise ValueError(SECRET)

    bugs: list[str] = []
    heard_on: list[int] = []
    runner.bug.connect(bugs.append)
    runner.bug.connect(lambda _report: heard_on.append(threading.get_ident()))
    with qtbot.waitSignal(runner.run(stumble, on_failure=failures.append).finished):
        pass
    [report] = bugs
    assert heard_on == [threading.get_ident()]
    assert report.startswith("ValueError\n")
    assert "test_tasks.py" in report
    assert "in stumble" in report
    assert "Jane" not in report
    assert "/" not in report
    assert isinstance(failures[0], ValueError)


def test_a_bug_does_not_stop_the_work_after_it(qtbot: QtBot, runner: TaskRunner) -> None:
    got: list[str] = []
    runner.run(lambda _task: int("no number"))
    with qtbot.waitSignal(runner.run(lambda _task: "still here", on_success=got.append).finished):
        pass
    assert got == ["still here"]


def test_cancelled_work_stops_at_its_next_check(qtbot: QtBot, runner: TaskRunner) -> None:
    started, go_on = threading.Event(), threading.Event()
    failures: list[BaseException] = []
    reached: list[str] = []

    def work(task: Task) -> None:
        started.set()
        go_on.wait(10)
        task.check()
        reached.append("past the check")

    task = runner.run(work, on_failure=failures.append)
    assert started.wait(10)
    task.cancel()
    with qtbot.waitSignal(task.finished):
        go_on.set()
    assert [type(error) for error in failures] == [Cancelled]
    assert reached == []


def test_work_cancelled_before_it_starts_never_runs(qtbot: QtBot, runner: TaskRunner) -> None:
    go_on, ran = threading.Event(), []
    runner.run(lambda _task: go_on.wait(10))
    waiting = runner.run(lambda _task: ran.append(1))
    waiting.cancel()
    with qtbot.waitSignal(waiting.finished):
        go_on.set()
    assert ran == []


def test_of_one_key_only_the_newest_result_arrives(qtbot: QtBot, runner: TaskRunner) -> None:
    go_on = threading.Event()
    got: list[str] = []
    failures: list[BaseException] = []

    def ask(answer: str) -> Task:
        def work(_task: Task) -> str:
            go_on.wait(10)
            return answer

        return runner.latest("account", work, on_success=got.append, on_failure=failures.append)

    ask("first")
    ask("second")
    third = ask("third")
    other = runner.latest("customer", lambda _task: "another key", on_success=got.append)
    go_on.set()
    with qtbot.waitSignals([third.finished, other.finished]):
        pass
    assert got == ["third", "another key"]
    assert failures == []


@pytest.mark.parametrize("latest", [False, True])
def test_a_result_for_a_page_that_is_gone_is_dropped(
    qtbot: QtBot, runner: TaskRunner, *, latest: bool
) -> None:
    go_on, owner = threading.Event(), Owner()
    got = owner.got

    def work(_task: Task) -> str:
        go_on.wait(10)
        return "late"

    if latest:
        task = runner.latest("page", work, on_success=owner.take)
    else:
        task = runner.run(work, on_success=owner.take)
    with qtbot.waitSignal(owner.destroyed):
        owner.deleteLater()
    with qtbot.waitSignal(task.finished):
        go_on.set()
    assert got == []


def test_the_last_report_arrives_however_fast_the_work_is(
    qtbot: QtBot, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ms = itertools.count(100_000)
    monkeypatch.setattr("auditdesk.desktop.kit.tasks.time.monotonic", lambda: next(now_ms) / 1_000)
    reports: list[tuple[int, int, str]] = []

    followed = threading.Event()

    def work(task: Task) -> None:
        followed.wait(10)
        for done in range(1, 998):
            task.report(done, 3_000_000_000, "Reading")

    task = runner.run(work)
    task.progressed.connect(lambda done, total, label: reports.append((done, total, label)))
    with qtbot.waitSignal(task.finished):
        followed.set()
    assert len(reports) <= 21
    assert reports[0] == (1, 3_000_000_000, "Reading")
    assert reports[-1] == (997, 3_000_000_000, "Reading")


def test_reports_arrive_before_the_end_even_of_failed_work(qtbot: QtBot, runner: TaskRunner) -> None:
    heard: list[str] = []
    followed = threading.Event()

    def work(task: Task) -> None:
        followed.wait(10)
        task.report(1, 2)
        task.report(2, 3)
        raise Refused("no", "No.")

    task = runner.run(work, on_failure=lambda _error: heard.append("failed"))
    task.progressed.connect(lambda done, _total, _label: heard.append(str(done)))
    with qtbot.waitSignal(task.finished):
        followed.set()
    assert heard == ["1", "2", "failed"]


def test_the_runner_tells_when_it_is_busy(qtbot: QtBot, runner: TaskRunner) -> None:
    states: list[bool] = []
    runner.busy_changed.connect(states.append)
    with qtbot.waitSignal(runner.run(lambda _task: None).finished):
        assert runner.busy
    assert states == [True, False]
    assert not runner.busy


def test_closing_waits_for_the_work_and_stops_what_waits(qtbot: QtBot) -> None:
    runner, log = TaskRunner(), []
    started = threading.Event()

    def work(task: Task) -> None:
        started.set()
        while not task._cancelled.wait(10):
            pass
        log.append("put back")

    runner.run(work)
    runner.run(lambda _task: log.append("never"))
    assert started.wait(10)
    runner.close()
    assert log == ["put back"]


def test_the_dialog_of_progress_counts_and_cancels(qtbot: QtBot, runner: TaskRunner) -> None:
    go_on = threading.Event()
    failures: list[BaseException] = []

    followed = threading.Event()

    def work(task: Task) -> None:
        followed.wait(10)
        task.report(5_000, 20_000, "Reading rows")
        go_on.wait(10)
        task.check()

    task = runner.run(work, on_failure=failures.append)
    dialog = ProgressDialog(task, "Importing")
    dialog.setLocale(QLocale("en_US"))
    with qtbot.waitSignal(dialog.destroyed):
        dialog.open()
        followed.set()
        qtbot.waitUntil(lambda: dialog.bar.value() == 2_500)
        assert dialog.bar.maximum() == 10_000
        assert dialog.step.text() == "Reading rows"
        assert dialog.count.text().startswith("5,000 of 20,000")
        dialog.reject()
        assert dialog.isVisible()
        assert not dialog.cancel.isEnabled()
        assert dialog.step.text().startswith("Cancelling")
        go_on.set()
    assert [type(error) for error in failures] == [Cancelled]


def test_what_ends_after_the_closing_is_delivered_to_nobody(qtbot: QtBot) -> None:
    closed = TaskRunner()
    got: list[object] = []
    started = threading.Event()

    def work(_task: Task) -> int:
        started.set()
        return 7

    closed.run(work, on_success=got.append, on_failure=got.append)
    assert started.wait(10)
    closed.close()
    QApplication.processEvents()
    assert got == []
    assert not closed.busy


def test_an_error_keeps_nothing_alive_that_the_work_had_in_hand(qtbot: QtBot, runner: TaskRunner) -> None:
    """Personal data would stay in memory with it, and a task collected with the error's frames crashes Qt."""

    class InHand:
        pass

    kept: list[weakref.ref[InHand]] = []
    told: list[BaseException] = []

    def work(_task: Task) -> None:
        in_hand = InHand()
        kept.append(weakref.ref(in_hand))
        try:
            raise ValueError
        except ValueError as error:
            raise Refused("frozen", "The account is frozen.") from error

    runner.run(work, on_failure=told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert isinstance(told[0], Refused)
    gc.collect()
    assert kept[0]() is None
