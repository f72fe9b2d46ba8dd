"""A copy of a living ledger, taken through SQLite and checked before it gets its name.

Never a copy of the file: part of the ledger is in the write-ahead log, and reading the file by other means drops the
lock of the process that writes it (protocol 7.1). SQLite's online backup reads one snapshot through a connection that
cannot write; the daemon goes on meanwhile. The copy is a single file without a log, checked page by page.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sqlalchemy.exc import DBAPIError

from daemon.ledger.connect import ledger_path, reading_engine
from daemon.ledger.errors import LedgerCorruptError, LedgerError, LedgerForbiddenError, sqlite_code, unusable
from daemon.ledger.ledger import require_file
from daemon.ledger.migrate import revision_of


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup.

    Attributes:
        path: where it is.
        size: bytes.
        revision: of its schema.
    """

    path: Path
    size: int
    revision: str


def back_up(url: str, target: Path, *, overwrite: bool = False) -> Backup:
    """Copy a ledger to another file, beside a running daemon or without one.

    A copy that cannot be finished leaves nothing behind, and what was at the target stays until the new one is whole.

    Args:
        url: of the ledger.
        target: the file to make; its folder exists.
        overwrite: replace what is there.

    Raises:
        LedgerError: the ledger cannot be read, the target exists or cannot be written, or the copy is not sound.
    """
    ledger = ledger_path(url)
    require_file(ledger)
    target = target.expanduser().absolute()
    _refuse_target(ledger, target, overwrite=overwrite)
    unfinished = _unfinished(target)
    try:
        revision = _copy(ledger, unfinished)
        _check(unfinished)
        _name(unfinished, target, overwrite=overwrite)
    except FileExistsError as error:
        raise _exists(target) from error
    except (OSError, sqlite3.Error) as error:
        if sqlite_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise unusable(error, ledger) from error
        raise LedgerError(
            f"the backup {target} could not be written: {error}", f"look at the room in {target.parent}"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Backup(target, target.stat().st_size, revision)


def _refuse_target(ledger: Path, target: Path, *, overwrite: bool) -> None:
    if not target.exists():
        return
    beside = [ledger, *(ledger.with_name(ledger.name + end) for end in ("-wal", "-shm", ".lock"))]
    if any(path.exists() and target.samefile(path) for path in beside):
        raise LedgerError(f"{target} belongs to the ledger itself", "name another file")
    if target.is_dir():
        raise LedgerError(f"{target} is a folder", f"name a file in it, e.g. {target}/ledger-backup.db")
    if not overwrite:
        raise _exists(target)


def _exists(target: Path) -> LedgerError:
    return LedgerError(f"{target} exists already", "name another file, or say that it may be overwritten")


def _unfinished(target: Path) -> Path:
    """A file of our own in the target's folder, readable by its owner only."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".unfinished", dir=target.parent)
    except OSError as error:
        raise LedgerForbiddenError(
            f"no backup can be written into {target.parent}: {error.strerror or error}", "name a folder you may write"
        ) from error
    os.close(handle)
    return Path(name)


def _copy(ledger: Path, copy: Path) -> str:
    engine = reading_engine(ledger)
    try:
        with engine.connect() as source, closing(sqlite3.connect(copy, isolation_level=None)) as destination:
            with source.begin():
                revision = revision_of(source, ledger)
            cast("sqlite3.Connection", source.connection.dbapi_connection).backup(destination)
            destination.execute("PRAGMA journal_mode=DELETE")
    except DBAPIError as error:
        raise unusable(error, ledger) from error
    finally:
        engine.dispose()
    return revision or "none"


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(10)")]
    if found != ["ok"]:
        raise LedgerCorruptError(
            f"the copy is not sound, and so the ledger is not: {'; '.join(found)}",
            "keep the last good backup; nothing was replaced",
        )


def _name(unfinished: Path, target: Path, *, overwrite: bool) -> None:
    """Give the finished copy its name, for good; never over a file that appeared meanwhile."""
    _sync(unfinished)
    if overwrite:
        unfinished.replace(target)
    else:
        _link_or_rename(unfinished, target)
    _sync(target.parent)


def _link_or_rename(unfinished: Path, target: Path) -> None:
    try:
        target.hardlink_to(unfinished)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links, such as a memory stick's
        unfinished.rename(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
