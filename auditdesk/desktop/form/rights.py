"""Disable commands and actions, with the reason that a disabled button shows."""

from __future__ import annotations

from typing import Final

from auditdesk.desktop.look.formats import tr
from auditdesk.domain.account import Account
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.commands.account import OpenAccount
from auditdesk.domain.commands.base import Command, InputKind, subject_of
from auditdesk.domain.commands.customer import OnCustomer
from auditdesk.domain.commands.on_account import OnAccount
from auditdesk.domain.customer import Customer
from auditdesk.domain.roles import Permission
from auditdesk.services.workspace.session import Session

PAST: Final = "You are viewing the past. Return to the present to issue commands."


def why_only_look(session: Session) -> str:
    """Why nothing can be written in this session; empty where it can."""
    if session.may_write:
        return ""
    return tr("This session is read-only: no operator who may write is signed in.")


def why_not_permitted(session: Session, permission: Permission, *, writes: bool = True) -> str:
    """Why the operator can't do something: their role is named, or that nothing can be written."""
    if writes and not session.is_signed_in:
        return why_only_look(session)
    return session.why_not(permission) or (why_only_look(session) if writes else "")


def why_not_issued(session: Session, command: type[Command], *, past: bool = False) -> str:
    """Why the operator can't issue a command; empty where they can."""
    return PAST if past else why_not_permitted(session, command.permission())


def commands_on(kind: InputKind) -> list[type[Command]]:
    """The commands on an account or on a customer, in the order of the menus."""
    return [
        command
        for command in COMMANDS.values()
        if (subject := subject_of(command)) is not None and subject.input.kind == kind
    ]


def why_not(session: Session, state: Account | Customer, *, past: bool) -> dict[str, str]:
    """The reason of each command on it that is disabled. The rules hold when it is issued anyway."""
    kind: InputKind = "account" if isinstance(state, Account) else "customer"
    reasons = {
        command.NAME: why_not_issued(session, command, past=past) or _unavailable(command, state)
        for command in commands_on(kind)
    }
    return {name: why for name, why in reasons.items() if why}


def _unavailable(command: type[Command], state: Account | Customer) -> str:
    if isinstance(state, Account):
        return command.unavailable(state) if issubclass(command, OnAccount) else ""
    return command.unavailable(state) if issubclass(command, OnCustomer | OpenAccount) else ""
