"""A file that takes up room beside the ledger, to be given back when the disk is full (protocol 7.2).

A full disk comes at the worst moment: answers of the cloud are in memory and cannot be written. Removing the reserve
makes room for thousands of them. It is made again when the disk has room to spare.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RESERVE_BYTES = 16 * 1024 * 1024
"""Room for the changes of some ten thousand actions."""

SHORT_BYTES = 1024 * 1024
"""With less than this free, an input/output error is taken for a full disk."""


class Reserve:
    """The reserve file of one ledger."""

    def __init__(self, path: Path, *, size: int = RESERVE_BYTES) -> None:
        """Name it; nothing is made yet.

        Args:
            path: the reserve file.
            size: in bytes.
        """
        self.path = path
        self.size = size

    @property
    def is_there(self) -> bool:
        """True while there is something to give back."""
        return self.path.exists()

    def free(self) -> bool:
        """Give the room back; false where there was none to give."""
        try:
            self.path.unlink()
        except OSError:
            return False
        return True

    def make(self) -> bool:
        """Take the room up, where it is not yet and the disk keeps as much again; true where it is taken up."""
        if self.is_there:
            return True
        if self.disk_free() < 2 * self.size:
            return False
        unfinished = self.path.with_name(self.path.name + ".new")
        try:
            self._allocate(unfinished)
            unfinished.rename(self.path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            return False
        return True

    def disk_is_short(self) -> bool:
        """True where the disk has next to nothing left."""
        return self.disk_free() < SHORT_BYTES

    def disk_free(self) -> int:
        """Bytes that this user may still write in the ledger's folder; 0 where that cannot be told."""
        try:
            disk = os.statvfs(self.path.parent)
        except OSError:
            return 0
        return disk.f_bavail * disk.f_frsize

    def _allocate(self, path: Path) -> None:
        handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(handle, 0, self.size)
        finally:
            os.close(handle)


def reserve_path(ledger: Path) -> Path:
    """Where the reserve of a ledger stands."""
    return ledger.with_name(ledger.name + ".reserve")
