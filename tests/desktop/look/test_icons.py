"""Icons: every name draws something, in the colour asked for, and only what is used is shipped."""

from __future__ import annotations

from importlib.resources import files

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon

from auditdesk.desktop.look.icons import FILES, icon, pixmap

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize("name", FILES)
def test_every_icon_is_drawn_in_its_color(name: str) -> None:
    picture = pixmap(name, "#1a5fc4", 16, scale=2).toImage()
    drawn = [picture.pixelColor(x, y) for x in range(32) for y in range(32)]
    opaque = [color for color in drawn if color.alpha() == 255]
    assert opaque
    assert {color.name() for color in opaque} == {"#1a5fc4"}


def test_a_picture_for_a_dense_screen_has_more_pixels_and_the_same_size() -> None:
    picture = pixmap("lock", "#000000", 20, scale=2)
    assert picture.size() == QSize(40, 40)
    assert picture.deviceIndependentSize().toSize() == QSize(20, 20)


def test_a_disabled_icon_is_fainter_than_a_live_one() -> None:
    made = icon("play", "#000000")

    def strongest(mode: QIcon.Mode) -> int:
        picture = made.pixmap(QSize(24, 24), 1.0, mode).toImage()
        return max(picture.pixelColor(x, y).alpha() for x in range(24) for y in range(24))

    assert strongest(QIcon.Mode.Disabled) < strongest(QIcon.Mode.Normal) // 2


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        icon("no such icon", QColor("black").name())


def test_every_shipped_icon_is_used() -> None:
    shipped = {entry.name for entry in files("auditdesk.resources").joinpath("icons").iterdir()}
    assert shipped == {f"{file}.svg" for file in FILES.values()} | {"LICENSE"}
