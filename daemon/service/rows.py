"""What the rows of ``status`` are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daemon.ledger.records import instant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from daemon.ledger.book import Book
    from daemon.ledger.overrides import Override
    from daemon.timetable.pools import Pool


def numbered(book: Book) -> dict[int, Pool]:
    """The pools of a version by their numbers in the ledger, in the order of the file."""
    return {book.numbers[pool.project, pool.key]: pool for pool in book.timetable.pools}


def override_json(standing: Sequence[Override], pool_no: int, now: datetime) -> dict[str, Any] | None:
    """The override in force for a pool, as ``status`` prints it; None where there is none."""
    for override in standing:
        if override.covers(pool_no, now):
            return {
                "kind": str(override.kind),
                "until": None if override.ends_at is None else instant(override.ends_at),
                "reason": override.reason,
                "who": override.who,
            }
    return None
