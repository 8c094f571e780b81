"""A stateful machine: random commands against a model that is nothing but numbers."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.domain.commands.account import CloseAccount, Freeze, OpenAccount, Unfreeze
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.commands.money import Deposit, Transfer, Withdraw
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import Blocks
from auditdesk.domain.moments import AtVersion
from auditdesk.domain.personal import Mask, PersonalDetails
from auditdesk.services.workspace.session import Session
from auditdesk.services.workspace.workspace import Workspace
from tests.helpers import CHEAP_KDF, ManualClock

AMOUNTS = st.integers(min_value=1, max_value=10_000)


class ModelAccount:
    """What the machine believes of one account."""

    def __init__(self, owner: str, limit: int) -> None:
        self.owner = owner
        self.limit = limit
        self.balance = 0
        self.closed = False
        self.blocked: set[str] = set()
        self.balances = [0]

    def may_pay_in(self) -> bool:
        return not self.closed and "credits" not in self.blocked

    def may_pay_out(self, amount: int) -> bool:
        return not self.closed and "debits" not in self.blocked and amount <= self.balance + self.limit

    def book(self, amount: int = 0) -> None:
        self.balance += amount
        self.balances.append(self.balance)


class OperatorContext(NamedTuple):
    """The machine's view of the system under test."""

    workspace: Workspace
    session: Session


class LedgerMachine(RuleBasedStateMachine):
    """Every rule does the same to the ledger and to the model, and both must agree on every refusal."""

    customers = Bundle("customers")
    accounts = Bundle("accounts")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="auditdesk-machine-"))
        self.clock = ManualClock()
        self.model: dict[str, ModelAccount] = {}
        self.forgotten: set[str] = set()
        create_workspace(
            self.folder / "bank",
            bank="Model Bank",
            operator="ana",
            passphrase="x",
            clock=self.clock,
            kdf=CHEAP_KDF,
        ).close()
        self.context = self._open()

    def teardown(self) -> None:
        self.context.workspace.close()
        shutil.rmtree(self.folder)

    def _open(self) -> OperatorContext:
        workspace = open_workspace(self.folder / "bank", clock=self.clock)
        return OperatorContext(workspace, workspace.sign_in("ana", "x"))

    @initialize(target=customers)
    def first_customer(self) -> str:
        return self.context.session.issue(RegisterCustomer.of(PersonalDetails(name="First Person"))).number

    @rule(target=customers, name=st.text(alphabet="abcdeé ", min_size=1, max_size=12))
    def register(self, name: str) -> object:
        try:
            return self.context.session.issue(RegisterCustomer.of(PersonalDetails(name=name))).number
        except Refused as refused:
            assert refused.code == "text_missing"
            return multiple()

    @rule(target=accounts, customer=customers, limit=st.integers(min_value=0, max_value=5_000))
    def open_account(self, customer: str, limit: int) -> object:
        try:
            number = self.context.session.issue(
                OpenAccount(customer, "EUR", overdraft_limit_minor=limit)
            ).number
        except Refused as refused:
            assert (refused.code, customer in self.forgotten) == ("customer_erased", True)
            return multiple()
        self.model[number] = ModelAccount(customer, limit)
        return number

    @rule(account=accounts, amount=AMOUNTS)
    def deposit(self, account: str, amount: int) -> None:
        model = self.model[account]
        if self._accepts(lambda desk: desk.issue(Deposit(account, amount, memo="in"))):
            assert model.may_pay_in()
            model.book(amount)
        else:
            assert not model.may_pay_in()

    @rule(account=accounts, amount=AMOUNTS)
    def withdraw(self, account: str, amount: int) -> None:
        model = self.model[account]
        if self._accepts(lambda desk: desk.issue(Withdraw(account, amount))):
            assert model.may_pay_out(amount)
            model.book(-amount)
        else:
            assert not model.may_pay_out(amount)

    @rule(sender=accounts, receiver=accounts, amount=AMOUNTS)
    def transfer(self, sender: str, receiver: str, amount: int) -> None:
        from_model, to_model = self.model[sender], self.model[receiver]
        allowed = sender != receiver and from_model.may_pay_out(amount) and to_model.may_pay_in()
        assert self._accepts(lambda desk: desk.issue(Transfer(sender, receiver, amount))) == allowed
        if allowed:
            from_model.book(-amount)
            to_model.book(amount)

    @rule(account=accounts, blocks=st.sampled_from(["debits", "credits", "all"]))
    def freeze(self, account: str, blocks: Blocks) -> None:
        model = self.model[account]
        wanted = {"debits", "credits"} if blocks == "all" else {blocks}
        allowed = not model.closed and not wanted <= model.blocked
        assert (
            self._accepts(lambda desk: desk.issue(Freeze(account, blocks=blocks, reason="model"))) == allowed
        )
        if allowed:
            model.blocked |= wanted
            model.book()

    @rule(account=accounts, blocks=st.sampled_from(["debits", "credits", "all"]))
    def unfreeze(self, account: str, blocks: Blocks) -> None:
        model = self.model[account]
        wanted = {"debits", "credits"} if blocks == "all" else {blocks}
        allowed = not model.closed and wanted <= model.blocked
        assert self._accepts(lambda desk: desk.issue(Unfreeze(account, blocks))) == allowed
        if allowed:
            model.blocked -= wanted
            model.book()

    @rule(account=accounts, pay_out=st.booleans())
    def close(self, account: str, pay_out: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        model = self.model[account]
        allowed = (
            not model.closed and not model.blocked and (model.balance == 0 or (pay_out and model.balance > 0))
        )
        assert self._accepts(lambda desk: desk.issue(CloseAccount(account, pay_out=pay_out))) == allowed
        if allowed:
            if model.balance:
                model.book(-model.balance)
            model.closed = True
            model.book()

    @rule(customer=customers)
    def forget(self, customer: str) -> None:
        still_open = any(m.owner == customer and not m.closed for m in self.model.values())
        try:
            self.context.session.forgetting.forget(customer, "case 1")
        except Refused as refused:
            assert (refused.code, still_open) == ("open_account", True)
        else:
            assert not still_open
            self.forgotten.add(customer)

    @rule()
    def reopen(self) -> None:
        self.context.workspace.close()
        self.context = self._open()

    @rule(days=st.integers(min_value=-3, max_value=40))
    def let_time_pass(self, days: int) -> None:
        self.clock.sleep_days(days)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        account = data.draw(st.sampled_from(sorted(self.model)))
        balances = self.model[account].balances
        version = data.draw(st.integers(min_value=1, max_value=len(balances)))
        view = self.context.session.history.account_at(account, AtVersion(version))
        assert view.state.balance_minor == balances[version - 1]
        assert view.versions == len(balances)

    @invariant()
    def every_account_and_customer_is_as_the_model_says(self) -> None:
        for line in self.context.session.directory.accounts():
            assert line.balance_minor == self.model[line.number].balance
            assert (line.status == "closed") == self.model[line.number].closed
            assert isinstance(line.customer_name, Mask) == (line.customer in self.forgotten)

    def _accepts(self, command: object) -> bool:
        try:
            command(self.context.session)  # type: ignore[operator]
        except Refused:
            return False
        return True


LedgerMachine.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestLedgerMachine = LedgerMachine.TestCase
