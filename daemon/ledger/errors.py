"""What can be wrong with the ledger, each with its mend.

Two kinds matter to callers: a ``LedgerError`` at start says why the daemon cannot run on this file; a
``LedgerUnavailable`` while it runs says that nothing of what was to be written may be assumed to be there
(protocol 7.1), and that nothing is sent until commits work again (7.2).
"""

from __future__ import annotations

import os
import pwd
import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from daemon.errors import PoolpowerError
from daemon.ledger.reserve import SHORT_BYTES

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class LedgerError(PoolpowerError):
    """The ledger cannot be used as it is."""


class LedgerUrlError(LedgerError):
    """The database URL names nothing that can be a ledger."""


class LedgerMissingError(LedgerError):
    """There is no ledger to read."""


class LedgerForbiddenError(LedgerError):
    """The ledger, or the folder it stands in, may not be read or written by this user."""


class LedgerCorruptError(LedgerError):
    """The file is no SQLite database, is damaged, or is somebody else's database."""


class LedgerSchemaError(LedgerError):
    """The ledger's schema is not the one that this poolpower works with.

    Attributes:
        found: the revision in the file, None where it has none.
        known: the newest revision that this poolpower knows.
    """

    def __init__(self, message: str, hint: str, *, found: str | None, known: str) -> None:
        """Keep both revisions for those who print them."""
        super().__init__(message, hint)
        self.found = found
        self.known = known


class NetworkFileSystemError(LedgerError):
    """The ledger stands on a network file system, where locks cannot be trusted (protocol 5.2)."""


class LedgerOwnedError(LedgerError):
    """Another process owns the ledger (protocol 5.2).

    Attributes:
        host: where the owner runs, None where the lock file does not say.
        pid: of the owner.
        since: when it took the ledger.
    """

    def __init__(self, message: str, hint: str, *, host: str | None, pid: int | None, since: datetime | None) -> None:
        """Keep who it is for those who print it."""
        super().__init__(message, hint)
        self.host = host
        self.pid = pid
        self.since = since


class LedgerUnavailable(LedgerError):  # noqa: N818 - the protocol's word; it is a state more than a mistake
    """A commit did not work: nothing of it may be assumed to be in the ledger, nor to be missing from it."""


class LedgerFull(LedgerUnavailable):
    """The disk is full."""


class LedgerClosed(LedgerUnavailable):
    """The writer has been closed, nothing more is taken."""


def sqlite_code(error: BaseException) -> int | None:
    """The primary SQLite result code behind an error, or None where SQLite has nothing to do with it."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


UNRELIABLE = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""Codes after which SQLite may have rolled back the whole transaction, savepoints too."""


def ruins_transaction(error: BaseException) -> bool:
    """True where the whole transaction must be given up, not only the statement that failed."""
    return sqlite_code(error) in UNRELIABLE


def is_full(error: BaseException, path: Path) -> bool:
    """True where the disk is full, which SQLite also calls an input/output error."""
    code = sqlite_code(error)
    return code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _has_no_room(path.parent))


def unavailable(error: BaseException, path: Path) -> LedgerUnavailable:
    """Say why a commit failed, and the mend."""
    words = _words(error)
    if is_full(error, path):
        return LedgerFull(
            f"the disk of the ledger {path} is full: {words}",
            f"free some space in {path.parent}; nothing is sent until commits work again",
        )
    match sqlite_code(error):
        case sqlite3.SQLITE_BUSY:
            return LedgerUnavailable(
                f"the ledger {path} is locked by another program: {words}",
                "find it with `fuser` or `lsof` and end it: only the daemon may write the ledger",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN:
            return LedgerUnavailable(
                f"the ledger {path} cannot be written: {words}",
                f"make {path.parent} and the files in it writable for {_me()}",
            )
        case _:
            return LedgerUnavailable(
                f"a commit to the ledger {path} failed: {words}", "look at the disk and at the kernel's log"
            )


def unusable(error: BaseException, path: Path) -> LedgerError:
    """Say why the ledger could not be opened or read, and the mend."""
    words = _words(error)
    if is_full(error, path):
        return unavailable(error, path)
    match sqlite_code(error):
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return LedgerCorruptError(
                f"{path} is not a sound SQLite database: {words}",
                "move it and its -wal and -shm files aside and put a backup in its place; nothing was changed",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return forbidden(path, words)
        case sqlite3.SQLITE_BUSY:
            return unavailable(error, path)
        case _:
            return LedgerError(f"the ledger {path} cannot be used: {words}", "look at the disk and at the kernel's log")


def forbidden(path: Path, words: str) -> LedgerForbiddenError:
    """Say that this user may not use the ledger, and whom to run as.

    Only ``stat`` is used: nothing here may open the file (protocol 7.1).
    """
    owner = _owner(path)
    hint = f"look at the permissions of {path.parent} and at whether its file system is mounted read-only"
    if owner is not None and owner != _me():
        hint = f"run it as {owner}, who owns the ledger: sudo -u {owner} poolpower …"
    return LedgerForbiddenError(f"{_me()} may not use the ledger {path}: {words}", hint)


def _has_no_room(folder: Path) -> bool:
    """Next to nothing is free for this user; false where that cannot be told."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < SHORT_BYTES


def _words(error: BaseException) -> str:
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return str(origin) or type(origin).__name__


def _me() -> str:
    return _user(os.geteuid())


def _owner(path: Path) -> str | None:
    for candidate in (path, path.parent):
        try:
            return _user(candidate.stat().st_uid)
        except OSError:
            continue
    return None


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
