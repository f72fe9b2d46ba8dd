"""The end of a hold: the pool is brought to what its schedule calls for, by a run of origin ``enforce``.

The tick does it, so that it happens once, in its place among the occurrences, whether the daemon was there at that
instant or not (protocol 1.1, 1.6): the run's instant is the end of the hold, and a word that fell due since supersedes
it like any other (2.3). Unique in the ledger is (hold, pool), see decision 9.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from daemon.execution import overrides
from daemon.execution.calledfor import called_for
from daemon.ledger import claims, overriding
from daemon.ledger.overrides import on_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.ledger.book import Book
    from daemon.ledger.claims import Ended
    from daemon.ledger.overrides import Override
    from daemon.ledger.runs import Run
    from daemon.timetable.occurrences import Occurrence

    Stretch = tuple[Sequence[Override], Sequence[Occurrence]]


def stretches(holds: Sequence[Override], due: Sequence[Occurrence]) -> Iterator[Stretch]:
    """Cut what is due at the ends of holds.

    Args:
        holds: that end, by when they do.
        due: in order.

    Yields:
        The holds that end at one instant, and the occurrences from then to the next such instant. The first has no
        holds: it is what is due before any ends.
    """
    ends = [list(together) for _, together in groupby(holds, key=lambda hold: hold.ends_at)]
    starts = [_first_at(due, together[0].ends_at) for together in ends]
    for together, (begin, end) in zip([[], *ends], pairwise([0, *starts, len(due)]), strict=True):
        yield together, due[begin:end]


def _first_at(due: Sequence[Occurrence], at: datetime | None) -> int:
    return next((place for place, one in enumerate(due) if at is not None and one.scheduled_at >= at), len(due))


def enforce(conn: Connection, book: Book, holds: Sequence[Override], now: datetime) -> tuple[list[Run], list[Ended]]:
    """Insert a run of the schedule's last word for each pool of holds that end at one instant.

    What an override that lies on the pool then forbids is ``skipped`` at once, as an occurrence would be (4.10). A pool
    that left the file, or has no word, gets none.

    Returns:
        The runs that wait, and those that were skipped.
    """
    at = holds[0].ends_at
    if at is None:
        raise ValueError(holds[0])
    by_pool = _pools_of(book, holds)
    permits = on_record(conn, at, at)
    rows: list[dict[str, Any]] = []
    for number, word in called_for(conn, book, by_pool, at).items():
        skip = overrides.refusal(permits, number, word.action, at)
        rows.append(claims.enforcement_row(book, word, by_pool[number], skip, now))
    overriding.enforced(conn, [hold.id for hold in holds], now)
    return claims.insert_enforcements(conn, rows)


def _pools_of(book: Book, holds: Sequence[Override]) -> dict[int, Override]:
    """The first of the holds on each pool, by the pool's number."""
    present = set(book.numbers.values())
    found: dict[int, Override] = {}
    for hold in holds:
        for number in present if hold.pool_no is None else present & {hold.pool_no}:
            found.setdefault(number, hold)
    return found
