"""Many rows in one statement, whatever their number.

The driver gives the interpreter's lock away at every row it steps through and waits for it again: up to 5 ms each time
the event loop is busy. Fifty rows written one by one beside a busy loop take many times what SQLite needs for them. So
the hot statements of gates and answers hand all their rows over as one JSON array and get theirs back as one.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Boolean, func, literal_column, select, text
from sqlalchemy.types import TypeDecorator

from daemon.ledger import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection, Select, Table, TextClause

    Row = Mapping[str, Any]


def insert_rows(conn: Connection, table: Table, rows: Sequence[Row], *, or_ignore: bool = False) -> int:
    """Insert rows that all have the same columns; with ``or_ignore`` those that a unique key refuses are left out.

    Returns:
        The last row's id. There is one writer, so the ids of rows inserted together follow each other, in order.
    """
    if not rows:
        return 0
    return int(conn.execute(_insert(table.name, tuple(rows[0]), or_ignore), {"rows": _packed(rows)}).lastrowid)


def update_rows(conn: Connection, table: Table, key: str, rows: Sequence[Row], where: str = "1") -> None:
    """Update rows that all have the same columns, each where ``key`` has its value.

    Args:
        conn: inside a transaction.
        table: the table.
        key: the column that tells which row is meant; it is among the columns.
        rows: what the columns are to be.
        where: a further condition, SQL, constant.
    """
    if rows:
        conn.execute(_update(table.name, key, tuple(rows[0]), where), {"rows": _packed(rows)})


def read_rows(conn: Connection, query: Select[Any], parameters: Row | None = None) -> list[tuple[Any, ...]]:
    """All rows of a query, fetched as one.

    Its columns have distinct names. For queries of a bounded number of rows: the answer is one JSON text.
    """
    inner = query.subquery()
    packed = select(func.json_group_array(func.json_array(*(literal_column(f'"{c.key}"') for c in inner.c))))
    found = conn.execute(packed.select_from(inner), parameters or {}).scalar_one()
    readers = [_reader(column.type) for column in inner.c]
    return [tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in json.loads(found)]


@cache
def _insert(table: str, columns: tuple[str, ...], or_ignore: bool) -> TextClause:
    verb = "INSERT OR IGNORE" if or_ignore else "INSERT"
    names = ", ".join(f'"{column}"' for column in columns)
    return text(f"{verb} INTO {table} ({names}) SELECT {_values(columns)} FROM json_each(:rows) AS given")  # noqa: S608


@cache
def _update(table: str, key: str, columns: tuple[str, ...], where: str) -> TextClause:
    changes = ", ".join(f'"{name}" = {_value(at)}' for at, name in enumerate(columns) if name != key)
    found = f"{table}.{key} = {_value(columns.index(key))}"
    return text(f"UPDATE {table} SET {changes} FROM json_each(:rows) AS given WHERE {found} AND {where}")  # noqa: S608


def _values(columns: Sequence[str]) -> str:
    return ", ".join(_value(at) for at in range(len(columns)))


def _value(at: int) -> str:
    return f"json_extract(given.value, '$[{at}]')"


def _packed(rows: Sequence[Row]) -> str:
    return json.dumps([[_plain(value) for value in row.values()] for row in rows])


def _plain(value: Any) -> Any:
    """As the column types of the schema store it."""
    if isinstance(value, datetime):
        return schema.microseconds(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, list):
        return json.dumps(value)
    return value


def _reader(kind: Any) -> Callable[[Any], Any]:
    if isinstance(kind, TypeDecorator):
        return lambda value: kind.process_result_value(value, None)  # type: ignore[arg-type]  # ours ignore the dialect
    if isinstance(kind, JSON):
        return lambda value: None if value is None else json.loads(value)
    if isinstance(kind, Boolean):
        return bool
    return lambda value: value
