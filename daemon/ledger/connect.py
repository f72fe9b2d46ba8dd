"""Connections to the ledger's SQLite file, set up so that a commit that returns has happened.

- ``isolation_level=None`` and an explicit ``BEGIN IMMEDIATE``: the driver's own mode begins no transaction before
  a read, so that two read-modify-writes can both read first and one of them is lost.
- WAL with ``synchronous=FULL``: readers do not wait for the writer, and a commit is on the disk when it returns.
- Readers are ``mode=ro`` and begin an explicit, deferred transaction: one snapshot for everything they read.

Nothing but SQLite opens the database, ``-wal`` or ``-shm`` files while the process has a connection to them: closing
any other handle drops the POSIX lock of the whole process (protocol 7.1). The ``O_EXCL`` creation in ``create_file``
comes before the first connection, on a file that did not exist.

File modes: a folder made here is 0750, a ledger 0640, and SQLite gives ``-wal`` and ``-shm`` the ledger's mode. The
ledger holds no secrets; the owner writes it, the owner's group may read `history` while the daemon runs.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, QueuePool

from daemon.ledger.errors import LedgerForbiddenError, LedgerUrlError, forbidden

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

BUSY_TIMEOUT = 5.0
"""Seconds that a connection waits for a lock that another one holds."""

FOLDER_MODE = 0o750
FILE_MODE = 0o640

_WAL_PAGES = 4000
"""A commit that leaves more pages than this in the WAL moves them into the database (16 MB of 4 KiB pages)."""

_URL_HINT = "write POOLPOWER_DATABASE_URL=sqlite:////var/lib/poolpower/ledger.db, or leave it out"


def ledger_path(url: str) -> Path:
    """The file that a database URL names, absolute, links resolved: one ledger has one lock, whatever it is called.

    Raises:
        LedgerUrlError: it is no URL, not SQLite's, or names no plain file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise LedgerUrlError("the database URL cannot be read", _URL_HINT) from None
    if parsed.get_backend_name() != "sqlite":
        raise LedgerUrlError(
            f"a ledger on {parsed.get_backend_name()} is not supported by this version, only SQLite is", _URL_HINT
        )
    name = parsed.database
    if parsed.host or parsed.query or not name or name == ":memory:" or name.startswith("file:"):
        raise LedgerUrlError(
            "the database URL names no file: a ledger must outlive the daemon, and options after ? are not taken",
            _URL_HINT,
        )
    path = _resolved(name)
    if os.path.isdir(path):  # noqa: PTH112 - says no, instead of raising, where this user may not look
        raise LedgerUrlError(f"{path} is a folder, the database URL must name a file", f"write {path}/ledger.db")
    return path


def _resolved(name: str) -> Path:
    try:
        path = Path(name).expanduser()
        _refuse_loop(path)
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # no home for ~, a null character, a folder that went away
        raise LedgerUrlError(f"the database URL names no file: {error}", _URL_HINT) from None


def _refuse_loop(path: Path) -> None:
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise LedgerUrlError(
                f"{path} leads nowhere: its symbolic links go round in a circle",
                "mend the link with `ln -sfn`, or name another file in POOLPOWER_DATABASE_URL",
            ) from None


def create_folder(path: Path) -> None:
    """Make the folder of a ledger where there is none, and the one that it stands in.

    No more of them: a mistyped URL is not to leave folders at the root of the machine, where root may make any. Below
    the user's own folder, where state belongs, whatever is missing is made.

    Raises:
        LedgerForbiddenError: this user may not, something else has its name, or more than that is missing.
    """
    _refuse_strange_place(path)
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise LedgerForbiddenError(
            f"{path.parent} is not a folder, the ledger {path} cannot stand in it",
            "name another file in POOLPOWER_DATABASE_URL",
        ) from None
    except OSError as error:
        raise forbidden(path, error.strerror or str(error)) from error


def _refuse_strange_place(path: Path) -> None:
    beginning = path.parent.parent.parent
    try:
        if beginning.exists() or path.is_relative_to(Path.home().resolve()):
            return
        there = next(folder for folder in beginning.parents if folder.exists())
    except (OSError, RuntimeError):  # it may not be looked at, or this user has no folder: making it says more
        return
    raise LedgerForbiddenError(
        f"the ledger {path} cannot be made: {beginning} is missing, of it there is {there} only",
        f"see that POOLPOWER_DATABASE_URL is right; if it is, `mkdir -p {path.parent}`",
    )


def create_file(path: Path) -> None:
    """Make an empty ledger where there is none; to be called by its owner, before the first connection.

    Raises:
        LedgerForbiddenError: this user may not.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, FILE_MODE))
    except FileExistsError:
        return
    except OSError as error:
        raise forbidden(path, error.strerror or str(error)) from error


def writing_engine(path: Path) -> Engine:
    """An engine whose transactions begin immediately, for the one writer."""
    engine = create_engine("sqlite+pysqlite://", creator=lambda: _open(path, mode="rw"), poolclass=NullPool)
    event.listen(engine, "connect", _set_up_writer)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def migrating_engine(path: Path) -> Engine:
    """As the writer's, but without enforcing foreign keys: SQLite alters a table by making it anew."""
    engine = writing_engine(path)
    event.listen(engine, "connect", _stop_enforcing)
    return engine


def reading_engine(path: Path) -> Engine:
    """An engine that cannot write; a few idle connections are kept, none of them holds a snapshot."""
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: _open(path, mode="ro"),
        poolclass=QueuePool,
        pool_size=2,
        max_overflow=14,
        pool_timeout=BUSY_TIMEOUT,
    )
    event.listen(engine, "connect", _set_up_reader)
    event.listen(engine, "begin", _begin_deferred)
    return engine


def _open(path: Path, *, mode: str) -> sqlite3.Connection:
    # The writer's connection lives in one thread at a time and a reader's is lent to one at a time, but neither is
    # always closed by the thread that opened it.
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT,
        isolation_level=None,
        check_same_thread=False,
    )


def _set_up_writer(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA temp_store=MEMORY")
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise sqlite3.OperationalError(f"the file system does not carry a write-ahead log (journal mode {mode})")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint={_WAL_PAGES}")


def _stop_enforcing(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys=OFF")


def _set_up_reader(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA query_only=ON")
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA temp_store=MEMORY")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
