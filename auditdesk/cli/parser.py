"""What can be typed: the sub-commands and their options. Imports nothing of ours, so that help is instant."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NoReturn, Protocol

from auditdesk import __version__
from auditdesk.cli.operators_parser import add_operator_commands

COMMANDS: Final = (
    "demo",
    "init",
    "import",
    "show",
    "export",
    "post",
    "forget",
    "verify",
    "checkpoint",
    "evidence",
    "check-evidence",
    "check-certificate",
    "backup",
    "restore",
    "operators",
    "passphrase",
    "keys",
)
REPORTS: Final = ("statement", "balances", "events", "erasures")
BLOCKS: Final = ("debits", "credits", "all")
ADDRESS: Final = ("street", "city", "region", "postal-code", "country")
CONTACT: Final = ("email", "phone")
WHEN: Final = "an ISO 8601 date (its end) or instant, #VERSION, or now"


_TAKING_A_VALUE: Final[set[str]] = set()
_TWO_DASHES: Final = "\0--"  # argparse takes a value of two dashes for the end of the options


class _Adder(Protocol):
    """What makes sub-parsers."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's own name
        """Make one."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where help is. An option is typed in full."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        """As ever; an option that takes a value is remembered."""
        action = super().add_argument(*names, **options)
        if action.nargs is None:
            _TAKING_A_VALUE.update(action.option_strings)
        return action

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"auditdesk: {message}\nTry: {self.prog} --help\n")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read a command line that begins with a sub-command or an option. Ends the program on misuse."""
    parser = make_parser()
    arguments = parser.parse_args(_joined(words))
    for name, value in vars(arguments).items():
        if value == _TWO_DASHES:
            setattr(arguments, name, "--")
    return arguments


def _joined(words: Sequence[str]) -> list[str]:
    """Each option in one word with its value: what follows it is that, even if it begins with a dash."""
    joined: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            return [*joined, word, *rest]
        value = next(rest, None) if word in _TAKING_A_VALUE else None
        value = _TWO_DASHES if value == "--" else value
        joined.append(word if value is None else f"{word}={value}")
    return joined


def make_parser() -> argparse.ArgumentParser:
    """The parser of everything that begins with a sub-command or an option."""
    parser = _Parser(
        prog="auditdesk",
        description="The books of a small bank as immutable events. Without a command: opens the window.",
        usage="auditdesk [WORKSPACE]\n       auditdesk COMMAND ...",
        epilog="Passphrase: a prompt, or AUDITDESK_PASSPHRASE. Operator: --as NAME, or AUDITDESK_OPERATOR. "
        "Exit codes: 0 done, 1 refused or found wrong, 2 misused.",
    )
    _add_operator(parser, default="")
    parser.add_argument("--version", action="version", version=f"auditdesk {__version__}")
    commands: _Adder = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", prog="auditdesk"
    )
    _add_demo(commands)
    _add_init(commands)
    _add_import(commands)
    _add_show(commands)
    _add_export(commands)
    _add_post(commands)
    _add_forget(commands)
    _add_verify(commands)
    _add_checkpoint(commands)
    _add_evidence(commands)
    _add_backup(commands)
    add_operator_commands(partial(_command, commands), _add_operator)
    return parser


