"""Accepting a version: one transaction in which the old one ends and the new one begins (protocol 3).

Occurrences up to the acceptance belong to the old version, later ones to the new; what the new one does not contain any
more is withdrawn; what it moved from after the acceptance to before it is claimed at once, so that a change of zone
data loses nothing. A crash before the commit leaves the old version whole, one after it the new.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from daemon.execution import ticking
from daemon.ledger import book as books
from daemon.ledger import claims, pools, versions
from daemon.ledger.book import Book

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from daemon.execution.ticking import Ticked
    from daemon.ledger.claims import Ended
    from daemon.ledger.runs import Run
    from daemon.ledger.versions import Version
    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.timetable import Timetable


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version that is to come into force: what it means, and what is put on record of it."""

    timetable: Timetable
    version: Version


@dataclass(frozen=True, slots=True)
class Move:
    """An occurrence of the new version whose instant the old one placed elsewhere."""

    occurrence: Occurrence
    was_at: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an acceptance did; ``book`` is None where the backlog needs another transaction first."""

    ticked: Ticked
    book: Book | None
    withdrawn: tuple[Ended, ...] = ()
    moved: tuple[Run, ...] = ()


def accept(
    conn: Connection, old: Book | None, candidate: Candidate, moves: tuple[Move, ...], now: datetime
) -> Accepted:
    """Bring a version into force at ``now``.

    Args:
        conn: the writer's connection, inside a transaction.
        old: the version in force; None in an empty ledger, or where the ledger's version cannot be read any more.
        candidate: the new one.
        moves: from ``moves``, found beforehand, because it takes long.
        now: the instant of the acceptance.

    Raises:
        StaleBookError: ``old`` is not in force any more, and neither is the candidate.
    """
    if (book := _in_force_already(conn, old, candidate)) is not None:
        return Accepted(ticking.NOTHING, book)
    due_by = old or _stand_in(conn, candidate)
    ticked = ticking.NOTHING if due_by is None else ticking.tick(conn, due_by, now)
    if ticked.is_behind:
        return Accepted(ticked, None)
    numbers = pools.register(conn, candidate.timetable.pools)
    version = versions.store(conn, replace(candidate.version, accepted_at=now))
    timetable = candidate.timetable.with_pool_ids(pools.ids(conn))
    book = Book(timetable, version, now, numbers)
    books.move_watermark(conn, now)
    withdrawn = versions.withdraw(conn, version, _still_called_for(book), now)
    due = [(move.occurrence, None) for move in moves if move.occurrence.scheduled_at <= now < move.was_at]
    moved, _ = claims.claim(conn, book, due, now)
    superseded = claims.supersede(conn, moved, now)
    gone = {ended.run.id for ended in superseded}
    return Accepted(
        ticked=ticked,
        book=book,
        withdrawn=(*withdrawn, *superseded),
        moved=tuple(run for run in moved if run.id not in gone),
    )


def _in_force_already(conn: Connection, old: Book | None, candidate: Candidate) -> Book | None:
    """The candidate, where an acceptance of it was reported as failed and was committed all the same."""
    newest = versions.newest(conn)
    if newest is None or newest.id == (old.version if old else None):
        return None
    if (newest.hash, newest.meaning, newest.zone_data) != (
        candidate.version.hash,
        candidate.version.meaning,
        candidate.version.zone_data,
    ):
        return None
    numbers = pools.register(conn, candidate.timetable.pools)
    return Book(candidate.timetable.with_pool_ids(pools.ids(conn)), newest.id, newest.accepted_at, numbers)


def _stand_in(conn: Connection, candidate: Candidate) -> Book | None:
    """What the backlog is claimed by where the ledger's version cannot be read any more: the new one.

    None in an empty ledger, which has no backlog.
    """
    last = versions.newest(conn)
    if last is None:
        return None
    return Book(candidate.timetable, last.id, last.accepted_at, pools.register(conn, candidate.timetable.pools))


def _still_called_for(book: Book) -> versions.CalledFor:
    by_number = {book.numbers[pool.project, pool.key]: pool for pool in book.timetable.pools}

    def still_called_for(run: Run, wall: str) -> bool:
        pool = by_number.get(run.pool_no)
        return pool is not None and book.timetable.calls_for(pool, run.action, wall)

    return still_called_for


def moves(old: Book, new: Timetable, now: datetime) -> tuple[Move, ...]:
    """The occurrences that the new version places up to about now and the old one after it (protocol 3.2).

    A wall time lies within 27 hours of itself in whatever zone, so no more than that is compared.
    """
    if old.timetable.meaning == new.meaning:
        return ()
    span = claims.WALL_TIMES_REPEAT_WITHIN
    ahead = {_identity(occurrence): occurrence.scheduled_at for occurrence in old.timetable.between(now, now + span)}
    recent = ((_identity(occurrence), occurrence) for occurrence in new.between(now - span, now + span))
    return tuple(Move(occurrence, ahead[key]) for key, occurrence in recent if key in ahead)


def moved_by_zone_data(old: Book, new: Timetable, since: datetime, now: datetime) -> tuple[Move, ...]:
    """What both versions place in (since, now] by the zone data of today (protocol 3.2).

    The version in force was worked out with other zone data, by which some of it may have lain in the future still;
    what has a run by now is left out when it is claimed. What only the new version has is new, and a policy has no
    past.
    """
    known = {_identity(occurrence) for occurrence in old.timetable.between(since, now)}
    due = (occurrence for occurrence in new.between(since, now) if _identity(occurrence) in known)
    return tuple(Move(occurrence, now + claims.WALL_TIMES_REPEAT_WITHIN) for occurrence in due)


def _identity(occurrence: Occurrence) -> tuple[str, str, str, str]:
    pool = occurrence.pool
    return (pool.project, pool.pool_id or f"key {pool.key}", occurrence.action, occurrence.wall)
