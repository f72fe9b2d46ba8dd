"""The writer's thread: one group of orders, one transaction, one commit.

Each step has a savepoint of its own where the group has more than one, so that a step that raises takes back what it
did and nothing else. A bulk that raises is taken back and its items are replayed alone: only those that raise again
fail. Orders may therefore be carried out more than once, and must have no effect but the one on the ledger.

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
from daemon.ledger.orders import ItemOrder, Outcome, UnitOrder, steps

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
        try:
            connection = self._connected()
            raw = self._raw(connection)
            before = raw.total_changes
            transaction = connection.begin()
            outcomes = self._carry_out_steps(connection, raw, steps(orders))
            transaction.commit()
        except BaseException:
            self._discard()
            raise
        return outcomes, raw.total_changes != before

    def _carry_out_steps(self, connection: Connection, raw: sqlite3.Connection, planned: list[Step]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for step in planned:
            if isinstance(step, UnitOrder):
                outcomes.append(_alone(connection, raw, step))
            else:
                outcomes.extend(_together(connection, raw, step))
        return outcomes

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


def _alone(connection: Connection, raw: sqlite3.Connection, order: Order) -> Outcome:
    """Carry out one order in a savepoint; what it raises is its own."""
    raw.execute("SAVEPOINT step")
    try:
        if isinstance(order, ItemOrder):
            (value,) = order.bulk(connection, [order.item])
        else:
            value = order.unit(connection)
    except Exception as error:  # noqa: BLE001 - whatever a unit raises is handed to its waiter, and to nobody else
        _take_back(raw, error)
        return Outcome(order, error=error)
    _release(raw)
    return Outcome(order, value)


def _together(connection: Connection, raw: sqlite3.Connection, orders: list[ItemOrder]) -> list[Outcome]:
    """Carry out the items of one bulk in one call, or each alone where that raises."""
    if len(orders) == 1:
        return [_alone(connection, raw, orders[0])]
    raw.execute("SAVEPOINT step")
    try:
        values = orders[0].bulk(connection, [order.item for order in orders])
        outcomes = [Outcome(order, value) for order, value in zip(orders, values, strict=True)]
    except Exception as error:  # noqa: BLE001 - which of the items it was shows when each is replayed alone
        _take_back(raw, error)
        return [_alone(connection, raw, order) for order in orders]
    _release(raw)
    return outcomes


def _release(raw: sqlite3.Connection) -> None:
    if not raw.in_transaction:
        raise LostTransactionError("the transaction ended before its commit")
    raw.execute("RELEASE step")


def _take_back(raw: sqlite3.Connection, error: Exception) -> None:
    if ruins_transaction(error):
        raise error
    if not raw.in_transaction:
        raise LostTransactionError("the transaction ended before its commit") from error
    raw.execute("ROLLBACK TO step")
    raw.execute("RELEASE step")
