"""Find the first moment when something became so; each answer is a version to go to."""

from __future__ import annotations

from auditdesk.domain.errors import Refused
from auditdesk.domain.streams import account_stream
from auditdesk.services.access.context import NO_PROGRESS, OperatorContext, Progress
from auditdesk.services.history.stated_balances import Discrepancies


class Finder:
    """Searches one account's history. Every method raises `Refused` (`never_so`) where it never was so."""

    def __init__(self, context: OperatorContext) -> None:
        self._context = context
        self._ledger = context.ledger

    def first_discrepancy(self, account: str, progress: Progress = NO_PROGRESS) -> int:
        """The first event whose stated balance parts from the replay."""
        found = Discrepancies(self._context).stated_discrepancies(account, progress=progress)
        if not found:
            raise Refused("never_so", "Every stated balance agrees with the replay.")
        return found[0].version

    def first_below(self, account: str, limit_minor: int, progress: Progress = NO_PROGRESS) -> int:
        """The first entry after which the ledger balance was below a limit."""
        after = 0
        while entries := self._ledger.accounts.entries(account, after_version=after):
            progress.check()
            for entry in entries:
                if entry.balance_minor < limit_minor:
                    return entry.version
            after = entries[-1].version
        raise Refused("never_so", "The balance never was below that.")

    def first_of_type(self, account: str, tag: str) -> int:
        """The first event of a type."""
        versions = self._ledger.log.versions_of_types(account_stream(account), [tag])
        if not versions:
            raise Refused("never_so", "There is no such event on this account.")
        return versions[0]
