"""Double entry: every event that moves money is two postings, so that debits equal credits.

Seen from the bank: what customers hold is owed to them, so a deposit debits cash and credits the
customer's account. Transfers between our own accounts meet in clearing and leave nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.catalogue import EVENTS, LedgerAccount

CUSTOMER_ACCOUNTS: Final = "customer accounts"


class Posting(NamedTuple):
    """One line of the journal: a debit (positive) or a credit (negative), in minor units.

    `account` is the number of the customer account that the event belongs to, on both of its lines.
    """

    ledger_account: LedgerAccount
    account: str
    amount_minor: int

    @property
    def debit_minor(self) -> int:
        """The amount if it is a debit, else 0."""
        return max(self.amount_minor, 0)

    @property
    def credit_minor(self) -> int:
        """The amount if it is a credit, else 0."""
        return max(-self.amount_minor, 0)


class Heading(NamedTuple):
    """A line of the trial balance: an account of the general ledger, in one currency.

    Customer accounts have a line each, under their `account` number, which is empty on the bank's own.
    """

    currency: str
    ledger_account: LedgerAccount
    account: str = ""


class Turnover(NamedTuple):
    """Debits and credits of one account in one currency, in minor units, zero or more."""

    debit_minor: int = 0
    credit_minor: int = 0

    @property
    def balance_minor(self) -> int:
        """Debits less credits: below zero where the account is in credit."""
        return self.debit_minor - self.credit_minor


TrialBalance = dict[Heading, Turnover]


def postings(account: str, event: e.Event) -> tuple[Posting, ...]:
    """The two postings of an event on the customer account `account`; none where no money moves."""
    counterpart = EVENTS[event.TAG].counterpart
    if counterpart is None or not isinstance(event, e.MoneyEvent):
        return ()
    to_customer_minor = event.signed_minor
    made = (
        Posting(counterpart, account, to_customer_minor),
        Posting(CUSTOMER_ACCOUNTS, account, -to_customer_minor),
    )
    if sum(posting.amount_minor for posting in made) != 0:
        raise AssertionError(f"The postings of {event.TAG} do not sum to zero.")
    return made


def trial_balance(journal: Iterable[tuple[str, Posting]]) -> TrialBalance:
    """The turnover of every account of a journal of (currency, posting), in the order of the headings."""
    turnover: TrialBalance = {}
    for currency, posting in journal:
        heading = _heading(currency, posting)
        debit_minor, credit_minor = turnover.get(heading, (0, 0))
        turnover[heading] = Turnover(debit_minor + posting.debit_minor, credit_minor + posting.credit_minor)
    return dict(sorted(turnover.items()))


def imbalance(balance: TrialBalance) -> dict[str, int]:
    """Per currency, debits less credits: all zero, or the books are wrong."""
    difference: dict[str, int] = {}
    for heading, turnover in balance.items():
        difference[heading.currency] = difference.get(heading.currency, 0) + turnover.balance_minor
    return difference


def _heading(currency: str, posting: Posting) -> Heading:
    own = posting.ledger_account == CUSTOMER_ACCOUNTS
    return Heading(currency, posting.ledger_account, posting.account if own else "")
