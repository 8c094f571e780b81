"""The reference of the command line, held against the program: every word and option, and none besides."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from auditdesk.cli.grammar import LazyCommand
from auditdesk.cli.main import program
from tests.docs.pages import code, page, rows

PAGE = page("command-line.md")
ROOT = click.Context(program, info_name="auditdesk")
OPTION = re.compile(r"--[a-z][a-z-]*")
EVERYWHERE = {"--as", "--help"}


def loaded(name: str) -> click.Context:
    later = program.commands[name]
    assert isinstance(later, LazyCommand)
    return click.Context(later.load(), info_name=name, parent=ROOT)


def actions(family: click.Context) -> Iterator[click.Context]:
    command = family.command
    if isinstance(command, click.Group):
        for name, action in command.commands.items():
            yield click.Context(action, info_name=name, parent=family)


def words(context: click.Context) -> list[str]:
    return [p.make_metavar(context) for p in context.command.params if isinstance(p, click.Argument)]


def options(context: click.Context) -> set[str]:
    found = (p for p in context.command.params if isinstance(p, click.Option))
    return {name for option in found for name in (*option.opts, *option.secondary_opts)} - EVERYWHERE


def sections() -> dict[str, str]:
    """What stands under each command's heading, by the heading's words."""
    parts = re.split(r"^## `(auditdesk [^`]*)`$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def section_of(context: click.Context) -> tuple[str, str]:
    start = [*context.command_path.split(), *words(context)]
    (found,) = [(usage, text) for usage, text in sections().items() if usage.split()[: len(start)] == start]
    return found


def test_every_command_has_its_section_and_no_other_is_there() -> None:
    documented = [usage.split()[1] for usage in sections()]
    assert documented == list(program.commands)


@pytest.mark.parametrize("name", list(program.commands))
def test_a_command_is_documented_with_its_words_and_options(name: str) -> None:
    context = loaded(name)
    usage, text = section_of(context)
    taken = set().union(options(context), *map(options, actions(context)))
    assert set(OPTION.findall("\n".join(row[0] for row in rows(text)))) <= taken
    if not isinstance(context.command, click.Group):
        assert usage.split()[2:] == words(context)
        assert {option for row in rows(text) for option in OPTION.findall(row[0])} == taken


@pytest.mark.parametrize("name", ["post", "operators"])
def test_an_action_is_documented_with_its_words_and_options(name: str) -> None:
    family = loaded(name)
    _, text = section_of(family)
    documented = {code(row[0]): set(OPTION.findall(row[2])) for row in rows(text) if len(row) > 2}
    program_has = {" ".join([str(act.info_name), *words(act)]): options(act) for act in actions(family)}
    assert documented == program_has


def test_a_command_is_explained_in_the_words_of_its_help() -> None:
    for name in program.commands:
        context = loaded(name)
        assert str(context.command.help) in section_of(context)[1]


def test_the_programs_own_options_are_documented() -> None:
    own = PAGE.partition("## `auditdesk`\n")[2].partition("\n## ")[0]
    assert {name for row in rows(own) for name in OPTION.findall(row[0])} == options(ROOT) | {"--as"}
