"""A process beside the simulator, which touches the bank's files, and dies in the simulator's place.

It never opens SQLite itself: whatever needs it is done by a child, so that no lock and no memory is shared
with one that is killed. And it reads and copies files for the simulator, which must not: on POSIX a process
that closes a file drops all its locks on it, those of its SQLite connections too.

One JSON request a line, one JSON answer a line.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

import msgspec

from auditdesk.bootstrap import open_workspace
from auditdesk.domain.errors import Fault, Refused
from tests.faults.sim_orders import Order, issue
from tests.helpers import ManualClock

TRACED: Final = ("/auditdesk/ledger/", "/auditdesk/vault/", "/auditdesk/services/")


def copy(request: dict[str, Any]) -> object:
    """Copy files that are there from folder to folder; how long each copy is."""
    source, target = Path(request["source"]), Path(request["target"])
    target.mkdir(parents=True, exist_ok=True)
    sizes = {}
    for name in request["names"]:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
            sizes[name] = (target / name).stat().st_size
    return sizes


def search(request: dict[str, Any]) -> object:
    """The files below a folder in which any of the needles (hex) is."""
    needles = [bytes.fromhex(needle) for needle in request["needles"]]
    files = {path.name: path.read_bytes() for path in Path(request["folder"]).rglob("*") if path.is_file()}
    return sorted(f"{name}: {needle!r}" for name, raw in files.items() for needle in needles if needle in raw)


def die(request: dict[str, Any]) -> object:
    """Let a child carry out an order and die of it; what it said, and the signal that ended it."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        os.close(read_end)
        _order(request, lambda said: os.write(write_end, said.encode()))
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return {"said": said, "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}


def _order(request: dict[str, Any], say: Callable[[str], object]) -> None:
    try:
        workspace = open_workspace(Path(request["path"]), clock=ManualClock(request["clock_us"]))
        session = workspace.sign_in("ana", "x")
        _arm(request)
        issue(session, msgspec.convert(request["order"], Order))
        sys.settrace(None)
        say("done")
    except Refused as refused:
        say(f"refused {refused.code}")
    except Fault as fault:
        say(f"fault {fault}")
    except BaseException as error:
        say(f"crash {error!r}")
        raise


def _arm(request: dict[str, Any]) -> None:
    """Set the trap: a line of the program, or a byte of a file beyond which nothing can be written."""
    if "line" in request:
        sys.settrace(_killer(request["line"]))
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (request["byte"], request["byte"]))


def _killer(wanted: int) -> Any:
    seen = 0

    def tracer(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal seen
        file = frame.f_code.co_filename.replace(os.sep, "/")
        if not any(part in file for part in TRACED):
            return None
        if event == "line":
            seen += 1
            if seen == wanted:
                os.kill(os.getpid(), signal.SIGKILL)
        return tracer

    return tracer


HOW: Final[dict[str, Callable[[dict[str, Any]], object]]] = {"copy": copy, "search": search, "die": die}


def main() -> None:
    """Answer until there is nothing more to read."""
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(HOW[request["do"]](request)), flush=True)


if __name__ == "__main__":
    main()
