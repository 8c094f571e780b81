"""What leaves the house replaces nothing that left it before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from auditdesk.desktop.account.evidence_dialog import EvidenceDialog
from auditdesk.desktop.bank.export_dialog import ExportDialog
from auditdesk.desktop.customer.certificate_dialog import CertificateDialog
from auditdesk.desktop.form.form_dialog import FormDialog
from auditdesk.desktop.kit.context import Context
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.instants import to_iso
from tests.desktop.driving import post, refusal
from tests.desktop.small_bank import BOB, MAIN

OLD = "what left the house before"
DIALOGS: dict[str, tuple[Callable[[Context], FormDialog], tuple[str, ...]]] = {
    f"statement-{MAIN}": (
        lambda context: ExportDialog(context, account=MAIN),
        (".csv", ".csv.manifest.json"),
    ),
    f"evidence-{MAIN}-5": (lambda context: EvidenceDialog(context, MAIN, 5, sealed=True), (".zip",)),
    f"erasure-{BOB}": (lambda context: CertificateDialog(context, BOB), (".json", ".pdf")),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr(Path, "home", lambda: folder)
    return folder


@pytest.fixture(params=sorted(DIALOGS))
def name(request: pytest.FixtureRequest, desk: WorkspacePage) -> str:
    if request.param.startswith("erasure"):
        forgetting = desk._context.session.forgetting
        forgetting.forget(BOB, reason="letter 12")
    return str(request.param)


def opened(qtbot: QtBot, desk: WorkspacePage, name: str) -> FormDialog:
    dialog = DIALOGS[name][0](desk._context)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def proposal(qtbot: QtBot, desk: WorkspacePage, name: str) -> Path:
    dialog = opened(qtbot, desk, name)
    return Path(dialog.fields["out"].text())


def today(desk: WorkspacePage) -> str:
    return to_iso(desk._context.session.now_us())[:10]


def test_the_name_says_what_it_holds_and_the_day_and_is_free(
    qtbot: QtBot, desk: WorkspacePage, home: Path, name: str
) -> None:
    suffixes = DIALOGS[name][1]
    first = proposal(qtbot, desk, name)
    assert first == home / f"{name}-{today(desk)}{suffixes[0]}"
    for number, suffix in enumerate(suffixes, start=2):
        taken = proposal(qtbot, desk, name).name.removesuffix(suffixes[0]) + suffix
        (home / taken).write_text(OLD, encoding="utf-8")
        second = proposal(qtbot, desk, name)
        assert second.name == f"{name}-{today(desk)}-{number}{suffixes[0]}"


def test_a_file_that_is_there_is_refused_beside_the_field(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path, name: str
) -> None:
    suffixes = DIALOGS[name][1]
    dialog = opened(qtbot, desk, name)
    for suffix in suffixes:
        place = tmp_path / f"mine{suffixes[0]}"
        there = tmp_path / f"mine{suffix}"
        there.write_text(OLD, encoding="utf-8")
        dialog.fields["out"].set_text(str(place))
        assert f"{there} already exists" in refusal(qtbot, dialog, "out")
        assert there.read_text(encoding="utf-8") == OLD
        assert [path.name for path in tmp_path.glob("mine*")] == [there.name]
        there.unlink()
    post(qtbot, dialog)
    assert sorted(path.name for path in tmp_path.glob("mine*")) == sorted(f"mine{each}" for each in suffixes)


def test_a_report_is_replaced_only_where_that_is_ticked_for_just_this_file(
    qtbot: QtBot, desk: WorkspacePage, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    for file in (first, second):
        file.write_text(OLD, encoding="utf-8")
    dialog = ExportDialog(desk._context, account=MAIN)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.path.replace.isVisible()
    dialog.path.set_text(str(first))
    assert refusal(qtbot, dialog, "out")
    assert dialog.path.replace.isVisible()
    dialog.path.replace.setChecked(True)
    dialog.path.set_text(str(second))
    assert refusal(qtbot, dialog, "out"), "the tick was for the first"
    assert second.read_text(encoding="utf-8") == OLD
    dialog.path.replace.setChecked(True)
    post(qtbot, dialog)
    assert second.read_text(encoding="utf-8").startswith("account,")
    assert first.read_text(encoding="utf-8") == OLD


def test_an_anchor_that_is_there_is_kept(qtbot: QtBot, desk: WorkspacePage, tmp_path: Path) -> None:
    anchor = tmp_path / "anchor.txt"
    anchor.write_text(OLD, encoding="utf-8")
    desk.go_to("integrity")
    with qtbot.waitSignal(desk.integrity.checkpoints.refused):
        desk.integrity.checkpoints.save_to(anchor)
    assert anchor.read_text(encoding="utf-8") == OLD
    assert "already" in desk.integrity.bad.sentence.text()
