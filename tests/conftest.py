"""What every test stands on: no screen, one locale, one set of hypothesis settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from auditdesk.services.files.log_file import FOLDER_VARIABLE

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"
settings.register_profile("auditdesk", deadline=None, print_blob=True)
settings.load_profile("auditdesk")


@pytest.fixture(autouse=True, scope="session")
def _log_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test, nor any process that it starts, writes into the person's own log of bugs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(tmp_path_factory.mktemp("log")))
        yield


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    """Where the window of a test keeps what it remembers."""
    return tmp_path / "settings.ini"
