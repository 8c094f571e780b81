"""Every screen, light and dark, small and large, rendered to PNG for eyes: `python -m pytest tests/screens`.

The pictures go to `.screens/` beside this checkout's README (or to AUDITDESK_SCREENS). Here it is only
asserted that each screen was painted, fits its size, and holds what it is about.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from auditdesk.bootstrap import make_demo, program_info
from auditdesk.demo.bank import DemoScale
from auditdesk.desktop.account.explain_dialog import ExplainDialog
from auditdesk.desktop.bank.export_dialog import ExportDialog
from auditdesk.desktop.bank.operator_dialogs import (
    AddOperatorDialog,
    ChangeOperatorDialog,
    NewKeyDialog,
    PassphraseDialog,
    RemoveOperatorDialog,
)
from auditdesk.desktop.customer.forget_dialog import ForgetDialog
from auditdesk.desktop.form.command_form import CommandForm
from auditdesk.desktop.kit.help_dialog import DocumentsDialog
from auditdesk.desktop.kit.settings import Settings
from auditdesk.desktop.look.tokens import Theme
from auditdesk.desktop.shell.about_dialog import AboutDialog
from auditdesk.desktop.shell.main_window import DEMO_OPERATOR, MainWindow
from auditdesk.desktop.shell.shortcuts_help import ShortcutsHelp
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from auditdesk.domain.account import Account
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.commands.base import Command, subject_of
from auditdesk.domain.customer import Customer
from auditdesk.domain.instants import parse_instant
from auditdesk.domain.streams import account_stream
from tests.helpers import CHEAP_KDF

OUT = Path(os.environ.get("AUDITDESK_SCREENS", Path(__file__).resolve().parents[2] / ".screens"))
NOW_US = parse_instant("2026-06-30T15:00:00Z")
SMALL = DemoScale(customers=24, accounts=30, deep_events=600)
SIZES = ((1280, 800), (1920, 1080), (1024, 700))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("screens") / "screens.auditdesk"
    make_demo(path, now_us=NOW_US, scale=SMALL, kdf=CHEAP_KDF)
    return path


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> Theme:
    chosen: Theme = request.param
    return chosen


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, settings_file: Path, theme: Theme) -> Iterator[MainWindow]:
    settings = Settings(settings_file)
    settings.theme = theme
    made = MainWindow(settings, qapp)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


@pytest.fixture
def desk(qtbot: QtBot, window: MainWindow, demo: Path) -> WorkspacePage:
    window.open_path(demo)
    window.sign_in.submitted.emit(*DEMO_OPERATOR)
    qtbot.waitUntil(lambda: window.workspace_page is not None)
    assert window.workspace_page is not None
    with qtbot.waitSignal(window.workspace_page.accounts.page.overview_shown):
        pass
    return window.workspace_page


def keep(widget: QWidget, name: str, theme: Theme) -> None:
    """Render a widget and see that it was painted."""
    OUT.mkdir(exist_ok=True)
    QApplication.processEvents()
    picture = widget.grab()
    assert picture.save(str(OUT / f"{name}-{theme}.png"))
    image = picture.toImage()
    step_x, step_y = max(image.width() // 60, 1), max(image.height() // 60, 1)
    colours = {
        image.pixel(x, y) for x in range(0, image.width(), step_x) for y in range(0, image.height(), step_y)
    }
    assert len(colours) >= (2 if isinstance(widget, QDialog) else 3)


@pytest.mark.parametrize("size", SIZES)
def test_the_account_in_the_present_and_in_the_past(
    qtbot: QtBot, window: MainWindow, desk: WorkspacePage, theme: Theme, size: tuple[int, int]
) -> None:
    window.resize(*size)
    page = desk.accounts.page
    desk.show_account("10-00001")
    with qtbot.waitSignal(page.overview_shown):
        pass
    assert window.width() == size[0], "the page is wider than the window it is made for"
    keep(window, f"account-{size[0]}", theme)
    page.timeline.go_to(page.timeline.count // 2)
    assert page.banner.isVisible()
    keep(window, f"account-past-{size[0]}", theme)


@pytest.mark.parametrize("size", SIZES)
def test_the_customer_and_every_other_page(
    qtbot: QtBot, window: MainWindow, desk: WorkspacePage, theme: Theme, size: tuple[int, int]
) -> None:
    window.resize(*size)
    desk.show_customer("C-00001")
    qtbot.waitUntil(lambda: desk.customers.list.model.rowCount() > 0)
    keep(window, f"customer-{size[0]}", theme)
    for name in ("log", "reports"):
        desk.go_to(name)
        keep(window, f"{name}-{size[0]}", theme)
    desk.go_to("integrity")
    with qtbot.waitSignal(desk.integrity.verified, timeout=20_000):
        desk.integrity.run.click()
    keep(window, f"integrity-{size[0]}", theme)
    desk.go_to("operators")
    qtbot.waitUntil(lambda: desk.operators.table.rows.rowCount() > 0)
    keep(window, f"operators-{size[0]}", theme)
    assert window.width() == size[0]


def test_the_forgotten_customer(qtbot: QtBot, window: MainWindow, desk: WorkspacePage, theme: Theme) -> None:
    window.resize(*SIZES[0])
    assert window.session is not None
    erased = window.session.context.ledger.customers.erasures()[0].number
    desk.show_customer(erased)
    qtbot.waitUntil(lambda: desk.customers.list.model.rowCount() > 0)
    assert "erased" in desk.customers.page.values["name"].text()
    keep(window, "customer-erased-1280", theme)
    assert window.width() == SIZES[0][0]


def test_the_welcome_and_the_sign_in(qtbot: QtBot, window: MainWindow, demo: Path, theme: Theme) -> None:
    window.resize(*SIZES[0])
    window.welcome.show_recent([demo])
    keep(window, "welcome-1280", theme)
    window.open_path(demo)
    assert window.stack.currentWidget() is window.sign_in
    keep(window, "sign-in-1280", theme)


def test_the_operators_to_somebody_who_may_change_nothing(
    qtbot: QtBot, window: MainWindow, demo: Path, theme: Theme
) -> None:
    window.resize(*SIZES[0])
    window.open_path(demo)
    window.sign_in.submitted.emit("eva", DEMO_OPERATOR[1])
    qtbot.waitUntil(lambda: window.workspace_page is not None)
    assert window.workspace_page is not None
    window.workspace_page.go_to("operators")
    page = window.workspace_page.operators
    qtbot.waitUntil(lambda: page.table.rows.rowCount() > 0)
    assert page.why.isVisible()
    keep(window, "operators-forbidden-1280", theme)


def test_every_dialog(qtbot: QtBot, window: MainWindow, desk: WorkspacePage, theme: Theme) -> None:
    page, context = desk.accounts.page, desk._context
    state = page.state
    assert state is not None
    session = context.session
    history = session.history
    event = history.event(account_stream(page.number), 2)
    operator = session.operators.list()[1]

    def about(command: type[Command]) -> Account | Customer | None:
        subject = subject_of(command)
        if subject is None:
            return None
        return state if subject.input.kind == "account" else history.customer_at(state.customer).state

    makers: dict[str, Callable[[], QDialog]] = {
        **{
            f"form-{name}": lambda command=command: CommandForm(context, command, about(command), window)  # type: ignore[misc]
            for name, command in COMMANDS.items()
        },
        "export": lambda: ExportDialog(context, window, account=page.number),
        "forget": lambda: ForgetDialog(context, session.forgetting.preview("C-00001"), window),
        "explain": lambda: ExplainDialog(history.step(page.number, 2), event, window),
        "keys": lambda: ShortcutsHelp(window),
        "documents": lambda: DocumentsDialog(window),
        "about": lambda: AboutDialog(program_info(), window),
        "operator-add": lambda: AddOperatorDialog(context, window),
        "operator-change": lambda: ChangeOperatorDialog(context, operator, window),
        "operator-remove": lambda: RemoveOperatorDialog(context, operator, window),
        "passphrase": lambda: PassphraseDialog(context, window),
        "new-key": lambda: NewKeyDialog(context, window),
    }
    for name, make in makers.items():
        dialog = make()
        dialog.show()
        keep(dialog, name, theme)
        dialog.close()
