"""Double entry: every event that moves money is two postings, so that debits equal credits.

Seen from the bank: what customers hold is owed to them, so a deposit debits cash and credits the
customer's account. Transfers between our own accounts meet in clearing and leave nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from auditdesk.domain import events as e

LedgerAccount = Literal["customer accounts", "cash", "clearing", "interest expense", "fee income"]

CUSTOMER_ACCOUNTS: Final = "customer accounts"
_COUNTERPART: Final[dict[type[e.Event], LedgerAccount]] = {
    e.MoneyDeposited: "cash",
    e.MoneyWithdrawn: "cash",
    e.TransferSent: "clearing",
    e.TransferReceived: "clearing",
    e.InterestCredited: "interest expense",
    e.FeeCharged: "fee income",
}


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


class Turnover(NamedTuple):
    """What was debited to and credited to one ledger account in one currency, in minor units."""

    debit_minor: int = 0
    credit_minor: int = 0


TrialBalance = dict[tuple[str, LedgerAccount], Turnover]


def postings(account: str, event: e.Event) -> tuple[Posting, ...]:
    """The two postings of an event on the customer account `account`; none where no money moves."""
    if not isinstance(event, e.MoneyEvent):
        return ()
    to_customer_minor = event.signed_minor
    return (
        Posting(_COUNTERPART[type(event)], account, to_customer_minor),
        Posting(CUSTOMER_ACCOUNTS, account, -to_customer_minor),
    )


def trial_balance(journal: Iterable[tuple[str, Posting]]) -> TrialBalance:
    """Turnover per currency and ledger account of a journal of (currency, posting), sorted."""
    turnover: TrialBalance = {}
    for currency, posting in journal:
        key = (currency, posting.ledger_account)
        debit_minor, credit_minor = turnover.get(key, Turnover())
        turnover[key] = Turnover(debit_minor + posting.debit_minor, credit_minor + posting.credit_minor)
    return dict(sorted(turnover.items()))


def imbalance(balance: TrialBalance) -> dict[str, int]:
    """Per currency, debits less credits: all zero, or the books are wrong."""
    difference: dict[str, int] = {}
    for (currency, _), (debit_minor, credit_minor) in balance.items():
        difference[currency] = difference.get(currency, 0) + debit_minor - credit_minor
    return difference
