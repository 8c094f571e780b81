"""The trial balance of the bank's general ledger as of a moment: in each currency debits equal credits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from auditdesk.domain import bookkeeping
from auditdesk.domain import events as e
from auditdesk.domain.bookkeeping import Posting
from auditdesk.domain.catalogue import MONEY_TAGS
from auditdesk.domain.errors import LedgerDamaged
from auditdesk.domain.streams import name_in
from auditdesk.services.access.context import watched
from auditdesk.services.reports.cells import amount_writer
from auditdesk.services.reports.frame import Report, ReportOptions, Row, Source, log_until

TAGS: Final = (e.AccountOpened.TAG, *MONEY_TAGS)


class TrialBalance(Report):
    """One row an account of the general ledger and currency that was ever posted to, seen from the bank.

    `ledger_account`: customer accounts, cash, clearing, interest expense or fee income; customer accounts
    have a row each, under their `account` number. `debit` or `credit`: the balance, as a decimal of
    `currency`; what a customer holds is a credit. `debits_posted`, `credits_posted`: all that led to it.
    Control totals: the sums of `debit` and of `credit`, which are equal in each currency.

    It is folded from the events of the log alone; memory grows with the accounts, not with the events.
    """

    NAME = "trial-balance"
    TITLE = "Trial balance"
    WORDS = (
        "What every account of the general ledger stood at, as of any moment, folded from the log: "
        "debits equal credits in each currency."
    )
    COLUMNS = (
        "ledger_account",
        "account",
        "currency",
        "debit",
        "credit",
        "debits_posted",
        "credits_posted",
    )
    TAKES = ReportOptions(account="no", range=False, reveal=False)

    def rows(self) -> Iterator[Row]:
        """The accounts, by currency. Raises `LedgerDamaged` where an account was never opened."""
        balance = bookkeeping.trial_balance(_journal(self._source))
        if any(bookkeeping.imbalance(balance).values()):
            raise AssertionError("The debits of the trial balance do not equal its credits.")
        for heading, turnover in balance.items():
            decimal = amount_writer(heading.currency)
            net_minor = turnover.balance_minor
            self.totals.add(heading.currency, -net_minor)
            yield (
                heading.ledger_account,
                heading.account,
                heading.currency,
                decimal(net_minor) if net_minor > 0 else "",
                decimal(-net_minor) if net_minor < 0 else "",
                decimal(turnover.debit_minor),
                decimal(turnover.credit_minor),
            )


def _journal(source: Source) -> Iterator[tuple[str, Posting]]:
    """The postings of the log up to the moment, each with its currency."""
    currencies: dict[str, str] = {}
    log = log_until(source, TAGS)
    for envelope in watched(log, source.query.last_position, source.progress, "Adding up"):
        event = envelope.event()
        if isinstance(event, e.AccountOpened):
            currencies[envelope.stream] = event.currency
            continue
        account, currency = name_in(envelope.stream), currencies.get(envelope.stream)
        if currency is None:
            raise LedgerDamaged(f"Account {account} was posted to before its opening.", "Verify the ledger.")
        for posting in bookkeeping.postings(account, event):
            yield currency, posting
