"""Where rejected rows may lie: they hold personal data, and must replace nothing that is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditdesk.domain.errors import Fault, Refused
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import LEDGER_FILE, Workspace
from tests.helpers import files_holding


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "history"
    folder.mkdir()
    text = "customer_ref,effective_at,name\nK1,2020-01-01,Bo Ek\nK2,never,Secret Name\n"
    (folder / "customers.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["rejects.csv", LEDGER_FILE, "reports/rejects.csv"])
def test_rejected_rows_never_lie_in_the_workspace(
    session: Session, bank: Workspace, folder: Path, name: str
) -> None:
    (bank.path / "reports").mkdir()
    with pytest.raises(Refused, match="can't be kept in the workspace") as refused:
        session.importer.run(folder, rejects=bank.path / name)
    assert refused.value.code == "rejects_in_workspace"
    assert session.directory.customers("") == []
    assert files_holding(bank.path, b"Secret Name") == []


@pytest.mark.parametrize("name", ["customers.csv", "accounts.csv"])
def test_rejected_rows_never_replace_a_file_of_the_source(
    session: Session, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = (folder / "customers.csv").read_bytes()
    with pytest.raises(Refused, match="is a file of the source"):
        session.importer.run(folder, rejects=Path(name))
    assert (folder / "customers.csv").read_bytes() == before


def test_a_link_that_leads_to_itself_is_no_place_for_rejected_rows(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    with pytest.raises(Fault, match="symbolic link to itself"):
        session.importer.run(folder, rejects=loop)
    assert session.directory.customers("") == []
