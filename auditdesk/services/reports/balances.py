"""The balances of all accounts, or of one, as of a moment."""

from __future__ import annotations

from collections.abc import Iterator

from auditdesk.domain.account import Account
from auditdesk.domain.moments import AtInstant, AtVersion, Moment
from auditdesk.domain.personal import Mask
from auditdesk.domain.streams import customer_stream
from auditdesk.services.reports.cells import amount_writer, instant
from auditdesk.services.reports.frame import Report, ReportOptions, Row, Source, spans, state_after


class Balances(Report):
    """One row an account that had been opened at the moment.

    `account`, `customer_number`: their numbers; `reference`: the source's own key of the account.
    `customer`: the owner's name as it was then, or a mask; `currency`: ISO 4217; `status`: open or closed.
    `balance`, `available`, `overdraft_limit`: decimals of the currency. `version`, `booked_at`: of the
    account's last event. `blocks`: none, debits, credits or all. Control totals: the debit is the sum
    of the overdrawn balances, the credit that of the others.
    """

    NAME = "balances"
    TITLE = "Balances"
    WORDS = "The balance of every account as of any moment. Their sum is the sum of all entries."
    COLUMNS = (
        "account",
        "reference",
        "customer",
        "currency",
        "status",
        "balance",
        "available",
        "version",
        "booked_at",
        "customer_number",
        "overdraft_limit",
        "blocks",
    )
    TAKES = ReportOptions(account="asked", range=False)

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._spans = spans(source.ledger, source.query)
        self.expected_rows = len(self._spans)

    def rows(self) -> Iterator[Row]:
        """The accounts, by number."""
        text = self._source.text
        for span in self._spans:
            account = state_after(self._source.ledger, span.number, span.last)
            if account is None:
                continue
            decimal = amount_writer(account.currency)
            self.totals.add(account.currency, account.balance_minor)
            yield (
                account.number,
                text(account.reference),
                self._owner_name(account),
                account.currency,
                account.status,
                decimal(account.balance_minor),
                decimal(account.available_minor),
                account.version,
                instant(account.last_booked_at_us),
                account.customer,
                decimal(account.overdraft_limit_minor),
                account.blocks,
            )

    def _owner_name(self, account: Account) -> str:
        revealer = self._source.revealer
        mask = revealer.mask_of(account.customer)
        if mask is not None:
            return str(mask)
        ledger = self._source.ledger
        version = ledger.log.version_at(customer_stream(account.customer), self._owner_moment(account))
        if version == 0:
            return ""  # imported history may open an account before its owner is registered
        loaded = ledger.customers.load(
            account.customer, version=version, reveal=revealer.personal, reveal_snapshot=revealer.snapshot
        )
        if loaded is None:
            return ""
        name = loaded.state.name
        return name if isinstance(loaded.state.personal, Mask) else self._source.text(name)

    def _owner_moment(self, account: Account) -> Moment:
        """A version of an account stands, for its owner, for the instant it was booked at."""
        as_of = self._source.query.as_of
        return AtInstant(account.last_booked_at_us) if isinstance(as_of, AtVersion) else as_of
