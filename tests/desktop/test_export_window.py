"""Reports taken away from the window: of the moment that is shown, whole or not at all."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from auditdesk.desktop.desk_page import DeskPage
from auditdesk.desktop.export_dialog import ExportDialog
from auditdesk.domain.events import ReportExported
from tests.desktop.bank import BOBS, MAIN, OTHER


def ask(desk: DeskPage) -> ExportDialog:
    """Ctrl+E on the account's page."""
    window = desk.window()
    window.activateWindow()  # no window manager does it here when a dialog has closed
    assert QTest.qWaitForWindowActive(window)
    desk.accounts.page.register.table.setFocus()
    QTest.keyClick(desk.accounts.page, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    return next(made for made in desk.findChildren(ExportDialog) if made.isVisible())


def export(qtbot: QtBot, dialog: ExportDialog, report: str, out: Path) -> list[dict[str, str]]:
    dialog.report.set_text(report)
    dialog.path.set_text(str(out))
    with qtbot.waitSignal(dialog.posted, timeout=20_000):
        QTest.mouseClick(dialog.post, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    with out.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def exports_recorded(desk: DeskPage) -> int:
    return len(list(desk._context.session.books.ledger.log(types=(ReportExported.TAG,))))


def test_a_statement_is_of_the_account_and_the_moment_shown(
    qtbot: QtBot, desk: DeskPage, tmp_path: Path
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


def test_balances_are_those_of_the_day_shown(qtbot: QtBot, desk: DeskPage, tmp_path: Path) -> None:
    bar = desk.accounts.page.bar
    bar.travel_by.setCurrentIndex(bar.travel_by.findData("date"))
    bar.slider.setValue(40)
    rows = export(qtbot, ask(desk), "balances", tmp_path / "balances.csv")
    assert {row["account"]: row["balance"] for row in rows} == {MAIN: "820.00", OTHER: "0.00", BOBS: "0"}


def test_balances_at_an_event_of_one_account_are_refused_with_a_way_out(
    qtbot: QtBot, desk: DeskPage, tmp_path: Path
) -> None:
    desk.accounts.page.timeline.go_to(41)
    dialog = ask(desk)
    dialog.report.set_text("balances")
    dialog.path.set_text(str(tmp_path / "balances.csv"))
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.account.problem.text() or dialog.problem.text()))
    assert "date" in dialog.account.problem.text()
    assert list(tmp_path.glob("balances*")) == []


def test_the_event_log_has_every_event_and_with_leave_the_personal_data(
    qtbot: QtBot, desk: DeskPage, tmp_path: Path
) -> None:
    rows = export(qtbot, ask(desk), "events", tmp_path / "events.csv")
    assert [row["version"] for row in rows] == [str(version) for version in range(1, 122)]
    assert exports_recorded(desk) == 0
    dialog = ask(desk)
    dialog.reveal.setChecked(True)
    revealed = export(qtbot, dialog, "events", tmp_path / "revealed.csv")
    assert "Wage 120" in revealed[-1]["personal"]
    assert exports_recorded(desk) == 1


def test_cancel_leaves_no_file(qtbot: QtBot, desk: DeskPage, tmp_path: Path) -> None:
    dialog = ask(desk)
    dialog.path.set_text(str(tmp_path / "statement.csv"))
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert list(tmp_path.glob("*.csv*")) == []


@pytest.mark.parametrize(
    ("name", "said"), [("", "Say where"), ("nowhere/statement.csv", "no folder"), (".", "folder")]
)
def test_a_place_that_cant_be_written_is_explained_and_stays_typed(
    qtbot: QtBot, desk: DeskPage, tmp_path: Path, name: str, said: str
) -> None:
    dialog = ask(desk)
    typed = str(tmp_path / name) if name else ""
    dialog.path.set_text(typed)
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.problem.text() or dialog.path.problem.text()))
    assert said in dialog.problem.text() + dialog.path.problem.text()
    assert dialog.path.text() == typed
    assert dialog.post.isEnabled()


def test_what_is_personal_does_not_go_into_the_workspace_itself(
    qtbot: QtBot, desk: DeskPage, bank_path: Path
) -> None:
    dialog = ask(desk)
    dialog.reveal.setChecked(True)
    dialog.path.set_text(str(bank_path / "statement.csv"))
    dialog.post.click()
    qtbot.waitUntil(lambda: bool(dialog.problem.text() or dialog.path.problem.text()))
    assert "can't lie in the workspace" in dialog.problem.text() + dialog.path.problem.text()
    assert sorted(path.name for path in bank_path.glob("*.csv")) == []


def test_the_reports_page_offers_each_report(desk: DeskPage) -> None:
    desk.go_to("reports")
    for report in ("statement", "balances", "events", "erasures"):
        desk.reports._open_export(report)
        dialog = next(made for made in desk.findChildren(ExportDialog) if made.isVisible())
        assert dialog.report.text() == report
        assert dialog.path.text().endswith(f"{report}.csv")
        dialog.reject()
