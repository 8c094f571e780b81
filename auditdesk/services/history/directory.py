"""Lists of accounts and customers, searched by number and by name.

Names are sealed on disk; the index to search them by is built in memory after sign-in, kept up
to date from the log, and gone with the session.
"""

from __future__ import annotations

from threading import Lock
from typing import Final, NamedTuple

from auditdesk.domain import events as e
from auditdesk.domain.personal import REDACTED, Mask, PersonalDetails, PersonName
from auditdesk.domain.streams import name_in
from auditdesk.domain.text import search_key
from auditdesk.services.access.context import NO_PROGRESS, OperatorContext, Progress
from auditdesk.services.access.revealing import Revealer

NAMING: Final = (e.CustomerRegistered.TAG, e.CustomerRenamed.TAG)


class AccountLine(NamedTuple):
    """An account in a list, as it is now."""

    number: str
    reference: str
    currency: str
    balance_minor: int
    available_minor: int
    status: str
    blocks: str
    customer: str
    customer_name: str | Mask


class CustomerLine(NamedTuple):
    """A customer's current line in a list."""

    number: str
    reference: str
    name: str | Mask


class Directory:
    """Lists and searches. Safe to use from several threads."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger
        self._names: dict[str, str | Mask] = {}
        self._keys: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        self._seen_position = 0
        self._lock = Lock()

    def refresh(self, progress: Progress = NO_PROGRESS) -> None:
        """Bring the index of names up to the log's end, and take the forgotten out of it."""
        with self._lock:
            head = self._ledger.log.head().position
            revealer = Revealer(self._ledger, self._context.keyring)
            for envelope in self._ledger.log.read(
                after_position=self._seen_position, up_to=head, types=NAMING
            ):
                self._learn(name_in(envelope.stream), revealer.personal(envelope))
                progress.check()
            for row in self._ledger.customers.erasures():
                self._learn(row.number, revealer.mask_of(row.number))
            self._seen_position = head
            progress.report(head, head)

    def name_of(self, customer: str) -> str | Mask:
        """The customer's present name, or its mask."""
        return self._names.get(customer, REDACTED)

    def owner_of(self, account: str) -> str | Mask:
        """The present name of an account's owner, or its mask; empty for an account that isn't ours."""
        customer = self._owners.get(account)
        if customer is None:
            row = self._ledger.accounts.find(account)
            customer = self._owners[account] = row.customer if row else ""
        return self.name_of(customer) if customer else ""

    def accounts(self, search: str = "") -> list[AccountLine]:
        """All accounts whose number, reference or owner's name holds every word of `search`."""
        with self._ledger.view():
            self.refresh()
            return self._accounts(search_key(search).split())

    def _accounts(self, words: list[str]) -> list[AccountLine]:
        lines = []
        for row in self._ledger.accounts.rows():
            where = f"{row.number.casefold()} {row.reference.casefold()} {self._keys.get(row.customer, '')}"
            if all(word in where for word in words):
                lines.append(
                    AccountLine(
                        number=row.number,
                        reference=row.reference,
                        currency=row.currency,
                        balance_minor=row.balance_minor,
                        available_minor=row.balance_minor + row.overdraft_limit_minor,
                        status=row.status,
                        blocks=_blocks(debits=row.debits_blocked, credits=row.credits_blocked),
                        customer=row.customer,
                        customer_name=self.name_of(row.customer),
                    )
                )
        return lines

    def customers(self, search: str = "") -> list[CustomerLine]:
        """All customers whose number, reference or name holds every word of `search`."""
        with self._ledger.view():
            self.refresh()
            return self._customers(search_key(search).split())

    def _customers(self, words: list[str]) -> list[CustomerLine]:
        lines = []
        for row in self._ledger.customers.rows():
            where = f"{row.number.casefold()} {row.reference.casefold()} {self._keys.get(row.number, '')}"
            if all(word in where for word in words):
                lines.append(CustomerLine(row.number, row.reference, self.name_of(row.number)))
        return lines

    def close(self) -> None:
        """Forget every name."""
        with self._lock:
            self._names.clear()
            self._keys.clear()
            self._seen_position = 0

    def _learn(self, customer: str, personal: object) -> None:
        if isinstance(personal, PersonalDetails | PersonName):
            self._names[customer] = personal.name
            self._keys[customer] = search_key(personal.name)
        elif isinstance(personal, Mask):
            self._names[customer] = personal
            self._keys[customer] = str(personal)


def _blocks(*, debits: bool, credits: bool) -> str:  # noqa: A002 - the bank's word for it
    if debits and credits:
        return "all"
    return "debits" if debits else "credits" if credits else "none"
