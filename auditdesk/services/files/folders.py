"""Folders that are there whole, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditdesk.domain.errors import Refused
from auditdesk.services.files.atomic import file_faults
from auditdesk.services.files.leftovers import FOLDER_SUFFIX, FileLock, sweep


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A draft beside `target` that takes its name once all went well, and is gone otherwise.

    Raises `Refused` (`folder_exists`), and the `Fault` of a place that can't be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(
            "folder_exists",
            f"There is something at {target} already.",
            "Choose another name.",
            field="folder",
        )
    with file_faults(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=FOLDER_SUFFIX, dir=target.parent))
    hold = FileLock(draft)
    try:
        with file_faults(target):
            yield draft
            if target.exists():
                target.rmdir()
            draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finally:
        hold.let_go()
