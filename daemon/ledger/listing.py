"""Any number of numbers as one parameter: SQLite takes 32,766 parameters in a statement and no more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select, TableValuedAlias


def listed_table(numbers: Iterable[int]) -> TableValuedAlias:
    """A table of one column, ``value``."""
    return func.json_each(packed(numbers)).table_valued("value").alias("listed")


def listed_under(name: str) -> Select[Any]:
    """The right side of an ``IN`` whose numbers are the parameter of this name, as `packed`: one statement for any."""
    return select(func.json_each(bindparam(name)).table_valued("value").c.value)


def packed(numbers: Iterable[int]) -> str:
    """The value of such a parameter."""
    return json.dumps(list(numbers))


def listed(numbers: Iterable[int]) -> Select[Any]:
    """The right side of an ``IN``."""
    return select(listed_table(numbers).c.value)
