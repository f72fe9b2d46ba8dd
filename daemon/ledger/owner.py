"""Who owns the ledger: one process at a time, held by a lock that dies with it (protocol 5.2).

``flock`` on ``<ledger>.lock``, a file of its own because nothing but SQLite may open the database (7.1). The kernel
lets go of it when the process ends, however it ends, so there are no stale locks and no break-in. The file names the
owner for people; what is in it decides nothing. It is never removed: who waits for it and who makes a new one would
then hold two different files.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shlex
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from daemon.ledger.errors import LedgerError, LedgerOwnedError, forbidden

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.ledger.errors import LedgerForbiddenError


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that owns a ledger.

    Attributes:
        host: its machine.
        pid: its process id there; inside a container, the container's.
        since: when it took the ledger, aware UTC.
    """

    host: str
    pid: int
    since: datetime


class OwnerLock:
    """The ledger's lock, held until ``release`` or the end of the process."""

    def __init__(self, handle: int, owner: Owner) -> None:
        """Use ``take`` to get one."""
        self._handle: int | None = handle
        self.owner = owner

    @classmethod
    def take(cls, ledger: Path, *, now: datetime) -> OwnerLock:
        """Take the ledger for this process.

        Args:
            ledger: its path; the folder exists.
            now: aware UTC, written down for those who find the ledger taken.

        Raises:
            LedgerOwnedError: another process has it.
            LedgerForbiddenError: the lock file cannot be made or written.
            LedgerError: the ledger has a second name, under which another process could take it too.
        """
        _refuse_second_name(ledger)
        path = lock_path(ledger)
        try:
            handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise _cannot_lock(ledger, error) from error
        owner = Owner(socket.gethostname(), os.getpid(), now)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _write(handle, owner)
        except BlockingIOError:
            found = _read(handle)
            os.close(handle)
            raise _owned(ledger, found) from None
        except OSError as error:
            os.close(handle)
            raise _cannot_lock(ledger, error) from error
        return cls(handle, owner)

    def is_in_place(self, ledger: Path) -> bool:
        """False where the lock file of the ledger is no longer the one that is held; true once released."""
        if self._handle is None:
            return True
        held = os.fstat(self._handle)
        return stands_at(lock_path(ledger), (held.st_dev, held.st_ino))

    def release(self) -> None:
        """Let go of it. To call it again does nothing."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def lock_path(ledger: Path) -> Path:
    """Where the lock of a ledger stands."""
    return ledger.with_name(ledger.name + ".lock")


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file, None where there is none or it may not be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def stands_at(path: Path, known: tuple[int, int] | None) -> bool:
    """False where the path names another file than the known one, or none; where that cannot be told, true."""
    try:
        found = path.stat()
    except OSError as error:
        return error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
    return (found.st_dev, found.st_ino) == known


def second_name(ledger: Path) -> tuple[str, str] | None:
    """What is wrong, and the mend, where a ledger has more than one name; else None.

    Lock, log and reserve go by the name: under two names two daemons would write one database (5.2, 7.1).
    """
    try:
        names = ledger.stat().st_nlink
    except OSError:
        return None  # there is none yet, or SQLite will say what is wrong
    if names <= 1:
        return None
    find = f"find / -xdev -samefile {shlex.quote(str(ledger))}"
    return (
        f"the ledger {ledger} has {names} names (hard links), under each of which it could be written at once",
        f"find them with `{find}` and remove all but one; a copy is made with `poolpower db backup`",
    )


def _refuse_second_name(ledger: Path) -> None:
    if (wrong := second_name(ledger)) is not None:
        raise LedgerError(*wrong)


def _write(handle: int, owner: Owner) -> None:
    text = json.dumps({"host": owner.host, "pid": owner.pid, "since": owner.since.isoformat()})
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{text}\n".encode(), 0)


def _read(handle: int) -> Owner | None:
    """Who the file says it is; None where it is just being written, or by something else."""
    try:
        found = json.loads(os.pread(handle, 4096, 0))
        return Owner(str(found["host"]), int(found["pid"]), datetime.fromisoformat(found["since"]))
    except (ValueError, KeyError, TypeError):
        return None


def _owned(ledger: Path, owner: Owner | None) -> LedgerOwnedError:
    who = "another process"
    if owner is not None:
        who = f"process {owner.pid} on {owner.host}, since {owner.since:%Y-%m-%d %H:%M:%S} UTC"
    return LedgerOwnedError(
        f"the ledger {ledger} is in use by {who}",
        "one daemon a ledger: stop that one first, or set POOLPOWER_DATABASE_URL to another file",
        host=owner.host if owner else None,
        pid=owner.pid if owner else None,
        since=owner.since if owner else None,
    )


def _cannot_lock(ledger: Path, error: OSError) -> LedgerForbiddenError:
    return forbidden(ledger, f"cannot lock {lock_path(ledger)}: {error.strerror or error}")
