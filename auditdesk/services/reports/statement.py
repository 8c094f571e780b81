"""The account statement, in the order of ISO 20022 camt.053: opening balance, entries, closing balance.

The identity OPBD + credits - debits = CLBD is checked against the account's state for every account:
a statement that contradicts the books is not made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditdesk.domain import events as e
from auditdesk.domain.errors import LedgerDamaged
from auditdesk.domain.money import format_amount
from auditdesk.domain.personal import Mask
from auditdesk.domain.roles import EXPORT_STATEMENT
from auditdesk.services.history.views import remittance_texts
from auditdesk.services.reports.cells import amount_writer, instant
from auditdesk.services.reports.frame import (
    Report,
    Row,
    Source,
    VersionRange,
    envelopes_of,
    spans,
    state_after,
)


class Statement(Report):
    """One row a money entry of one account or of all, with the running balance after each.

    `account`: its number, `account_reference` the source's own key of it; `reference`: the entry's own, the
    source's where imported, else the command's id. `version`: of the account; `event`: its tag.
    `booked_at`: an instant in UTC; `value_date`: the day from which it counts; `operator`: who booked it.
    `debit` or `credit`: the amount, which leads to `balance`, in `currency`; decimals. `stated_balance`:
    what an imported source said the balance was. `counterparty`, `memo`: personal, or a mask.
    """

    NAME = "statement"
    PERMISSION = EXPORT_STATEMENT
    TITLE = "Account statement"
    WORDS = (
        "Every entry with its running balance, of one account or of all; "
        "opening and closing balances are in the manifest."
    )
    COLUMNS = (
        "account",
        "reference",
        "version",
        "booked_at",
        "value_date",
        "event",
        "debit",
        "credit",
        "balance",
        "currency",
        "operator",
        "counterparty",
        "memo",
        "stated_balance",
        "account_reference",
    )

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._spans = spans(source.ledger, source.query)
        self.expected_rows = sum(max(0, span.last - span.first + 1) for span in self._spans)
        self._balances: list[dict[str, str]] = []

    def rows(self) -> Iterator[Row]:
        """The entries, account by account. Raises `LedgerDamaged` where the identity does not hold."""
        for span in self._spans:
            yield from self._account(span)

    def extras(self) -> dict[str, Any]:
        """The balances that frame each account's entries (camt.053: OPBD, CLBD, CLAV)."""
        return {
            "balances": self._balances,
            "identity": "OPBD + credits - debits = CLBD holds for each account",
        }

    def _account(self, span: VersionRange) -> Iterator[Row]:
        opening = state_after(self._source.ledger, span.number, min(span.first - 1, span.last))
        balance_minor = opening_minor = opening.balance_minor if opening else 0
        add = self.totals.add
        text = self._source.text
        account_reference = text(span.reference)
        decimal = amount_writer(span.currency)
        for envelope in envelopes_of(self._source.ledger, span):
            event = envelope.event()
            if not isinstance(event, e.MoneyEvent):
                continue
            amount = decimal(event.amount_minor)
            signed_minor = event.signed_minor
            balance_minor += signed_minor
            add(span.currency, signed_minor)
            counterparty, memo = map(self._shown, remittance_texts(self._source.revealer.personal(envelope)))
            stated_minor = event.stated_balance_minor
            yield (
                span.number,
                text(event.reference or envelope.command_id),
                envelope.version,
                instant(envelope.booked_at_us),
                event.value_date,
                envelope.type,
                "" if signed_minor > 0 else amount,
                amount if signed_minor > 0 else "",
                decimal(balance_minor),
                span.currency,
                text(envelope.operator),
                counterparty,
                memo,
                "" if stated_minor is None else decimal(stated_minor),
                account_reference,
            )
        self._close(span, opening_minor, balance_minor)

    def _shown(self, words: str | Mask) -> str:
        """Text as it is written into cells; a mask is ours, and stays as it is."""
        return str(words) if isinstance(words, Mask) else self._source.text(words)

    def _close(self, span: VersionRange, opening_minor: int, balance_minor: int) -> None:
        closing = state_after(self._source.ledger, span.number, span.last)
        closing_minor = closing.balance_minor if closing else 0
        if closing_minor != balance_minor and not self._source.ledger.damage:  # then each row says so
            raise LedgerDamaged(
                f"The entries of account {span.number} do not lead from its opening to its closing balance.",
                "Verify the ledger.",
            )
        available_minor = closing.available_minor if closing else 0
        self._balances.append(
            {
                "account": span.number,
                "currency": span.currency,
                "OPBD": format_amount(opening_minor, span.currency),
                "CLBD": format_amount(closing_minor, span.currency),
                "CLAV": format_amount(available_minor, span.currency),
            }
        )
