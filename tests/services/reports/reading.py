"""What a test reads of an exported report."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, strict=True))


def manifest_of(path: Path) -> Any:
    return json.loads(path.with_name(path.name + ".manifest.json").read_text(encoding="utf-8"))
