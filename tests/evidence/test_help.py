"""The help on disputes says what the program that is handed out says."""

from __future__ import annotations

from pathlib import Path

from resources import check_evidence

HELP = Path(check_evidence.__file__).parent / "help" / "dispute.md"


def test_every_refusal_that_the_help_explains_is_one_of_the_program() -> None:
    table = HELP.read_text(encoding="utf-8").partition("| --- |")[2].splitlines()
    explained = [line.split("|")[1].strip() for line in table if line.startswith("| The")]
    assert len(explained) == 6
    for words in explained:
        assert any(words in sentence for sentence in check_evidence.SENTENCES.values()), words


def test_the_help_says_what_is_not_proven() -> None:
    text = HELP.read_text(encoding="utf-8")
    assert "## What it proves" in text
    assert "## What it does not prove" in text
