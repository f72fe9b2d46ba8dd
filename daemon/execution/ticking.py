"""The tick: every wake-up, whatever its cause, does this and nothing else first (protocol 1).

A restart, an outage, a suspended machine and a small step of the clock are the same path as an ordinary evening: what
lies between the watermark and now is claimed, what that makes pointless is superseded, and the watermark moves, in one
transaction. Failure cases: a crash before the commit leaves the watermark where it was, and the next tick claims the
same; a crash after it leaves runs that recovery finds pending. No order of ticks claims an occurrence twice, because
the claim is unique in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.execution import overrides
from daemon.ledger import book as books
from daemon.ledger import claims
from daemon.ledger.overrides import on_record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.ledger.book import Book
    from daemon.ledger.claims import Ended
    from daemon.ledger.runs import Run
    from daemon.timetable.occurrences import Occurrence

COARSE = timedelta(seconds=1)
"""Where nothing was due since, the watermark is moved this often: each gate of a burst need not write it again."""
CHUNK = 5_000
"""A backlog is claimed in transactions of about this many occurrences (1.2)."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did.

    Attributes:
        waiting: runs that are to be carried out.
        ended: runs that were ended: superseded, or skipped at once.
        is_behind: more is due; tick again before anything is judged late or sent.
    """

    waiting: tuple[Run, ...] = ()
    ended: tuple[Ended, ...] = ()
    is_behind: bool = False


NOTHING = Ticked()


def tick(conn: Connection, book: Book, now: datetime, chunk: int = CHUNK) -> Ticked:
    """Claim what is due up to now.

    Args:
        conn: the writer's connection, inside a transaction.
        book: the version in force.
        now: the wall clock.
        chunk: how many occurrences one transaction takes, about.

    Raises:
        StaleBookError: ``book`` is not in force any more.
    """
    watermark = books.check_in_force(conn, book)
    upcoming = book.timetable.next_after(watermark)
    if upcoming is None or upcoming > now:
        if now - watermark >= COARSE:
            books.move_watermark(conn, now)
        return NOTHING
    due, reached = _chunk_of(book.timetable.between(watermark, now), chunk)
    ticked = _claim(conn, book, due, now, is_behind=reached is not None)
    books.move_watermark(conn, reached or now)
    return ticked


def _chunk_of(occurrences: Iterable[Occurrence], chunk: int) -> tuple[list[Occurrence], datetime | None]:
    """The first occurrences, whole instants only, and the last instant taken, or None where all were."""
    due: list[Occurrence] = []
    for occurrence in occurrences:
        if len(due) >= chunk and occurrence.scheduled_at != due[-1].scheduled_at:
            return due, due[-1].scheduled_at
        due.append(occurrence)
    return due, None


def _claim(conn: Connection, book: Book, due: list[Occurrence], now: datetime, *, is_behind: bool) -> Ticked:
    if not due:
        return Ticked(is_behind=is_behind)
    permits = on_record(conn, due[0].scheduled_at, due[-1].scheduled_at)
    judged = [
        (
            occurrence,
            overrides.refusal(
                permits,
                book.numbers[occurrence.pool.project, occurrence.pool.key],
                occurrence.action,
                occurrence.scheduled_at,
            ),
        )
        for occurrence in due
    ]
    waiting, skipped = claims.claim(conn, book, judged, now)
    superseded = claims.supersede(conn, waiting, now)
    gone = {ended.run.id for ended in superseded}
    return Ticked(
        waiting=tuple(run for run in waiting if run.id not in gone),
        ended=(*skipped, *superseded),
        is_behind=is_behind,
    )
