"""What the schedule in force calls for at an instant, pool by pool: for ``ensure``, and for the end of a hold.

An occurrence that somebody skipped does not count: it was not to be. Pauses and holds change nothing about what the
schedule calls for; they say only that nothing is done about it for a time (protocol 4.10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.execution import overrides
from daemon.ledger.overrides import Kind, on_record
from daemon.timetable.lastwords import LONGEST, last_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.ledger.book import Book
    from daemon.timetable.occurrences import Occurrence


def called_for(conn: Connection, book: Book, pool_nos: Iterable[int], at: datetime) -> dict[int, Occurrence]:
    """The last word of the schedule for each of these pools, by number; pools that the file has not are left out."""
    skips = [one for one in on_record(conn, at - LONGEST, at) if one.kind is Kind.SKIP]
    wanted = set(pool_nos)
    pools = [pool for pool in book.timetable.pools if book.numbers[pool.project, pool.key] in wanted]

    def counts(occurrence: Occurrence) -> bool:
        number = book.numbers[occurrence.pool.project, occurrence.pool.key]
        return overrides.refusal(skips, number, occurrence.action, occurrence.scheduled_at) is None

    words = last_words(book.timetable, pools, at, counts)
    return {book.numbers[pool.project, pool.key]: word for pool, word in words.items()}
