"""What the writer is asked to do, and how what meets in one group is put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection

    Unit = Callable[[Connection], Any]
    Bulk = Callable[[Connection, Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class UnitOrder:
    """One unit; what it raises is its own.

    Attributes:
        future: of the waiter.
        unit: what is to be done.
    """

    future: asyncio.Future[Any]
    unit: Unit


@dataclass(frozen=True, slots=True, eq=False)
class ItemOrder:
    """One item of a bulk, done in one call with its like.

    Attributes:
        future: of the waiter.
        bulk: what is to be done with the items.
        item: the waiter's.
    """

    future: asyncio.Future[Any]
    bulk: Bulk
    item: Any


Order = UnitOrder | ItemOrder
Step = UnitOrder | list[ItemOrder]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order.

    Attributes:
        order: which.
        value: what it returned.
        error: what it raised, None where it did not.
    """

    order: Order
    value: Any = None
    error: Exception | None = None


def steps(orders: Iterable[Order]) -> list[Step]:
    """Put the items of one bulk function together, at the place of the first; leave the rest in order."""
    result: list[Step] = []
    bulks: dict[Bulk, list[ItemOrder]] = {}
    for order in orders:
        if isinstance(order, UnitOrder):
            result.append(order)
        elif (met := bulks.get(order.bulk)) is not None:
            met.append(order)
        else:
            bulks[order.bulk] = met = [order]
            result.append(met)
    return result
