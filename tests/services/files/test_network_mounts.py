"""A workspace on a network file system is warned of; a local one is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditdesk.services.files import network_mounts as filesystem
from auditdesk.services.files.network_mounts import network_warning
from auditdesk.services.workspace.workspace import Workspace
from tests.helpers import ManualClock

TABLE = """/dev/vda1 / ext4 rw 0 0
server:/export {mount} {kind} rw,vers=4.2 0 0
tmpfs {mount}/local tmpfs rw 0 0
"""


def table(tmp_path: Path, kind: str, mount: str) -> Path:
    path = tmp_path / "mounts"
    path.write_text(TABLE.format(mount=mount, kind=kind), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_a_network_file_system_is_named(tmp_path: Path, kind: str) -> None:
    mounts = table(tmp_path, kind, str(tmp_path))
    assert f"network file system ({kind})" in network_warning(tmp_path / "bank", mounts)


def test_a_local_disk_below_or_beside_it_is_not(tmp_path: Path) -> None:
    mounts = table(tmp_path, "nfs4", str(tmp_path))
    assert network_warning(tmp_path / "local" / "bank", mounts) == ""
    assert network_warning(Path("/"), mounts) == ""


def test_a_mount_point_with_a_space_is_understood(tmp_path: Path) -> None:
    mounts = table(tmp_path, "nfs", str(tmp_path / "our bank").replace(" ", "\\040"))
    assert network_warning(tmp_path / "our bank" / "b", mounts)


def test_where_there_is_no_table_nothing_is_said(tmp_path: Path) -> None:
    assert network_warning(tmp_path, tmp_path / "none") == ""


def test_the_workspace_says_it_when_it_is_opened(
    bank: Workspace, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from auditdesk.bootstrap import open_workspace  # noqa: PLC0415 - opened anew under other mounts

    mounts = table(tmp_path, "nfs4", str(tmp_path))
    monkeypatch.setattr(filesystem.network_warning, "__defaults__", (mounts,))
    again = open_workspace(bank.path, clock=clock)
    assert any("network file system" in warning for warning in again.warnings)
    again.close()
