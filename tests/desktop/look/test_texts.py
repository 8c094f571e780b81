"""Texts that are marked for translation can be found by who collects them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import auditdesk.desktop

HOME = Path(auditdesk.desktop.__file__).parent


def marked(source: str) -> Iterator[tuple[int, bool]]:
    """The line of each call of `tr`, and whether what it is given is a literal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "tr":
                yield node.lineno, isinstance(node.args[0], ast.Constant)


def test_what_is_no_literal_is_told() -> None:
    source = "tr('a')\nself.tr(words)\nformats.tr(f'{a}')\ntr('a' 'b')\n"
    assert list(marked(source)) == [(1, True), (2, False), (3, False), (4, True)]


def test_every_text_that_is_marked_for_translation_is_a_literal() -> None:
    """lupdate reads the source: a variable is never found, and so never translated."""
    unseen = [
        f"{path.relative_to(HOME)}:{line}"
        for path in HOME.rglob("*.py")
        for line, literal in marked(path.read_text(encoding="utf-8"))
        if not literal
    ]
    assert unseen == []
