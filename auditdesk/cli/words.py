"""The one way to a terminal: whatever would steer it, or turn its text round, is shown by its code."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any, Final, TextIO

NO_TEXT: Final = "A word of the command line is no text: it holds bytes that are not UTF-8."

PROGRESS_EVERY_S: Final = 0.1
_ERASED_LINE: Final = "\r\x1b[K"


def printable(text: str) -> str:
    """A value as it is said within a line: control and direction characters, and line ends, by code."""
    return "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text)


def write(text: str, stream: TextIO, *, end: str = "\n") -> None:
    """Write lines of text to a terminal or a script."""
    stream.write("\n".join(map(printable, text.split("\n"))) + end)


def say(text: str = "") -> None:
    """A line on standard output."""
    write(text, sys.stdout)


def say_json(document: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output; unprintable characters are escaped as JSON has it."""
    said = json.dumps(document, indent=2, ensure_ascii=False)
    say("".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in said))


def warn(sentence: str) -> None:
    """A line on standard error."""
    write(f"auditdesk: {sentence}", sys.stderr)


def ask(question: str) -> str:
    """A line that is typed in answer to the question."""
    write(question, sys.stdout, end="")
    sys.stdout.flush()
    return sys.stdin.readline().strip()


class TerminalProgress:
    """Tells on standard error how far the work is and how long it takes, where somebody is watching it."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._told_at_s = 0.0
        self._label = ""
        self._began_at_s = 0.0

    def report(self, done: int, total: int, label: str = "") -> None:
        """Redraw the line, a few times a second; `done` of `total` rows, or bytes of a file."""
        if not self._watched:
            return
        now_s = time.monotonic()
        if label != self._label:
            self._label, self._began_at_s = label, now_s
        if done < total and now_s - self._told_at_s < PROGRESS_EVERY_S:
            return
        self._told_at_s = now_s
        sys.stderr.write(_ERASED_LINE)
        if done < total or not total:
            line = f"{label} {_share(done, total)}{_left(done, total, now_s - self._began_at_s)}"
            write(line[: shutil.get_terminal_size().columns - 1], sys.stderr, end="")
        sys.stderr.flush()

    def check(self) -> None:
        """Never cancel: an interrupt from the keyboard ends the work by itself."""


def _share(done: int, total: int) -> str:
    return f"{100 * done // total:3d} %  {done:,} of {total:,}" if total else f"{done:,}"


def _left(done: int, total: int, spent_s: float) -> str:
    """The remaining time as `, M:SS left`, from the speed so far; empty in the first second."""
    if not done or not total or spent_s < 1:
        return ""
    minutes, seconds = divmod(round(spent_s * (total - done) / done), 60)
    return f", {minutes}:{seconds:02d} left"
