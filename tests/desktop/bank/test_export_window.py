"""Reports taken away from the window: of the moment that is shown, whole or not at all."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from auditdesk.desktop.bank.export_dialog import ExportDialog
from auditdesk.desktop.kit.progress import ProgressDialog
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.events import ReportExported
from auditdesk.domain.instants import to_iso
from auditdesk.domain.moments import AtVersion
from auditdesk.services.reports import REPORTS
from tests.desktop.driving import Halt, visible, write
from tests.desktop.small_bank import BOBS, MAIN, OTHER


def ask(desk: WorkspacePage) -> ExportDialog:
    """Ctrl+E on the account's page."""
    window = desk.window()
    window.activateWindow()  # no window manager does it here when a dialog has closed
    assert QTest.qWaitForWindowActive(window)
    desk.accounts.page.register.table.setFocus()
    QTest.keyClick(desk.accounts.page, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    return visible(desk, ExportDialog)


def export(qtbot: QtBot, dialog: ExportDialog, report: str, out: Path) -> list[dict[str, str]]:
    dialog.report.set_text(report)
    dialog.path.set_text(str(out))
    with qtbot.waitSignal(dialog.posted, timeout=20_000):
        QTest.mouseClick(dialog.post, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    with out.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def exports_recorded(desk: WorkspacePage) -> int:
    return len(list(desk._context.session.context.ledger.log.read(types=(ReportExported.TAG,))))


def test_a_statement_is_of_the_account_and_the_moment_shown(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    desk.accounts.page.timeline.go_to(41)
    out = tmp_path / "statement.csv"
    rows = export(qtbot, ask(desk), "statement", out)
    assert [row["version"] for row in rows] == [str(version) for version in range(2, 42)]
    assert {row["account"] for row in rows} == {MAIN}
    assert (rows[-1]["credit"], rows[-1]["balance"]) == ("40.00", "820.00")
    assert {row["memo"] for row in rows} == {"redacted"}
    manifest = json.loads((tmp_path / "statement.csv.manifest.json").read_text(encoding="utf-8"))
    assert manifest["as_of"] == {"version": 41}
    assert f"40 rows written to {out}" in desk.receipt.text()


def test_balances_are_those_of_the_day_shown(qtbot: QtBot, desk: WorkspacePage, tmp_path: Path) -> None:
    bar = desk.accounts.page.bar
    bar.travel_by.setCurrentIndex(bar.travel_by.findData("date"))
    bar.slider.setValue(40)
    rows = export(qtbot, ask(desk), "balances", tmp_path / "balances.csv")
    assert {row["account"]: row["balance"] for row in rows} == {MAIN: "820.00", OTHER: "0.00", BOBS: "0"}


def test_balances_at_an_event_are_those_of_the_instant_when_it_happened(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    desk.accounts.page.timeline.go_to(41)
    dialog = ask(desk)
    assert dialog.as_of.text() == "As of event 41 of the account."
    dialog.report.set_text("balances")
    assert "As of 15 Feb 2025 09:00 UTC" in dialog.as_of.text()
    rows = export(qtbot, dialog, "balances", tmp_path / "balances.csv")
    assert {row["account"]: row["balance"] for row in rows} == {MAIN: "820.00", OTHER: "0.00", BOBS: "0"}


def test_an_event_of_one_account_is_an_instant_to_another(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    desk.accounts.page.timeline.go_to(3)
    dialog = ask(desk)
    write(dialog, account=BOBS)
    assert "As of 8 Jan 2025 09:00 UTC" in dialog.as_of.text()
    assert export(qtbot, dialog, "events", tmp_path / "events.csv")[-1]["event"] == "AccountOpened"


def test_an_event_that_shares_its_instant_is_no_moment_of_the_whole_bank(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    (tmp_path / "customers.csv").write_text("customer_ref,effective_at,name\nK1,2020-01-01,Nora Lake\n")
    (tmp_path / "accounts.csv").write_text(
        "account_ref,customer_ref,currency,opened_at\nA1,K1,EUR,2020-01-01\n"
    )
    (tmp_path / "transactions.csv").write_text(
        "transaction_ref,account_ref,booked_at,kind,amount\nT1,A1,2020-02-01,deposit,1\nT2,A1,2020-02-01,deposit,2\n"
    )
    desk._context.session.importer.run(tmp_path)
    desk.show_account("A1", AtVersion(2))
    dialog = ask(desk)
    dialog.report.set_text("balances")
    dialog.path.set_text(str(tmp_path / "balances.csv"))
    dialog.post.click()
    assert "Go to a date first" in dialog.report.problem.text()
    assert list(tmp_path.glob("balances*")) == []


def test_the_event_log_has_every_event_and_with_leave_the_personal_data(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    rows = export(qtbot, ask(desk), "events", tmp_path / "events.csv")
    assert [row["version"] for row in rows] == [str(version) for version in range(1, 122)]
    assert exports_recorded(desk) == 0
    dialog = ask(desk)
    dialog.reveal.setChecked(True)
    revealed = export(qtbot, dialog, "events", tmp_path / "revealed.csv")
    assert "Wage 120" in revealed[-1]["personal"]
    assert exports_recorded(desk) == 1


def test_cancel_leaves_no_file(qtbot: QtBot, desk: WorkspacePage, tmp_path: Path) -> None:
    dialog = ask(desk)
    dialog.path.set_text(str(tmp_path / "statement.csv"))
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert list(tmp_path.glob("*.csv*")) == []


def refusal_of(qtbot: QtBot, dialog: ExportDialog, typed: str) -> tuple[str, str]:
    """Export to a place that can't be had: what is said beside the file, and below the form."""
    dialog.path.set_text(typed)
    dialog.post.click()
    qtbot.waitUntil(lambda: dialog.problem.isVisible() or dialog.path.problem.isVisible())
    assert dialog.path.text() == typed
    assert dialog.post.isEnabled()
    return dialog.path.problem.text(), dialog.problem.text()


@pytest.mark.parametrize(
    ("name", "said"), [("nowhere/statement.csv", "no folder"), ("history", "is a folder")]
)
def test_a_place_that_cant_be_written_is_explained_and_stays_typed(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "history").mkdir()
    _beside, below = refusal_of(qtbot, ask(desk), str(tmp_path / name))
    assert said in below


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Say where"),
        ("~nobody-here/statement.csv", "not a path"),
        ("a\0b.csv", "not a path"),
        ("/", "not a path"),
    ],
)
def test_a_path_that_is_none_is_refused_beside_its_field(
    qtbot: QtBot, desk: WorkspacePage, typed: str, said: str
) -> None:
    beside, _below = refusal_of(qtbot, ask(desk), typed)
    assert said in beside


def test_the_ledger_is_never_written_over(qtbot: QtBot, desk: WorkspacePage, bank_path: Path) -> None:
    before = (bank_path / "vault.db").read_bytes()
    beside, _below = refusal_of(qtbot, ask(desk), str(bank_path / "vault.db"))
    assert "is part of the workspace" in beside
    assert (bank_path / "vault.db").read_bytes() == before


def test_what_is_personal_does_not_go_into_the_workspace_itself(
    qtbot: QtBot, desk: WorkspacePage, bank_path: Path
) -> None:
    dialog = ask(desk)
    dialog.reveal.setChecked(True)
    beside, _below = refusal_of(qtbot, dialog, str(bank_path / "statement.csv"))
    assert "can't be kept in the workspace" in beside
    assert sorted(path.name for path in bank_path.glob("*.csv")) == []
    assert exports_recorded(desk) == 0


def test_cancelled_half_way_the_older_file_stays_and_the_form_too(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path, halt: Halt
) -> None:
    out = tmp_path / "statement.csv"
    out.write_text("last year's", encoding="utf-8")
    dialog = ask(desk)
    dialog.reveal.setChecked(True)
    dialog.path.set_text(str(out))
    dialog.post.click()
    dialog.path.replace.setChecked(True)
    dialog.post.click()
    qtbot.waitUntil(halt.reached.is_set)
    progress = visible(desk, ProgressDialog)
    qtbot.waitUntil(lambda: bool(progress.count.text()))
    QTest.keyClick(progress, Qt.Key.Key_Escape)
    assert "Cancelling" in progress.step.text()
    halt.release()
    qtbot.waitUntil(lambda: not desk._context.runner.busy)
    assert "nothing was changed" in dialog.problem.text()
    assert dialog.isVisible()
    assert out.read_text(encoding="utf-8") == "last year's"
    assert [path.name for path in tmp_path.glob("*statement*")] == ["statement.csv"]
    assert exports_recorded(desk) == 0


def test_the_proposed_name_follows_the_report_wherever_the_file_is_to_go(
    desk: WorkspacePage, tmp_path: Path
) -> None:
    dialog = ask(desk)
    day = to_iso(desk._context.session.now_us())[:10]
    assert Path(dialog.path.text()).name == f"statement-{MAIN}-{day}.csv"
    dialog.path.set_text(str(tmp_path / "mine.csv"))
    dialog.report.set_text("events")
    assert dialog.path.text() == str(tmp_path / f"events-{MAIN}-{day}.csv")
    for nothing in ("", "/", "."):
        dialog.path.set_text(nothing)
        dialog.report.set_text("balances" if dialog.report.text() == "events" else "events")
        assert dialog.path.text() == nothing


def test_a_file_is_chosen_in_a_folder(
    desk: WorkspacePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [("", ""), (str(tmp_path / "chosen.csv"), "")]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_options: answers.pop(0))
    dialog = ask(desk)
    before = dialog.path.text()
    dialog.path.browse.click()
    assert dialog.path.text() == before
    dialog.path.browse.click()
    assert dialog.path.text() == str(tmp_path / "chosen.csv")


def test_a_statement_of_all_accounts_and_the_present(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    dialog = ask(desk)
    assert "now" in dialog.as_of.text()
    dialog.account.set_text("")
    rows = export(qtbot, dialog, "statement", tmp_path / "all.csv")
    last = {row["account"]: row["balance"] for row in rows}
    assert last == {MAIN: "7260.00", BOBS: "0"}


def test_an_account_that_there_is_not_is_said_beside_its_field(qtbot: QtBot, desk: WorkspacePage) -> None:
    dialog = ask(desk)
    dialog.account.set_text("99-00001")
    dialog.post.click()
    qtbot.waitUntil(dialog.account.problem.isVisible)
    assert "no account" in dialog.account.problem.text()


def test_the_reports_page_offers_each_report(desk: WorkspacePage) -> None:
    desk.go_to("reports")
    names = [report.NAME for report in REPORTS]
    assert {"statement", "balances", "trial-balance", "events", "exceptions", "erasures"} <= set(names)
    for report in names:
        card = desk.reports.findChild(QPushButton, f"{report}Export")
        assert isinstance(card, QPushButton)
        card.click()
        dialog = visible(desk, ExportDialog)
        assert dialog.report.text() == report
        assert Path(dialog.path.text()).name.startswith(f"{report}-20")
        dialog.reject()


def test_only_what_a_report_takes_is_asked_for(desk: WorkspacePage) -> None:
    dialog = ask(desk)
    for report in REPORTS:
        dialog.report.set_text(report.NAME)
        assert dialog.account.isVisible() == (report.NAME in ("statement", "events"))
        assert dialog.reveal.isVisible() == report.TAKES.reveal
        assert report.WORDS in [label.text() for label in dialog.report.findChildren(QLabel)]


def test_the_trial_balance_is_of_the_bank_at_the_moment_shown(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    desk.accounts.page.timeline.go_to(41)
    dialog = ask(desk)
    dialog.reveal.setChecked(True)
    rows = export(qtbot, dialog, "trial-balance", tmp_path / "trial.csv")
    assert [(row["ledger_account"], row["account"], row["debit"], row["credit"]) for row in rows] == [
        ("cash", "", "820.00", ""),
        ("customer accounts", MAIN, "", "820.00"),
    ]
    assert exports_recorded(desk) == 0, "it holds no personal data, whatever was ticked for another report"


def test_a_bank_that_keeps_its_rules_has_no_exceptions(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    assert export(qtbot, ask(desk), "exceptions", tmp_path / "exceptions.csv") == []
