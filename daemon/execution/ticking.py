"""The tick: every wake-up, whatever its cause, does this and nothing else first (protocol 1).

A restart, an outage, a suspended machine and a small step of the clock are the same path as an ordinary evening: what
lies between the watermark and now is claimed, the ends of holds among it, what that makes pointless is superseded, and
the watermark moves, in one transaction. Failure cases: a crash before the commit leaves the watermark where it was, and
the next tick claims the same; a crash after it leaves runs that recovery finds pending. No order of ticks claims an
occurrence twice, because the claim is unique in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.execution import enforcing, overrides
from daemon.ledger import book as books
from daemon.ledger import claims, overriding
from daemon.ledger.overrides import on_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.ledger.book import Book
    from daemon.ledger.claims import Ended, Skip
    from daemon.ledger.overrides import Override
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
        hold_ends_at: when the first hold ends whose end calls for a word; None where there is none.
    """

    waiting: tuple[Run, ...] = ()
    ended: tuple[Ended, ...] = ()
    is_behind: bool = False
    hold_ends_at: datetime | None = None


NOTHING = Ticked()
"""Where no tick was needed; it says nothing about holds."""


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
    before = books.check_in_force(conn, book)
    upcoming = book.timetable.next_after(before.watermark)
    is_due = upcoming is not None and upcoming <= now
    has_ending = before.hold_ends_at is not None and before.hold_ends_at <= now
    if not is_due and not has_ending:
        if now - before.watermark >= COARSE:
            books.move_watermark(conn, now)
        return Ticked(hold_ends_at=before.hold_ends_at)
    due, reached = _chunk_of(book.timetable.between(before.watermark, now), chunk) if is_due else ([], None)
    holds = overriding.ending(conn, reached or now) if has_ending else []
    waiting, ended = _claim(conn, book, holds, due, now)
    books.move_watermark(conn, reached or now)
    next_end = overriding.next_end(conn) if holds else before.hold_ends_at
    return Ticked(waiting, ended, is_behind=reached is not None, hold_ends_at=next_end)


def _chunk_of(occurrences: Iterable[Occurrence], chunk: int) -> tuple[list[Occurrence], datetime | None]:
    """The first occurrences, whole instants only, and the last instant taken, or None where all were."""
    due: list[Occurrence] = []
    for occurrence in occurrences:
        if len(due) >= chunk and occurrence.scheduled_at != due[-1].scheduled_at:
            return due, due[-1].scheduled_at
        due.append(occurrence)
    return due, None


def _claim(
    conn: Connection, book: Book, holds: Sequence[Override], due: Sequence[Occurrence], now: datetime
) -> tuple[tuple[Run, ...], tuple[Ended, ...]]:
    """Insert runs in the order of their instants (1.6); those that wait, and those that were ended."""
    waiting: list[Run] = []
    ended: list[Ended] = []
    for ending, occurrences in enforcing.stretches(holds, due):
        for made in (
            enforcing.enforce(conn, book, ending, now) if ending else None,
            claims.claim(conn, book, _judged(conn, book, occurrences), now) if occurrences else None,
        ):
            if made is not None:
                waiting += made[0]
                ended += made[1]
    ended += (superseded := claims.supersede(conn, waiting, now))
    gone = {one.run.id for one in superseded}
    return tuple(run for run in waiting if run.id not in gone), tuple(ended)


def _judged(conn: Connection, book: Book, due: Sequence[Occurrence]) -> list[tuple[Occurrence, Skip | None]]:
    """Each occurrence with the override that lies on it at its own instant (4.10)."""
    permits = on_record(conn, due[0].scheduled_at, due[-1].scheduled_at)
    return [
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
