"""What can be typed about operators, passphrases and signing keys. Imports nothing of ours."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

ROLES: Final = ("administrator", "auditor", "clerk", "privacy-officer")
NEW_PASSPHRASE: Final = "AUDITDESK_NEW_PASSPHRASE"  # noqa: S105 - the variable's name, not a passphrase

# name, what it does → its parser, which has a workspace and an operator already
MakeCommand = Callable[[str, str], argparse.ArgumentParser]
AddOptions = Callable[[argparse.ArgumentParser], None]


def add_operator_commands(command: MakeCommand, add_identity: AddOptions) -> None:
    """Add operators, passphrase and keys; `add_identity` gives a parser the option to say who one is."""
    operators = command("operators", "say who may sign in, and change that")
    actions = operators.add_subparsers(
        dest="action", metavar="ACTION", prog="auditdesk operators WORKSPACE", help="list"
    )
    actions.add_parser("list", help="who may sign in, with roles and grants")
    added = actions.add_parser("add", help="let somebody sign in")
    removed = actions.add_parser("remove", help="let somebody sign in no more; replaces the keys he knew")
    granted = actions.add_parser("grant", help="change what somebody is and may")
    for parser in (added, removed, granted):
        parser.add_argument("name", metavar="NAME", help="the operator's name")
        add_identity(parser)
    removed.add_argument("--yes", action="store_true", help="don't ask for the name again")
    added.epilog = f"His passphrase: a prompt, or {NEW_PASSPHRASE}."
    for parser in (added, granted):
        _add_grants(parser, roles_required=parser is added)
    passphrase = command("passphrase", "change one's own passphrase")
    passphrase.epilog = f"The new one: a prompt, or {NEW_PASSPHRASE}."
    keys = command("keys", "print the public keys by which the bank's signatures are checked")
    keys.add_argument("--rotate", action="store_true", help="retire the signing key and make a new one")


def _add_grants(parser: argparse.ArgumentParser, *, roles_required: bool) -> None:
    parser.add_argument(
        "--role",
        dest="roles",
        action="append",
        choices=ROLES,
        required=roles_required,
        help="all his roles; may be repeated",
    )
    for name, what in (("reveal", "see personal data"), ("sign", "sign checkpoints and certificates")):
        parser.add_argument(
            f"--{name}", action=argparse.BooleanOptionalAction, default=None, help=f"whether he may {what}"
        )
