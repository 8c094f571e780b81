"""What the simulator's clerks are told to do: orders that can be written down, sent elsewhere, repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, cast

from msgspec import Struct

from auditdesk.domain.commands.account import CloseAccount, Freeze, OpenAccount, SetOverdraft, Unfreeze
from auditdesk.domain.commands.base import Command
from auditdesk.domain.commands.customer import ChangeAddress, RegisterCustomer, RenameCustomer
from auditdesk.domain.commands.money import ChargeFee, Deposit, Transfer, Withdraw
from auditdesk.domain.events import Blocks
from auditdesk.ledger.envelope import Envelope
from auditdesk.services.workspace.session import Session

NEEDLE: Final = "Quillon"  # is in everything personal, and so must be in no file
REASON: Final = "case 4711"

Kind = Literal[
    "register",
    "rename",
    "address",
    "open",
    "deposit",
    "withdraw",
    "fee",
    "transfer",
    "overdraft",
    "freeze",
    "unfreeze",
    "close",
    "forget",
]


class Order(Struct, frozen=True):
    """One command. `target` is a customer or an account; `text` a name, street, currency or what to block."""

    kind: Kind
    command_id: str
    target: str = ""
    other: str = ""
    amount_minor: int = 0
    text: str = ""
    pay_out: bool = False

    def __str__(self) -> str:
        asked = (self.target, self.other, self.amount_minor, self.text, "pay out" if self.pay_out else "")
        return f"{self.kind} {self.command_id} {' '.join(str(one) for one in asked if one)}"


def issue(session: Session, order: Order) -> tuple[Envelope, ...]:
    """Carry an order out as an operator would; what it left in the log, or what it is refused with."""
    if order.kind == "forget":
        session.forgetting.forget(order.target, REASON)
        return left_by(session, order)
    return session.issue(command_of(order), command_id=order.command_id).envelopes


def left_by(session: Session, order: Order) -> tuple[Envelope, ...]:
    """What an order left in the log, whoever carried it out; nothing where it never came so far."""
    ids = (f"forget:{order.target}", f"forgotten:{order.target}") if order.kind == "forget" else ()
    results = (
        session.context.ledger.log.command_result(command_id) for command_id in ids or (order.command_id,)
    )
    return tuple(envelope for result in results for envelope in result)


def command_of(order: Order) -> Command:
    """The command that an order asks for."""
    return _COMMANDS[order.kind](order)


_COMMANDS: Final[dict[Kind, Callable[[Order], Command]]] = {
    "register": lambda order: RegisterCustomer(order.text, street=f"{NEEDLE} Street 1", city="Town"),
    "rename": lambda order: RenameCustomer(order.target, order.text),
    "address": lambda order: ChangeAddress(order.target, street=order.text, city="Town"),
    "open": lambda order: OpenAccount(order.target, order.text, order.amount_minor),
    "deposit": lambda order: Deposit(order.target, order.amount_minor, f"{NEEDLE} & Sons", f"{NEEDLE} memo"),
    "withdraw": lambda order: Withdraw(order.target, order.amount_minor),
    "fee": lambda order: ChargeFee(order.target, order.amount_minor),
    "transfer": lambda order: Transfer(order.target, order.other, order.amount_minor),
    "overdraft": lambda order: SetOverdraft(order.target, order.amount_minor),
    "freeze": lambda order: Freeze(
        order.target, blocks=cast("Blocks", order.text), reason=f"{NEEDLE} reason"
    ),
    "unfreeze": lambda order: Unfreeze(order.target, cast("Blocks", order.text)),
    "close": lambda order: CloseAccount(order.target, pay_out=order.pay_out),
}
