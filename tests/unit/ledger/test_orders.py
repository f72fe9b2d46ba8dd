"""How orders that meet in one group are put together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from daemon.ledger.orders import ItemOrder, UnitOrder, steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


def store(_conn: Connection, items: Sequence[Any]) -> Sequence[Any]:
    """One bulk."""
    return items


def drop(_conn: Connection, items: Sequence[Any]) -> Sequence[Any]:
    """Another bulk."""
    return items


def look(_conn: Connection) -> None:
    """A unit."""


async def test_items_of_one_bulk_go_together_at_the_place_of_the_first() -> None:
    """Units stay in order; a bulk's items gather where its first one stood."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    first, second = UnitOrder(future, look), UnitOrder(future, look)
    a, b, c = (ItemOrder(future, store, n) for n in range(3))
    other = ItemOrder(future, drop, 9)
    assert steps([first, a, second, other, b, c]) == [first, [a, b, c], second, [other]]


def test_no_orders_make_no_steps() -> None:
    """An empty group has nothing to do."""
    assert steps([]) == []
