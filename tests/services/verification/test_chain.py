"""A long log is verified in two processes: they find what one finds, and one is enough."""

from __future__ import annotations

import shutil
import sys
from contextlib import closing
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.commands.money import Deposit
from auditdesk.domain.errors import Cancelled
from auditdesk.domain.personal import PersonalDetails
from auditdesk.services.verification import chain
from auditdesk.services.verification.findings import VerificationReport
from tests.attacks import Change, attack, edit_amount, everything_again, rehash_leaf
from tests.helpers import CHEAP_KDF

EVENTS = 300
AMOUNT_AT = 10


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chain") / "bank"
    workspace = create_workspace(path, bank="b", operator="ana", passphrase="x", kdf=CHEAP_KDF)
    with closing(workspace), closing(workspace.sign_in("ana", "x")) as session:
        customer = session.issue(RegisterCustomer.of(PersonalDetails("Jane Döe"))).number
        account = session.issue(OpenAccount(customer, "EUR")).number
        for number in range(EVENTS):
            session.issue(Deposit(account, 100 + number))
        session.sign_off()
    return path


@pytest.fixture
def bank(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "bank"))


def verified(path: Path) -> VerificationReport:
    with closing(open_workspace(path)) as workspace, closing(workspace.sign_in("ana", "x")) as session:
        return session.verification.run()


@pytest.mark.parametrize(
    "changes",
    [
        (),
        (edit_amount(AMOUNT_AT),),
        (edit_amount(AMOUNT_AT), rehash_leaf(AMOUNT_AT)),
        everything_again(AMOUNT_AT),
        ("DELETE FROM events WHERE position > 290", "DELETE FROM checkpoints"),
        ("DELETE FROM events WHERE position = 50",),
        ("UPDATE tree_nodes SET hash = zeroblob(32)", "UPDATE entries SET amount = 7 WHERE version = 9"),
        ("UPDATE events SET recorded_at = 1 WHERE position = 60",),
    ],
)
def test_two_processes_find_what_one_finds(
    bank: Path, monkeypatch: pytest.MonkeyPatch, changes: tuple[Change | str, ...]
) -> None:
    attack(bank, *changes)
    alone = verified(bank)
    monkeypatch.setattr(chain, "WORTH_A_PROCESS_EVENTS", 1)
    both = verified(bank)
    assert set(both.findings) == set(alone.findings)
    assert len(both.findings) == len(alone.findings)
    assert both._replace(findings=(), elapsed_us=0) == alone._replace(findings=(), elapsed_us=0)
    assert both.clean is (not changes)


def test_the_root_over_all_of_it_is_kept_as_by_one(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "WORTH_A_PROCESS_EVENTS", 1)
    verified(bank)
    with closing(open_workspace(bank)) as workspace, closing(workspace.sign_in("ana", "x")) as session:
        context = session.context
        assert context.vault is not None
        last = context.vault.last_verification()
        assert last is not None
        assert last.root == context.ledger.tree.root(last.size)
        assert session.verification.run(incremental=True).events == 0


def test_nothing_of_the_folder_one_stands_in_is_run(
    bank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "auditdesk" / "services"
    trap.mkdir(parents=True)
    for folder in (trap.parent, trap):
        (folder / "__init__.py").write_text("", encoding="utf-8")
    (trap / "chain.py").write_text("open('sprung', 'w').close()\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(chain, "WORTH_A_PROCESS_EVENTS", 1)
    assert verified(bank).clean
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("program", ["/nowhere/python", shutil.which("false") or sys.executable])
def test_without_a_second_process_the_log_is_read_once_more(
    bank: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    attack(bank, edit_amount(AMOUNT_AT))
    monkeypatch.setattr(chain, "WORTH_A_PROCESS_EVENTS", 1)
    monkeypatch.setattr(sys, "executable", program)
    report = verified(bank)
    assert ("leaf_mismatch", AMOUNT_AT) in {(found.kind, found.position) for found in report.findings}


def test_cancelling_ends_the_other_process_too(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "WORTH_A_PROCESS_EVENTS", 1)
    begun: list[chain.ChainProcess] = []
    start = chain.start_process

    def starting(*given: object) -> chain.ChainProcess | None:
        process = start(*given)  # type: ignore[arg-type]
        assert process is not None
        begun.append(process)
        return process

    monkeypatch.setattr("auditdesk.services.verification.run.start_process", starting)

    class CancelAtOnce:
        def report(self, done: int, total: int, label: str = "") -> None:
            """Say nothing."""

        def check(self) -> None:
            raise Cancelled

    with (
        closing(open_workspace(bank)) as workspace,
        closing(workspace.sign_in("ana", "x")) as session,
        pytest.raises(Cancelled),
    ):
        session.verification.run(CancelAtOnce())
    (process,) = begun
    assert process._process.poll() is not None


def test_a_process_that_is_asked_nonsense_answers_nothing(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], bank: Path
) -> None:
    for said in (b"hello", msgspec.json.encode(chain.ChainRequest(str(bank / "none.db"), 3, ()))):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=BytesIO(said)))
        assert chain.main() == 1
    assert capsysbinary.readouterr().out == b""
