"""Sub-commands operators, passphrase and keys."""

from __future__ import annotations

import sys
from argparse import Namespace

from auditdesk.cli.operators_parser import NEW_PASSPHRASE
from auditdesk.cli.terminal import Misused, opened_session, printable, read_passphrase, say, warn
from auditdesk.domain.instants import to_iso
from auditdesk.services.upkeep.operators import Operator, PublishedKey


def run(arguments: Namespace) -> int:
    """Carry the command out; exit code 1 where a removal was not confirmed."""
    if arguments.command == "passphrase":
        return _change_passphrase(arguments)
    if arguments.command == "keys":
        return _keys(arguments)
    return {"add": _add, "remove": _remove, "grant": _grant}.get(arguments.action, _list)(arguments)


def _list(arguments: Namespace) -> int:
    with opened_session(arguments, "none") as session:
        for operator in session.operators.list():
            _tell(operator)
    return 0


def _add(arguments: Namespace) -> int:
    with opened_session(arguments, "needed") as session:
        passphrase = read_passphrase(
            f"A passphrase for {arguments.name}: ", twice=True, variable=NEW_PASSPHRASE
        )
        _tell(
            session.operators.add(
                arguments.name,
                passphrase,
                roles=_roles(arguments.roles),
                may_reveal=bool(arguments.reveal),
                may_sign=bool(arguments.sign),
            )
        )
    return 0


def _remove(arguments: Namespace) -> int:
    with opened_session(arguments, "needed") as session:
        if not arguments.yes and not _confirmed(arguments.name):
            warn("That is not the operator's name; nobody was removed.")
            return 1
        session.operators.remove(arguments.name)
    say(f"{arguments.name} was removed, and every key that he knew is replaced.")
    return 0


def _grant(arguments: Namespace) -> int:
    if arguments.roles is None and arguments.reveal is None and arguments.sign is None:
        raise Misused("Say what is to change: --role, --reveal, --no-reveal, --sign or --no-sign.")
    with opened_session(arguments, "needed") as session:
        _tell(
            session.operators.set_grants(
                arguments.name,
                roles=None if arguments.roles is None else _roles(arguments.roles),
                may_reveal=arguments.reveal,
                may_sign=arguments.sign,
            )
        )
    return 0


def _change_passphrase(arguments: Namespace) -> int:
    old = read_passphrase("Your passphrase as it is: ")
    with opened_session(arguments, "needed", passphrase=old) as session:
        new = read_passphrase("The new one: ", twice=True, variable=NEW_PASSPHRASE)
        session.operators.change_passphrase(old, new)
        say(f"{session.operator} signs in with the new passphrase from now on.")
    return 0


def _keys(arguments: Namespace) -> int:
    with opened_session(arguments, "needed" if arguments.rotate else "none") as session:
        if arguments.rotate:
            session.operators.rotate_signing_key()
        for key in session.operators.public_keys:
            say(_key_line(key))
    return 0


def _key_line(key: PublishedKey) -> str:
    """The key first, so that a script takes the first word; a retired one is still needed to check."""
    until = "in use" if key.retired_at_us is None else f"retired {to_iso(key.retired_at_us)}"
    return f"{key.vkey}  made {to_iso(key.created_at_us)}, {until}"


def _roles(typed: list[str]) -> list[str]:
    return [role.replace("-", " ") for role in typed]


def _confirmed(name: str) -> bool:
    if not sys.stdin.isatty():
        raise Misused("There is no terminal to type the operator's name at; confirm with --yes.")
    sys.stdout.write(f"Every key that he knew is replaced. Type {name} to go on: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip() == name


def _tell(operator: Operator) -> None:
    grants = ["sees personal data"] * operator.may_reveal + ["signs"] * operator.may_sign
    say("  ".join([printable(operator.name), ", ".join(operator.roles), ", ".join(grants)]).rstrip())
