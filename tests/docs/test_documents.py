"""The documents as a whole: links lead somewhere, words are ours, README's promises are kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from auditdesk.cli.main import main
from auditdesk.desktop.kit.help_dialog import DOCUMENTS
from auditdesk.desktop.kit.markdown_view import fragment_of
from auditdesk.domain.commands import COMMANDS
from auditdesk.domain.roles import PERMISSIONS, ROLES
from auditdesk.services.reports import REPORTS
from tests.docs.pages import DOCS, ROOT, code, page, pages, rows, section

LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
BLOCK: Final = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
SENTENCES: Final = {
    *("tr", "Refused", "Fault", "Conflict", "VaultLocked", "VaultMissing", "VaultMismatch", "LedgerDamaged"),
    *("LedgerReadOnly", "LedgerMissing", "LedgerLocked", "NotALedger", "NewerLedger", "DiskFull", "KeyLost"),
    *("SubjectErased", "Tampered", "UnknownEvent", "ProofError", "WrongPassphrase"),
}
RUN: Final = "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/auditdesk demo"
TEST: Final = (
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test,bench]' && .venv/bin/python -m pytest -n 2"
)
HELP: Final = ROOT / "resources" / "help"


def _prose(path: Path) -> str:
    return BLOCK.sub("", path.read_text(encoding="utf-8"))


def _banned() -> re.Pattern[str]:
    cells = [row[0] for row in rows(section(page("glossary.md"), "## Words that are not used"))]
    words = [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]
    assert len(words) > 8
    return re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def _sentences(path: Path) -> Iterator[tuple[int, str]]:
    """The texts that people read, with their lines: what is translated, and what errors say."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in SENTENCES:
            for part in ast.walk(call):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, part.value


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(path: Path) -> None:
    for link in LINK.findall(_prose(path)):
        if link.startswith("https://"):
            continue
        file, _, fragment = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.is_file(), link
        if fragment:
            headings = map(fragment_of, HEADING.findall(_prose(target)))
            assert fragment in {heading.replace("`", "") for heading in headings}, link


def test_every_document_opens_from_the_help() -> None:
    assert {path.name for path in DOCS.iterdir()} | {path.name for path in HELP.iterdir()} == {
        name for _, name in DOCUMENTS
    }
    assert len(set(DOCUMENTS)) == len(DOCUMENTS)


@pytest.mark.parametrize("path", [*pages(), *HELP.iterdir()], ids=lambda path: path.name)
def test_no_document_uses_a_word_that_the_glossary_bans(path: Path) -> None:
    text = _prose(path)
    if path.name == "glossary.md":
        text = text.partition("## Words that are not used")[0]
    lines = [line for line in text.splitlines() if _banned().search(line)]

    assert lines == []


def test_no_sentence_of_the_program_uses_a_word_that_the_glossary_bans() -> None:
    banned = _banned()
    found = [
        f"{path.relative_to(ROOT)}:{line} {text}"
        for path in sorted((ROOT / "auditdesk").rglob("*.py"))
        for line, text in _sentences(path)
        if banned.search(text)
    ]

    assert found == []


def test_no_source_uses_a_word_that_the_glossary_bans() -> None:
    banned = _banned()
    found = [
        f"{path.relative_to(ROOT)}:{number} {line}"
        for path in sorted((ROOT / "auditdesk").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if banned.search(line)
    ]

    assert found == []


def test_readme_is_short_and_has_the_two_commands_as_they_are_typed() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 150
    assert RUN in lines
    assert TEST in lines


def test_every_command_of_readme_is_one_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    block = section((ROOT / "README.md").read_text(encoding="utf-8"), "## The command line")
    names = re.findall(r"^auditdesk ([\w-]+)", block, re.MULTILINE)

    assert len(names) > 15
    for name in names:
        assert main([name, "--help"]) == 0, name
        assert name in capsys.readouterr().out


def test_readme_names_every_report() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert f" {'|'.join(report.NAME for report in REPORTS)} --out" in readme


SAYS: Final = {
    "deposit": "book",
    "close": "close accounts",
    "open-account": "open, ",
    "freeze": "freeze",
    "register-customer": "register and change customers",
    "forget": "forget",
    "place-hold": "legal holds",
    "export": "every report",
    "evidence": "evidence",
    "certify": "certificates",
    "import": "import",
    "backup": "back up",
    "operators": "let operators in",
}


def test_readme_says_which_role_may_do_what() -> None:
    """As the program asks for it; a statement may also be exported by who may export every report."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    said = {row[0]: row[1] for row in rows(text) if row[0] in ROLES}
    asked = {name: command.permission() for name, command in COMMANDS.items()} | dict(PERMISSIONS)

    assert set(said) == set(ROLES)
    for name, words in SAYS.items():
        assert {role for role in ROLES if words in said[role]} == set(asked[name].roles), name
    assert {role for role in ROLES if re.search("statements|every report", said[role])} == set(
        asked["export-statement"].roles
    )


def test_every_path_in_backticks_is_there() -> None:
    for path in pages():
        text = _prose(path)
        named = re.findall(r"`((?:tests|auditdesk|resources|\.ci)/[\w./-]+)`", text)
        assert [name for name in named if not (ROOT / name).exists()] == [], path.name


def test_the_first_cell_of_a_row_in_code_is_read_as_code() -> None:
    assert code("| `position` |") == "position"
    assert code("plain") == ""