def _command(commands: _Adder, name: str, what: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    parser.add_argument("workspace", metavar="WORKSPACE", help="the folder that holds ledger.db and vault.db")
    _add_operator(parser)
    return parser


def _add_operator(parser: argparse.ArgumentParser, default: str = argparse.SUPPRESS) -> None:
    """`--as` may stand anywhere; only the outermost parser has a default, or it would undo what was given."""
    what = "the operator to sign in as"
    parser.add_argument("--as", dest="operator", metavar="NAME", default=default, help=what)


def _add_demo(commands: _Adder) -> None:
    what = "open a demo bank with years of history, made on the first start"
    parser = commands.add_parser("demo", help=what, description=f"{what}.")
    parser.add_argument("workspace", metavar="WORKSPACE", nargs="?", default="", help="where it is to lie")
    parser.add_argument("--no-window", action="store_true", help="make it, but open no window")


def _add_init(commands: _Adder) -> None:
    what = "make a new, empty workspace"
    parser = commands.add_parser("init", help=what, description=f"{what}.")
    parser.add_argument("workspace", metavar="WORKSPACE", help="the folder to make")
    parser.add_argument("--bank", required=True, metavar="NAME", help="the bank's name")
    parser.add_argument("--operator", required=True, metavar="NAME", help="the first operator's name")


def _add_import(commands: _Adder) -> None:
    parser = _command(commands, "import", "import customers.csv, accounts.csv and transactions.csv")
    parser.add_argument("folder", metavar="FOLDER", help="the folder that holds the files")
    parser.add_argument("--rejects", metavar="FILE", default="", help="where rows that can't be taken go")


def _add_clock(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--clock", choices=("booked", "recorded"), default="booked", help="the clock a date is read on"
    )


def _add_show(commands: _Adder) -> None:
    parser = _command(commands, "show", "show an account or a customer as it was at any moment")
    parser.add_argument("target", metavar="ACCOUNT", help="an account's or customer's number or reference")
    parser.add_argument("--at", metavar="WHEN", default="now", help=WHEN)
    _add_clock(parser)
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def _add_export(commands: _Adder) -> None:
    parser = _command(commands, "export", "write a report as CSV, with a manifest beside it")
    parser.add_argument("report", metavar="REPORT", choices=REPORTS, help=", ".join(REPORTS))
    parser.add_argument("--out", required=True, metavar="FILE", help="the file to write")
    parser.add_argument("--account", metavar="ACCOUNT", default="", help="only this account")
    parser.add_argument("--from", dest="booked_from", metavar="WHEN", default="", help="booked at or after")
    parser.add_argument("--to", dest="booked_to", metavar="WHEN", default="", help="booked at or before")
    parser.add_argument("--as-of", metavar="WHEN", default="now", help=f"as the books were then: {WHEN}")
    _add_clock(parser)
    parser.add_argument("--reveal", action="store_true", help="with personal data; this is recorded")
    parser.add_argument("--raw", action="store_true", help="text as it is, not made safe for spreadsheets")
    parser.add_argument("--bom", action="store_true", help="begin with a byte order mark, as Excel wants it")


def _add_forget(commands: _Adder) -> None:
    parser = _command(commands, "forget", "destroy a customer's key for good")
    parser.add_argument("customer", metavar="CUSTOMER", help="the customer's number or reference")
    parser.add_argument(
        "--reason", required=True, metavar="TEXT", help="kept for good; must not name the person"
    )
    parser.add_argument("--yes", action="store_true", help="don't ask for the customer's number again")
    parser.add_argument("--certificate", metavar="FILE", default="", help="where a signed certificate goes")


def _add_verify(commands: _Adder) -> None:
    parser = _command(commands, "verify", "compare log, tree, checkpoints and all that is derived")
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--full", action="store_true", help="look at everything (so it is without this, too)")
    extent.add_argument(
        "--incremental", action="store_true", help="only what came since the last one, if that was good"
    )
    parser.add_argument(
        "--anchor",
        metavar="FILE",
        action="append",
        default=[],
        help="compare with a checkpoint that was kept elsewhere, too; may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def _add_checkpoint(commands: _Adder) -> None:
    parser = _command(commands, "checkpoint", "sign the log as it is now and print the checkpoint")
    parser.add_argument("--out", metavar="FILE", default="", help="write it to a file, to be kept elsewhere")


def _add_evidence(commands: _Adder) -> None:
    parser = _command(commands, "evidence", "write proof of one event, to be checked offline by anybody")
    parser.add_argument("target", metavar="ACCOUNT", help="an account's number or reference, or a stream")
    parser.add_argument("event", metavar="#VERSION", help="the event's number in the account")
    parser.add_argument("--out", required=True, metavar="FILE", help="a .zip to write, or a folder")
    parser.add_argument("--opening", action="store_true", help="with its personal data; this is recorded")
    _add_check(commands, "check-evidence", "check evidence; needs no workspace", "a .zip or a folder")
    _add_check(commands, "check-certificate", "check a certificate of erasure", "its JSON file")


def _add_check(commands: _Adder, name: str, what: str, file: str) -> None:
    parser = commands.add_parser(name, help=what, description=f"{what}.")
    parser.add_argument("file", metavar="FILE", help=file)
    parser.add_argument("--key", metavar="VKEY", default=None, help="the bank's key as it was published")


def _add_backup(commands: _Adder) -> None:
    parser = _command(commands, "backup", "copy ledger and vault while they are in use")
    parser.add_argument("folder", metavar="FOLDER", help="the folder to make")
    parser.add_argument(
        "--keep-vault", metavar="DAYS", type=int, default=30, help="when the vault's copy expires; 30"
    )
    what = "make a workspace from a backup"
    parser = commands.add_parser("restore", help=what, description=f"{what}.")
    parser.add_argument("folder", metavar="FOLDER", help="the backup")
    parser.add_argument("workspace", metavar="WORKSPACE", help="the folder to make")
    parser.add_argument(
        "--certificate",
        metavar="FILE",
        action="append",
        default=[],
        help="an erasure since the backup, to be applied again; may be repeated",
    )
    parser.add_argument("--expired-vault", action="store_true", help="use a vault's copy that has expired")


def _add_post(commands: _Adder) -> None:
    parser = _command(commands, "post", "issue one clerk command and print its event as JSON")
    actions: _Adder = parser.add_subparsers(
        dest="action", required=True, metavar="ACTION", prog="auditdesk post WORKSPACE"
    )
    _add_customer_actions(actions)
    opening = _action(actions, "open-account", "open an account", "customer", "currency")
    _text_options(opening, ("reference",))
    opening.add_argument("--overdraft", metavar="AMOUNT", default="0", help="the agreed overdraft")
    for name, what in (
        ("deposit", "pay money in"),
        ("withdraw", "pay money out"),
        ("interest", "pay interest"),
        ("fee", "charge a fee"),
    ):
        _entry_options(_account_action(actions, name, what, "account", "amount"))
    transfer = _account_action(
        actions, "transfer", "move money between two accounts", "account", "to_account", "amount"
    )
    _entry_options(transfer)
    _account_action(actions, "overdraft", "agree another overdraft", "account", "amount")
    freeze = _account_action(actions, "freeze", "block debits, credits or all", "account")
    freeze.add_argument("--reason", required=True, metavar="TEXT", help="why")
    unfreeze = _account_action(actions, "unfreeze", "lift a block", "account")
    unfreeze.add_argument("--reason", metavar="TEXT", default="", help="why")
    for parser_with_blocks in (freeze, unfreeze):
        parser_with_blocks.add_argument("--blocks", choices=BLOCKS, default="all", help="what is blocked")
    close = _account_action(actions, "close", "close an account for good", "account")
    close.add_argument("--pay-out", action="store_true", help="pay the rest out in the same command")
    close.add_argument("--reason", metavar="TEXT", default="", help="why")


def _add_customer_actions(actions: _Adder) -> None:
    register = _action(actions, "register-customer", "register a person as a customer", "name")
    _text_options(register, ("birth-date", *ADDRESS, *CONTACT, "reference"))
    _action(actions, "rename-customer", "give a customer another name", "customer", "name")
    address = _action(actions, "change-address", "let a customer live elsewhere", "customer")
    _text_options(address, ADDRESS)
    contact = _action(actions, "change-contact", "let a customer be reached otherwise", "customer")
    for name in CONTACT:
        contact.add_argument(f"--{name}", metavar="TEXT", default=None, help="left out: stays as it is")
    for name, what in (
        ("place-hold", "let a customer not be forgotten, for legal reasons"),
        ("release-hold", "end a legal hold"),
    ):
        hold = _action(actions, name, what, "customer")
        hold.add_argument("--reason", required=True, metavar="TEXT", help="why; kept sealed")


def _action(actions: _Adder, name: str, what: str, *positionals: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=what, description=f"{what}.")
    for positional in positionals:
        parser.add_argument(positional, metavar=positional.upper().replace("_", "-"))
    _add_operator(parser)
    parser.add_argument("--command-id", metavar="ID", default="", help="the same id again adds nothing")
    return parser


def _account_action(actions: _Adder, name: str, what: str, *positionals: str) -> argparse.ArgumentParser:
    parser = _action(actions, name, what, *positionals)
    parser.add_argument(
        "--expect-version", metavar="N", type=int, default=None, help="refuse if the account has moved on"
    )
    return parser


def _entry_options(parser: argparse.ArgumentParser) -> None:
    _text_options(parser, ("memo", "counterparty", "reference"))
    parser.add_argument("--value-date", metavar="DATE", default="", help="the booking day if left out")


def _text_options(parser: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
    for name in names:
        parser.add_argument(f"--{name}", metavar="TEXT", default="")
