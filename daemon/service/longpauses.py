"""Pauses that last so long that they may have been forgotten: shown as warnings for as long as they are in force."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.execution.overrides import in_words
from daemon.ledger.overrides import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.ledger.book import Book
    from daemon.ledger.overrides import Override

LONG_PAUSE = "pause.long"
LONG = timedelta(days=30)
"""A pause of more than this is long, and so is one until it is resumed."""
MOST_NAMED = 5


def long_pauses(standing: Iterable[Override], book: Book) -> dict[str, tuple[str, str | None]]:
    """What there is to say of long pauses: (message, hint) by the number of the first one of each call."""
    keys = {number: key for (_, key), number in book.numbers.items()}
    alike: dict[tuple[object, ...], list[Override]] = {}
    for override in standing:
        if _is_long(override) and (override.pool_no is None or override.pool_no in keys):
            told = (override.pool_no is None, override.starts_at, override.ends_at, override.who, override.reason)
            alike.setdefault(told, []).append(override)
    return {
        str(several[0].id): (
            f"{_pools(several, keys)}: {in_words(several[0])}",
            f"poolpower resume {several[0].id}" if len(several) == 1 else "poolpower overrides lists them",
        )
        for several in alike.values()
    }


def _is_long(override: Override) -> bool:
    lasts = None if override.ends_at is None else override.ends_at - override.starts_at
    return override.kind is Kind.PAUSE and (lasts is None or lasts > LONG)


def _pools(several: list[Override], keys: dict[int, str]) -> str:
    named = [keys[one.pool_no] for one in several if one.pool_no is not None]
    if not named:
        return "all pools"
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return ("pool " if len(named) == 1 else "pools ") + ", ".join(named[:MOST_NAMED]) + more
