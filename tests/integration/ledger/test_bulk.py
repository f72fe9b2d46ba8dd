"""Rows that go through SQLite as one JSON array are what they were before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from daemon.ledger import bulk, schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daemon.ledger.ledger import Ledger


def named(key: str, name: str) -> dict[str, object]:
    """A pool as a row."""
    return {"project": "default", "key": key, "name": name, "present": True}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("before\0after", "before\ufffdafter"),
        (r"\u0000", r"\u0000"),
        ('quote " backslash \\ newline \n', 'quote " backslash \\ newline \n'),
        ("\u2028 \ufffe \U0001f600", "\u2028 \ufffe \U0001f600"),
    ],
)
async def test_no_text_is_cut_on_its_way_through_json(ledger: Ledger, given: str, kept: str) -> None:
    """Nothing is lost behind a NUL, and nothing that only looks like one is touched."""

    def unit(conn: Connection) -> list[str]:
        bulk.insert_rows(conn, schema.pools, [named("a", "x"), named("b", given)])
        return list(conn.execute(select(schema.pools.c.name).order_by(schema.pools.c.no)).scalars())

    assert await ledger.writer.do(unit) == ["x", kept]


async def test_ids_of_new_rows_are_told_where_none_was_left_out(ledger: Ledger) -> None:
    """With a row that a unique key refuses, nobody can say whose ids they are."""

    def unit(conn: Connection) -> list[list[int] | None]:
        first = bulk.insert_new_rows(conn, schema.pools, [named("a", "A"), named("b", "B")])
        second = bulk.insert_new_rows(conn, schema.pools, [named("c", "C"), named("a", "A")])
        third = bulk.insert_new_rows(conn, schema.pools, [named("a", "A")])
        return [first, second, third, bulk.insert_new_rows(conn, schema.pools, [named("d", "D")])]

    told = await ledger.writer.do(unit)
    assert told[0] is not None
    assert told[1:3] == [None, None]
    numbers = await ledger.writer.do(
        lambda conn: dict(conn.execute(select(schema.pools.c.key, schema.pools.c.no)).all())
    )
    assert [numbers["a"], numbers["b"]] == told[0]
    assert [numbers["d"]] == told[3]


async def test_row_that_has_moved_on_is_left_as_it_is(ledger: Ledger) -> None:
    """A guarded column must be what was found, or what it is to be: its commit may have been there all the same."""

    def unit(conn: Connection) -> tuple[int, list[str]]:
        numbers = bulk.insert_rows(
            conn, schema.pools, [named(key, name) for key, name in zip("abc", "ABC", strict=True)]
        )
        rows = [
            {"no": number, "name": wanted, bulk.FOUND: found}
            for number, wanted, found in zip(numbers, ("A2", "B", "C2"), ("A", "gone", "gone"), strict=True)
        ]
        count = bulk.update_rows(conn, schema.pools, "no", rows, guard="name")
        return count, list(conn.execute(select(schema.pools.c.name).order_by(schema.pools.c.no)).scalars())

    assert await ledger.writer.do(unit) == (2, ["A2", "B", "C"])


async def test_columns_are_taken_by_name(ledger: Ledger) -> None:
    """Whatever the order in which a row names them."""
    turned = dict(reversed(named("b", "B").items()))

    def unit(conn: Connection) -> list[tuple[str, ...]]:
        bulk.insert_rows(conn, schema.pools, [named("a", "A"), turned])
        return [tuple(row) for row in conn.execute(select(schema.pools.c.key, schema.pools.c.name))]

    assert await ledger.writer.do(unit) == [("a", "A"), ("b", "B")]
