"""Check the operator's roles; a denial is recorded in the log."""

from __future__ import annotations

from auditdesk.domain import roles
from auditdesk.domain.errors import Refused
from auditdesk.domain.roles import Permission
from auditdesk.services.access.context import OperatorContext
from auditdesk.services.access.lookup import known_number
from auditdesk.services.access.refusals import record_refusal


def check_permission(
    context: OperatorContext,
    permission: Permission,
    *,
    account: str = "",
    customer: str = "",
    amount_minor: int | None = None,
) -> None:
    """Raise `Refused` (`role_missing`) unless a role that the operator has at this moment allows it.

    The denial is recorded, also for an operator without the customers' keys. `account` or `customer` is what
    it is about, as typed: kept only where it is one of ours. Raises `VaultLocked` where nobody is signed in.
    """
    if permission.without_vault and context.vault is None:
        return
    try:
        roles.check_roles(permission, context.check_signed_in().roles)
    except Refused as refused:
        if not context.ledger.read_only:
            target = known_number(context, account=account, customer=customer)
            record_refusal(context, permission.name, target, refused, amount_minor)
        raise


def why_not_permitted(context: OperatorContext, permission: Permission) -> str:
    """The reason why the operator may not do it; empty if they may. Nothing is recorded."""
    if permission.without_vault and context.vault is None:
        return ""
    if context.signed_in is None:
        return "No operator is signed in."
    return roles.why_not(permission, context.signed_in.roles)
