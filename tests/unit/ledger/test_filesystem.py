"""Which file system a path lies on, by the mount table."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.ledger import filesystem
from daemon.ledger.errors import NetworkFileSystemError
from daemon.ledger.filesystem import Mount, mount_of, refuse_network

TABLE = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
40 27 0:50 / /home rw,relatime shared:7 - nfs4 server:/home rw,vers=4.2
41 40 0:51 / /home/local rw,relatime shared:8 master:1 - xfs /dev/vdb rw
42 27 0:52 / /mnt/two\\040words rw - fuse.sshfs admin@host:/ rw
43 27 0:53 / /srv rw - ext4 /dev/vdc rw
44 43 0:54 / /srv rw - cifs //server/share rw
a line that is none
"""


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("/var/lib/poolpower/ledger.db", Mount(Path("/"), "ext4")),
        ("/home/ada/ledger.db", Mount(Path("/home"), "nfs4")),
        ("/home/local/ledger.db", Mount(Path("/home/local"), "xfs")),
        ("/homes/ledger.db", Mount(Path("/"), "ext4")),
        ("/mnt/two words/ledger.db", Mount(Path("/mnt/two words"), "fuse.sshfs")),
        ("/srv/ledger.db", Mount(Path("/srv"), "cifs")),
    ],
)
def test_the_longest_mount_point_decides_and_the_last_of_two(path: str, mount: Mount) -> None:
    """A path lies on what is mounted nearest above it, and on what was mounted last at one place."""
    assert mount_of(Path(path), TABLE) == mount


def test_empty_table_tells_nothing() -> None:
    """Where no mount is listed, none is found."""
    assert mount_of(Path("/x"), "") is None


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs"])
def test_network_file_systems_are_refused(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger on a network file system is refused, naming type and mount point (protocol 5.2)."""
    table = tmp_path / "mountinfo"
    table.write_text(f"27 1 254:0 / / rw - ext4 /dev/vda rw\n44 27 0:54 / /srv rw - {kind} x rw\n")
    monkeypatch.setattr(filesystem, "MOUNTS", table)
    with pytest.raises(NetworkFileSystemError, match=rf"stand on {kind}, mounted at /srv") as caught:
        refuse_network(Path("/srv/state/ledger.db"))
    assert caught.value.hint is not None
    refuse_network(Path("/var/lib/poolpower/ledger.db"))


def test_without_a_mount_table_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside Linux there is no such table, and nothing can be told."""
    monkeypatch.setattr(filesystem, "MOUNTS", tmp_path / "absent")
    refuse_network(Path("/srv/ledger.db"))


def test_this_machines_own_table_can_be_read(tmp_path: Path) -> None:
    """A temporary folder of the machine that tests run on has a mount."""
    table = Path("/proc/self/mountinfo")
    if table.exists():
        assert mount_of(tmp_path, table.read_text()) is not None
