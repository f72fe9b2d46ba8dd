"""Which file system the ledger stands on: those that reach over a network are refused (protocol 5.2).

SQLite's WAL needs shared memory and locks that every process sees at once. Network file systems promise that and do
not keep it, and a ledger that two daemons write at once is worth nothing; there is no setting that allows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from daemon.ledger.errors import NetworkFileSystemError

MOUNTS = Path("/proc/self/mountinfo")
"""proc(5); absent outside Linux, where nothing is refused."""

NETWORK = frozenset(
    {
        "9p",
        "acfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "fuse.ceph",
        "fuse.ceph-fuse",
        "fuse.cephfs",
        "fuse.davfs",
        "fuse.davfs2",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.goofys",
        "fuse.grpcfuse",
        "fuse.juicefs",
        "fuse.nfs",
        "fuse.obsfs",
        "fuse.osxfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.smb",
        "fuse.smbnetfs",
        "fuse.sshfs",
        "fuse.vmhgfs-fuse",
        "gfs",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "panfs",
        "prl_fs",
        "pvfs2",
        "smb3",
        "smbfs",
        "vboxsf",
        "vmhgfs",
    }
)
"""Types whose locks or shared memory do not hold between machines, or between a virtual machine and its host."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A line of the mount table.

    Attributes:
        point: where it is mounted.
        type: e.g. ``ext4``.
    """

    point: Path
    type: str

    @property
    def is_network(self) -> bool:
        """True where it reaches over a network, or to the host of a virtual machine."""
        return self.type in NETWORK


def refuse_network(ledger: Path) -> None:
    """Refuse a ledger on a network file system.

    Args:
        ledger: its path, links resolved; it need not exist yet.

    Raises:
        NetworkFileSystemError: with the type and the mount point.
    """
    try:
        table = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    mount = mount_of(ledger, table)
    if mount is not None and mount.is_network:
        raise NetworkFileSystemError(
            f"the ledger {ledger} would stand on {mount.type}, mounted at {mount.point}: locks do not hold there",
            "set POOLPOWER_DATABASE_URL to a file on a local disk",
        )


def mount_of(path: Path, table: str) -> Mount | None:
    """The mount that a path lies on, by a table in the form of ``/proc/self/mountinfo``; None where it has none."""
    found: Mount | None = None
    for line in table.splitlines():
        mount = _parse(line)
        if mount is None or not path.is_relative_to(mount.point):
            continue
        # What was mounted later at the same place covers what was there.
        if found is None or len(mount.point.parts) >= len(found.point.parts):
            found = mount
    return found


def _parse(line: str) -> Mount | None:
    before, dash, after = line.partition(" - ")
    fields = before.split(" ")
    if not dash or len(fields) <= _MOUNT_POINT:
        return None
    return Mount(Path(_unescape(fields[_MOUNT_POINT])), after.split(" ", 1)[0])


_MOUNT_POINT = 4
_ESCAPE = re.compile(r"\\([0-7]{3})")


def _unescape(field: str) -> str:
    """Blanks, tabs, line ends and backslashes stand as three octal digits (proc(5))."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), field)
