"""Start the window, or say in a sentence that a display or one of Qt's libraries is missing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from auditdesk.desktop.shell.missing_libraries import display_problem, explain

NO_WINDOW: Final = 2


def main(arguments: list[str] | None = None) -> int:
    """Open the window, on a workspace where one is named. The exit code is 2 where none can be opened."""
    arguments = sys.argv[1:] if arguments is None else arguments
    return show(Path(arguments[0]).expanduser() if arguments else None)


def show(path: Path | None, *, demo: bool = False) -> int:
    """Show the window on a workspace until it is closed; the exit code, `NO_WINDOW` where there can be none.

    `demo` makes the demo bank at `path` where there is none yet, with the window's progress.
    """
    problem = display_problem(os.environ)
    if problem is not None:
        print(problem, file=sys.stderr)  # noqa: T201 - there is no window to say it in
        return NO_WINDOW
    try:
        from auditdesk.desktop.shell.main_window import start  # noqa: PLC0415 - Qt's libraries may be missing
    except ImportError as error:
        sentence = explain(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)  # noqa: T201 - there is no window to say it in
        return NO_WINDOW
    return start(path, demo=demo)
