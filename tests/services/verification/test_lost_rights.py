"""Who loses their rights while they verify leaves no finding against the bank."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.errors import VaultLocked
from auditdesk.services.workspace.session import Session


@pytest.mark.parametrize("taken", ["everything", "the grant to see"])
def test_what_an_operator_lost_is_no_finding_against_the_bank(made: Path, tmp_path: Path, taken: str) -> None:
    path = Path(shutil.copytree(made, tmp_path / "bank"))
    with (
        closing(open_workspace(path)) as workspace,
        closing(workspace.sign_in("ana", "x")) as ana,
        closing(open_workspace(path)) as another,
    ):
        ana.operators.add("ben", "y", roles=("auditor",), may_reveal=True)
        with closing(another.sign_in("ben", "y")) as ben:
            if taken == "everything":
                ana.operators.remove("ben")
                with pytest.raises(VaultLocked, match="removed"):
                    ben.verification.run()
            else:
                ana.operators.set_grants("ben", may_reveal=False)
                report = ben.verification.run()
                assert (report.findings, report.seals_opened) == ((), 0)
    with closing(open_workspace(path)) as workspace:
        assert not workspace.read_only


def test_who_signs_out_during_a_verification_leaves_no_finding(made: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(made, tmp_path / "bank"))

    class SignsOut:
        def __init__(self, session: Session) -> None:
            self._session = session

        def report(self, done: int, total: int, label: str = "") -> None:  # noqa: ARG002 - a protocol's
            if label == "Reading the log":
                self._session.close()

        def check(self) -> None:
            pass

    with closing(open_workspace(path)) as workspace:
        session = workspace.sign_in("ana", "x")
        with pytest.raises(VaultLocked, match="signed out"):
            session.verification.run(SignsOut(session))
    with closing(open_workspace(path)) as workspace:
        assert not workspace.read_only
