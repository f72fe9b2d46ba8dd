"""The ledger, opened: its lock, its schema, its writer and its readers, in that order (protocol 5.1)."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from daemon.ledger.connect import create_folder, ledger_path, reading_engine
from daemon.ledger.errors import LedgerMissingError, unusable
from daemon.ledger.filesystem import refuse_network
from daemon.ledger.migrate import migrate, require_newest
from daemon.ledger.owner import OwnerLock, identity, lock_path, second_name, stands_at
from daemon.ledger.reserve import Reserve, reserve_path
from daemon.ledger.writer import GATHER, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from daemon.ledger.committing import Checkpoint
    from daemon.ledger.migrate import Upgrade


class Ledger:
    """An open ledger. Made by ``open_ledger``; ``aclose`` it."""

    def __init__(self, path: Path, lock: OwnerLock, upgrade: Upgrade, *, gather: float) -> None:
        """Take over the lock of a migrated ledger."""
        self.path = path
        self._identity = identity(path)
        self.upgrade = upgrade
        self.reserve = Reserve(reserve_path(path))
        self.reserve.make()
        self.writer = Writer(path, self.reserve, gather=gather)
        self._lock = lock
        self._readers = reading_engine(path)

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A connection that cannot write, with one snapshot for everything read in the block.

        Keep the block short and on a thread where it may take long: while it is open the write-ahead log grows.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with _read(self._readers, self.path) as connection:
            yield connection

    def is_in_place(self) -> str | None:
        """What is wrong, and the mend, where the ledger or its lock is no longer the file that was opened; else None.

        What is committed would be lost with the file, and another daemon could take the one in its place (5.2). Only
        looks at the names, and opens nothing (7.1).
        """
        mend = "stop poolpower, put the file back, start again"
        if not stands_at(self.path, self._identity):
            return f"the ledger {self.path} was moved or deleted while in use: {mend}"
        if not self._lock.is_in_place(self.path):
            return f"the lock {lock_path(self.path)} of the ledger was moved or deleted while in use: {mend}"
        return None

    def has_second_name(self) -> tuple[str, str] | None:
        """What is wrong, and the mend, where the ledger was given another name (a hard link) while in use; else None.

        Under it another daemon could take the ledger too, and a copy of the file alone lacks the log (5.2, 7.1).
        """
        return second_name(self.path)

    async def tend(self) -> Checkpoint:
        """The chore of every minute or so: empty the write-ahead log, make the reserve again where it was freed.

        Raises:
            LedgerUnavailable: the log could not be moved into the database.
        """
        result = await self.writer.checkpoint()
        if self.writer.failing is None:
            self.reserve.make()
        return result

    async def aclose(self) -> None:
        """Commit what is waiting, close everything, let go of the lock. To call it again does nothing."""
        try:
            self._readers.dispose()  # first: the last connection to close is the one that empties the WAL
            await self.writer.aclose()
        finally:
            self._lock.release()


def open_ledger(url: str, *, now: datetime, gather: float = GATHER) -> Ledger:
    """Take a ledger for this process: lock, migrate, and make its writer and readers.

    Blocks for as long as the disk takes; to be called before the event loop has anything to do.

    Args:
        url: ``sqlite:///…``; the file and its folder are made where they do not exist.
        now: aware UTC, written into the lock file.
        gather: seconds that the first order of a group waits for company.

    Raises:
        LedgerError: with the reason and the mend; nothing was damaged, nothing is held.
    """
    path = ledger_path(url)
    lock = take(path, now=now)
    try:
        return Ledger(path, lock, migrate(path), gather=gather)
    except BaseException:
        lock.release()
        raise


def take(path: Path, *, now: datetime) -> OwnerLock:
    """Become the owner of a ledger that need not exist yet.

    Raises:
        LedgerError: it stands on a network file system, is owned, or its folder may not be written.
    """
    refuse_network(path)
    create_folder(path)
    return OwnerLock.take(path, now=now)


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """Read a ledger without owning it, beside a daemon or without one.

    Raises:
        LedgerMissingError: there is none.
        LedgerForbiddenError: this user may not read it; says whom to run as.
        LedgerSchemaError: it is of another schema.
        LedgerError: it cannot be read.
    """
    path = ledger_path(url)
    require_file(path)
    engine = reading_engine(path)
    try:
        with _read(engine, path) as connection:
            require_newest(connection, path)
            yield connection
    finally:
        engine.dispose()


def require_file(path: Path) -> None:
    """Refuse to read, and so to make, a ledger that is not there.

    Raises:
        LedgerMissingError: there is none.
    """
    try:
        path.stat()
    except PermissionError:
        return  # SQLite will say the same, and the reader then says whom to run as
    except OSError:
        raise LedgerMissingError(
            f"there is no ledger at {path}",
            "start the daemon once, or set POOLPOWER_DATABASE_URL to where the ledger is",
        ) from None


@contextmanager
def _read(engine: Engine, path: Path) -> Iterator[Connection]:
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except (DBAPIError, sqlite3.Error) as error:
        raise unusable(error, path) from error
