"""Which commands and actions are disabled, and the reason that a disabled button shows."""

from __future__ import annotations

from typing import Final

from auditdesk.desktop.look.formats import tr
from auditdesk.domain.account import Account
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.commands.base import Command
from auditdesk.domain.commands.on_account import OnAccount
from auditdesk.domain.roles import Permission
from auditdesk.services.workspace.session import Session

PAST: Final = "You are viewing the past. Return to the present to issue commands."


def why_only_look(session: Session) -> str:
    """Why nothing can be written in this session; empty where it can."""
    if session.may_write:
        return ""
    return tr("This session can only look: nobody is signed in who may write.")


def why_not_permitted(session: Session, permission: Permission, *, writes: bool = True) -> str:
    """Why the operator can't do something: their role is named, or that nothing can be written."""
    if writes and not session.is_signed_in:
        return why_only_look(session)
    return session.why_not(permission) or (why_only_look(session) if writes else "")


def why_not_issued(session: Session, command: type[Command], *, past: bool = False) -> str:
    """Why the operator can't issue a command; empty where they can."""
    return PAST if past else why_not_permitted(session, command.permission())


def why_not(session: Session, account: Account, *, past: bool) -> dict[str, str]:
    """The reason of each command on the account that is disabled. The rules hold when it is issued anyway."""
    reasons = {
        name: why_not_issued(session, command, past=past) or command.unavailable(account)
        for name, command in COMMANDS.items()
        if issubclass(command, OnAccount)
    }
    return {name: why for name, why in reasons.items() if why}
