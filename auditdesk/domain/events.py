"""The facts that a bank's book is made of. Frozen, tagged, without personal data.

Each class names its stable `TAG` (never derived from a module path), its `SCHEMA` version, and
`PERSONAL`: the type of the personal data that may travel beside it. Money is in minor units
of the account's currency; instants stand in the envelope; `value_date` is ISO 8601.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, NamedTuple

from msgspec import Struct

from auditdesk.domain.personal import (
    Address,
    Contact,
    Personal,
    PersonalDetails,
    PersonName,
    Remark,
    Remittance,
)

Blocks = Literal["debits", "credits", "all"]


class Event(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Base of all events. They hold plain values only, so the collector need not look at them."""

    TAG: ClassVar[str] = ""
    SCHEMA: ClassVar[int] = 1
    PERSONAL: ClassVar[type[Any] | None] = None


class NewEvent(NamedTuple):
    """An event that is to be appended, and the personal data beside it in the clear, to be sealed."""

    event: Event
    personal: Personal | None = None


# --- customers ---------------------------------------------------------------------------


class CustomerRegistered(Event, frozen=True):
    """A person becomes a customer. `reference` is the source's own key, where imported."""

    TAG = "CustomerRegistered"
    PERSONAL = PersonalDetails
    reference: str = ""
    imported: bool = False


class CustomerRenamed(Event, frozen=True):
    """The customer bears another name from here on."""

    TAG = "CustomerRenamed"
    PERSONAL = PersonName
    imported: bool = False


class AddressChanged(Event, frozen=True):
    """The customer lives elsewhere from here on."""

    TAG = "AddressChanged"
    PERSONAL = Address
    imported: bool = False


class ContactDetailsChanged(Event, frozen=True):
    """The customer is reached otherwise from here on."""

    TAG = "ContactDetailsChanged"
    PERSONAL = Contact
    imported: bool = False


class LegalHoldPlaced(Event, frozen=True):
    """The customer must not be forgotten from here on. The reason travels beside as a `Remark`."""

    TAG = "LegalHoldPlaced"
    PERSONAL = Remark


class LegalHoldReleased(Event, frozen=True):
    """The customer may be forgotten again."""

    TAG = "LegalHoldReleased"
    PERSONAL = Remark


class ErasureRequested(Event, frozen=True):
    """Forgetting has begun: from here on the customer is fenced. `reason` is kept for good."""

    TAG = "ErasureRequested"
    reason: str


class CustomerForgotten(Event, frozen=True):
    """The customer's key is destroyed; what it sealed can never be read again.

    `key_id` names the destroyed key (hex, not secret); `sealed_events` counts the events it sealed.
    """

    TAG = "CustomerForgotten"
    key_id: str
    sealed_events: int
    accounts: tuple[str, ...] = ()


# --- accounts ----------------------------------------------------------------------------


class AccountOpened(Event, frozen=True):
    """An account of `customer` in `currency` exists from here on."""

    TAG = "AccountOpened"
    customer: str
    currency: str
    overdraft_limit_minor: int = 0
    reference: str = ""
    imported: bool = False


class MoneyEvent(Event, frozen=True):
    """Base of the events that move money; `amount_minor` is always positive.

    `stated_balance_minor` is what an imported source said the balance was afterwards: evidence,
    never used to compute. `reference` is the source's own key of the entry.
    """

    SIGN: ClassVar[int] = 0
    PERSONAL = Remittance
    amount_minor: int
    value_date: str
    reference: str = ""
    imported: bool = False
    stated_balance_minor: int | None = None

    @property
    def signed_minor(self) -> int:
        """The signed amount the event adds to its account's balance, in minor units; negative for debits."""
        return self.SIGN * self.amount_minor


class MoneyDeposited(MoneyEvent, frozen=True):
    """Money was paid in."""

    TAG = "MoneyDeposited"
    SIGN = 1


class MoneyWithdrawn(MoneyEvent, frozen=True):
    """Money was paid out."""

    TAG = "MoneyWithdrawn"
    SIGN = -1


class TransferSent(MoneyEvent, frozen=True):
    """Money left for another account; `other_account` is empty when it does not belong there."""

    TAG = "TransferSent"
    SIGN = -1
    other_account: str = ""


class TransferReceived(MoneyEvent, frozen=True):
    """Money came from another account; `other_account` is empty when it does not belong there."""

    TAG = "TransferReceived"
    SIGN = 1
    other_account: str = ""


class InterestCredited(MoneyEvent, frozen=True):
    """The bank paid interest."""

    TAG = "InterestCredited"
    SIGN = 1


class FeeCharged(MoneyEvent, frozen=True):
    """The bank charged a fee."""

    TAG = "FeeCharged"
    SIGN = -1


class OverdraftLimitSet(Event, frozen=True):
    """The agreed overdraft is `limit_minor` (zero or more) from here on."""

    TAG = "OverdraftLimitSet"
    limit_minor: int


class AccountFrozen(Event, frozen=True):
    """`blocks` may no longer be made. The reason travels beside as a `Remark`."""

    TAG = "AccountFrozen"
    PERSONAL = Remark
    blocks: Blocks


class AccountUnfrozen(Event, frozen=True):
    """`blocks` may be made again."""

    TAG = "AccountUnfrozen"
    PERSONAL = Remark
    blocks: Blocks


class AccountClosed(Event, frozen=True):
    """The account is closed for good, at a balance of zero."""

    TAG = "AccountClosed"
    PERSONAL = Remark


# --- operators and the bank --------------------------------------------------------------


class OperatorAdded(Event, frozen=True):
    """`operator` may sign in from here on."""

    TAG = "OperatorAdded"
    operator: str
    roles: tuple[str, ...] = ()


class OperatorRemoved(Event, frozen=True):
    """`operator` may no longer sign in, and every key that they knew is replaced."""

    TAG = "OperatorRemoved"
    operator: str


class RolesChanged(Event, frozen=True):
    """`operator` has these roles from here on, and no others."""

    TAG = "RolesChanged"
    operator: str
    roles: tuple[str, ...] = ()


class GrantsChanged(Event, frozen=True):
    """The grants of `operator` from here on: personal data, and the signing key."""

    TAG = "GrantsChanged"
    operator: str
    may_reveal: bool = False
    may_sign: bool = False


class PassphraseChanged(Event, frozen=True):
    """`operator` signs in with another passphrase from here on."""

    TAG = "PassphraseChanged"
    operator: str


class SigningKeyRotated(Event, frozen=True):
    """The signing key before is retired; `key_id` (16 hex digits, not secret) names the new one."""

    TAG = "SigningKeyRotated"
    key_id: str


class CommandRefused(Event, frozen=True):
    """A refused command: its target, and the rule that refused it (`code`, `message`)."""

    TAG = "CommandRefused"
    command: str
    target: str
    code: str
    message: str
    amount_minor: int | None = None


class ReportExported(Event, frozen=True):
    """A report that holds personal data left the system; `account` empty means all."""

    TAG = "ReportExported"
    report: str
    rows: int
    sha256: str
    account: str = ""


class HistoryImported(Event, frozen=True):
    """One import, as a whole: what was read and what became of it. `sources`: name → SHA-256."""

    TAG = "HistoryImported"
    sources: dict[str, str]
    rows_read: int
    rows_booked: int
    rows_rejected: int
    rows_already_there: int
