"""Every name on the page of the architecture is a name of the program."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Final

import pytest

from tests.docs.pages import DOCS, page

NAME: Final = re.compile(r"`(auditdesk(?:\.\w+)+)`")
PAGES: Final = ("architecture.md", "extending.md", "threat-model.md", "contributing.md")


def _found(name: str) -> bool:
    """Whether a dotted name is a module, or leads from one to something in it."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            at: object = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(at, part):
                return False
            at = getattr(at, part)
        return True
    return False


@pytest.mark.parametrize("name", sorted({name for each in PAGES for name in NAME.findall(page(each))}))
def test_a_name_of_the_documents_is_there(name: str) -> None:
    assert _found(name)


def test_a_name_that_is_not_there_is_noticed() -> None:
    assert not _found("auditdesk.domain.account.Acount")
    assert not _found("auditdesk.domein")


def test_the_architecture_names_every_layer() -> None:
    text = page("architecture.md")
    layers = [path.parent.name for path in (DOCS.parents[1] / "auditdesk").glob("*/__init__.py")]

    assert [name for name in layers if f"`auditdesk.{name}`" not in text] == []
