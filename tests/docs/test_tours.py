"""Each package says what is in it: a stranger reads its `__init__` first."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

PACKAGES = sorted(path.parent for path in (ROOT / "auditdesk").rglob("__init__.py"))


def _tour(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""


def _names(package: Path) -> set[str]:
    modules = {path.stem for path in package.glob("*.py")} - {"__init__", "__main__"}
    return modules | {path.parent.name for path in package.glob("*/__init__.py")}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_of_a_package_is_named_in_its_tour(package: Path) -> None:
    tour = _tour(package)

    assert sorted(name for name in _names(package) if f"`{name}`" not in tour) == []
