"""Nothing is offered to whom it isn't allowed: a disabled button says which role is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QComboBox
from pytestqt.qtbot import QtBot

from auditdesk.desktop.shell.main_window import MainWindow
from auditdesk.desktop.shell.workspace_page import WorkspacePage
from tests.roles import BOB, EMPTY, FROZEN, GONE, HELD, JANE, MAIN, MAY, PASSPHRASE, SETS, make_bank, name_of

Control = QAbstractButton | QAction


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bank(tmp_path_factory.mktemp("roles") / "bank.auditdesk")


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, template: Path, tmp_path: Path, operator: str) -> WorkspacePage:
    window.open_path(Path(shutil.copytree(template, tmp_path / "bank.auditdesk")))
    combo = window.sign_in.operator.entry
    assert isinstance(combo, QComboBox)
    combo.setCurrentText(operator)
    window.sign_in.passphrase.set_text(PASSPHRASE)
    window.sign_in.submit.click()
    qtbot.waitUntil(lambda: window.workspace_page is not None)
    assert window.workspace_page is not None
    with qtbot.waitSignal(window.workspace_page.accounts.page.overview_shown):
        pass
    return window.workspace_page


def controls(page: WorkspacePage) -> dict[str, Control]:
    """Each control at an account or customer for whom nothing but a role can stand in its way."""
    found: dict[str, Control] = {}
    for number, names in (
        (MAIN, ("deposit", "withdraw", "transfer", "interest", "fee", "overdraft", "freeze")),
        (FROZEN, ("unfreeze",)),
        (EMPTY, ("close",)),
    ):
        page.show_account(number)
        for name in names:
            control = page.accounts.page.header.command(name)
            found[name] = _as_shown(control)
    found["evidence"] = _as_shown(page.accounts.page.panel.evidence)
    found["export-statement"] = _as_shown(page.accounts.page.header.export)
    return found


def _as_shown(control: Control) -> Control:
    """What a control says now: it is changed when another account is shown."""
    copy = QAction()
    copy.setEnabled(control.isEnabled())
    copy.setToolTip(control.toolTip())
    return copy


def customers_controls(page: WorkspacePage) -> dict[str, Control]:
    found: dict[str, Control] = {}
    for number, names in (
        (JANE, ("rename-customer", "change-address", "change-contact")),
        (BOB, ("open-account", "place-hold", "forget")),
        (HELD, ("release-hold",)),
        (GONE, ("certify",)),
    ):
        page.show_customer(number)
        for name in names:
            found[name] = _as_shown(page.customers.page.buttons[name])
    found["register-customer"] = _as_shown(page.customers.new)
    return found


def bank_controls(qtbot: QtBot, page: WorkspacePage) -> dict[str, Control]:
    def button(name: str) -> Control:
        made = page.findChild(QAbstractButton, name)
        assert isinstance(made, QAbstractButton)
        return _as_shown(made)

    page.go_to("operators")
    qtbot.waitUntil(lambda: page.operators.add.toolTip() != "No operator is listed.")
    return {
        "import": button("importButton"),
        "backup": button("backupButton"),
        "export": button("balancesExport"),
        "operators": button("addOperatorButton"),
    }


@pytest.mark.parametrize(
    ("operator", "roles"), [(name_of(roles), roles) for roles in SETS], ids=map(name_of, SETS)
)
def test_what_is_offered_is_what_the_roles_allow(
    qtbot: QtBot, page: WorkspacePage, roles: tuple[str, ...]
) -> None:
    offered = controls(page) | customers_controls(page) | bank_controls(qtbot, page)
    assert {name for name, control in offered.items() if control.isEnabled()} == {
        name for name in offered if MAY[name] & set(roles)
    }
    for name, control in offered.items():
        if not control.isEnabled():
            assert control.toolTip().startswith("Only a"), name
