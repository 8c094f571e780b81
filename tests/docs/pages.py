"""The documents as tests read them: fenced blocks by name, tables by heading."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "resources" / "docs"
FENCE: Final = re.compile(r"^( *)```([\w-]+) ([\w-]+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """A document's text."""
    return (DOCS / name).read_text(encoding="utf-8")


def pages() -> list[Path]:
    """Every document, README included."""
    return [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


def fences(text: str) -> dict[str, str]:
    """The blocks that bear a name after their language, without the last line break; hex without any."""
    found = {}
    for indent, language, name, body in FENCE.findall(text):
        assert name not in found, name
        inner = dedent(body) if indent else body
        found[name] = "".join(inner.split()) if language == "hex" else inner.removesuffix("\n")
    return found


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next of its level or above."""
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, heading
    level = len(heading) - len(heading.lstrip("#"))
    return re.split(rf"^#{{1,{level}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of all tables in a text, heads and rules left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    rules = [index for index, row in enumerate(cells) if set("".join(row)) <= set("-| ")]
    return [row for index, row in enumerate(cells) if index not in rules and index + 1 not in rules]


def code(cell: str) -> str:
    """What a cell has in backticks first."""
    found = re.search(r"`([^`]+)`", cell)
    return found[1] if found else ""
