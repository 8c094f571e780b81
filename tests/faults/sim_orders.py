"""What the simulator's clerks are told to do: orders that can be written down, sent elsewhere, repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, cast

from msgspec import Struct

from auditdesk.domain.commands.account import Note
from auditdesk.domain.events import Blocks
from auditdesk.domain.personal import Address, PersonalDetails
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
    return _HOW[order.kind](session, order)


def left_by(session: Session, order: Order) -> tuple[Envelope, ...]:
    """What an order left in the log, whoever carried it out; nothing where it never came so far."""
    ids = (f"forget:{order.target}", f"forgotten:{order.target}") if order.kind == "forget" else ()
    results = (
        session.context.ledger.log.command_result(command_id) for command_id in ids or (order.command_id,)
    )
    return tuple(envelope for result in results for envelope in result)


def _register(session: Session, order: Order) -> tuple[Envelope, ...]:
    details = PersonalDetails(name=order.text, address=Address(street=f"{NEEDLE} Street 1", city="Town"))
    return session.desk.register_customer(details, command_id=order.command_id).envelopes


def _rename(session: Session, order: Order) -> tuple[Envelope, ...]:
    return session.desk.rename_customer(order.target, order.text, command_id=order.command_id).envelopes


def _address(session: Session, order: Order) -> tuple[Envelope, ...]:
    address = Address(street=order.text, city="Town")
    return session.desk.change_address(order.target, address, command_id=order.command_id).envelopes


def _open(session: Session, order: Order) -> tuple[Envelope, ...]:
    return session.desk.open_account(
        order.target, order.text, overdraft_limit_minor=order.amount_minor, command_id=order.command_id
    ).envelopes


def _deposit(session: Session, order: Order) -> tuple[Envelope, ...]:
    note = Note(counterparty=f"{NEEDLE} & Sons", memo=f"{NEEDLE} memo")
    return session.desk.deposit(
        order.target, order.amount_minor, note=note, command_id=order.command_id
    ).envelopes


def _withdraw(session: Session, order: Order) -> tuple[Envelope, ...]:
    return session.desk.withdraw(order.target, order.amount_minor, command_id=order.command_id).envelopes


def _fee(session: Session, order: Order) -> tuple[Envelope, ...]:
    return session.desk.charge_fee(order.target, order.amount_minor, command_id=order.command_id).envelopes


def _transfer(session: Session, order: Order) -> tuple[Envelope, ...]:
    return session.desk.transfer(
        order.target, order.other, order.amount_minor, command_id=order.command_id
    ).envelopes


def _overdraft(session: Session, order: Order) -> tuple[Envelope, ...]:
    return session.desk.set_overdraft_limit(
        order.target, order.amount_minor, command_id=order.command_id
    ).envelopes


def _freeze(session: Session, order: Order) -> tuple[Envelope, ...]:
    return session.desk.freeze(
        order.target, cast("Blocks", order.text), reason=f"{NEEDLE} reason", command_id=order.command_id
    ).envelopes


def _unfreeze(session: Session, order: Order) -> tuple[Envelope, ...]:
    return session.desk.unfreeze(
        order.target, cast("Blocks", order.text), command_id=order.command_id
    ).envelopes


def _close(session: Session, order: Order) -> tuple[Envelope, ...]:
    return session.desk.close_account(
        order.target, pay_out=order.pay_out, command_id=order.command_id
    ).envelopes


def _forget(session: Session, order: Order) -> tuple[Envelope, ...]:
    session.forgetting.forget(order.target, REASON)
    return left_by(session, order)


_HOW: Final[dict[Kind, Callable[[Session, Order], tuple[Envelope, ...]]]] = {
    "register": _register,
    "rename": _rename,
    "address": _address,
    "open": _open,
    "deposit": _deposit,
    "withdraw": _withdraw,
    "fee": _fee,
    "transfer": _transfer,
    "overdraft": _overdraft,
    "freeze": _freeze,
    "unfreeze": _unfreeze,
    "close": _close,
    "forget": _forget,
}
