"""Many rows in one statement, whatever their number.

The driver gives the interpreter's lock away at every row it steps through and waits for it again: up to 5 ms each time
the event loop is busy. Fifty rows written one by one beside a busy loop take many times what SQLite needs for them. So
the hot statements of gates and answers hand all their rows over as one JSON array and get theirs back as one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import JSON, Boolean, func, literal_column, select, text
from sqlalchemy.types import TypeDecorator

from daemon.ledger import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection, Select, Table, TextClause

    Row = Mapping[str, Any]


FOUND = "found"
"""What a guarded column was when the update was thought of."""


def insert_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> list[int]:
    """Insert rows that all have the same columns, inside a transaction.

    Returns:
        Their ids, in their order: there is one writer, so that ids given out together follow each other.
    """
    if not rows:
        return []
    done = conn.execute(_insert(table.name, tuple(rows[0])), {"rows": _packed(rows)})
    return _given_out(done.lastrowid, len(rows))


def insert_new_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> list[int] | None:
    """As ``insert_rows``, but leave out what a unique key refuses; None where anything was left out."""
    if not rows:
        return []
    done = conn.execute(_insert(table.name, tuple(rows[0]), " ON CONFLICT DO NOTHING"), {"rows": _packed(rows)})
    return _given_out(done.lastrowid, len(rows)) if done.rowcount == len(rows) else None


def _given_out(last: int, count: int) -> list[int]:
    """Ids that follow each other, up to the last: the rows are inserted in their order, by the one writer."""
    return list(range(last - count + 1, last + 1))


def update_rows(conn: Connection, table: Table, key: str, rows: Sequence[Row], *, guard: str | None = None) -> int:
    """Update rows that all have the same columns, each where ``key`` has its value.

    Args:
        conn: inside a transaction.
        table: the table.
        key: the column that tells which row is meant; it is among the columns.
        rows: what the columns are to be.
        guard: a column among them. A row in which it has moved on is left as it is: it must still be what ``rows``
            say beside the columns under ``FOUND``, or be what it is to be already.

    Returns:
        How many rows were updated.
    """
    if not rows:
        return 0
    return conn.execute(_update(table.name, key, tuple(rows[0]), guard), {"rows": _packed(rows)}).rowcount


class Packed:
    """A query whose rows are fetched as one JSON text; made once, asked often.

    Its columns have distinct names. For queries of a bounded number of rows.
    """

    def __init__(self, query: Select[Any]) -> None:
        """Nothing is asked yet."""
        inner = query.subquery()
        row = func.json_array(*(literal_column(f'"{column.key}"') for column in inner.c))
        self._statement = select(func.json_group_array(row)).select_from(inner)
        readers = [_reader(column.type) for column in inner.c]
        self._readers = [(at, read) for at, read in enumerate(readers) if read is not None]

    def rows(self, conn: Connection, parameters: Row | None = None) -> list[list[Any]]:
        """All rows, as the column types of the schema read them."""
        found: list[list[Any]] = orjson.loads(conn.execute(self._statement, parameters or {}).scalar_one())
        for row in found:
            for at, read in self._readers:
                if row[at] is not None:
                    row[at] = read(row[at])
        return found


@cache
def _insert(table: str, columns: tuple[str, ...], on_conflict: str = "") -> TextClause:
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(_value(at) for at in range(len(columns)))
    given = f"SELECT {values} FROM json_each(:rows) AS given WHERE true ORDER BY given.key"  # noqa: S608
    return text(f"INSERT INTO {table} ({names}) {given}{on_conflict}")


@cache
def _update(table: str, key: str, columns: tuple[str, ...], guard: str | None) -> TextClause:
    value = {name: _value(at) for at, name in enumerate(columns)}
    changes = ", ".join(f'"{name}" = {value[name]}' for name in columns if name not in (key, FOUND))
    where = f"{table}.{key} = {value[key]}"
    if guard is not None:
        where += f" AND {table}.{guard} IN ({value[FOUND]}, {value[guard]})"
    return text(f"UPDATE {table} SET {changes} FROM json_each(:rows) AS given WHERE {where}")  # noqa: S608


def _value(at: int) -> str:
    return f"json_extract(given.value, '$[{at}]')"


def _packed(rows: Sequence[Row]) -> str:
    columns = tuple(rows[0])
    values = [[row[column] for column in columns] for row in rows]
    packed = _dumped(values)
    # SQLite ends a text from JSON at its first NUL: what stands behind it would be lost without a word.
    return _dumped([[_without_nul(value) for value in row] for row in values]) if _NUL in packed else packed


_NUL = r"\u0000"


def _dumped(values: list[list[Any]]) -> str:
    return orjson.dumps(values, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _plain(value: object) -> int | float:
    """As the column types of the schema store what JSON has no type for."""
    if isinstance(value, datetime):
        return schema.microseconds(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{value!r} cannot be handed over as JSON")


def _reader(kind: Any) -> Callable[[Any], Any] | None:
    """What makes a value of JSON's what the column type reads; None where it is that already."""
    if isinstance(kind, TypeDecorator):
        return lambda value: kind.process_result_value(value, None)  # type: ignore[arg-type]  # ours ignore the dialect
    if isinstance(kind, JSON):
        return orjson.loads
    if isinstance(kind, Boolean):
        return bool
    return None
