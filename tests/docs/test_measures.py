"""The measures of the house: files, functions and packages that a person can read at one go."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from tests.docs.pages import ROOT

LINES_A_FILE: Final = 400
MODULES_A_PACKAGE: Final = 17
LINES_A_FUNCTION: Final = 23
PERCENT_OF_FUNCTIONS: Final = 95
FILES: Final = sorted((ROOT / "auditdesk").rglob("*.py"))


def _functions() -> list[int]:
    """The lines of every function."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in FILES]
    return [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _modules() -> Counter[Path]:
    """How many modules each package has, not counting its `__init__`."""
    return Counter(path.parent for path in FILES if path.name != "__init__.py")


def test_no_file_is_longer_than_a_person_reads_at_one_go() -> None:
    long = [path for path in FILES if len(path.read_text(encoding="utf-8").splitlines()) > LINES_A_FILE]

    assert len(FILES) > 200
    assert long == []


def test_most_functions_are_short() -> None:
    lines = _functions()

    assert len(lines) > 2_000
    assert median(lines) <= 6
    assert quantiles(lines, n=100)[PERCENT_OF_FUNCTIONS - 1] <= LINES_A_FUNCTION


def test_a_package_has_nine_modules_on_average() -> None:
    modules = _modules()

    assert sum(modules.values()) / len(modules) <= 9


def test_no_package_is_more_than_a_person_can_take_in() -> None:
    assert {path: count for path, count in _modules().items() if count > MODULES_A_PACKAGE} == {}
