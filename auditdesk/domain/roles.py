"""Roles and permissions: the one table of who may do what.

A command names its action by its own `NAME`; what a service does that is no command has an action of
its own here. Roles combine: who has two may do what either may. No role includes another: an
administrator lets people in and keeps the workspace, and books nothing unless they are a clerk, too.
Grants are apart from roles: to see personal data takes the vault's key, to sign takes the signing key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal, NamedTuple, get_args

from auditdesk.domain.errors import Refused

Role = Literal["administrator", "auditor", "clerk", "privacy officer"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

ADMINISTRATOR: Final[Role] = "administrator"
AUDITOR: Final[Role] = "auditor"
CLERK: Final[Role] = "clerk"
PRIVACY_OFFICER: Final[Role] = "privacy officer"


class Permission(NamedTuple):
    """Something that can be done: what completes "Only … may …", and the roles of which one is enough."""

    name: str
    words: str
    roles: tuple[Role, ...]
    without_vault: bool = False  # also where the vault is gone, so that nobody can sign in


FORGET: Final = Permission("forget", "forget a customer", (PRIVACY_OFFICER,))
CERTIFY: Final = Permission("certify", "export a certificate of erasure", (PRIVACY_OFFICER, AUDITOR))
IMPORT: Final = Permission("import", "import a bank's history", (ADMINISTRATOR,))
EXPORT: Final = Permission("export", "export this report", (AUDITOR, PRIVACY_OFFICER), without_vault=True)
EXPORT_STATEMENT: Final = Permission(
    "export-statement", "export a statement", (CLERK, AUDITOR, PRIVACY_OFFICER), without_vault=True
)
REVEAL: Final = Permission("reveal", "see personal data", ROLES)
EVIDENCE: Final = Permission("evidence", "export evidence", (AUDITOR,))
VERIFY: Final = Permission("verify", "verify the log", ROLES, without_vault=True)
CHECKPOINT: Final = Permission("checkpoint", "sign a checkpoint", ROLES)
BACK_UP: Final = Permission("backup", "back up the workspace", (ADMINISTRATOR,), without_vault=True)
OPERATORS: Final = Permission("operators", "manage operators and signing keys", (ADMINISTRATOR,))
PASSPHRASE: Final = Permission("passphrase", "change their own passphrase", ROLES)

PERMISSIONS: Final[Mapping[str, Permission]] = {
    each.name: each
    for each in (
        FORGET,
        CERTIFY,
        IMPORT,
        EXPORT,
        EXPORT_STATEMENT,
        REVEAL,
        EVIDENCE,
        VERIFY,
        CHECKPOINT,
        BACK_UP,
        OPERATORS,
        PASSPHRASE,
    )
}


def why_not(permission: Permission, roles: Collection[str]) -> str:
    """The reason why an operator with `roles` may not do it; empty if they may."""
    if any(role in roles for role in permission.roles):
        return ""
    return f"Only {_listed(permission.roles)} may {permission.words}."


def check_roles(permission: Permission, roles: Collection[str]) -> None:
    """Raise `Refused` (`role_missing`) where none of `roles` may do it."""
    why = why_not(permission, roles)
    if why:
        remedy = f"Sign in as {_listed(permission.roles)}, or ask one."
        raise Refused("role_missing", why, remedy)


def _listed(roles: Sequence[str]) -> str:
    named = [f"{'an' if role[0] in 'aeiou' else 'a'} {role}" for role in roles]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"
