"""Sub-commands operators, passphrase and keys."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from auditdesk.cli.grammar import (
    Declared,
    Decorator,
    WorkspaceGroup,
    argument,
    as_operator,
    on_workspace,
    subcommand,
    switch,
)
from auditdesk.cli.terminal import NEW_PASSPHRASE, Misused, confirmed, opened_session, read_passphrase
from auditdesk.cli.words import printable, say, warn
from auditdesk.domain.instants import to_iso
from auditdesk.domain.roles import ROLES
from auditdesk.services.upkeep.operators import Operator, PublishedKey

_TYPED_ROLES: Final = {role.replace(" ", "-"): role for role in ROLES}
_named = argument("name", "NAME", "The operator's name.")


def _grants(*, roles_required: bool) -> Decorator:
    def add(command: Declared) -> Declared:
        for name, what in (("sign", "sign checkpoints and certificates"), ("reveal", "see personal data")):
            command = click.option(f"--{name}/--no-{name}", default=None, help=f"Whether they may {what}.")(
                command
            )
        return click.option(
            "--role",
            "roles",
            multiple=True,
            required=roles_required,
            type=click.Choice(tuple(_TYPED_ROLES)),
            help="All their roles; may be repeated.",
        )(command)

    return add


@click.group("operators", cls=WorkspaceGroup, invoke_without_command=True)
@on_workspace
@click.pass_context
def operators(context: click.Context, workspace: Path) -> int:
    """List them, unless more is asked for."""
    context.obj = workspace
    return context.invoke(list_) if context.invoked_subcommand is None else 0


@operators.command("list", cls=click.Command)
@as_operator
@click.pass_obj
def list_(workspace: Path) -> int:
    """Say who may sign in, with roles and grants. What `operators` does without a word."""
    with opened_session(workspace, "none") as session:
        for operator in session.operators.list():
            _tell(operator)
    return 0


@operators.command("add", epilog=f"Their passphrase: a prompt, or {NEW_PASSPHRASE}.")
@_named
@_grants(roles_required=True)
@as_operator
@click.pass_obj
def add(workspace: Path, name: str, roles: tuple[str, ...], *, reveal: bool | None, sign: bool | None) -> int:
    """Let somebody sign in."""
    with opened_session(workspace, "needed") as session:
        passphrase = read_passphrase(f"A passphrase for {name}: ", twice=True, variable=NEW_PASSPHRASE)
        _tell(
            session.operators.add(
                name, passphrase, roles=_roles(roles), may_reveal=bool(reveal), may_sign=bool(sign)
            )
        )
    return 0


@operators.command("remove")
@_named
@switch("--yes", "Don't ask for the name again.")
@as_operator
@click.pass_obj
def remove(workspace: Path, name: str, *, yes: bool) -> int:
    """Let somebody sign in no more, and replace the keys that they knew."""
    with opened_session(workspace, "needed") as session:
        if not yes and not confirmed("Every key that they knew is replaced.", name, "operator's name"):
            warn("That is not the operator's name; nobody was removed.")
            return 1
        session.operators.remove(name)
    say(f"{name} was removed, and every key that they knew is replaced.")
    return 0


@operators.command("grant")
@_named
@_grants(roles_required=False)
@as_operator
@click.pass_obj
def grant(
    workspace: Path, name: str, roles: tuple[str, ...], *, reveal: bool | None, sign: bool | None
) -> int:
    """Change what somebody is and may; what isn't named stays as it is."""
    if not roles and reveal is None and sign is None:
        raise Misused("Say what is to change: --role, --reveal, --no-reveal, --sign or --no-sign.")
    with opened_session(workspace, "needed") as session:
        _tell(
            session.operators.set_grants(
                name, roles=_roles(roles) if roles else None, may_reveal=reveal, may_sign=sign
            )
        )
    return 0


@subcommand("passphrase", epilog=f"The new one: a prompt, or {NEW_PASSPHRASE}.")
@on_workspace
def passphrase(workspace: Path) -> int:
    """Change the passphrase of who signs in."""
    old = read_passphrase("Your passphrase as it is: ")
    with opened_session(workspace, "needed", passphrase=old) as session:
        new = read_passphrase("The new one: ", twice=True, variable=NEW_PASSPHRASE)
        session.operators.change_passphrase(old, new)
        say(f"{session.operator} signs in with the new passphrase from now on.")
    return 0


@subcommand("keys")
@on_workspace
@switch("--rotate", "Retire the signing key and make a new one.")
def keys(workspace: Path, *, rotate: bool) -> int:
    """Print the public keys, the retired ones too."""
    with opened_session(workspace, "needed" if rotate else "none") as session:
        if rotate:
            session.operators.rotate_signing_key()
        for key in session.operators.public_keys:
            say(_key_line(key))
    return 0


def _key_line(key: PublishedKey) -> str:
    """The key first, so that a script takes the first word; a retired one is still needed to check."""
    until = "in use" if key.retired_at_us is None else f"retired {to_iso(key.retired_at_us)}"
    return f"{key.vkey}  made {to_iso(key.created_at_us)}, {until}"


def _roles(typed: tuple[str, ...]) -> list[str]:
    return [_TYPED_ROLES[role] for role in typed]


def _tell(operator: Operator) -> None:
    grants = ["sees personal data"] * operator.may_reveal + ["signs"] * operator.may_sign
    say("  ".join([printable(operator.name), ", ".join(operator.roles), ", ".join(grants)]).rstrip())
