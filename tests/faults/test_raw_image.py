"""Forgotten customers' keys searched for on the raw disk below the file system, not only in its files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from auditdesk.bootstrap import create_workspace, open_workspace
from auditdesk.domain.commands.customer import RegisterCustomer
from auditdesk.domain.personal import Address, PersonalDetails
from auditdesk.storage.sqlite_file import DRIVER
from tests.helpers import CHEAP_KDF

IMAGE_BYTES: Final = 24 * 1024 * 1024
CUSTOMERS: Final = 20
PASSPHRASE: Final = "correct horse"

TOOLS: Final = {name: shutil.which(name) or "" for name in ("mkfs.ext4", "mount", "umount")}

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not all(TOOLS.values()),
    reason="making and mounting a disk image takes Linux, root and mkfs.ext4",
)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.truncate(IMAGE_BYTES)
    subprocess.run([TOOLS["mkfs.ext4"], "-q", "-F", str(path)], check=True)
    return path


@contextmanager
def mounted(image: Path) -> Iterator[Path]:
    """The image's file system, and everything on the image when it is left."""
    place = image.with_name("mnt")
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        [TOOLS["mount"], "-o", "loop", str(image), str(place)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip(f"no loop device can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run([TOOLS["umount"], str(place)], check=True)


def wrapped_keys(workspace: Path) -> list[bytes]:
    """The customers' keys as they lie in the vault's file, wrapped by the vault key."""
    connection: Any = DRIVER.connect(f"file:{workspace / 'vault.db'}?mode=ro", uri=True)
    rows = connection.execute("SELECT wrapped FROM customer_keys ORDER BY subject").fetchall()
    connection.close()
    return [bytes(row[0]) for row in rows]


def found_on(image: Path, needles: list[bytes]) -> int:
    raw = image.read_bytes()
    return sum(needle in raw for needle in needles)


def test_of_twenty_shredded_keys_none_is_found_on_the_raw_disk(image: Path) -> None:
    with mounted(image) as disk:
        path = disk / "bank"
        workspace = create_workspace(path, bank="b", operator="ana", passphrase=PASSPHRASE, kdf=CHEAP_KDF)
        with closing(workspace), closing(workspace.sign_in("ana", PASSPHRASE)) as session:
            customers = [
                session.issue(
                    RegisterCustomer.of(
                        PersonalDetails(f"Secret Person {number}", address=Address(f"Secret Street {number}"))
                    )
                ).number
                for number in range(CUSTOMERS)
            ]
        keys = wrapped_keys(path)
    assert found_on(image, keys) == CUSTOMERS  # the search finds what is there
    with mounted(image) as disk, closing(open_workspace(disk / "bank")) as workspace:
        with closing(workspace.sign_in("ana", PASSPHRASE)) as session:
            for customer in customers:
                session.forgetting.forget(customer, "letter 7")
        assert wrapped_keys(disk / "bank") == []
    assert found_on(image, keys) == 0
    assert found_on(image, [b"Secret Person", b"Secret Street"]) == 0
