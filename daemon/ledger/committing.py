"""The writer's thread: one group of orders, one transaction, one commit.

A group is carried out in one go first. Where one of its steps raises, everything is rolled back and carried out again,
each step in a savepoint of its own: what raises then takes back what it did and nothing else. A bulk that raises is
taken back and its items are replayed alone: only those that raise again fail. Orders may therefore be carried out more
than once, and must have no effect but the one on the ledger.

What cannot be mended inside a transaction: after SQLITE_FULL, SQLITE_IOERR and their like SQLite may have rolled back
everything, savepoints too, and would carry out the next statement outside any transaction. So after every step it is
looked whether the transaction still stands, and after any such error, or a COMMIT that fails, the whole group fails.
On a full disk the reserve is freed and the group carried out once more (protocol 7.1, 7.2).
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlalchemy.exc import DBAPIError

from daemon.ledger.connect import BUSY_TIMEOUT, writing_engine
from daemon.ledger.errors import ruins_transaction, sqlite_code, unavailable
from daemon.ledger.orders import Outcome, UnitOrder, steps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from daemon.ledger.orders import Order, Step
    from daemon.ledger.reserve import Reserve


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint did.

    Attributes:
        complete: all of the WAL is in the database and the WAL is empty again; false where a reader stood in the way.
        pages: how many pages the WAL held.
    """

    complete: bool
    pages: int


class LostTransactionError(sqlite3.OperationalError):
    """SQLite has ended the transaction in the middle of the group."""


class GroupCommit:
    """Carries out groups on one persistent connection; every method is called from the writer's thread only."""

    def __init__(self, path: Path, reserve: Reserve) -> None:
        """Nothing is opened before the first group.

        Args:
            path: the ledger.
            reserve: freed when the disk is full.
        """
        self._path = path
        self._reserve = reserve
        self._engine = writing_engine(path)
        self._connection: Connection | None = None

    def carry_out(self, orders: Sequence[Order]) -> tuple[list[Outcome], bool]:
        """Carry out a group and commit it.

        Returns:
            What became of each order, and whether the ledger was changed.

        Raises:
            LedgerUnavailable: nothing may be assumed of any of them.
        """
        try:
            try:
                return self._transaction(orders)
            except (DBAPIError, sqlite3.Error) as error:
                if not self._disk_is_full(error) or not self._reserve.free():
                    raise
                return self._transaction(orders)
        except (DBAPIError, sqlite3.Error) as error:
            raise unavailable(error, self._path) from error

    def checkpoint(self) -> Checkpoint:
        """Move the WAL into the database and empty it, unless a reader stands in the way: never waits for one.

        Raises:
            LedgerUnavailable: it could not be written.
        """
        try:
            raw = self._raw(self._connected())
            raw.execute("PRAGMA busy_timeout=0")
            try:
                busy, pages, _moved = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000:.0f}")
        except (DBAPIError, sqlite3.Error) as error:
            raise unavailable(error, self._path) from error
        return Checkpoint(complete=not busy, pages=max(pages, 0))

    def close(self) -> None:
        """Close the connection; the last one to a ledger empties the WAL."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _transaction(self, orders: Sequence[Order]) -> tuple[list[Outcome], bool]:
        planned = steps(orders)
        try:
            connection = self._connected()
            raw = self._raw(connection)
            before = raw.total_changes
            transaction = connection.begin()
            try:
                outcomes = _in_one_go(connection, raw, planned)
                changed = raw.total_changes != before
            except Exception as error:  # noqa: BLE001 - which of the steps it was shows when each has its savepoint
                _require_a_transaction(raw, error)
                transaction.rollback()
                transaction = connection.begin()
                outcomes, changed = _one_by_one(connection, raw, planned)
            transaction.commit()
        except BaseException:
            self._discard()
            raise
        return outcomes, changed

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _discard(self) -> None:
        # After a failure the connection's state is not worth reasoning about: closing it rolls back what stands.
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(DBAPIError, sqlite3.Error):
                connection.invalidate()
            connection.close()

    def _disk_is_full(self, error: BaseException) -> bool:
        code = sqlite_code(error)
        return code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and self._reserve.disk_is_short())

    @staticmethod
    def _raw(connection: Connection) -> sqlite3.Connection:
        return cast("sqlite3.Connection", connection.connection.dbapi_connection)


def _in_one_go(connection: Connection, raw: sqlite3.Connection, planned: Sequence[Step]) -> list[Outcome]:
    """Carry out every step without a savepoint; what any of them raises is raised."""
    outcomes: list[Outcome] = []
    for step in planned:
        outcomes += _carry_out(connection, step)
        _require_a_transaction(raw)
    return outcomes


def _one_by_one(connection: Connection, raw: sqlite3.Connection, planned: Sequence[Step]) -> tuple[list[Outcome], bool]:
    """Carry out every step in a savepoint; whether anything was changed by those that stand."""
    outcomes: list[Outcome] = []
    changed = False
    for step in planned:
        before = raw.total_changes  # counts what is taken back too
        done = _guarded(connection, raw, step)
        changed |= raw.total_changes != before and any(outcome.error is None for outcome in done)
        outcomes += done
    return outcomes, changed


def _carry_out(connection: Connection, step: Step) -> list[Outcome]:
    if isinstance(step, UnitOrder):
        return [Outcome(step, step.unit(connection))]
    values = step[0].bulk(connection, [order.item for order in step])
    return [Outcome(order, value) for order, value in zip(step, values, strict=True)]


def _guarded(connection: Connection, raw: sqlite3.Connection, step: Step) -> list[Outcome]:
    """Carry out a step in a savepoint; what it raises is its own. The items of a bulk that raises are done alone."""
    raw.execute("SAVEPOINT step")
    try:
        outcomes = _carry_out(connection, step)
    except Exception as error:  # noqa: BLE001 - whatever it raises is handed to its waiter, and to nobody else
        _require_a_transaction(raw, error)
        raw.execute("ROLLBACK TO step")
        raw.execute("RELEASE step")
        if isinstance(step, UnitOrder):
            return [Outcome(step, error=error)]
        if len(step) == 1:
            return [Outcome(step[0], error=error)]
        return [outcome for order in step for outcome in _guarded(connection, raw, [order])]
    _require_a_transaction(raw)
    raw.execute("RELEASE step")
    return outcomes


def _require_a_transaction(raw: sqlite3.Connection, error: Exception | None = None) -> None:
    """See that the transaction still stands, after a step that went well or one that raised this."""
    if error is not None and ruins_transaction(error):
        raise error
    if not raw.in_transaction:
        raise LostTransactionError("the transaction ended before its commit") from error
