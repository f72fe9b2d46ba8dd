"""Brings a ledger to the schema of this poolpower, in one transaction: a migration that fails leaves nothing behind.

The revision in the file is read with plain SQL first: alembic takes longer to import than everything else together,
and at almost every start there is nothing to migrate. There is no way down: after an upgrade that turns out wrong, the
backup from before it is put back.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from daemon.ledger.connect import create_file, migrating_engine
from daemon.ledger.errors import LedgerCorruptError, LedgerSchemaError, unusable

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

REVISIONS = ("0001", "0002", "0003")
"""Every revision that this poolpower can read, oldest first; a test holds it to what is in ``migrations``."""

NEWEST = REVISIONS[-1]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What a migration did.

    Attributes:
        before: the revision found, None in an empty file.
        after: the revision now.
    """

    before: str | None
    after: str

    @property
    def changed(self) -> bool:
        """False where there was nothing to do."""
        return self.before != self.after


def migrate(path: Path) -> Upgrade:
    """Make the ledger where there is none, and bring it to the newest revision; by its owner only.

    Args:
        path: the ledger; its folder exists.

    Raises:
        LedgerSchemaError: it comes from a newer poolpower.
        LedgerCorruptError: it is not a ledger, or damaged.
        LedgerForbiddenError: this user may not write it.
        LedgerUnavailable: the disk is full, or did not take it.
    """
    create_file(path)
    engine = migrating_engine(path)
    try:
        with engine.begin() as connection:
            before = revision_of(connection, path)
            if before != NEWEST:
                _run_alembic(connection)
                _refuse_dangling(connection)
            _prove_writable(connection)
    except (DBAPIError, sqlite3.Error) as error:
        raise unusable(error, path) from error
    finally:
        engine.dispose()
    return Upgrade(before, NEWEST)


def revision_of(connection: Connection, path: Path) -> str | None:
    """The revision of the schema in the file, None where it is empty.

    Raises:
        LedgerSchemaError: it is one that this poolpower does not know.
        LedgerCorruptError: the file is a database of something else.
    """
    tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    if not tables:
        return None
    found = None
    if {"alembic_version", "runs", "heart"} <= tables:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found is None:
        raise LedgerCorruptError(
            f"{path} is a database, but not a ledger of poolpower",
            "set POOLPOWER_DATABASE_URL to another file; nothing was changed",
        )
    if found not in REVISIONS:
        raise LedgerSchemaError(
            f"the ledger {path} has schema {found}, this poolpower knows {NEWEST} at most",
            "install the poolpower that wrote it, or a newer one, or put back an older backup; nothing was changed",
            found=str(found),
            known=NEWEST,
        )
    return str(found)


def require_newest(connection: Connection, path: Path) -> None:
    """Refuse to read a ledger of another schema than this poolpower's.

    Raises:
        LedgerSchemaError: it is older or newer.
        LedgerCorruptError: the file is a database of something else.
    """
    found = revision_of(connection, path)
    if found != NEWEST:
        raise LedgerSchemaError(
            f"the ledger {path} has schema {found or 'none'}, this poolpower reads {NEWEST}",
            "start the daemon once, or run `poolpower db upgrade`",
            found=found,
            known=NEWEST,
        )


def _run_alembic(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a quarter of a second that most starts do not need
    from alembic.config import Config  # noqa: PLC0415 - likewise

    config = Config()
    config.set_main_option("script_location", "daemon.ledger:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)


def _prove_writable(connection: Connection) -> None:
    """A file that may only be read is refused now: SQLite opens it, and even begins, without a word."""
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")


def _refuse_dangling(connection: Connection) -> None:
    """Foreign keys are not enforced while tables are made anew: look before the commit."""
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling is not None:
        raise sqlite3.IntegrityError(f"the migration left a row of {dangling[0]} that refers to nothing")
