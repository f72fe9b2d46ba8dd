"""Any number of numbers as one parameter: SQLite takes 32,766 parameters in a statement and no more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select, TableValuedAlias


def listed_table(numbers: Iterable[int]) -> TableValuedAlias:
    """A table of one column, ``value``."""
    return func.json_each(json.dumps(list(numbers))).table_valued("value").alias("listed")


def listed(numbers: Iterable[int]) -> Select[Any]:
    """The right side of an ``IN``."""
    return select(listed_table(numbers).c.value)
