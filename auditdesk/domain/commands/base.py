"""The base of commands: name, words, role, fields that can be asked for, and decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, get_args, get_type_hints

from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import fields

from auditdesk.domain import events as e
from auditdesk.domain.account import Account
from auditdesk.domain.customer import Customer
from auditdesk.domain.errors import Refused
from auditdesk.domain.events import NewEvent
from auditdesk.domain.instants import to_iso
from auditdesk.domain.roles import CLERK, Permission, Role
from auditdesk.domain.streams import account_stream, customer_stream

InputKind = Literal["account", "customer", "amount", "line", "text", "date", "choice", "check"]


class When(NamedTuple):
    """The instant a command is to be booked at, and what the clock says. Microseconds UTC."""

    booked_at_us: int
    now_us: int


class AccountWithOwner(NamedTuple):
    """An account and its owner, as far as the rules need them."""

    account: Account
    owner: Customer


class Books(Protocol):
    """The reads a decision may make, all as of one moment."""

    def account(self, text: str) -> AccountWithOwner:
        """The account with this number or reference. Raises `Refused` (`account_unknown`)."""

    def customer(self, text: str) -> Customer:
        """The customer with this number or reference. Raises `Refused` (`customer_unknown`)."""

    def new_account(self, reference: str) -> str:
        """The number of an account to be opened. Raises `Refused` (`reference_taken`)."""

    def new_customer(self, reference: str) -> str:
        """The number of a customer to be registered. Raises `Refused` (`reference_taken`)."""


class Change(NamedTuple):
    """Events to add to one stream. `before` is None where it begins; `subject`: whose key seals them."""

    stream: str
    before: Account | Customer | None
    new_events: tuple[NewEvent, ...]
    subject: str


def change_of(state: Account | Customer, new_events: tuple[NewEvent, ...]) -> Change:
    """The change of an account or customer that exists."""
    if isinstance(state, Account):
        return Change(account_stream(state.number), state, new_events, state.customer)
    return Change(customer_stream(state.number), state, new_events, state.number)


class Input(NamedTuple):
    """The input for a field: its kind, its label with the window's mnemonic, and a hint.

    `name` is the word by which a refusal points at it, where that is not the field's own. `words` says in
    words what can be chosen, by its values.
    """

    kind: InputKind
    label: str
    hint: str = ""
    name: str = ""
    words: Mapping[str, str] = {}


class CommandField(NamedTuple):
    """One field of a command, as a form or a shell asks for it. `choices` are the values of a choice."""

    field: str
    name: str
    input: Input
    required: bool
    default: Any
    choices: tuple[str, ...] = ()


def ask(
    kind: InputKind, label: str, hint: str = "", *, name: str = "", words: Mapping[str, str] | None = None
) -> Meta:
    """Annotation of a field's type: its input in a form or shell."""
    return Meta(extra={"input": Input(kind, label, hint, name, words or {})})


class Command(Struct, frozen=True):
    """Base of all commands: a value that says what is asked for.

    `NAME` is the one name in the log, the shell and the window; `ACT` completes "may …" and says what it
    does; `WORDS`, `TITLE` and `POST` are the window's menu entry, form and button; `ROLE` may issue it;
    `LEAVES` is the event by which a repeat under the same command id is recognised, `LEAVES_TOO` what may
    come with it.
    """

    NAME: ClassVar[str]
    ACT: ClassVar[str]
    WORDS: ClassVar[str]
    TITLE: ClassVar[str]
    POST: ClassVar[str]
    ROLE: ClassVar[Role] = CLERK
    LEAVES: ClassVar[type[e.Event]]
    LEAVES_TOO: ClassVar[tuple[type[e.Event], ...]] = ()
    ICON: ClassVar[str] = ""
    DANGER: ClassVar[bool] = False

    @property
    def target(self) -> str:
        """The account or customer that it is about, as typed; empty where there is none yet."""
        return ""

    @property
    def asked_minor(self) -> int | None:
        """The amount that is asked for, in minor units, if any."""
        return getattr(self, "amount_minor", getattr(self, "limit_minor", None))

    def decide(self, books: Books, when: When) -> tuple[Change, ...]:  # noqa: ARG002 - the signature
        """Decide what to add to the log. Pure but for reading `books`. Raises `Refused`."""
        raise AssertionError(f"{type(self).__name__} decides nothing")

    @classmethod
    def permission(cls) -> Permission:
        """The permission needed to issue it."""
        return Permission(cls.NAME, cls.ACT, (cls.ROLE,))


@cache  # reading annotations takes a third of a millisecond, and each step of the slider asks for all
def fields_of(command: type[Command]) -> tuple[CommandField, ...]:
    """The fields of a command in the order in which they are asked for."""
    hints = get_type_hints(command, include_extras=True)
    return tuple(_field(field.name, field.default, hints[field.name]) for field in fields(command))


def _field(name: str, default: Any, annotation: Any) -> CommandField:
    kind, *marks = get_args(annotation)
    asked: Input = next(mark.extra["input"] for mark in marks if isinstance(mark, Meta) and mark.extra)
    return CommandField(
        field=name,
        name=asked.name or name.removesuffix("_minor"),
        input=asked,
        required=default is NODEFAULT,
        default=None if default is NODEFAULT else default,
        choices=get_args(kind) if asked.kind == "choice" else (),
    )


def subject_of(command: type[Command]) -> CommandField | None:
    """The field that says which account or customer a command is about: the first, if it says so."""
    first = fields_of(command)[0]
    return first if first.input.kind in ("account", "customer") else None


def gone(customer: Customer) -> str:
    """That a customer is being or has been forgotten, in a sentence; empty where they are still here."""
    if customer.forgotten_at_us is not None:
        return "The customer has been forgotten."
    return "" if customer.erasure_requested_at_us is None else "The customer is being forgotten."


def check_customer(customer: Customer) -> None:
    """Refuse (`customer_erased`) anything for a customer who is being or has been forgotten."""
    if gone(customer):
        raise Refused(
            "customer_erased",
            f"Customer {customer.number} has been forgotten; nothing can be added.",
            "The same person coming back is registered as a new customer.",
            field="customer",
        )


def check_order(what: str, last_booked_at_us: int, when: When, remedy: str = "") -> None:
    """Refuse (`booked_in_future`, `booked_before_last`) what is not booked in the order of the books."""
    if when.booked_at_us > when.now_us:
        raise Refused(
            "booked_in_future", f"{to_iso(when.booked_at_us)} lies in the future.", field="booked_at"
        )
    if when.booked_at_us < last_booked_at_us:
        raise Refused(
            "booked_before_last",
            f"{what} has an event at {to_iso(last_booked_at_us)}, after that.",
            remedy,
            field="booked_at",
        )


@contextmanager
def about(field: str, named: str = "account") -> Iterator[None]:
    """Let a refusal about what is generally called `named` point at `field`, where that was given."""
    try:
        yield
    except Refused as refused:
        pointed_at = field if refused.field == named else refused.field
        raise Refused(refused.code, refused.message, refused.remedy, field=pointed_at) from None
