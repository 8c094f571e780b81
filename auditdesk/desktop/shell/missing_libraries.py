"""A sentence instead of a trace where a system library that Qt needs is missing. Imports no Qt."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Mapping
from typing import Final

PACKAGES: Final = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
ONLY_FOR_X11: Final = tuple(name for name in PACKAGES if "xcb" in name or "x11" in name.lower())
_MISSING: Final = re.compile(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object file")


def explain(error: ImportError) -> str | None:
    """Explain an import error: the missing system library and the package to install; None for any other."""
    found = _MISSING.search(str(error))
    if found is None:
        return None
    library = found[1]
    package = PACKAGES.get(library, "")
    remedy = f"Install the package {package}" if package else "Install the package that brings it"
    return f"The window needs the system library {library}, which is not installed. {remedy}{_how(package)}."


def display_problem(environment: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """Why no window can be opened in this environment; None where one can be tried."""
    chosen = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if not platform.startswith("linux") or chosen not in ("", "xcb"):
        return None
    if not chosen and environment.get("WAYLAND_DISPLAY"):
        return None
    if not environment.get("DISPLAY"):
        return (
            "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set). "
            "Start it on a desktop; the sub-commands (auditdesk --help) work without one."
        )
    packages = " ".join(PACKAGES[name] for name in missing_xcb())
    if not packages:
        return None
    return f"The window needs system libraries that are not installed. Install {packages}{_how(packages)}."


def missing_xcb() -> list[str]:
    """The libraries that Qt needs to draw on X11 and that can't be loaded here, by file name."""
    return [name for name in ONLY_FOR_X11 if not _loads(name)]


def _how(packages: str) -> str:
    return f" (on Debian and Ubuntu: apt-get install {packages})" if packages else ""


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
