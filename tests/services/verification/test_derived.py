"""What is derived from the log, compared at a cost that grows with it and no faster."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.personal import PersonalDetails
from auditdesk.services.verification.derived import check_keys
from auditdesk.services.verification.findings import Finding
from auditdesk.services.workspace.session import Session

CUSTOMERS = 9


class CountedSet(frozenset[str]):
    """A set that counts how often it is joined with another."""

    joins = 0

    def __or__(self, other: AbstractSet[object]) -> frozenset[str]:
        CountedSet.joins += 1
        return frozenset(self).union(str(one) for one in other)

    __ror__ = __or__


def test_the_keys_are_joined_once_however_many_customers_there_are(session: Session) -> None:
    for number in range(CUSTOMERS):
        session.issue(RegisterCustomer.of(PersonalDetails(f"Customer {number}")))
    vault = session.context.vault
    assert vault is not None
    findings: list[Finding] = []
    CountedSet.joins = 0
    check_keys(session.context.ledger, vault, CountedSet(), findings.append)
    assert (findings, CountedSet.joins) == ([], 1)
