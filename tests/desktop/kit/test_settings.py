"""What the window remembers, and what it forgets."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from auditdesk.desktop.kit.settings import RECENT, Settings


def test_a_first_run_finds_nothing(settings_file: Path) -> None:
    settings = Settings(settings_file)
    assert settings.theme == "light"
    assert settings.recent == []
    assert settings.bytes("geometry").isEmpty()


def test_theme_and_geometry_survive_a_restart(settings_file: Path) -> None:
    first = Settings(settings_file)
    first.theme = "dark"
    first.keep_bytes("geometry", QByteArray(b"\x00\x01\xff"))
    first.sync()
    second = Settings(settings_file)
    assert second.theme == "dark"
    assert second.bytes("geometry").data() == b"\x00\x01\xff"


def test_the_newest_workspace_stands_first_and_once(settings_file: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for path in (one, two):
        path.mkdir()
    settings = Settings(settings_file)
    for path in (one, two, one):
        settings.remember(path)
    settings.sync()
    assert Settings(settings_file).recent == [one, two]


def test_one_workspace_alone_is_remembered(settings_file: Path, tmp_path: Path) -> None:
    settings = Settings(settings_file)
    settings.remember(tmp_path)
    settings.sync()
    assert Settings(settings_file).recent == [tmp_path]


def test_only_the_last_few_are_remembered(settings_file: Path, tmp_path: Path) -> None:
    settings = Settings(settings_file)
    paths = [tmp_path / str(number) for number in range(RECENT + 3)]
    for path in paths:
        path.mkdir()
        settings.remember(path)
    assert settings.recent == paths[: -RECENT - 1 : -1]


def test_what_is_no_longer_there_is_not_offered(settings_file: Path, tmp_path: Path) -> None:
    settings = Settings(settings_file)
    settings.remember(tmp_path / "gone")
    assert settings.recent == []


@pytest.mark.parametrize("text", ["[General]\ntheme=purple\nrecent=@Invalid()\n", "\x00\xff rubbish", ""])
def test_a_damaged_file_is_like_none(settings_file: Path, text: str) -> None:
    settings_file.write_text(text, encoding="utf-8")
    settings = Settings(settings_file)
    assert settings.theme == "light"
    assert settings.recent == []
