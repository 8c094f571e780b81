"""Which commands of an account are dead, and why: what a dead button says in its tool tip."""

from __future__ import annotations

from auditdesk.desktop.look.formats import tr
from auditdesk.domain.account import Account
from auditdesk.services.workspace.session import Session

COMMANDS = ("deposit", "withdraw", "transfer", "interest", "fee", "overdraft", "freeze", "unfreeze", "close")


def why_only_look(session: Session) -> str:
    """Why nothing can be written in this session; empty where it can."""
    if session.may_write:
        return ""
    return tr("This session can only look: nobody is signed in who may write.")


def why_not(session: Session, account: Account, *, past: bool) -> dict[str, str]:
    """The reason why each dead command is dead; live ones are left out. The rules hold at the desk anyway."""
    if past:
        return dict.fromkeys(
            COMMANDS, tr("You are viewing the past. Return to the present to issue commands.")
        )
    if not session.may_write:
        return dict.fromkeys(COMMANDS, why_only_look(session))
    if account.status == "closed":
        return dict.fromkeys(COMMANDS, tr("The account is closed."))
    reasons: dict[str, str] = {}
    if account.credits_blocked:
        reasons |= dict.fromkeys(("deposit", "interest"), tr("Credits are frozen."))
    if account.debits_blocked:
        reasons |= dict.fromkeys(("withdraw", "transfer", "fee"), tr("Debits are frozen."))
    if account.blocks == "none":
        reasons["unfreeze"] = tr("Nothing is frozen.")
    if account.blocks == "all":
        reasons["freeze"] = tr("Everything is frozen already.")
    if account.blocks != "none":
        reasons["close"] = tr("The account is frozen. Unfreeze it first.")
    return reasons
