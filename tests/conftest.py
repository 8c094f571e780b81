"""What every test stands on: no screen, one locale, one set of hypothesis settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"
settings.register_profile("auditdesk", deadline=None, print_blob=True)
settings.load_profile("auditdesk")


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    """Where the window of a test keeps what it remembers."""
    return tmp_path / "settings.ini"
