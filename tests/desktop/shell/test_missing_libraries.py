"""A sentence where a system library or a display is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from auditdesk.desktop.shell import missing_libraries
from auditdesk.desktop.shell.missing_libraries import ONLY_FOR_X11, display_problem, explain, missing_xcb


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libEGL.so.1", "libegl1"),
        ("libGL.so.1", "libgl1"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libxkbcommon.so.0", "libxkbcommon0"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libfontconfig.so.1", "libfontconfig1"),
    ],
)
def test_the_sentence_names_the_package(library: str, package: str) -> None:
    error = ImportError(f"{library}: cannot open shared object file: No such file or directory")
    sentence = explain(error)
    assert sentence is not None
    assert library in sentence
    assert f"apt-get install {package})" in sentence
    assert "\n" not in sentence


def test_an_unknown_library_is_named_without_a_package() -> None:
    sentence = explain(
        ImportError("libodd+x.so.7: cannot open shared object file: No such file or directory")
    )
    assert sentence is not None
    assert "libodd+x.so.7" in sentence
    assert "apt-get" not in sentence


def test_other_import_errors_are_not_explained_away() -> None:
    assert explain(ModuleNotFoundError("No module named 'PySide6'")) is None


def test_without_a_display_it_is_said_so() -> None:
    problem = display_problem({}, "linux")
    assert problem is not None
    assert "DISPLAY" in problem
    assert display_problem({"QT_QPA_PLATFORM": "xcb"}, "linux") == problem


@pytest.mark.parametrize(
    ("environment", "platform"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux"),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux"),
        ({"QT_QPA_PLATFORM": "offscreen:configfile=a.json"}, "linux"),
        ({}, "darwin"),
        ({}, "win32"),
    ],
)
def test_where_a_window_can_be_tried_nothing_is_said(environment: dict[str, str], platform: str) -> None:
    assert display_problem(environment, platform) is None


def test_missing_libraries_of_x11_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = ("libxcb-cursor.so.0", "libxkbcommon-x11.so.0")
    monkeypatch.setattr(missing_libraries, "_loads", lambda name: name not in absent)
    assert missing_xcb() == list(absent)
    problem = display_problem({"DISPLAY": ":0"}, "linux")
    assert problem is not None
    assert "apt-get install libxcb-cursor0 libxkbcommon-x11-0)" in problem


def test_nothing_is_said_where_x11_has_all_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing_libraries, "_loads", lambda _name: True)
    assert display_problem({"DISPLAY": ":0"}, "linux") is None


def test_a_library_that_is_not_there_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing_libraries, "ONLY_FOR_X11", ("libno-such-library.so.9",))
    assert missing_xcb() == ["libno-such-library.so.9"]


def test_the_libraries_of_x11_are_only_those() -> None:
    assert "libEGL.so.1" not in ONLY_FOR_X11
    assert "libX11.so.6" in ONLY_FOR_X11


def test_the_module_needs_no_qt() -> None:
    program = (
        "import sys; import auditdesk.desktop.shell.missing_libraries; sys.exit('PySide6' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
