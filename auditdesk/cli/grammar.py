"""Declare the sub-commands with click: its missing pieces, and the parameters that several of them share.

Imports click alone, as `auditdesk --help` needs all of this.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar, cast

import click
from click.shell_completion import CompletionItem
from click_default_group import DefaultGroup

OPERATOR: Final = "auditdesk.operator"  # where the contexts of one command line keep who `--as` names
WHEN: Final = "an ISO 8601 date (its end) or instant, #VERSION, or now"
_NEGATIVE_NUMBER: Final = re.compile(r"-[0-9.]")

Declared = TypeVar("Declared", bound="Callable[..., Any] | click.Command")


class Decorator(Protocol):
    """A click decorator that adds one parameter to a sub-command."""

    def __call__(self, command: Declared, /) -> Declared:
        """Add it."""


class SubCommand(click.Command):
    """A command that takes -1 for a number, which a rule of the bank can refuse, and not for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; a second time, and leniently, where the unknown option is a number."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as unknown:
            if not _NEGATIVE_NUMBER.match(unknown.option_name):
                raise
            ctx.ignore_unknown_options = True
            return super().parse_args(ctx, given)


class WorkspaceGroup(click.Group):
    """A family `auditdesk NAME WORKSPACE ACTION …`; its options may stand on both sides of the workspace."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words, those of the family's own options first."""
        return super().parse_args(ctx, _with_options_first(args))

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names in the order of their declaration."""
        return list(self.commands)


def _with_options_first(words: list[str]) -> list[str]:
    if not words or words[0].startswith("-"):
        return words
    options, rest = [], words[1:]
    while rest and rest[0].startswith("-"):
        taken = 2 if rest[0] == "--as" else 1
        options += rest[:taken]
        rest = rest[taken:]
    return [*options, words[0], *rest]


class LazyCommand(click.Command):
    """The name and the sentence of a sub-command whose module is imported once it was chosen.

    `place` is "module:attribute" within `auditdesk.cli`.
    """

    def __init__(self, name: str, place: str, sentence: str) -> None:
        super().__init__(name, help=sentence)
        self.place = place

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002 - click's signature
        """The whole sentence, which help may break over lines."""
        return self.help or ""

    def load(self) -> click.Command:
        """The sub-command itself."""
        module, _, attribute = self.place.partition(":")
        command = cast(
            "click.Command", getattr(importlib.import_module(f"auditdesk.cli.{module}"), attribute)
        )
        command.help = self.help
        return command


class Program(DefaultGroup):  # type: ignore[misc] # the package has no types
    """The outermost group of lazy sub-commands; any other first word names a workspace."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names in the order of their declaration."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; where there are none, they are those of the default, but to a shell that asks."""
        if ctx.resilient_parsing:
            return click.Group.parse_args(self, ctx, args)
        return cast("list[str]", super().parse_args(ctx, args))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the first word: to a sub-command, or else to the folder of a workspace."""
        commands = super().shell_complete(ctx, incomplete)
        return commands or FOLDER.shell_complete(ctx, self.params[0], incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The sub-command, loaded, with what is left for it. Raises `NoSuchCommand`, with the nearest."""
        unknown = args[0] not in self.commands and not args[0].startswith("-")
        if unknown and len(args) > 1 and not ctx.resilient_parsing:
            raise click.NoSuchCommand(args[0], possibilities=self.commands, ctx=ctx)
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, LazyCommand) else command, rest


class TypedPath(click.Path):
    """A file or folder; the shell completes it, and a ~ that the shell left alone is the user's home."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Make the path of the text."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        try:
            return path.expanduser()
        except RuntimeError:
            self.fail("it begins with a user whom this machine doesn't know", param, ctx)


FILE: Final = TypedPath()
FOLDER: Final = TypedPath(file_okay=False)


def subcommand(name: str, *, epilog: str = "") -> Callable[[Callable[..., int]], click.Command]:
    """Declare a sub-command; what it returns is the exit code."""
    return click.command(name, cls=SubCommand, epilog=epilog)


def argument(
    name: str, metavar: str, sentence: str, *, required: bool = True, kind: Any = click.STRING
) -> Decorator:
    """A word without which the command can't be, or whose place says what it is."""
    return click.argument(name, metavar=metavar, help=sentence, required=required, type=kind)


def text(name: str, metavar: str, sentence: str, **rest: Any) -> Decorator:
    """An option with a text; left out, the text is empty, unless the option is `required`."""
    default = {} if rest.get("required") else {"default": ""}
    return click.option(name, metavar=metavar, help=sentence, **{**default, **rest})


def file(name: str, sentence: str, **rest: Any) -> Decorator:
    """An option that names a file."""
    return click.option(name, metavar="FILE", type=FILE, help=sentence, **rest)


def switch(name: str, sentence: str) -> Decorator:
    """An option without a value."""
    return click.option(name, is_flag=True, help=sentence)


def _remember_operator(context: click.Context, _option: click.Parameter, name: str | None) -> None:
    if name:
        context.meta[OPERATOR] = name


as_operator = click.option(
    "--as",
    "operator",
    metavar="NAME",
    expose_value=False,
    callback=_remember_operator,
    help="The operator to sign in as.",
)


def on_workspace(command: Declared) -> Declared:
    """The workspace, and who signs in to it."""
    place = argument("workspace", "WORKSPACE", "The folder that holds ledger.db and vault.db.", kind=FOLDER)
    return place(as_operator(command))


clock = click.option(
    "--clock",
    type=click.Choice(("booked", "recorded")),
    default="booked",
    help="The clock that a date is read on; booked if left out.",
)
