"""Anchors and the quiet verification in the window, and a backup made into a workspace again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.restore_dialog import RestoreDialog
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.commands.money import Deposit
from auditdesk.storage.sqlite_file import DRIVER
from tests.desktop.small_bank import MAIN, PASSPHRASE


def alter(bank: Path, statement: str) -> None:
    connection: Any = DRIVER.connect(str(bank / "ledger.db"))
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()


def sign_in(qtbot: QtBot, window: MainWindow, bank: Path) -> WorkspacePage:
    window.open_path(bank)
    window.sign_in.passphrase.set_text(PASSPHRASE)
    window.sign_in.submit.click()
    qtbot.waitUntil(lambda: window.workspace_page is not None)
    assert window.workspace_page is not None
    return window.workspace_page


def test_signing_in_verifies_quietly_and_says_up_to_where(qtbot: QtBot, desk: WorkspacePage) -> None:
    qtbot.waitUntil(lambda: "verified to #" in desk.verified.text())
    assert desk.warning.isHidden()


def test_damage_is_found_by_the_quiet_verification_and_ends_the_writing(
    qtbot: QtBot, window: MainWindow, bank_path: Path
) -> None:
    alter(bank_path, "UPDATE events SET operator = 'eve' WHERE position = 3")
    desk = sign_in(qtbot, window, bank_path)
    qtbot.waitUntil(lambda: "not as it must be" in desk.verified.text())
    assert "The event at position 3 is not what was recorded" in desk.warning.sentence.text()
    assert window.session is not None
    assert not window.session.may_write
    desk.go_to("integrity")
    listed = [desk.integrity.findings.item(row).text() for row in range(desk.integrity.findings.count())]
    assert any("position 3" in line for line in listed)
    assert not desk.integrity.checkpoints.save.isEnabled()


def test_an_anchor_is_saved_and_compared(qtbot: QtBot, desk: WorkspacePage, tmp_path: Path) -> None:
    desk.go_to("integrity")
    anchor = tmp_path / "anchor.txt"
    with qtbot.waitSignal(desk.integrity.checkpoints.said):
        desk.integrity.checkpoints.save_to(anchor)
    assert anchor.read_text(encoding="utf-8").startswith("auditdesk.ledger/")
    assert "Keep it out of reach of this computer" in desk.integrity.good.sentence.text()
    assert "The newest covers the log up to #" in desk.integrity.checkpoints.newest.text()
    with qtbot.waitSignal(desk.integrity.checkpoints.said):
        desk.integrity.checkpoints.compare_with(anchor)
    assert "begins with exactly" in desk.integrity.good.sentence.text()


def test_a_file_that_is_no_anchor_is_refused_in_words(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello", encoding="utf-8")
    with qtbot.waitSignal(desk.integrity.checkpoints.refused):
        desk.integrity.checkpoints.compare_with(file)
    assert "signed note" in desk.integrity.bad.sentence.text()


def test_leaving_signs_what_is_not_under_a_checkpoint(
    qtbot: QtBot, window: MainWindow, desk: WorkspacePage
) -> None:
    session = window.session
    assert session is not None
    position = session.issue(Deposit(MAIN, 100)).position
    ledger = session.context.ledger
    window.lock()
    newest = ledger.tree.newest_checkpoint()
    assert newest is not None
    assert newest.size == position
    assert window.workspace_page is not desk


def test_a_backup_becomes_a_workspace_again(
    qtbot: QtBot, qapp: QApplication, window: MainWindow, desk: WorkspacePage, tmp_path: Path
) -> None:
    assert window.session is not None
    window.session.backup.run(tmp_path / "kept")
    window.close_workspace()
    window.welcome.restore.click()
    dialog = next(made for made in window.findChildren(RestoreDialog) if made.isVisible())
    dialog.backup.set_text(str(tmp_path / "nothing"))
    dialog.place.set_text(str(tmp_path / "again.auditdesk"))
    dialog.post.click()
    qtbot.waitUntil(lambda: "is not an auditdesk backup" in dialog.backup.problem.text())
    dialog.backup.set_text(str(tmp_path / "kept"))
    dialog.post.click()
    qtbot.waitUntil(lambda: window.workspace is not None)
    assert window.workspace is not None
    assert window.workspace.path == tmp_path / "again.auditdesk"
    assert qapp is not None
    assert desk is not None
